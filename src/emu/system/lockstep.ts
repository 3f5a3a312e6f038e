import type { Limit, Machine, Rendezvous, RunEnd } from '../machine.js';
import { Rational } from '../rational.js';

/** What a later board says reaches an earlier one after this, in ns of machine time. */
export const LATENCY_NS = 1_000;

const GIGA = 1_000_000_000n;
const NEVER = Number.POSITIVE_INFINITY;
/** How far a board whose clock stands goes on before it is asked again whether it counts, in ns. */
const STANDING = 100_000;

/** Runs what a machine of the system does, so that an error names its board. */
export type Around = <T>(index: number, fn: () => T) => T;

/**
 * Several machines on one time. They are in an order: what an earlier machine does to a later one happens there at the same
 * instant (the later one is brought up to it first), what a later one does to an earlier one happens `LATENCY_NS` later.
 *
 * A later machine is only ever brought to where an earlier one stands, and an earlier one passes no instant at which something
 * from a later one could still arrive: its fence stands `LATENCY_NS` behind what any later one can do next, which for a sleeping
 * one is its next event. So the result depends neither on how a test cuts a run into pieces nor on where the fences were.
 */
export class Lockstep {
  readonly machines: readonly Machine[];
  /** While a run is looked at again for a message nothing crosses between boards. */
  frozen = false;
  readonly #around: Around;
  /** By board: whether a later one can say something to it. */
  readonly #hears: readonly boolean[];
  /** The board that the test lets run, and how its run ended inside that of an earlier one. */
  #asked = -1;
  #ended: RunEnd | undefined;

  /** @param hears boards to which a later one can say something */
  constructor(machines: readonly Machine[], hears: ReadonlySet<number>, around: Around = (_, fn) => fn()) {
    this.machines = machines;
    this.#around = around;
    this.#hears = machines.map((_, index) => hears.has(index));
    for (const [index, { scheduler }] of machines.entries()) {
      if (hears.has(index)) scheduler.onFence = () => this.#atFence(index);
    }
  }

  /** Runs all machines until one of them, by its number, comes to its limit, a breakpoint or `stop()`. */
  run(index: number, limit: Limit): RunEnd {
    if (this.frozen) return this.machines[index]!.run(limit);
    this.#asked = index;
    this.#ended = undefined;
    try {
      this.#fenceAll();
      return index === 0 ? this.#runFirst(limit) : this.#runLater(index, limit);
    } finally {
      this.#asked = -1;
    }
  }

