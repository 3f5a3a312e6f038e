import type { MatcherResult, MatcherState } from './matcher.js';
import { isAt } from './pin-level.js';

/** The pin is low now, driven or pulled; a floating pin is not. */
export function toBeLow(this: MatcherState, received: unknown): MatcherResult {
  return isAt(this, 'toBeLow', received, 'low');
}
