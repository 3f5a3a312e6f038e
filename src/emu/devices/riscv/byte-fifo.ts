/** Sixteen bytes, first in, first out, over a device's state words. */
export class ByteFifo {
  static readonly DEPTH = 16;
  /** Words of state: the bytes, then the index of the oldest and how many there are. */
  static readonly STATE = ByteFifo.DEPTH + 2;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes[ByteFifo.DEPTH + 1]!;
  }
  get full(): boolean {
    return this.length === ByteFifo.DEPTH;
  }
  push(byte: number): void {
    this.#bytes[(this.#oldest + this.length) % ByteFifo.DEPTH] = byte;
    this.#bytes[ByteFifo.DEPTH + 1]!++;
  }
  /** The oldest byte; the caller has checked that there is one. */
  shift(): number {
    const byte = this.#bytes[this.#oldest]!;
    this.#bytes[ByteFifo.DEPTH] = (this.#oldest + 1) % ByteFifo.DEPTH;
    this.#bytes[ByteFifo.DEPTH + 1]!--;
    return byte;
  }
  clear(): void {
    this.#bytes[ByteFifo.DEPTH + 1] = 0;
  }

  get #oldest(): number {
    return this.#bytes[ByteFifo.DEPTH]!;
  }
}
