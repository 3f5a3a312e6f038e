/**
 * The wire on which a memory tells the core how long code and data take to come from it, in lines of 128 bits: the bits
 * of its level.
 */
export const CODE_LINES = {
  /** Cycles that a line is waited for: three bits. */
  waits: 0b111,
  /** The line behind the one in use is read ahead. */
  readsAhead: 1 << 8,
  /** Lines of code, and of data, are kept in caches. */
  keepsCode: 1 << 9,
  keepsData: 1 << 10,
  /** While set, a cache is emptied. */
  emptiesCode: 1 << 11,
  emptiesData: 1 << 12,
} as const;
