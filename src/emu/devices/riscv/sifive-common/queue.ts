/** The FIFO of SiFive's serial devices: words in the order they came, over a device's state words. */
export class Queue {
  /** Entries, then the index of the oldest and how many there are. */
  readonly #words: Int32Array;
  readonly depth: number;

  constructor(words: Int32Array) {
    this.#words = words;
    this.depth = words.length - 2;
  }

  /** Words of state that a queue needs. */
  static words(depth: number): number {
    return depth + 2;
  }

  get length(): number {
    return this.#words[this.depth + 1]!;
  }
  get full(): boolean {
    return this.length === this.depth;
  }
  get empty(): boolean {
    return this.length === 0;
  }
  /** @returns false when there was no room: the word is lost */
  push(word: number): boolean {
    if (this.full) return false;
    this.#words[(this.#oldest + this.length) % this.depth] = word;
    this.#words[this.depth + 1]!++;
    return true;
  }
  /** The oldest entry; the caller has checked that there is one. */
  shift(): number {
    const word = this.#words[this.#oldest]!;
    this.#words[this.depth] = (this.#oldest + 1) % this.depth;
    this.#words[this.depth + 1]!--;
    return word;
  }
  /** The same without taking it; 0 when there is none. */
  get front(): number {
    return this.empty ? 0 : this.#words[this.#oldest]!;
  }

  get #oldest(): number {
    return this.#words[this.depth]!;
  }
}
