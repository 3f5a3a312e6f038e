import { filledPage, isFilled, type MemoryPool } from './memory.js';
import { copyOf } from './slab.js';

/** What the pages held at one instant: immutable copies, shared between snapshots, in groups. */
export type PageSet = readonly (readonly Uint8Array[])[];

const GROUP = 64;
const ZEROS = filledPage(0);
const ERASED = filledPage(0xff);
/** Shared by all machines: mostly it is all there is to a memory. */
const ZERO_GROUP = new Array<Uint8Array>(GROUP).fill(ZEROS);

/**
 * Copies of memory pages over time. A save copies the pages that changed since the last save or restore; a restore
 * copies back those and the ones in which the two snapshots differ.
 */
export class PageHistory {
  readonly #pool: MemoryPool;
  /** What every page held when it was last clean. */
  #clean: PageSet;

  /** Takes the pool's present contents as the first state: pages that nobody has touched are zero. */
  constructor(pool: MemoryPool) {
    this.#pool = pool;
    const groups = new Array<readonly Uint8Array[]>(Math.ceil(pool.pageCount / GROUP)).fill(ZERO_GROUP);
    const rest = pool.pageCount % GROUP;
    if (rest > 0) groups[groups.length - 1] = ZERO_GROUP.slice(0, rest);
    this.#clean = this.#withDirty(groups);
    pool.clean();
  }

  /** The groups with copies of what is dirty now in the place of what was there. */
  #withDirty(before: PageSet): PageSet {
    const pool = this.#pool;
    const groups = before.slice();
    const own = new Set<number>();
    for (let i = 0; i < pool.dirtyCount; i++) {
      const page = pool.dirtyList[i]!;
      const number = Math.floor(page / GROUP);
      if (!own.has(number)) {
        own.add(number);
        groups[number] = groups[number]!.slice();
      }
      (groups[number] as Uint8Array[])[page % GROUP] = keptCopy(pool.content(page));
    }
    return groups;
  }

  save(): PageSet {
    const pool = this.#pool;
    if (pool.dirtyCount > 0) {
      this.#clean = this.#withDirty(this.#clean);
      pool.clean();
    }
    return this.#clean;
  }

  restore(target: PageSet): void {
    const pool = this.#pool;
    for (let i = 0; i < pool.dirtyCount; i++) {
      const page = pool.dirtyList[i]!;
      pool.replace(page, target[Math.floor(page / GROUP)]![page % GROUP]!);
    }
    pool.clean();
    for (let number = 0; number < target.length; number++) {
      const [wanted, present] = [target[number]!, this.#clean[number]!];
      if (wanted === present) continue;
      for (let i = 0; i < wanted.length; i++) {
        if (wanted[i] !== present[i]) pool.replace(number * GROUP + i, wanted[i]!);
      }
    }
    this.#clean = target;
  }
}

/** A copy; erased flash is the same everywhere. */
function keptCopy(page: Uint8Array): Uint8Array {
  if (page === ERASED) return ERASED;
  return page[0] === 0xff && isFilled(page, 0xff) ? ERASED : copyOf(page);
}

/** Numbers of the pages in which two sets differ in content. */
export function differingPages(a: PageSet, b: PageSet): number[] {
  const pages: number[] = [];
  for (const [number, group] of a.entries()) {
    for (const [i, page] of group.entries()) {
      const other = b[number]![i]!;
      if (page !== other && page.some((byte, at) => byte !== other[at])) pages.push(number * GROUP + i);
    }
  }
  return pages;
}
