import type { TimedEvent } from '../../../scheduler.js';
import type { PortKind } from './paths.js';

/** State of both ports: 0 is the peripheral port, 1 the memory port. */
export interface PortState {
  /** Stream that has the port, plus 1; 0 = free. */
  readonly owner: Uint8Array;
  /** Items of the transfer under way. */
  readonly items: Uint8Array;
  /** When it began and when it ends, in ticks of the controller's clock. */
  readonly begun: Float64Array;
  readonly ends: Float64Array;
}

/** What a port needs to know of a stream. */
export interface PortClient {
  readonly index: number;
  readonly priority: number;
  /** Items it would move by this port now, as one transaction; 0 = none. */
  wants(port: PortKind): number;
  /** How long that takes. */
  cycles(port: PortKind, items: number): number;
}

/**
 * One of the two AHB master ports, with its arbiter (RM0090 10.3.4): by software priority, then by number, the lower one first.
 * A transaction, single or burst, is not interrupted.
 */
export class Port {
  readonly kind: PortKind;
  readonly #slot: number;
  readonly #state: PortState;
  readonly #clients: readonly PortClient[];
  readonly #event: TimedEvent;
  readonly #done: (stream: number, items: number, at: number) => void;

  constructor(
    kind: PortKind,
    state: PortState,
    clients: readonly PortClient[],
    event: (fire: () => void) => TimedEvent,
    /** A transaction ended, at tick `at`. */
    done: (stream: number, items: number, at: number) => void,
  ) {
    this.kind = kind;
    this.#slot = kind === 'peripheral' ? 0 : 1;
    this.#state = state;
    this.#clients = clients;
    this.#event = event(() => this.#finish());
    this.#done = done;
  }

  /** The stream that has the port, or -1. */
  get owner(): number {
    return this.#state.owner[this.#slot]! - 1;
  }
  get begun(): number {
    return this.#state.begun[this.#slot]!;
  }
  get items(): number {
    return this.#state.items[this.#slot]!;
  }

  /** Grants the port, if it is free and somebody wants it, as of tick `at`. */
  grant(at: number): void {
    if (this.owner >= 0) return;
    let best: PortClient | undefined;
    let items = 0;
    for (const client of this.#clients) {
      if (best !== undefined && client.priority <= best.priority) continue;
      const wanted = client.wants(this.kind);
      if (wanted === 0) continue;
      best = client;
      items = wanted;
    }
    if (best !== undefined) this.#begin(best, items, at);
  }

  #begin(client: PortClient, items: number, at: number): void {
    const { owner, begun, ends } = this.#state;
    owner[this.#slot] = client.index + 1;
    this.#state.items[this.#slot] = items;
    begun[this.#slot] = at;
    ends[this.#slot] = at + client.cycles(this.kind, items);
    this.#event.at(ends[this.#slot]!);
  }

  /** The stream has failed: its transaction comes to nothing. */
  abandon(stream: number): void {
    if (this.owner !== stream) return;
    this.#state.owner[this.#slot] = 0;
    this.#event.cancel();
  }

  #finish(): void {
    const stream = this.owner;
    this.#state.owner[this.#slot] = 0;
    this.#done(stream, this.items, this.#state.ends[this.#slot]!);
  }
}
