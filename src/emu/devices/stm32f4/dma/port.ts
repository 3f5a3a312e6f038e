import type { PortKind } from './paths.js';

/** State of both ports: 0 is the peripheral port, 1 the memory port. */
export interface PortState {
  /** Stream that has the port, plus 1; 0 = free. */
  readonly owner: Uint8Array;
  /** Items of the transaction under way. */
  readonly items: Uint8Array;
  /** When it ends, in ticks of the controller's clock. */
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

  constructor(kind: PortKind, state: PortState, clients: readonly PortClient[]) {
    this.kind = kind;
    this.#slot = kind === 'peripheral' ? 0 : 1;
    this.#state = state;
    this.#clients = clients;
  }

  /** The stream that has the port, or -1. */
  get owner(): number {
    return this.#state.owner[this.#slot]! - 1;
  }
  /** Tick at which the transaction under way ends; Infinity without one. */
  get ends(): number {
    return this.owner < 0 ? Number.POSITIVE_INFINITY : this.#state.ends[this.#slot]!;
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
    if (best === undefined) return;
    this.#state.owner[this.#slot] = best.index + 1;
    this.#state.items[this.#slot] = items;
    this.#state.ends[this.#slot] = at + best.cycles(this.kind, items);
  }

  /** The transaction is over, or came to nothing. */
  release(): void {
    this.#state.owner[this.#slot] = 0;
  }
}
