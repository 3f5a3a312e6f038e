import type { DeviceMemory } from './device.js';
import type { Linked } from './link.js';

/**
 * What hangs on an SPI bus, and how a peripheral that clocks the bus speaks with it: word by word, at the exact instants at
 * which the first bit's clock begins and the last bit's ends. Chip select is no part of it but an ordinary pin: the slave
 * watches it (`p.net('PE3')`) and says by `selected()` what it saw.
 *
 * Words are in the order of the wire: the bit that goes first is the most significant one. A part that is MSB first needs no
 * more; to a master set to LSBFIRST its words come mirrored, as on a board.
 */

/** How the master shifts. */
export interface SpiFrame {
  /** Bits of this piece, at most 16. */
  readonly bits: number;
  /** 2 × CPOL + CPHA of the master. */
  readonly mode: 0 | 1 | 2 | 3;
  /** Length of a bit in seconds × 10⁹; not always whole. */
  readonly bitNs: number;
  /** What the master shifts out: for what passes it on as it comes (a jumper from MOSI to MISO); other slaves wait for `end`. */
  readonly mosi: number;
  /** Data lines in use; 1 if not given. */
  readonly lanes?: 1 | 2 | 4;
  /** With two or four lines: whether the master drives them, or the slave does. */
  readonly sends?: boolean;
}

/** A slave: a part, the SPI peripheral of another board, or a test. Its state is its own (`p.words`, `p.log`). */
export interface SpiSlave {
  /** For logs and messages. */
  readonly name: string;
  /**
   * Bits after which it wants to be asked again; a longer frame of the master comes in pieces of that many. Parts that speak in
   * bytes say 8, so that a master with 16-bit frames is served as well. Without it the master's frames come whole.
   */
  readonly unit?: number | undefined;
  /** Numbers of data lines it can use besides one; words of other kinds pass it by. */
  readonly lanes?: readonly (2 | 4)[];
  /** Whether chip select is active. Asked at the start of each piece; without selection the piece passes it by. */
  selected(): boolean;
  /** The first clock edge of a piece. @returns what it shifts out on MISO, or undefined if it does not drive MISO */
  begin(frame: SpiFrame): number | undefined;
  /** The last clock edge of a piece. `mosi` is what the line carried; its own word while the master listens on one wire. */
  end(mosi: number, frame: SpiFrame): void;
}

/** Where a controller shows a flash as memory. */
export interface SpiWindow {
  /** The memory that is seen there: the flash's contents. */
  readonly memory: DeviceMemory;
  /** Set while the flash erases or programs, and cannot be read. */
  busy: boolean;
}

/** The handle of an SPI peripheral, as parts and tests use it: `p.device('spi1') as SpiHost`. */
export interface SpiHost extends Linked {
  /** Puts a slave on the bus. @returns what takes it off again */
  attach(slave: SpiSlave): () => void;
  /** The peripheral itself as a slave, for another master. */
  readonly asSlave: SpiSlave;
  /** Undefined for controllers that show no flash as memory. */
  readonly window?: SpiWindow;
}

/** `word` with its `bits` low bits in the opposite order. */
export function mirrored(word: number, bits: number): number {
  let result = 0;
  for (let i = 0; i < bits; i++) result |= ((word >>> i) & 1) << (bits - 1 - i);
  return result;
}
