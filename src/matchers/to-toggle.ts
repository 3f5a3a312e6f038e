import { type MatcherResult, type MatcherState, requireWithin, verdict, waitRows } from './matcher.js';
import { edgesSince, edgesText, PIN_WANTED } from './pin-level.js';
import { subjectOf } from './subject.js';
import type { WithinOption } from './to-write-uart.js';

export interface ToggleOptions extends WithinOption {
  /** Changes of level to see; 1 without it. */
  times?: number;
}

/** The pin changes its level within some machine time; the machine runs until it did so often enough. */
export function toToggle(this: MatcherState, received: unknown, options: ToggleOptions): MatcherResult {
  const { bench, name, pin } = subjectOf(received, 'pin', PIN_WANTED);
  requireWithin('toToggle', options, ['times']);
  const start = bench.mark();
  const times = options.times ?? 1;
  let changes = 0;
  let before = pin.level;
  const end = pin.onChange(() => {
    if (pin.level !== before) changes++;
    before = pin.level;
  });
  const pass = bench.runUntil(() => changes >= times, options.within, [pin]);
  end();
  return verdict({
    state: this,
    subject: name,
    matcher: 'toToggle',
    args: [options],
    pass,
    rows: () => [
      ['Expected', `${this.isNot ? 'fewer than ' : ''}${times} change${times === 1 ? '' : 's'} of level`],
      ['Edges', edgesText(edgesSince(pin, start.time))],
      ...waitRows(bench, start),
    ],
  });
}
