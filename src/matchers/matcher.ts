/** What every matcher is made of. */

import { UsageError } from '../emu/errors.js';
import { checkNames } from '../emu/options.js';
import { callText, failure, frequencyText, grouped, type Row, timeText } from './message.js';
import type { Bench, Start } from './subject.js';

/** The part of the matcher context that vitest and jest share and fwtest uses. */
export interface MatcherState {
  readonly isNot?: boolean;
}

export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * For callers without types.
 * @param others names of the other options
 * @throws UsageError when the machine time to wait is missing, or an option is misspelt
 */
export function requireWithin(
  call: string,
  options: { readonly within?: unknown } | undefined,
  others: readonly string[] = [],
): void {
  checkNames(call, options, ['within', ...others]);
  if (options?.within !== undefined) return;
  throw new UsageError({
    what: `${call}: \`within\` is missing`,
    remedy: "say how much machine time it may take: { within: '50ms' }",
  });
}

/** `Waited`, `CPU` and `Hint` of an expectation that let the machine run; `known` is a hint from elsewhere. */
export function waitRows(bench: Bench, start: Start, known?: string): Row[] {
  const time = bench.time - start.time;
  const cycles = bench.cycles - start.cycles;
  const steady = Math.abs((cycles * 1e9) / time - bench.hertz) < bench.hertz / 1e3;
  const clock = steady ? ` at ${frequencyText(bench.hertz)}` : '';
  const { cpu, hint } = bench.diagnose(start);
  return [
    ['Waited', `${timeText(time)} of machine time (${grouped(cycles)} cycles${clock})`],
    ['CPU', cpu],
    ['Hint', known ?? hint],
  ];
}

/** Where the CPU is, for expectations that did not let it run. */
export function placeRows(bench: Bench): Row[] {
  return [
    ['At', `${timeText(bench.time)} of machine time`],
    ['CPU', bench.diagnose().cpu],
  ];
}

export interface Verdict {
  readonly state: MatcherState;
  readonly subject: string;
  readonly matcher: string;
  readonly args: readonly unknown[];
  readonly pass: boolean;
  /** Asked only when the expectation failed. */
  readonly rows: () => readonly Row[];
}

/** What vitest and jest want back from a matcher. */
export function verdict({ state, subject, matcher, args, pass, rows }: Verdict): MatcherResult {
  const call = callText(subject, state.isNot === true, matcher, args);
  return { pass, message: () => failure(call, rows()) };
}
