/** A 64-bit counter in two words over something that counts in plain numbers; it can be set and stopped. */
export class Counter64 {
  /** Low and high word of what is added to the count, or of the value itself while stopped; then 1 while stopped. */
  readonly #words: Int32Array;
  readonly #count: () => number;
  readonly #own: () => number;
  /** Called when it was set, stopped or goes on. */
  onSet: () => void = () => {};

  /**
   * `own` is what the present instruction has added to the count already: it does not see itself, and what it writes is what
   * the next instruction reads (Unpriv 9.1).
   */
  constructor(words: Int32Array, count: () => number, own: () => number = () => 0) {
    this.#words = words;
    this.#count = count;
    this.#own = own;
  }

  static readonly WORDS = 3;

  get low(): number {
    return (this.#counted() + this.#words[0]!) | 0;
  }
  get high(): number {
    const counted = this.#counted();
    const low = (counted >>> 0) + (this.#words[0]! >>> 0);
    return (Math.floor(counted / 2 ** 32) + this.#words[1]! + (low >= 2 ** 32 ? 1 : 0)) | 0;
  }
  get value(): bigint {
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }

  /** Counts until the counter holds a number given by its words, negative when it has passed it; exact up to 2⁵³. */
  countsUntil(high: number, low: number): number {
    const counted = this.#counted();
    const sum = (counted >>> 0) + (this.#words[0]! >>> 0);
    const carry = sum >= 2 ** 32 ? 1 : 0;
    const present = (Math.floor(counted / 2 ** 32) + this.#words[1]! + carry) >>> 0;
    return ((high >>> 0) - present) * 2 ** 32 + ((low >>> 0) - (sum >>> 0));
  }

  set(value: bigint): void {
    const counted = this.stopped ? 0 : this.#count();
    const offset = BigInt.asUintN(64, value - BigInt(counted));
    this.#words[0] = Number(BigInt.asIntN(32, offset));
    this.#words[1] = Number(BigInt.asIntN(32, offset >> 32n));
    this.onSet();
  }
  setWords(low: number, high: number): void {
    this.set((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
  }
  setLow(word: number): void {
    this.set((BigInt(this.high >>> 0) << 32n) | BigInt(word >>> 0));
  }
  setHigh(word: number): void {
    this.set((BigInt(word >>> 0) << 32n) | BigInt(this.low >>> 0));
  }

  get stopped(): boolean {
    return this.#words[2] !== 0;
  }
  set stopped(stop: boolean) {
    if (stop === this.stopped) return;
    const { value } = this;
    this.#words[2] = stop ? 1 : 0;
    this.set(value);
  }

  #counted(): number {
    return this.stopped ? 0 : this.#count() - this.#own();
  }
}
