import type { Link } from '../../link.js';
import type { UartFrame, UartListener } from '../../uart-link.js';
import type { TypeOptions } from './usart-peer.js';
import type { Usart } from './usart-port.js';

/** What tests see of a port: the other end of its line. */
export function handleOf(unit: Usart) {
  const bytes = (): Uint8Array => Uint8Array.from(unit.output.words());
  const text = (): string => {
    unit.output.mustBeHeard(unit.routing('TX'));
    return new TextDecoder().decode(bytes(), { stream: true });
  };
  return {
    links: ['uart'] as readonly Link[],
    /**
     * Sends text (as UTF-8) or words to the port's receiver, frame after frame, once it is ready for them. In synchronous mode they
     * come in while the port clocks its own words out.
     */
    type: (data: string | Iterable<number>, options: TypeOptions = {}) => unit.type(data, options),
    /** The same; each word waits until the data register is free, too. */
    offer: (data: string | Iterable<number>) => unit.offer(data),
    /** Holds the port's receive line low for `bits` bit times, in turn with what is typed: a break, of 13 bits in LIN (30.3.8). */
    sendBreak: (bits = 13, options: Pick<TypeOptions, 'baud'> = {}) => unit.peer.sendBreak(bits, options.baud),
    /** Puts a listener on the line the port sends by: a part, another board. @returns what takes it off again */
    attach: (listener: UartListener) => unit.listeners.add(listener),
    /** A frame begins now on the line by which the port receives, whatever it is set to. */
    hear: (frame: UartFrame) => unit.peer.hear(frame),
    /** Everything written since power-on or `clear()`, as UTF-8. Throws if frames were sent but none reached a pin. */
    get text(): string {
      return text();
    },
    /** `text` by lines, without their ends; a last line without end counts too. */
    get lines(): string[] {
      const lines = text().split(/\r?\n/);
      if (lines.at(-1) === '') lines.pop();
      return lines;
    },
    /** The same as bytes, as far as any came out (see `hint`); `words` keeps the ninth bit. */
    get bytes(): Uint8Array {
      return bytes();
    },
    get words(): number[] {
      return unit.output.words();
    },
    /** Forgets what was written so far. */
    clear: () => unit.output.clear(),
    /** Baud rate the host listens at; undefined: the port's own, whatever it is. */
    get listenBaud(): number | undefined {
      return unit.output.baud;
    },
    set listenBaud(rate: number | undefined) {
      unit.output.baud = rate;
    },
    get breaks(): number {
      return unit.output.breaks;
    },
    /** Frames the host heard with a stop bit of 0. */
    get framingErrors(): number {
      return unit.output.framingErrors;
    },
    /** Typed words that have not been sent yet. */
    get pending(): number {
      return unit.peer.waiting;
    },
    /** Smartcard mode: the card refuses the next frames of the port, which sees a framing error for each (30.3.11). */
    nackNext: (frames = 1) => unit.card.refuse(frames),
    /** Smartcard mode: how many frames of the card the port has refused for their parity. */
    get nacks(): number {
      return unit.card.nacks;
    },
    /** Smartcard mode: frequency at the CK pin, 0 while it is off (30.3.11, GTPR.PSC). Its edges are not shown. */
    get cardClock(): number {
      return unit.cardClock;
    },
    /** Why nothing goes out or comes in, as far as the port can tell. */
    get hint(): string | undefined {
      return unit.hint;
    },
  };
}
