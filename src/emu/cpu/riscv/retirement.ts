import type { Emitter } from '../../isa/emitter.js';
import type { ScalarWord } from './hart-context.js';

/**
 * How minstret is known without counting: every instruction takes one cycle but those that stall, so what has retired is
 * the cycles that passed, less stalls, sleep, and instructions that raised an exception (Unpriv 10.1).
 */

/** For bodies: the instruction takes `cycles` more than one. */
export function stall(o: Emitter, cycles: number): void {
  o.set<'i64'>('stalls', o.add<'i64'>(o.get<'i64'>('stalls'), cycles));
}

/** `sleepingSince` is 1 + the cycle, 0 while awake. */
const WORD = { notRetired: 0, asleep: 1, sleepingSince: 2 } as const;
export const RETIREMENT_WORDS = 3;

export class Retirement {
  readonly #words: Float64Array;
  readonly #stalls: readonly [ScalarWord, ScalarWord];
  readonly #cycles: () => number;

  /** `stalls`: the scalar's low and high word; `cycles` counts the hart's clock. */
  constructor(words: Float64Array, stalls: readonly [ScalarWord, ScalarWord], cycles: () => number) {
    this.#words = words;
    this.#stalls = stalls;
    this.#cycles = cycles;
  }

  /** Instructions that retired since power-on, the one that asks included. */
  count(): number {
    return (
      this.#cycles() -
      (this.#stalls[0].value >>> 0) -
      this.#stalls[1].value * 2 ** 32 -
      this.#words[WORD.notRetired]! -
      this.#words[WORD.asleep]! -
      this.#sleep()
    );
  }
  /** The instruction that was just charged raised an exception; or so many did. */
  abandoned(times = 1): void {
    this.#words[WORD.notRetired] = this.#words[WORD.notRetired]! + times;
  }
  fallAsleep(): void {
    this.#words[WORD.sleepingSince] = 1 + this.#cycles();
  }
  wake(): void {
    this.#words[WORD.asleep] = this.#words[WORD.asleep]! + this.#sleep();
    this.#words[WORD.sleepingSince] = 0;
  }

  #sleep(): number {
    const since = this.#words[WORD.sleepingSince]!;
    return since === 0 ? 0 : this.#cycles() - (since - 1);
  }
}
