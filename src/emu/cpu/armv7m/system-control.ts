import type { StateAllocator } from './allocator.js';

/** Words of the System Control Block that the exception model reads: kept here, shown by the SCB's registers. */
export interface SystemControl {
  vtor: number;
  scr: number;
  /** DEMCR.MON_EN, TRCENA as bits of DEMCR. */
  demcr: number;
  /** System reset: DEMCR belongs to the debug domain and stays. */
  reset(): void;
}

/** The system control words as state. */
export function systemControl(allocator: StateAllocator): SystemControl {
  const words = allocator.i32('system-control', 3);
  return {
    get vtor() {
      return words[0]! >>> 0;
    },
    set vtor(value) {
      words[0] = value;
    },
    get scr() {
      return words[1]!;
    },
    set scr(value) {
      words[1] = value;
    },
    get demcr() {
      return words[2]!;
    },
    set demcr(value) {
      words[2] = value;
    },
    reset() {
      words.fill(0, 0, 2);
    },
  };
}
