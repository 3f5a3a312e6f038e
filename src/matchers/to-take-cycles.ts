import { hex } from '../emu/bits.js';
import type { Duration } from '../emu/duration.js';
import { callTest, UsageError } from '../emu/errors.js';
import { checkNames } from '../emu/options.js';
import { type MatcherResult, type MatcherState, verdict, waitRows } from './matcher.js';
import { grouped, timeText } from './message.js';
import { type Bench, benchOf, type Start } from './subject.js';

export interface TakeCyclesOptions {
  /** CPU cycles it may take at most. */
  max: number;
  /** CPU cycles it must take at least; 0 without it. */
  min?: number;
  /**
   * What is measured: the next call of a function, from its first instruction to its return (what interrupts take
   * meanwhile included), where it is an exception handler up to the end of its exception; the way from one place to another; or what a function of the test makes the machine do.
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

function placeText(bench: Bench, where: string | number, address: number): string {
  return typeof where === 'string' ? where : `${hex(address)} ${bench.place(address)}`.trimEnd();
}

function since(bench: Bench, start: Start): Measured {
  return { cycles: bench.cycles - start.cycles, time: bench.time - start.time };
}

/** The stack is where it was at entry: the return of this call, not of one it made itself. */
function runToReturn(bench: Bench, within: Duration): boolean {
  const { handledException, returnAddress, stackPointer } = bench;
  if (handledException !== undefined) return bench.runToExceptionReturn(handledException, within);
  for (let i = 0; i < MOST_RETURNS; i++) {
    if (!bench.runToAddress(returnAddress, within)) return false;
    if (bench.stackPointer >= stackPointer) return true;
    bench.step();
  }
  return false;
}

/** What it took, or what did not come in time. */
function measure(bench: Bench, { of, within = PATIENCE }: TakeCyclesOptions): Measured | string {
  if (typeof of === 'function') {
    const start = bench.mark();
    callTest(of);
    return since(bench, start);
  }
  const [from, to] = typeof of === 'string' ? [of, undefined] : [of.from, of.to];
  const begun = bench.mark();
  const last = to === undefined ? undefined : bench.addressOf(to);
  const first = bench.addressOf(from);
  if (!bench.runToAddress(first, within))
    return `it did not begin: the CPU did not come to ${placeText(bench, from, first)}`;
  const start = bench.mark();
  const ended = last === undefined ? runToReturn(bench, within) : bench.runToAddress(last, within);
  if (ended) return since(bench, start);
  const end =
    last === undefined
      ? 'return (what leaves in another way is measured by of: { from, to })'
      : `come to ${placeText(bench, to!, last)}`;
  return `it began after ${timeText(start.time - begun.time)}, but did not ${end}`;
}

/** A piece of the firmware takes no more (and no fewer) CPU cycles than this. The machine runs to it and through it. */
export function toTakeCycles(this: MatcherState, received: unknown, options: TakeCyclesOptions): MatcherResult {
  const { bench, name } = benchOf(received);
  checkNames('toTakeCycles', options, ['max', 'min', 'of', 'within'], ['max']);
  const { max, min = 0, of } = options;
  if (!(max >= min && min >= 0))
    throw new UsageError({ what: `toTakeCycles: nothing takes ${min} to ${max} cycles`, remedy: 'give max ≥ min ≥ 0' });
  if (of === undefined)
    throw new UsageError({
      what: 'toTakeCycles: `of` is missing',
      remedy: "say what to measure: { of: 'function', max: 100 }",
    });
  const start = bench.mark();
  const outcome = measure(bench, options);
  const taken = typeof outcome === 'string' ? undefined : outcome;
  const range = min > 0 ? `${grouped(min)} to ${grouped(max)} cycles` : `at most ${grouped(max)} cycles`;
  return verdict({
    state: this,
    subject: name,
    matcher: 'toTakeCycles',
    args: [options],
    // What was not measured is a failure either way.
    pass: taken === undefined ? this.isNot === true : taken.cycles <= max && taken.cycles >= min,
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${range}`],
      [
        'Taken',
        typeof outcome === 'string' ? outcome : `${grouped(outcome.cycles)} cycles (${timeText(outcome.time)})`,
      ],
      ...(taken ? [] : waitRows(bench, start)),
    ],
  });
}
