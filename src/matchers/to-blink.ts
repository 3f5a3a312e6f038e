import type { Duration } from '../emu/duration.js';
import { UsageError } from '../emu/errors.js';
import { checkNames } from '../emu/options.js';
import { type MatcherResult, type MatcherState, verdict, waitRows } from './matcher.js';
import { frequencyText, grouped, timeText } from './message.js';
import { PIN_WANTED } from './pin-level.js';
import { subjectOf } from './subject.js';
import { periods, record, type Waveform } from './waveform.js';

export interface BlinkOptions {
  /** Full periods (on and off) in a second of machine time. */
  hz: number;
  /** Share by which each period may differ; 0.02 without it. */
  tolerance?: number;
  /** Whole periods to measure; 3 without it. */
  periods?: number;
}

/** Long enough for the periods, the unknown phase at the start, and the tolerance. */
function enough({ hz, tolerance, periods }: Required<BlinkOptions>): Duration {
  return `${Math.ceil(((periods + 2) * (1 + tolerance) * 1e9) / hz)}ns`;
}

function measured(waveform: Waveform): string {
  const lengths = periods(waveform);
  if (lengths.length === 0)
    return `${waveform.rises.length} rising edge${waveform.rises.length === 1 ? '' : 's'}: no whole period`;
  const rate = (lengths.length * 1e9) / lengths.reduce((a, b) => a + b);
  return `${frequencyText(Number(rate.toPrecision(6)))} (periods ${lengths.map(timeText).join(', ')})`;
}

/** The pin changes with a steady rate: the machine runs for a few periods and each of them is measured. */
export function toBlink(this: MatcherState, received: unknown, options: BlinkOptions): MatcherResult {
  const { bench, name, pin } = subjectOf(received, 'pin', PIN_WANTED);
  checkNames('toBlink', options, ['hz', 'tolerance', 'periods'], ['hz']);
  const wanted = { tolerance: 0.02, periods: 3, ...options };
  if (!(wanted.hz > 0))
    throw new UsageError({ what: `toBlink: hz is ${wanted.hz}`, remedy: 'give a rate above 0: { hz: 2 }' });
  const start = bench.mark();
  const waveform = record(bench, pin, wanted.periods + 1, enough(wanted));
  const lengths = periods(waveform);
  const steady = lengths.every((ns) => Math.abs((ns * wanted.hz) / 1e9 - 1) <= wanted.tolerance);
  return verdict({
    state: this,
    subject: name,
    matcher: 'toBlink',
    args: [options],
    pass: steady && lengths.length === wanted.periods,
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${frequencyText(wanted.hz)} ± ${grouped(wanted.tolerance * 100)} %`],
      ['Measured', measured(waveform)],
      ...waitRows(bench, start),
    ],
  });
}
