import type { Duration } from '../emu/duration.js';
import { UsageError } from '../emu/errors.js';
import { type MatcherResult, type MatcherState, verdict, waitRows } from './matcher.js';
import { grouped, timeText } from './message.js';
import { type Bench, benchOf } from './subject.js';

export interface TakeCyclesOptions {
  /** CPU cycles it may take at most. */
  max: number;
  /** CPU cycles it must take at least; 0 without it. */
  min?: number;
  /**
   * What is measured: the next call of a function, from its first instruction to its return (what interrupts take
   * meanwhile included); the way from one place to another; or what a function of the test makes the machine do.
   */
  of: string | { from: string | number; to: string | number } | (() => void);
  /** Machine time for all of it; 1 s without it. */
  within?: Duration;
}

const PATIENCE: Duration = '1s';
/** Calls of a recursive function that return before its own first one does. */
const MOST_RETURNS = 10_000;

interface Measured {
  readonly cycles: number;
  readonly time: number;
}

function between(bench: Bench, travel: () => boolean): Measured | undefined {
  const start = bench.mark();
  if (!travel()) return undefined;
  return { cycles: bench.cycles - start.cycles, time: bench.time - start.time };
}

/** The stack is where it was at entry: the return of this call, not of one it made itself. */
function runToReturn(bench: Bench, within: Duration): boolean {
  const { returnAddress, stackPointer } = bench;
  for (let i = 0; i < MOST_RETURNS; i++) {
    if (!bench.runToAddress(returnAddress, within)) return false;
    if (bench.stackPointer >= stackPointer) return true;
    bench.step();
  }
  return false;
}

function measure(bench: Bench, { of, within = PATIENCE }: TakeCyclesOptions): Measured | undefined {
  if (typeof of === 'function') {
    return between(bench, () => {
      of();
      return true;
    });
  }
  const [from, to] = typeof of === 'string' ? [of, undefined] : [of.from, of.to];
  const last = to === undefined ? undefined : bench.addressOf(to);
  if (!bench.runToAddress(bench.addressOf(from), within)) return undefined;
  return between(bench, () => (last === undefined ? runToReturn(bench, within) : bench.runToAddress(last, within)));
}

/** A piece of the firmware takes no more (and no fewer) CPU cycles than this. The machine runs to it and through it. */
export function toTakeCycles(this: MatcherState, received: unknown, options: TakeCyclesOptions): MatcherResult {
  const { bench, name } = benchOf(received);
  const { max, min = 0 } = options;
  if (!(max >= min && min >= 0))
    throw new UsageError({ what: `toTakeCycles: nothing takes ${min} to ${max} cycles`, remedy: 'give max ≥ min ≥ 0' });
  const start = bench.mark();
  const taken = measure(bench, options);
  const range = min > 0 ? `${grouped(min)} to ${grouped(max)} cycles` : `at most ${grouped(max)} cycles`;
  return verdict({
    state: this,
    subject: name,
    matcher: 'toTakeCycles',
    args: [options],
    pass: taken !== undefined && taken.cycles <= max && taken.cycles >= min,
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${range}`],
      [
        'Taken',
        taken ? `${grouped(taken.cycles)} cycles (${timeText(taken.time)})` : 'it did not begin and end in time',
      ],
      ...(taken ? [] : waitRows(bench, start)),
    ],
  });
}
