/** A UART of a board by its name, that of the terminal on it, or as the console. */

import { UsageError } from '../emu/errors.js';
import { unknown } from '../emu/options.js';
import type { BoardControls } from './board-handle.js';
import type { UartOutput } from './uart-handle.js';

/** The board's console, or the only UART there is. */
export function consoleUart({ uartOutputs }: BoardControls): UartOutput | undefined {
  const different = new Set([...uartOutputs.values()].filter(({ input }) => input !== undefined));
  return uartOutputs.get('console') ?? (different.size === 1 ? [...different][0] : undefined);
}

/** @throws UsageError when the board has no such UART, or no console where none is named */
export function uartNamed(board: BoardControls, name?: string): UartOutput {
  const { uartOutputs: all } = board;
  const found = name === undefined ? consoleUart(board) : (all.get(name) ?? all.get(name.toLowerCase()));
  if (found) return found;
  const names = [...all.keys()];
  if (name !== undefined && names.length > 0) throw unknown(`board '${board.name}'`, 'UART', name, names);
  const what = name === undefined ? 'the board has no console' : 'the board has no UART';
  throw new UsageError({ what, remedy: names.length > 0 ? `name one: ${names.join(', ')}` : 'give it one' });
}
