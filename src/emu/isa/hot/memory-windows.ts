import { CODE_TABLE, PAGE, PAGE_SHIFT, PAGE_SIZE, READ_TABLE } from '../layout.js';
import type { MemoryWindow } from '../print-context.js';

/** The pages of the address space, as numbers. */
const PAGES = 2 ** (32 - PAGE_SHIFT);

/** The stretches of memory that loads may read without looking at the page table: where it says the same, page after page. */
export class MemoryWindows {
  readonly #pages: Int32Array;
  readonly #kinds: Uint8Array;
  #known: MemoryWindow[] = [];

  constructor(memory: WebAssembly.Memory) {
    this.#pages = new Int32Array(memory.buffer, READ_TABLE, PAGES);
    this.#kinds = new Uint8Array(memory.buffer, CODE_TABLE, PAGES);
  }

  /** The window around an address, if it lies in plain memory. */
  at(address: number): MemoryWindow | undefined {
    const known = this.#known.find(({ base, size }) => address >= base && address < base + size);
    if (known) return known;
    const page = address >>> PAGE_SHIFT;
    const entry = this.#entryOf(page);
    if (entry === 0) return undefined;
    let [first, last] = [page, page];
    while (first > 0 && this.#entryOf(first - 1) === entry) first--;
    while (last < PAGES - 1 && this.#entryOf(last + 1) === entry) last++;
    const base = first * PAGE_SIZE;
    const window = { base, size: (last - first + 1) * PAGE_SIZE, host: (base + entry) >>> 0 };
    this.#known.push(window);
    return window;
  }

  /** Pages that may not always be read are in no window. */
  #entryOf(page: number): number {
    return (this.#kinds[page]! & PAGE.closed) === 0 ? this.#pages[page]! : 0;
  }

  /** Whether what lies in a window of another machine lies at the same place here. */
  has({ base, size, host }: MemoryWindow): boolean {
    const own = this.at(base);
    return own !== undefined && base + size <= own.base + own.size && host - base === own.host - own.base;
  }

  /** The page table changed. */
  refresh(): void {
    this.#known = [];
  }
}
