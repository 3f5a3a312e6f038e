import type { Limit, Machine, RunEnd } from '../machine.js';
import { Rational } from '../rational.js';

/** What a later board says reaches an earlier one after this, in ns of machine time: the boards' clocks never differ by more. */
export const LATENCY_NS = 1_000;

const GIGA = 1_000_000_000n;

/**
 * Several machines on one time. They are in an order, and none is ever ahead of an earlier one: what an earlier machine does
 * to a later one happens there at the same instant (the later one is brought up to it first), what a later one does to an
 * earlier one happens `LATENCY_NS` later. So the result does not depend on how a test cuts a run into pieces.
 */
export class Lockstep {
  readonly machines: readonly Machine[];
  /** While a run is looked at again for a message nothing crosses between boards. */
  frozen = false;

  constructor(machines: readonly Machine[]) {
    this.machines = machines;
  }

  /** Runs all machines until one of them, by its number, comes to its limit, a breakpoint or `stop()`. */
  run(index: number, limit: Limit): RunEnd {
    if (this.frozen) return this.machines[index]!.run(limit);
    for (;;) {
      const until = this.#next(index, limit);
      this.#runTo(0, index, until);
      const end = this.#runOne(index, limit, until);
      if (end === 'stopped' || end === 'breakpoint' || end === 'dead') return end;
      this.#runTo(index + 1, this.machines.length, this.machines[index]!.timebase.time());
      if (end === 'limit') return end;
    }
  }

  /** One instruction of a machine (a sleeping one goes on by the latency at most); the others come along. */
  step(index: number): boolean {
    const machine = this.machines[index]!;
    if (this.frozen) return machine.step();
    const stretch = nextMultiple(machine.timebase.time());
    this.#runTo(0, index, stretch);
    const moved = index > 0 && machine.cpu.sleeping ? machine.run({ time: stretch }) !== 'dead' : machine.step();
    this.#runTo(index + 1, this.machines.length, machine.timebase.time());
    return moved;
  }

  /** Brings a later machine, and those between, to the present instant of an earlier one. */
  catchUp(later: number, earlier: number): void {
    this.#runTo(earlier + 1, later + 1, this.machines[earlier]!.timebase.time());
  }

  /** The end of the present stretch: a multiple of the latency, or the limit. */
  #next(index: number, limit: Limit): Rational {
    const { timebase } = this.machines[index]!;
    const stretch = nextMultiple(timebase.time());
    if ('time' in limit) return limit.time.compare(stretch) < 0 ? limit.time : stretch;
    const { cpuClock } = timebase;
    if (!cpuClock.running) return stretch;
    const rest = Rational.of(BigInt(Math.max(0, limit.cycles - cpuClock.now())), 1n).div(cpuClock.frequency);
    const expected = timebase.time().add(rest);
    return expected.compare(stretch) < 0 ? expected : stretch;
  }

  #runOne(index: number, limit: Limit, until: Rational): RunEnd | undefined {
    const machine = this.machines[index]!;
    const end = machine.run({ time: until });
    if (end !== 'limit') return end;
    if ('time' in limit) return machine.timebase.time().compare(limit.time) >= 0 ? 'limit' : undefined;
    return machine.cycles >= limit.cycles ? 'limit' : undefined;
  }

  #runTo(from: number, to: number, time: Rational): void {
    for (let index = from; index < to; index++) {
      const machine = this.machines[index]!;
      // A listener's stop ends a run early: it was meant for the run that the test began.
      while (machine.timebase.time().compare(time) < 0) if (machine.run({ time }) !== 'stopped') break;
    }
  }
}

function nextMultiple(time: Rational): Rational {
  const nanoseconds = (time.num * GIGA) / time.den;
  const stretches = nanoseconds / BigInt(LATENCY_NS) + 1n;
  return Rational.of(stretches * BigInt(LATENCY_NS), GIGA);
}
