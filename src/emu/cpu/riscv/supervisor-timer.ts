import type { CoreScheduler } from '../../cpu.js';
import type { TimedEvent } from '../../scheduler.js';
import type { Clock } from '../../time.js';
import type { Counter64 } from './counter64.js';
import type { Cell } from './csr-cell.js';
import { type HartWords, WORD } from './hart-words.js';
import type { Interrupts } from './interrupts.js';

/** menvcfg.STCE is the top bit of 64 (Sstc 3). */
export const STCE = 1 << 31;

/** stimecmp: supervisor mode's own timer (Sstc 2). While menvcfg.STCE is set, it makes mip.STIP. */
export class SupervisorTimer {
  readonly #words: Int32Array;
  readonly #interrupts: Interrupts;
  readonly #mtime: Counter64;
  readonly #clock: Clock;
  readonly #due: TimedEvent;

  constructor(
    name: string,
    hart: HartWords,
    interrupts: Interrupts,
    mtime: Counter64,
    clock: Clock,
    scheduler: CoreScheduler,
  ) {
    this.#words = hart.words;
    this.#interrupts = interrupts;
    this.#mtime = mtime;
    this.#clock = clock;
    this.#due = scheduler.event(`${name}.stimecmp`, clock, () => this.compare());
  }

  get enabled(): boolean {
    return (this.#words[WORD.menvcfg + 1]! & STCE) !== 0;
  }

  reset(): void {
    this.#due.cancel();
  }

  /** stimecmp, mtime or STCE changed. Without STCE mip.STIP is software's. */
  compare(): void {
    this.#due.cancel();
    if (!this.enabled) return;
    const missing = this.#mtime.countsUntil(this.#words[WORD.stimecmp + 1]!, this.#words[WORD.stimecmp]!);
    this.#interrupts.setTimer(missing <= 0);
    if (missing > 0 && missing <= Number.MAX_SAFE_INTEGER) this.#due.at(this.#clock.now() + missing);
  }
  /** STCE was written: what was pending on its own account is not any more. */
  switched(): void {
    this.#interrupts.setTimer(false);
    this.compare();
  }

  cell(): Cell {
    return {
      ...this.#half(0),
      high: () => this.#words[WORD.stimecmp + 1]!,
      write: (low, high) => this.#set(low, high),
    };
  }
  lowCell(): Cell {
    return { ...this.#half(0), write: (low) => this.#set(low, this.#words[WORD.stimecmp + 1]!) };
  }
  highCell(): Cell {
    return { ...this.#half(1), write: (word) => this.#set(this.#words[WORD.stimecmp]!, word) };
  }

  #half(half: 0 | 1): Cell {
    return { read: () => this.#words[WORD.stimecmp + half]! };
  }
  #set(low: number, high: number): void {
    this.#words[WORD.stimecmp] = low;
    this.#words[WORD.stimecmp + 1] = high;
    this.compare();
  }
}
