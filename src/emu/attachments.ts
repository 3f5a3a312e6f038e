import type { Log } from './log.js';

/**
 * What was attached to a device's bus: parts at power-up of the machine, a test's own peers later. Who is attached is
 * state: a log holds the order, so a restored machine has the peers it had, and a test's peers are gone in the next test.
 */
export class Attachments<T extends object> implements Iterable<T> {
  /** What entry of the log attached what. */
  readonly #attached = new Map<number, T>();
  /** 1 + its own index for an attachment, the negative of that for its end. */
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @returns what takes it off again */
  add(one: T): () => void {
    const entry = this.#log.length;
    this.#log.append(entry + 1);
    // After a restore the entry is another one's, attached in a past that did not happen.
    this.#attached.set(entry, one);
    return () => this.#log.append(-(entry + 1));
  }

  /** Those that are attached now, in the order they came. */
  *[Symbol.iterator](): Generator<T> {
    for (let i = 0; i < this.#log.length; i++) {
      if (this.#log.at(i) === i + 1 && this.#lasts(i)) yield this.#attached.get(i)!;
    }
  }

  /** Whether no later entry ends the attachment of entry `index`. */
  #lasts(index: number): boolean {
    for (let i = index + 1; i < this.#log.length; i++) if (this.#log.at(i) === -(index + 1)) return false;
    return true;
  }
}
