import type { MatcherResult, MatcherState } from './matcher.js';
import { goesTo } from './pin-level.js';
import type { WithinOption } from './to-write-uart.js';

/** The pin is low, or goes low within some machine time; the machine runs until it does. */
export function toGoLow(this: MatcherState, received: unknown, options: WithinOption): MatcherResult {
  return goesTo(this, 'toGoLow', received, 'low', options);
}
