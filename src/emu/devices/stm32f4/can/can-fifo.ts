import type { CanWords } from '../../../can-link.js';
import type { RegisterCell } from '../../../register-file.js';

/** One receive FIFO with three places: RM0090 32.7.3. */

export const FULL = 1 << 3;
export const FOVR = 1 << 4;
const RFOM = 1 << 5;
const PLACES = 3;
/** Words of a place: RIxR, RDTxR, RDLxR, RDHxR. */
const WORDS = 4;
export const FIFO_WORDS = PLACES * WORDS + 1;

export class CanFifo {
  /** The places, then the number of the one at the output. */
  readonly #words: Int32Array;
  readonly #status: RegisterCell;
  readonly #output: readonly RegisterCell[];

  /** `output`: RIxR, RDTxR, RDLxR, RDHxR. */
  constructor(words: Int32Array, status: RegisterCell, output: readonly RegisterCell[]) {
    this.#words = words;
    this.#status = status;
    this.#output = output;
  }

  get pending(): number {
    return this.#status.value & 3;
  }
  get full(): boolean {
    return (this.#status.value & FULL) !== 0;
  }
  get overrun(): boolean {
    return (this.#status.value & FOVR) !== 0;
  }

  /** A frame that passed a filter. With `locked` (RFLM) a full FIFO keeps what it has, else the newest is overwritten. */
  put(frame: CanWords, index: number, time: number, locked: boolean): void {
    const { pending } = this;
    if (pending === PLACES) this.#status.value |= FOVR;
    if (pending === PLACES && locked) return;
    const place = (this.#words[PLACES * WORDS]! + Math.min(pending, PLACES - 1)) % PLACES;
    const at = place * WORDS;
    this.#words.set([frame.head & ~1, (frame.dlc & 15) | (index << 8) | (time << 16), frame.low, frame.high], at);
    if (pending < PLACES) this.#setPending(pending + 1);
    this.#show();
  }

  /** The status register was written: RFOM releases the place at the output, and is over at once. */
  written(): void {
    const release = (this.#status.value & RFOM) !== 0;
    this.#status.value &= ~RFOM;
    if (!release || this.pending === 0) return;
    this.#words[PLACES * WORDS] = (this.#words[PLACES * WORDS]! + 1) % PLACES;
    this.#status.value = (this.#status.value & ~3) | (this.pending - 1);
    this.#show();
  }
  clear(): void {
    this.#status.value = 0;
  }

  #setPending(count: number): void {
    this.#status.value = (this.#status.value & ~3) | count | (count === PLACES ? FULL : 0);
  }
  /** The output shows the oldest frame; empty, it keeps the last one. */
  #show(): void {
    if (this.pending === 0) return;
    const at = this.#words[PLACES * WORDS]! * WORDS;
    for (const [i, register] of this.#output.entries()) register.value = this.#words[at + i]!;
  }
}
