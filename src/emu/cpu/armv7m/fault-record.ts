import type { StateAllocator } from './allocator.js';
import type { CpuState } from './cpu-state.js';
import { EXCEPTION, exceptionName } from './exception-numbers.js';
import { BFSR, type FaultStatus, MMFSR } from './fault-status.js';

/** What a fault looked like when it was raised; addresses and registers are unsigned words. */
export interface FaultRecord {
  /** The exception that takes it, after escalation (`'HardFault'`), or `'lockup'`. */
  readonly kind: string;
  /** The fault before escalation (`'BusFault'`). */
  readonly cause: string;
  readonly cfsr: number;
  readonly hfsr: number;
  /** MMFAR or BFAR where it is valid. */
  readonly address: number | undefined;
  /** Address of the instruction. */
  readonly pc: number;
  readonly registers: {
    readonly r0: number;
    readonly r1: number;
    readonly r2: number;
    readonly r3: number;
    readonly r12: number;
    readonly lr: number;
    readonly xpsr: number;
    readonly sp: number;
  };
}

const WORDS = 16;
/** The first faults are the telling ones; later ones are only counted. */
const KEPT = 16;
const LOCKUP = 0;

/** The faults of a run, in the machine's state, so that they go back with a restore. */
export class FaultRecords {
  readonly #words: Int32Array;
  readonly #total: Int32Array;
  readonly #listeners: ((record: FaultRecord) => void)[] = [];

  constructor(allocator: StateAllocator) {
    this.#words = allocator.i32('fault-records', KEPT * WORDS);
    this.#total = allocator.i32('fault-count', 1);
  }

  /** How many faults were raised since power-on. */
  get total(): number {
    return this.#total[0]!;
  }
  get list(): readonly FaultRecord[] {
    return Array.from({ length: Math.min(this.total, KEPT) }, (_, index) => decode(this.#words, index * WORDS));
  }
  listen(listener: (record: FaultRecord) => void): void {
    this.#listeners.push(listener);
  }
  clear(): void {
    this.#words.fill(0);
    this.#total[0] = 0;
  }

  /** `taken` 0 stands for lockup. */
  add(taken: number, cause: number, state: CpuState, status: FaultStatus): void {
    const words = new Int32Array(WORDS);
    const { r } = state;
    words.set([taken, cause, status.cfsr, status.hfsr, status.mmfar, status.bfar, state.pc]);
    words.set([r[0]!, r[1]!, r[2]!, r[3]!, r[12]!, r[14]!, state.xpsr, r[13]!], 7);
    if (this.total < KEPT) this.#words.set(words, this.total * WORDS);
    this.#total[0] = this.total + 1;
    for (const listener of this.#listeners) listener(decode(words, 0));
  }
}

function decode(words: Int32Array, at: number): FaultRecord {
  const word = (index: number): number => words[at + index]! >>> 0;
  const cfsr = word(2);
  // The status bits are sticky: an address that an earlier fault left behind is not this one's.
  let address: number | undefined;
  if (word(1) === EXCEPTION.memManage && cfsr & MMFSR.MMARVALID) address = word(4);
  if (word(1) === EXCEPTION.busFault && cfsr & BFSR.BFARVALID) address = word(5);
  return {
    kind: word(0) === LOCKUP ? 'lockup' : exceptionName(word(0)),
    cause: exceptionName(word(1)),
    cfsr,
    hfsr: word(3),
    address,
    pc: word(6),
    registers: {
      r0: word(7),
      r1: word(8),
      r2: word(9),
      r3: word(10),
      r12: word(11),
      lr: word(12),
      xpsr: word(13),
      sp: word(14),
    },
  };
}
