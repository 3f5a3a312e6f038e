/** Cuts a stream of bytes into lines; one that is too long is told once and thrown away up to its end. */

const NEWLINE = 10;
export const LONGEST_LINE = 1 << 20;

export interface LineSink {
  line(text: string): void;
  tooLong(): void;
}

export class Lines {
  readonly #sink: LineSink;
  readonly #longest: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  /** Behind the beginning of a line that is too long. */
  #skipping = false;

  constructor(sink: LineSink, longest = LONGEST_LINE) {
    this.#sink = sink;
    this.#longest = longest;
  }

  add(bytes: Uint8Array): void {
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.#keep(bytes.subarray(start, end));
      this.#complete();
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
  }

  /** No more comes: what has no end of line counts as a line. */
  end(): void {
    if (this.#length > 0 || this.#skipping) this.#complete();
  }

  #keep(bytes: Uint8Array): void {
    if (this.#skipping || bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length <= this.#longest) return;
    this.#clear();
    this.#skipping = true;
    this.#sink.tooLong();
  }
  #complete(): void {
    const text = Buffer.concat(this.#parts).toString('utf8');
    const skipped = this.#skipping;
    this.#clear();
    this.#skipping = false;
    if (!skipped) this.#sink.line(text);
  }
  #clear(): void {
    this.#parts = [];
    this.#length = 0;
  }
}
