import type { Retirement } from './retirement.js';

const STATE = { awake: 0, waiting: 1, halted: 2 } as const;

/** Whether the hart executes: it may wait in WFI, or be halted for good by the board. */
export class Sleep {
  readonly #word: Int32Array;
  readonly #retirement: Retirement;

  /** `word` is one word of state. */
  constructor(word: Int32Array, retirement: Retirement) {
    this.#word = word;
    this.#retirement = retirement;
  }

  get waiting(): boolean {
    return this.#word[0] === STATE.waiting;
  }
  get halted(): boolean {
    return this.#word[0] === STATE.halted;
  }
  wait(): void {
    this.#enter(STATE.waiting);
  }
  halt(): void {
    this.#enter(STATE.halted);
  }
  wake(): void {
    if (this.#word[0] !== STATE.awake) this.#retirement.wake();
    this.#word[0] = STATE.awake;
  }

  #enter(state: number): void {
    if (this.#word[0] === STATE.awake) this.#retirement.fallAsleep();
    this.#word[0] = state;
  }
}
