import type { Linked } from './link.js';

/** What hangs on an I2S bus: audio converters, microphones, tests. Sample by sample, at the end of each channel's slot. */

export type I2sChannel = 'left' | 'right';

/** One slot of a frame. */
export interface I2sSlot {
  readonly channel: I2sChannel;
  /** Bits of data: 16, 24 or 32. */
  readonly bits: number;
  /** Bits of the slot: 16 or 32; data comes first, zeros follow (last, for the LSB-justified standard). */
  readonly slotBits: number;
  /** Length of a bit in seconds × 10⁹; not always whole. */
  readonly bitNs: number;
}

/** Hears what a transmitter sends, gives what a receiver gets, or both. Its state is its own (`p.words`, `p.log`). */
export interface I2sPeer {
  readonly name: string;
  /** The slot ended; `sample` is unsigned, `slot.bits` wide. */
  heard?(sample: number, slot: I2sSlot): void;
  /** The slot begins: what it puts on the receiver's data line, `slot.bits` wide; undefined if it does not drive the line. */
  sample?(slot: I2sSlot): number | undefined;
}

/** The handle of an SPI peripheral in I2S mode (or of an I2Sxext), as parts and tests use it: `p.device('spi3') as I2sHost`. */
export interface I2sHost extends Linked {
  /** Puts a peer on the bus. @returns what takes it off again */
  attachI2s(peer: I2sPeer): () => void;
}

/** A sample as a signed number: `signedSample(0xffff, 16)` is −1. */
export function signedSample(sample: number, bits: number): number {
  return bits >= 32 ? sample | 0 : (sample << (32 - bits)) >> (32 - bits);
}
