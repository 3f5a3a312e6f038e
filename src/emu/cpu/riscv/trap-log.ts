import { type Privilege, privilegeName } from './privilege.js';
import { causeName } from './trap-causes.js';
import { exact } from './wide.js';

/** An exception as it was raised. Addresses are unsigned; those of 64 bits that a number does not hold exactly are bigints. */
export interface TrapRecord {
  /** The manual's words: `illegal instruction`. */
  readonly kind: string;
  readonly mcause: number;
  /** Address of the instruction. */
  readonly pc: number | bigint;
  /** The faulting address or instruction word. */
  readonly mtval: number | bigint;
  /** `supervisor mode`: where the instruction was. */
  readonly mode: string;
}

const WORDS = 6;
const MOST = 0x7fff_ffff;
/** The first ones are the telling ones; later ones are only counted. */
const KEPT = 16;
const STUCK = 1 + KEPT * WORDS;
export const TRAP_LOG_WORDS = STUCK + 1;

/** The exceptions of a run (environment calls are none of them), in the machine's state. */
export class TrapLog {
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** How many were raised since power-on, 2³¹ − 1 at most. */
  get total(): number {
    return this.#words[0]!;
  }
  get list(): readonly TrapRecord[] {
    return Array.from({ length: Math.min(this.total, KEPT) }, (_, index) => this.#at(1 + index * WORDS));
  }
  add(mcause: number, pc: readonly [number, number], mtval: readonly [number, number], privilege: Privilege): void {
    if (this.total < KEPT) this.#words.set([mcause, ...pc, ...mtval, privilege], 1 + this.total * WORDS);
    this.count(1);
  }
  /** More of them that are not kept. */
  count(times: number): void {
    this.#words[0] = Math.min(this.total + times, MOST);
  }
  /** Whether the last thing the hart did was a trap that changed nothing. */
  get stuck(): boolean {
    return this.#words[STUCK] !== 0;
  }
  set stuck(on: boolean) {
    this.#words[STUCK] = on ? 1 : 0;
  }
  clear(): void {
    this.#words.fill(0);
  }

  #at(index: number): TrapRecord {
    const at = (i: number) => this.#words[index + i]!;
    return {
      kind: causeName(at(0)),
      mcause: at(0),
      pc: exact(at(1), at(2)),
      mtval: exact(at(3), at(4)),
      mode: privilegeName(at(5) as Privilege),
    };
  }
}
