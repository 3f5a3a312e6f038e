import type { Linked } from './link.js';

/**
 * What is at the other end of a UART's line, and how a port speaks with it: frame by frame, at the exact instant at which the start
 * bit begins. A part, the port of another board, a test.
 */

/** A frame as it lies on the line. */
export interface UartFrame {
  /** The bits between start and stop bit, parity included, the first one on the line the lowest. */
  readonly word: number;
  /** How many those are: 8 or 9. */
  readonly bits: number;
  /** Stop bits in halves: 2 is one bit. */
  readonly stopHalves: number;
  /** Length of a bit in seconds × 10⁹; not always whole. */
  readonly bitNs: number;
  /** A break: bit times that the line is low; `word` counts for nothing. */
  readonly low?: number;
}

/** Hears what a port sends. Its state is its own (`p.words`, `p.log`). */
export interface UartListener {
  /** A start bit begins now. */
  begin(frame: UartFrame): void;
}

/** The handle of a UART, as parts use it: `p.device('usart3') as UartHost`. */
export interface UartHost extends Linked {
  /** Puts a listener on the line the port sends by. @returns what takes it off again */
  attach(listener: UartListener): () => void;
  /** A start bit begins now on the line by which the port receives; it is lost where the port cannot hear it. */
  hear(frame: UartFrame): void;
}
