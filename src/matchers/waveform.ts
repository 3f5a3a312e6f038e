/** Measuring a pin's waveform while the machine runs. */

import type { Duration } from '../emu/duration.js';
import type { Bench, PinSubject } from './subject.js';

/** Times in ns at which the pin rose and fell. */
export interface Waveform {
  readonly rises: readonly number[];
  readonly falls: readonly number[];
}

/** Runs until the pin rose `rises` times, at most for `within`. */
export function record(bench: Bench, pin: PinSubject, rises: number, within: Duration): Waveform {
  const waveform = { rises: [] as number[], falls: [] as number[] };
  let before = pin.level;
  const end = pin.onChange(() => {
    if (pin.level === before) return;
    if (pin.level === 'high') waveform.rises.push(bench.time);
    else if (before === 'high') waveform.falls.push(bench.time);
    before = pin.level;
  });
  bench.runUntil(() => waveform.rises.length >= rises, within, [pin]);
  end();
  return waveform;
}

/** Lengths of the whole periods, rise to rise, in ns. */
export function periods({ rises }: Waveform): number[] {
  return rises.slice(1).map((at, i) => at - rises[i]!);
}

/** The share of the whole periods that the pin was high; undefined without one. */
export function dutyCycle({ rises, falls }: Waveform): number | undefined {
  const first = rises[0];
  const last = rises.at(-1);
  if (first === undefined || last === undefined || last === first) return undefined;
  let high = 0;
  for (const rise of rises.slice(0, -1)) high += falls.find((fall) => fall > rise)! - rise;
  return high / (last - first);
}
