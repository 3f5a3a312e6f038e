import type { TimedEvent } from '../../../scheduler.js';
import type { Clock } from '../../../time.js';
import type { PortKind } from './paths.js';
import { Port, type PortState } from './port.js';
import type { Stream } from './stream.js';

export interface TransactionsState extends PortState {
  /** Tick that the event is due at. */
  readonly planned: Float64Array;
  readonly phase: Uint8Array;
}

/** Transactions taken together at most: a program that looks at the destination sees them so much late. */
const STEP = 16;

/** What goes on at the two ports of a controller, in time. */
export class Transactions {
  readonly #ports: Readonly<Record<PortKind, Port>>;
  readonly #streams: readonly Stream[];
  readonly #state: TransactionsState;
  readonly #clock: Clock;
  readonly #event: TimedEvent;
  /** A transaction is being made: what its accesses set off waits for its end. Never so between two events. */
  #moving = false;

  constructor(
    streams: readonly Stream[],
    state: TransactionsState,
    clock: Clock,
    event: (fire: () => void) => TimedEvent,
  ) {
    this.#streams = streams;
    this.#state = state;
    this.#clock = clock;
    this.#ports = { peripheral: new Port('peripheral', state, streams), memory: new Port('memory', state, streams) };
    this.#event = event(() => this.#advance(state.planned[0]!));
  }

  granted(stream: number, port: PortKind): boolean {
    return this.#ports[port].owner === stream;
  }
  abandon(stream: number): void {
    for (const port of [this.#ports.peripheral, this.#ports.memory]) if (port.owner === stream) port.release();
  }

  /** Does everything that is due by now: before registers are looked at or changed. */
  settle(): void {
    this.#advance(this.#clock.now());
  }
  /** Something changed that may give a port to somebody. */
  proceed(): void {
    if (this.#moving) return;
    this.#grant(this.#clock.now());
    this.#plan();
  }
  /** The stream's peripheral asks. */
  requested(stream: Stream): void {
    if (this.#moving) return;
    this.settle();
    this.proceed();
    stream.checkRequest();
  }

  /** Ends the transactions that are due by tick `until`, each at its own time. */
  #advance(until: number): void {
    if (this.#moving) return;
    for (;;) {
      const at = this.#next;
      if (at > until) break;
      this.#end(at);
    }
    this.#plan();
  }
  get #next(): number {
    return Math.min(this.#ports.memory.ends, this.#ports.peripheral.ends);
  }

  /** The ends at one tick come first, then the arbitration for what is next. */
  #end(at: number): void {
    const { memory, peripheral } = this.#ports;
    const byMemory = memory.ends === at ? memory.owner : -1;
    const byPeripheral = peripheral.ends === at ? peripheral.owner : -1;
    if (byMemory >= 0) this.#move(memory);
    // It may have failed by that, on both ports.
    if (byPeripheral >= 0 && peripheral.ends === at) this.#move(peripheral);
    this.#grant(at);
    if (byMemory >= 0) this.#streams[byMemory]!.checkRequest();
    if (byPeripheral >= 0) this.#streams[byPeripheral]!.checkRequest();
  }

  #move(port: Port): void {
    const { owner, items } = port;
    port.release();
    this.#moving = true;
    try {
      this.#streams[owner]!.move(port.kind, items);
    } finally {
      this.#moving = false;
    }
  }

  #grant(at: number): void {
    this.#ports.memory.grant(at);
    this.#ports.peripheral.grant(at);
  }

  /** Arms the event for the next end; for a later one where nobody notices those before it. */
  #plan(): void {
    const next = this.#next;
    if (next === Number.POSITIVE_INFINITY) {
      this.#event.cancel();
      return;
    }
    const at = Math.max(next, this.#horizon(next));
    this.#state.planned[0] = at;
    this.#event.at(at);
  }

  /**
   * A copy from memory to memory that nobody competes with is taken in larger steps: a flag cannot be set before the memory port
   * has made all transactions up to it, one after the other.
   */
  #horizon(next: number): number {
    const { memory, peripheral } = this.#ports;
    const stream = memory.owner >= 0 ? memory.owner : peripheral.owner;
    const unit = this.#streams[stream]!;
    const bytes = unit.unnoticed;
    if (bytes === 0 || !this.#alone(stream)) return next;
    const { memoryBeats, memorySize } = unit.settings;
    const burst = memoryBeats * memorySize;
    const rest = memory.owner >= 0 ? Math.max(0, bytes - memory.items * memorySize) : bytes;
    const bursts = Math.min(STEP, Math.floor(rest / burst)) * unit.cycles('memory', memoryBeats);
    const single = rest % burst === 0 ? 0 : unit.cycles('memory', 1);
    return (memory.owner >= 0 ? memory.ends : next) + bursts + single;
  }
  #alone(stream: number): boolean {
    return this.#state.phase.every((phase, i) => i === stream || phase === 0);
  }
}
