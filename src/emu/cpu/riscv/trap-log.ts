import { causeName } from './trap-causes.js';

/** An exception as it was raised; addresses are unsigned. */
export interface TrapRecord {
  /** The manual's words: `illegal instruction`. */
  readonly kind: string;
  readonly mcause: number;
  /** Address of the instruction. */
  readonly pc: number;
  /** The faulting address or instruction word. */
  readonly mtval: number;
}

const WORDS = 3;
/** The first ones are the telling ones; later ones are only counted. */
const KEPT = 16;
export const TRAP_LOG_WORDS = 1 + KEPT * WORDS;

/** The exceptions of a run (environment calls are none of them), in the machine's state. */
export class TrapLog {
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** How many were raised since power-on. */
  get total(): number {
    return this.#words[0]!;
  }
  get list(): readonly TrapRecord[] {
    return Array.from({ length: Math.min(this.total, KEPT) }, (_, index) => this.#at(1 + index * WORDS));
  }
  add(mcause: number, pc: number, mtval: number): void {
    if (this.total < KEPT) this.#words.set([mcause, pc, mtval], 1 + this.total * WORDS);
    this.#words[0] = this.total + 1;
  }
  clear(): void {
    this.#words.fill(0);
  }

  #at(index: number): TrapRecord {
    const [mcause, pc, mtval] = this.#words.subarray(index, index + WORDS) as unknown as [number, number, number];
    return { kind: causeName(mcause), mcause, pc: pc >>> 0, mtval: mtval >>> 0 };
  }
}
