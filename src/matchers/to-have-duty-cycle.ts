import type { Duration } from '../emu/duration.js';
import { UsageError } from '../emu/errors.js';
import { type MatcherResult, type MatcherState, requireWithin, verdict, waitRows } from './matcher.js';
import { grouped } from './message.js';
import { PIN_WANTED } from './pin-level.js';
import { subjectOf } from './subject.js';
import { dutyCycle, periods, record } from './waveform.js';

export interface DutyCycleOptions {
  /** Machine time in which the periods must come. */
  within: Duration;
  /** How far the share may be off, as a share; 0.01 without it. */
  tolerance?: number;
  /** Whole periods to measure; 3 without it. */
  periods?: number;
}

const percent = (share: number) => `${grouped(Number((share * 100).toPrecision(4)))} %`;

/** The pin is high for a share (0 to 1) of each period; the machine runs for a few of them. */
export function toHaveDutyCycle(
  this: MatcherState,
  received: unknown,
  share: number,
  options: DutyCycleOptions,
): MatcherResult {
  const { bench, name, pin } = subjectOf(received, 'pin', PIN_WANTED);
  requireWithin('toHaveDutyCycle', options, ['tolerance', 'periods']);
  if (!(share > 0 && share < 1)) {
    const remedy = 'give a share between 0 and 1, such as 0.25; a pin that does not change is toBeHigh() or toBeLow()';
    throw new UsageError({ what: `toHaveDutyCycle: ${share} is no duty cycle`, remedy });
  }
  const start = bench.mark();
  const count = options.periods ?? 3;
  const waveform = record(bench, pin, count + 1, options.within);
  const duty = periods(waveform).length === count ? dutyCycle(waveform) : undefined;
  return verdict({
    state: this,
    subject: name,
    matcher: 'toHaveDutyCycle',
    args: [share, options],
    pass: duty !== undefined && Math.abs(duty - share) <= (options.tolerance ?? 0.01),
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${percent(share)} high over ${count} periods`],
      ['Measured', duty === undefined ? `${periods(waveform).length} whole periods` : `${percent(duty)} high`],
      ...waitRows(bench, start),
    ],
  });
}
