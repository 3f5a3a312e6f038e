import type { Clock } from '../time.js';

/** Cycles of a hart's turn. */
export const TURN = 4096;

/** Words of the schedule: whose turn it is, when it began and will end, who has the engine, then how many cycles each one had. */
const WORD = { present: 0, start: 1, end: 2, holder: 3, own: 4 } as const;
export const turnWords = (takers: number) => WORD.own + takers;

/**
 * Harts (or whole cores) take turns, in order and for a fixed time each: while all of them run, each has its own clock on average.
 * What one has executed beyond the end of its turn it takes from the next one. `clock` runs as fast as all of them together.
 */
export class Turns {
  readonly #lengths: readonly number[];
  /** Of all turns, one each. */
  readonly #round: number;
  readonly #words: Float64Array;
  readonly #clock: Pick<Clock, 'now'>;

  /** `lengths`: cycles of each one's turn. */
  constructor(lengths: readonly number[], words: Float64Array, clock: Pick<Clock, 'now'>) {
    this.#lengths = lengths;
    this.#round = lengths.reduce((sum, length) => sum + length, 0);
    this.#words = words;
    this.#clock = clock;
    words[WORD.end] = lengths.length === 1 ? Number.POSITIVE_INFINITY : lengths[0]!;
  }

  get present(): number {
    return this.#words[WORD.present]!;
  }
  /** The one whose registers the engine has: the last one that executed. */
  get holder(): number {
    return this.#words[WORD.holder]!;
  }
  set holder(one: number) {
    this.#words[WORD.holder] = one;
  }
  /** Cycles of the turn that are left, 0 or less at its end. */
  get left(): number {
    return this.#words[WORD.end]! - this.#clock.now();
  }

  /** Cycles that one had since power-on: its own clock. */
  own(one: number): number {
    const words = this.#words;
    const before = words[WORD.own + one]!;
    return one === words[WORD.present] ? before + this.#clock.now() - words[WORD.start]! : before;
  }
  /** The same while none executes: turns that were over meanwhile need not have been counted. */
  ownAsleep(one: number): number {
    const words = this.#words;
    let passed = this.#clock.now() - words[WORD.end]!;
    if (passed <= 0) return this.own(one);
    const present = words[WORD.present]!;
    let own = words[WORD.own + one]! + (one === present ? words[WORD.end]! - words[WORD.start]! : 0);
    const rounds = Math.floor(passed / this.#round);
    own += rounds * this.#lengths[one]!;
    passed -= rounds * this.#round;
    for (let next = (present + 1) % this.#lengths.length; passed > 0; next = (next + 1) % this.#lengths.length) {
      if (next === one) own += Math.min(passed, this.#lengths[next]!);
      passed -= this.#lengths[next]!;
    }
    return own;
  }

  /** The present one has executed to the end of its turn, or beyond. */
  next(): void {
    const words = this.#words;
    const now = this.#clock.now();
    this.#count(now - words[WORD.start]!);
    words[WORD.start] = now;
    words[WORD.end] = words[WORD.end]! + this.#lengths[words[WORD.present]!]!;
  }

  /** Time has passed while nothing was executed: the turns that were over meanwhile are counted. */
  catchUp(): void {
    if (this.#lengths.length === 1) return;
    const words = this.#words;
    const now = this.#clock.now();
    const rounds = Math.floor((now - words[WORD.end]!) / this.#round);
    if (rounds > 0) {
      for (const [one, length] of this.#lengths.entries())
        words[WORD.own + one] = words[WORD.own + one]! + rounds * length;
      words[WORD.start] = words[WORD.start]! + rounds * this.#round;
      words[WORD.end] = words[WORD.end]! + rounds * this.#round;
    }
    while (words[WORD.end]! <= now) {
      this.#count(words[WORD.end]! - words[WORD.start]!);
      words[WORD.start] = words[WORD.end]!;
      words[WORD.end] = words[WORD.end]! + this.#lengths[words[WORD.present]!]!;
    }
  }

  #count(cycles: number): void {
    const words = this.#words;
    const present = words[WORD.present]!;
    words[WORD.own + present] = words[WORD.own + present]! + cycles;
    words[WORD.present] = (present + 1) % this.#lengths.length;
  }
}
