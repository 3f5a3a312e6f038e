import { UsageError } from '../errors.js';
import type { PartContext } from '../part.js';

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

/** What a wire can be put on. */
export interface Port {
  /** `a UART` */
  readonly what: string;
  /** A wire as it should be. */
  readonly example: string;
}

/** What a wire needs of a device: `has` is a function of its handle by which it is known. @throws UsageError where it is none */
export function hostOf<T extends object>(p: PartContext, name: string, has: keyof T & string, port: Port): T {
  const host = p.device(name) as Record<string, unknown>;
  if (typeof host[has] === 'function') return host as T;
  throw new UsageError({
    what: `'${name}' is not ${port.what} that a wire between boards can be put on`,
    where: p.name,
    remedy: `name one of an STM32F407: ${port.example}`,
  });
}
