import { CODE_PLACES, DATA_PLACES, LINE_SHIFT, LINES, SLOW_MEMORY } from './layout.js';

/** How slow the memory of code is. Cycles beside the one that every access takes. */
export interface LineTimes {
  /** Of a line that has to be read. */
  readonly read: number;
  /** Of the line behind the present one, where that is read ahead. */
  readonly readAhead: number;
  readonly keepsCode: boolean;
  readonly keepsData: boolean;
}

type Cache = typeof LINES.code | typeof LINES.data;
const LINE_MASK = (1 << (SLOW_MEMORY.bits - LINE_SHIFT)) - 1;

const TABLES = [
  [LINES.code, CODE_PLACES],
  [LINES.data, DATA_PLACES],
] as const;

/** Whether an address lies in the slow memory. */
export const isSlow = (address: number): boolean =>
  address >>> SLOW_MEMORY.bits === SLOW_MEMORY.base >>> SLOW_MEMORY.bits;

/**
 * Lines of a slow memory and the caches in front of it, in the engine's memory: compiled code finds lines that are kept
 * there by itself and comes here for all others. The line that was not used for longest gives its place up.
 */
export class Lines {
  readonly #memory: ArrayBuffer;
  readonly #views = new Map<number, Int32Array>();
  #words: Int32Array;
  readonly #bytes: Uint8Array;
  /** Whether there may be anything in the tables of places. */
  #placed = false;
  /** Whether another core uses the tables. */
  #isAway = false;

  constructor(memory: ArrayBuffer) {
    this.#memory = memory;
    this.#words = new Int32Array(memory, 0, LINES.end >> 2);
    this.#bytes = new Uint8Array(memory);
  }

  /** Whether anything has to be waited for. */
  get slow(): boolean {
    return this.#words[LINES.read >> 2] !== 0;
  }
  configure({ read, readAhead, keepsCode, keepsData }: LineTimes): void {
    this.#words[LINES.read >> 2] = read;
    this.#words[LINES.readAhead >> 2] = readAhead;
    this.#words[LINES.keeps >> 2] = Number(keepsCode) | (Number(keepsData) << 1);
    this.rebuild();
  }

  /** Nothing is kept any more. */
  forgetCode(): void {
    this.#forget(LINES.code);
  }
  forgetData(): void {
    this.#forget(LINES.data);
  }
  reset(): void {
    this.#words.fill(0, LINES.current >> 2);
    this.#words[LINES.current >> 2] = -1;
    this.#words[LINES.currentData >> 2] = -1;
    this.rebuild();
  }

  /** The state was replaced: what is derived from it is made anew. A cache that is off keeps its lines and answers with none. */
  rebuild(): void {
    if (this.#isAway) return;
    const keeps = this.#words[LINES.keeps >> 2]!;
    if (this.#placed) {
      this.#bytes.fill(0, CODE_PLACES, CODE_PLACES + LINE_MASK + 1);
      this.#bytes.fill(0, DATA_PLACES, DATA_PLACES + LINE_MASK + 1);
    }
    this.#placed = keeps !== 0;
    this.#place(LINES.code, CODE_PLACES, (keeps & 1) !== 0);
    this.#place(LINES.data, DATA_PLACES, (keeps & 2) !== 0);
  }

  /** The state is so many bytes behind where the engine has it: while that is not 0, another core uses the tables of places. */
  moveTo(distance: number): void {
    const isAway = distance !== 0;
    if (isAway && this.#placed) this.#takeAway();
    const words = this.#views.get(distance) ?? new Int32Array(this.#memory, distance, LINES.end >> 2);
    this.#views.set(distance, words);
    this.#words = words;
    this.#isAway = isAway;
    if (!isAway && this.#words[LINES.keeps >> 2] !== 0) this.rebuild();
  }
  #takeAway(): void {
    for (const [cache, places] of TABLES) {
      for (let place = 0; place < cache.places; place++) {
        const line = this.#words[(cache.line >> 2) + place]!;
        if (line !== 0) this.#bytes[places + line - 1] = 0;
      }
    }
    this.#placed = false;
  }

  /** Code goes on in the line of an address: cycles to wait for it. */
  fetch(address: number): number {
    if (address >>> LINE_SHIFT === this.#words[LINES.current >> 2]! >>> 0) return 0;
    const cycles = this.slow && isSlow(address) ? this.#use(LINES.code, CODE_PLACES, address) : 0;
    this.#words[LINES.current >> 2] = address >>> LINE_SHIFT;
    return cycles;
  }

  #use(cache: Cache, places: number, address: number): number {
    const place = this.#bytes[places + ((address >>> LINE_SHIFT) & LINE_MASK)]!;
    if (place === 0) return this.#miss(address);
    this.#write(cache.used + 8 * (place - 1), this.#count());
    return 0;
  }
  #count(): number {
    const count = this.#read(LINES.count) + 1;
    this.#write(LINES.count, count);
    return count;
  }
  /** An i64, of which 53 bits are more than enough. */
  #read(address: number): number {
    return (this.#words[address >> 2]! >>> 0) + this.#words[(address >> 2) + 1]! * 2 ** 32;
  }
  #write(address: number, value: number): void {
    this.#words[address >> 2] = value;
    this.#words[(address >> 2) + 1] = Math.floor(value / 2 ** 32);
  }

  /** The line of an address is not kept: it is read. */
  #miss(address: number): number {
    const words = this.#words;
    const follows = address >>> LINE_SHIFT === (words[LINES.current >> 2]! + 1) >>> 0;
    if ((words[LINES.keeps >> 2]! & 1) !== 0) this.#keep(LINES.code, CODE_PLACES, address);
    return words[(follows ? LINES.readAhead : LINES.read) >> 2]!;
  }
  #keep(cache: Cache, places: number, address: number): void {
    let [oldest, least] = [0, this.#read(cache.used)];
    for (let place = 1; place < cache.places; place++) {
      const used = this.#read(cache.used + 8 * place);
      if (used < least) [oldest, least] = [place, used];
    }
    const at = (cache.line >> 2) + oldest;
    const before = this.#words[at]!;
    if (before !== 0) this.#bytes[places + before - 1] = 0;
    const line = (address >>> LINE_SHIFT) & LINE_MASK;
    this.#words[at] = line + 1;
    this.#write(cache.used + 8 * oldest, this.#count());
    this.#bytes[places + line] = oldest + 1;
  }

  #forget(cache: Cache): void {
    this.#words.fill(0, cache.line >> 2, (cache.line >> 2) + cache.places);
    this.#words.fill(0, cache.used >> 2, (cache.used >> 2) + 2 * cache.places);
    this.#words[(cache === LINES.code ? LINES.current : LINES.currentData) >> 2] = -1;
    this.rebuild();
  }

  #place(cache: Cache, places: number, on: boolean): void {
    for (let place = 0; place < cache.places; place++) {
      const line = this.#words[(cache.line >> 2) + place]!;
      if (on && line !== 0) this.#bytes[places + line - 1] = place + 1;
    }
  }
}
