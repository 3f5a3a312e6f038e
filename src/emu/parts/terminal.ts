import { UsageError } from '../errors.js';
import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';

/** What a UART's handle offers to whoever sits at the other end. */
export interface SerialHandle {
  /** Sends text or bytes to the chip, at the line's speed. */
  type(text: string | Uint8Array): void;
  /** The same of bytes that wait until the receiver is on and has room for them; where it is not there, all do. */
  offer?(text: string | Uint8Array): void;
  /** Everything the chip has sent, as far as it is kept. */
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly lines: readonly string[];
}

export interface TerminalOptions {
  /** The pins it is wired to; only for the board's documentation and the check that they exist. */
  readonly tx?: string;
  readonly rx?: string;
}

export interface Terminal extends SerialHandle {
  /** Name of the UART: `usart2`. */
  readonly uart: string;
}

/** A terminal on one of the chip's UARTs: the board's console. */
export function terminal(uart: string, options: TerminalOptions = {}): PartType<Terminal> {
  checkNames('terminal', options, ['tx', 'rx']);
  const pins = [options.tx, options.rx].filter((pin) => pin !== undefined);
  return definePart({
    kind: 'terminal',
    pins,
    setup(p) {
      const serial = p.device(uart) as Partial<SerialHandle>;
      if (typeof serial.type !== 'function') {
        throw new UsageError({
          what: `part '${p.name}' wants a UART, and '${uart}' is none`,
          remedy: 'name a UART of the chip',
        });
      }
      const line = serial as SerialHandle;
      return {
        uart: uart.toLowerCase(),
        type: (text) => line.type(text),
        offer: (text) => (line.offer ? line.offer(text) : line.type(text)),
        get text() {
          return line.text;
        },
        get bytes() {
          return line.bytes;
        },
        get lines() {
          return line.lines;
        },
      };
    },
  });
}
