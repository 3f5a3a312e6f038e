/** `expectGpioHigh(board, 'PD12')`: for those who like functions better than matchers. */

import { toBeHigh } from '../matchers/to-be-high.js';
import { toBeLow } from '../matchers/to-be-low.js';
import type { BoardControls } from './board-handle.js';

type Caller = (...args: never[]) => unknown;

function check(matcher: typeof toBeHigh, board: BoardControls, pin: string, caller: Caller): void {
  const { pass, message } = matcher.call({ isNot: false }, board.pin(pin));
  if (pass) return;
  const error = new Error(message());
  // The stack begins at the test's own line.
  Error.captureStackTrace?.(error, caller);
  throw error;
}

/** The pin is high now, driven or pulled; a floating pin fails with that word. */
export function expectGpioHigh(board: BoardControls, pin: string, caller: Caller = expectGpioHigh): void {
  check(toBeHigh, board, pin, caller);
}

/** The pin is low now, driven or pulled; a floating pin fails with that word. */
export function expectGpioLow(board: BoardControls, pin: string, caller: Caller = expectGpioLow): void {
  check(toBeLow, board, pin, caller);
}
