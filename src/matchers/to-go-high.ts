import type { MatcherResult, MatcherState } from './matcher.js';
import { goesTo } from './pin-level.js';
import type { WithinOption } from './to-write-uart.js';

/** The pin is high, or goes high within some machine time; the machine runs until it does. */
export function toGoHigh(this: MatcherState, received: unknown, options: WithinOption): MatcherResult {
  return goesTo(this, 'toGoHigh', received, 'high', options);
}