  /** One instruction of a machine; a sleeping one goes on to the next event of any board, or the latency behind it. */
  step(index: number): boolean {
    const machine = this.machines[index]!;
    if (this.frozen) return machine.step();
    this.#fenceAll();
    const { cpu, timebase } = machine;
    if (!cpu.sleeping && !cpu.locked && timebase.cpuClock.running) {
      if (index > 0) this.#bringEarlier(index, { ns: this.#actsFrom(index) + LATENCY_NS - 1 });
      const moved = this.#around(index, () => machine.step());
      this.#follow(index);
      return moved;
    }
    const ns = Math.min(machine.quietUntil, this.#actsFrom(0) + LATENCY_NS);
    if (ns === NEVER) return false;
    this.run(index, { time: Rational.of(BigInt(ns + 1), GIGA) });
    return true;
  }

  /** Ends the run of a board that the test lets run; what happens on it may also come from an earlier one, while it stands. */
  stop(index: number): void {
    this.machines[index]!.stop();
    if (index === this.#asked && !this.frozen) this.#end('stopped');
  }

  /** Brings a later machine, and those between, to the present instant of an earlier one, which is about to reach it. */
  catchUp(later: number, earlier: number): void {
    const machine = this.machines[earlier]!;
    this.#bring(earlier + 1, later + 1, machine);
    const ns = machine.nanoseconds + LATENCY_NS - 1;
    for (let index = 0; index < later; index++) this.#fenceBy(index, ns);
  }

  /** A test is about to look at boards, or to touch them, in the middle of a run of one of them. */
  meet(index: number): void {
    if (this.frozen || this.#asked < 0) return;
    this.#follow(index);
    const ns = this.machines[0]!.nanoseconds + LATENCY_NS - 1;
    for (let earlier = 0; earlier < this.machines.length; earlier++) this.#fenceBy(earlier, ns);
  }

  #runFirst(limit: Limit): RunEnd {
    const machine = this.machines[0]!;
    const end = this.#around(0, () => machine.run(limit));
    this.#bring(1, this.machines.length, machine);
    return end;
  }

  #runLater(index: number, limit: Limit): RunEnd {
    const machine = this.machines[index]!;
    for (;;) {
      const until = this.#stretch(index, limit);
      if (until === undefined) return 'dead';
      this.#bringEarlier(index, until);
      if (this.#ended !== undefined) return this.#meetFirst(this.#ended);
      const end = this.#around(index, () => machine.run(until));
      this.#follow(index);
      if (end !== 'limit') return end;
      if (until === limit) return this.#meetFirst(end);
      if ('cycles' in limit && machine.cycles >= limit.cycles) return end;
    }
  }
  #meetFirst(end: RunEnd): RunEnd {
    this.#bring(1, this.machines.length, this.machines[0]!);
    return end;
  }

  /** How far a board may go after the earlier ones have gone there; undefined when nothing can happen any more. */
  #stretch(index: number, limit: Limit): { readonly time: Rational } | Rendezvous | undefined {
    const { timebase } = this.machines[index]!;
    const ns = this.#actsFrom(index) + LATENCY_NS - 1;
    if ('time' in limit) return ns < limitNs(limit.time) ? { ns } : limit;
    const { cpuClock } = timebase;
    if (!cpuClock.running) {
      if (ns === NEVER && this.#actsFrom(0) === NEVER) return undefined;
      return { ns: Math.min(ns, timebase.nanoseconds() + STANDING) };
    }
    const tick = timebase.tickOf(cpuClock, limit.cycles);
    return ns < timebase.nanosecondsAt(tick) ? { ns } : { time: timebase.timeAt(tick) };
  }

  /** Lets the boards before one run, each first than the next. A stop that the test's own board asks for meanwhile ends it. */
  #bringEarlier(index: number, until: { readonly time: Rational } | Rendezvous): void {
    const first = this.machines[0]!;
    this.#around(0, () => first.run(until));
    this.#bring(1, index, first);
  }

  /** The instant before which none of the boards from one on does anything of its own accord. */
  #actsFrom(first: number): number {
    let ns = NEVER;
    for (let index = first; index < this.machines.length; index++) {
      ns = Math.min(ns, this.machines[index]!.quietUntil);
    }
    return ns;
  }

  #fenceAll(): void {
    for (let index = 0; index < this.machines.length; index++) {
      if (this.#hears[index]) this.#fence(index);
    }
  }
  #fence(index: number): void {
    this.machines[index]!.scheduler.fence = this.#actsFrom(index + 1) + LATENCY_NS - 1;
  }
  #fenceBy(index: number, ns: number): void {
    const { scheduler } = this.machines[index]!;
    if (this.#hears[index] && ns < scheduler.fence) scheduler.fence = ns;
  }
  #atFence(index: number): void {
    if (this.frozen) return;
    this.#bring(index + 1, this.machines.length, this.machines[index]!);
    this.#fence(index);
  }

  /**
   * Brings the boards behind one to where it stands, but not further than the first of all: its last instruction may have taken
   * it past that, and what the first one does to the others now must not come too late.
   */
  #follow(index: number): void {
    const [first, machine] = [this.machines[0]!, this.machines[index]!];
    const ahead = machine.isPast({ presentOf: first.timebase });
    this.#bring(index + 1, this.machines.length, ahead ? first : machine);
  }
  /** Brings machines to where another one stands. */
  #bring(from: number, to: number, machine: Machine): void {
    if (from >= to) return;
    const limit = { presentOf: machine.timebase };
    for (let index = from; index < to; index++) this.#bringOne(index, limit);
  }
  #bringOne(index: number, limit: Rendezvous): void {
    const machine = this.machines[index]!;
    if (machine.isPast(limit)) return;
    this.#around(index, () => {
      for (;;) {
        const end = machine.run(limit);
        if (end === 'limit' || end === 'dead') return;
        // Its own instant has passed already for the board that brings it along: it goes on to there, and the run ends.
        if (index === this.#asked) this.#end(end);
        if (end === 'breakpoint') machine.step();
      }
    });
  }
  #end(end: RunEnd): void {
    if (this.#asked === 0) return;
    this.#ended ??= end;
    this.machines[0]!.stop();
  }
}

function limitNs(time: Rational): number {
  return Number((time.num * GIGA) / time.den);
}
