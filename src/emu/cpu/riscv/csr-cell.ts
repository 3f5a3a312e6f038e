import type { Counter64 } from './counter64.js';

/**
 * One CSR as an instruction sees it. A value is a low and a high word, both signed; the high one counts on RV64 alone and is
 * 0 where a cell does not give it.
 */
export interface Cell {
  read(): number;
  high?(): number;
  /** Without it the CSR is read-only zero, or read-only by its number. */
  write?(low: number, high: number): void;
  /** What CSRRS and CSRRC start from, where that is not what they give (mip.SEIP, Priv 3.1.9). */
  basis?(): number;
  /** Whether the present privilege and settings let an instruction use it; without it the CSR's number alone decides. */
  allowed?(): boolean;
}

export const ZERO: Cell = { read: () => 0, write: () => {} };

/** A CSR that is two words of state; only the bits of `mask` can be written. */
export function wordCell(words: Int32Array, at: number, mask = -1, highMask = -1): Cell {
  return {
    read: () => words[at]!,
    high: () => words[at + 1]!,
    write: (low, high) => {
      words[at] = low & mask;
      words[at + 1] = high & highMask;
    },
  };
}

/** One word of state on either width: the upper half of the register is zero. */
export function narrowCell(words: Int32Array, at: number, mask = -1): Cell {
  return {
    read: () => words[at]!,
    write: (low) => {
      words[at] = low & mask;
    },
  };
}

/** A counter whole, as RV64 sees it. */
export function counterCell(counter: Counter64, writable: boolean): Cell {
  const cell = { read: () => counter.low, high: () => counter.high };
  return writable ? { ...cell, write: (low, high) => counter.setWords(low, high) } : cell;
}
/** Its halves, as RV32 sees it. */
export function lowCell(counter: Counter64, writable: boolean): Cell {
  const read = () => counter.low;
  return writable ? { read, write: (low) => counter.setLow(low) } : { read };
}
export function highCell(counter: Counter64, writable: boolean): Cell {
  const read = () => counter.high;
  return writable ? { read, write: (low) => counter.setHigh(low) } : { read };
}
