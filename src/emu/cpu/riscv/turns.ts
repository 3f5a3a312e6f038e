import type { Clock } from '../../time.js';

/** Cycles of a turn. */
export const TURN = 4096;

/** Words of the schedule: whose turn it is, when it began and will end, who has the engine, then how many cycles each hart had. */
const WORD = { present: 0, start: 1, end: 2, holder: 3, own: 4 } as const;
export const turnWords = (harts: number) => WORD.own + harts;

/**
 * Harts take turns, in order and for a fixed time each: while all of them run, each has its own clock on average. What one has
 * executed beyond the end of its turn it takes from the next one. `clock` runs as fast as all of them together.
 */
export class Turns {
  readonly harts: number;
  readonly #words: Float64Array;
  readonly #clock: Clock;

  constructor(harts: number, words: Float64Array, clock: Clock) {
    this.harts = harts;
    this.#words = words;
    this.#clock = clock;
    if (harts === 1) words[WORD.end] = Number.POSITIVE_INFINITY;
    else words[WORD.end] = TURN;
  }

  get present(): number {
    return this.#words[WORD.present]!;
  }
  /** The hart whose registers the engine has: the last one that executed. */
  get holder(): number {
    return this.#words[WORD.holder]!;
  }
  set holder(hart: number) {
    this.#words[WORD.holder] = hart;
  }
  /** Cycles of the turn that are left, 0 or less at its end. */
  get left(): number {
    return this.#words[WORD.end]! - this.#clock.now();
  }

  /** Cycles that a hart had since power-on: its own clock. */
  own(hart: number): number {
    const words = this.#words;
    const before = words[WORD.own + hart]!;
    return hart === words[WORD.present] ? before + this.#clock.now() - words[WORD.start]! : before;
  }

  /** The present hart has executed to the end of its turn, or beyond. */
  next(): void {
    const words = this.#words;
    const now = this.#clock.now();
    this.#count(now - words[WORD.start]!);
    words[WORD.start] = now;
    words[WORD.end] = words[WORD.end]! + TURN;
  }

  /** Time has passed while nothing was executed: the turns that were over meanwhile are counted. */
  catchUp(): void {
    if (this.harts === 1) return;
    const words = this.#words;
    const now = this.#clock.now();
    const rounds = Math.floor((now - words[WORD.end]!) / (TURN * this.harts));
    if (rounds > 0) {
      const passed = rounds * TURN;
      for (let hart = 0; hart < this.harts; hart++) words[WORD.own + hart] = words[WORD.own + hart]! + passed;
      words[WORD.start] = words[WORD.start]! + passed * this.harts;
      words[WORD.end] = words[WORD.end]! + passed * this.harts;
    }
    while (words[WORD.end]! <= now) {
      this.#count(words[WORD.end]! - words[WORD.start]!);
      words[WORD.start] = words[WORD.end]!;
      words[WORD.end] = words[WORD.end]! + TURN;
    }
  }

  #count(cycles: number): void {
    const words = this.#words;
    const present = words[WORD.present]!;
    words[WORD.own + present] = words[WORD.own + present]! + cycles;
    words[WORD.present] = (present + 1) % this.harts;
  }
}
