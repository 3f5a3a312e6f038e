/** `expectGpioHigh(board, 'PD12')`: for those who like functions better than matchers. */

import { toBeHigh } from '../matchers/to-be-high.js';
import { toBeLow } from '../matchers/to-be-low.js';
import type { BoardControls } from './board-handle.js';

function require(
  matcher: typeof toBeHigh,
  board: BoardControls,
  pin: string,
  caller: (...args: never[]) => unknown,
): void {
  const { pass, message } = matcher.call({ isNot: false }, board.pin(pin));
  if (pass) return;
  const error = new Error(message());
  Error.captureStackTrace?.(error, caller);
  throw error;
}

/** The pin is high now, driven or pulled; a floating pin fails with that word. */
export function expectGpioHigh(board: BoardControls, pin: string): void {
  require(toBeHigh, board, pin, expectGpioHigh);
}

/** The pin is low now, driven or pulled; a floating pin fails with that word. */
export function expectGpioLow(board: BoardControls, pin: string): void {
  require(toBeLow, board, pin, expectGpioLow);
}
