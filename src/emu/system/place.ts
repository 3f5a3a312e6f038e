import { UsageError } from '../errors.js';

/** `'a.PD12'` as board and what is on it. @throws UsageError where it is none */
export function placeOf(text: string, what: string): { readonly board: string; readonly name: string } {
  const [board, name, ...rest] = text.split('.');
  if (board && name && rest.length === 0) return { board, name };
  throw new UsageError({
    what: `'${text}' names no ${what.replace(/^an? /, '')} of a board`,
    where: 'the wires of systemTest',
    remedy: "give the board's name in the system and the pin or device: 'sender.PD12', 'sender.usart2'",
  });
}
