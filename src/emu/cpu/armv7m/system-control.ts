import type { StateAllocator } from './allocator.js';

/** Words of the System Control Block that the exception model reads: kept here, shown by the SCB's registers. */
export class SystemControl {
  readonly #words: Int32Array;
  /** What VTOR is after a reset: the chip's maker decides (B3.2.5). */
  readonly vectorBase: number;

  constructor(allocator: StateAllocator, vectorBase = 0) {
    this.vectorBase = vectorBase;
    this.#words = allocator.i32('system-control', 4);
  }

  get vtor(): number {
    return this.#words[0]! >>> 0;
  }
  set vtor(value: number) {
    this.#words[0] = value;
  }
  get scr(): number {
    return this.#words[1]!;
  }
  set scr(value: number) {
    this.#words[1] = value;
  }
  /** DEMCR.MON_EN, TRCENA as bits of DEMCR. */
  get demcr(): number {
    return this.#words[2]!;
  }
  set demcr(value: number) {
    this.#words[2] = value;
  }
  /** ITM_TPR.PRIVMASK. */
  get tpr(): number {
    return this.#words[3]!;
  }
  set tpr(value: number) {
    this.#words[3] = value;
  }
  /** System reset: DEMCR belongs to the debug domain and stays. */
  reset(): void {
    this.#words.fill(0, 0, 2);
    this.#words[0] = this.vectorBase;
  }
}
