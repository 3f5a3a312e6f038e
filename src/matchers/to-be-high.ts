import type { MatcherResult, MatcherState } from './matcher.js';
import { isAt } from './pin-level.js';

/** The pin is high now, driven or pulled; a floating pin is not. */
export function toBeHigh(this: MatcherState, received: unknown): MatcherResult {
  return isAt(this, 'toBeHigh', received, 'high');
}
