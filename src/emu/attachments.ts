import type { Log } from './log.js';

/**
 * What was attached to a device's bus: parts at power-up of the machine, a test's own peers later. Who is attached is
 * state: a log holds the order, so a restored machine has the peers it had, and a test's peers are gone in the next test.
 */
export class Attachments<T extends object> implements Iterable<T> {
  /** Everything that ever was attached; the log says which of them is now. */
  readonly #known: T[] = [];
  /** 1 + index for an attachment, its negative for its end. */
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @returns what takes it off again */
  add(one: T): () => void {
    const known = this.#known.indexOf(one);
    const id = known < 0 ? this.#known.push(one) : known + 1;
    this.#log.append(id);
    return () => this.#log.append(-id);
  }

  /** Those that are attached now, in the order they came. */
  *[Symbol.iterator](): Generator<T> {
    for (let i = 0; i < this.#log.length; i++) {
      const id = this.#log.at(i) ?? 0;
      if (id > 0 && this.#lasts(id, i)) yield this.#known[id - 1]!;
    }
  }

  /** Whether no later entry ends, or repeats, the one at `index`. */
  #lasts(id: number, index: number): boolean {
    for (let i = index + 1; i < this.#log.length; i++) if (Math.abs(this.#log.at(i)!) === id) return false;
    return true;
  }
}
