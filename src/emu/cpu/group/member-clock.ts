import type { CoreTimebase } from '../../cpu.js';
import type { Rational } from '../../rational.js';
import type { Clock } from '../../time.js';
import type { Rename } from './member-names.js';

/** The machine's time as one of several cores sees it: its own cycles are those of its turns. */
export class MemberTimebase implements CoreTimebase {
  readonly budgetCell: Int32Array;
  readonly cpuClock: Clock;
  /** The clock in the machine that runs as fast as the core. */
  readonly source: Clock;
  readonly #timebase: CoreTimebase;
  readonly #rename: Rename;
  /** Clocks that the core has made, by its own name for them. */
  readonly #made = new Map<string, Clock>();

  /** `rate`: of its clock, relative to the CPU clock; `own`: base ticks that it had so far. */
  constructor(timebase: CoreTimebase, name: string, rate: Rational, rename: Rename, own: () => number) {
    this.#timebase = timebase;
    this.#rename = rename;
    this.budgetCell = timebase.budgetCell;
    this.source = rate.num === rate.den ? timebase.cpuClock : followed(timebase, name, rate);
    this.cpuClock = ownClock(this.source, own);
  }

  get shareClock(): Clock {
    return this.cpuClock;
  }
  get tick(): number {
    return this.#timebase.tick;
  }
  get sliceEnd(): number {
    return this.#timebase.sliceEnd;
  }
  clock(name: string, frequency: Parameters<CoreTimebase['clock']>[1]): Clock {
    const clock = this.#timebase.clock(this.#rename(name), frequency);
    this.#made.set(name, clock);
    return clock;
  }
  /** What a clock that a row names is called in the machine. */
  nameOf(clock: string | undefined): string | undefined {
    if (clock === undefined || clock === 'cpu')
      return this.source === this.#timebase.cpuClock ? clock : this.source.name;
    return this.#made.get(clock)?.name ?? clock;
  }
  nanoseconds(): number {
    return this.#timebase.nanoseconds();
  }
  shorten(tick: number): void {
    this.#timebase.shorten(tick);
  }
  advanceTo(tick: number): void {
    this.#timebase.advanceTo(tick);
  }
  requestStop(): void {
    this.#timebase.requestStop();
  }
}

function followed(timebase: CoreTimebase, name: string, rate: Rational): Clock {
  const clock = timebase.clock(name, timebase.cpuClock.frequency.mul(rate));
  timebase.cpuClock.onChange((cpu) => clock.set(cpu.frequency.mul(rate)));
  return clock;
}

/** A clock that counts what the core had of its turns. */
function ownClock(source: Clock, own: () => number): Clock {
  return {
    name: source.name,
    get hertz() {
      return source.hertz;
    },
    get frequency() {
      return source.frequency;
    },
    get running() {
      return source.running;
    },
    now: own,
    set: (frequency) => source.set(frequency),
    onChange: (listener) => source.onChange(listener),
  };
}
