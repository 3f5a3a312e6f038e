import { hex } from './bits.js';
import type { Region } from './bus-region.js';
import { UsageError } from './errors.js';
import { PAGE_SHIFT } from './isa/layout.js';
import type { MemoryBlock } from './memory.js';

const NOTHING: readonly Region[] = [];

/** Pages are indexed in leaves of 4 MiB, which are shared where the same answers throughout. */
const LEAF_SHIFT = 10;
const LEAF_PAGES = 1 << LEAF_SHIFT;
const LEAF_COUNT = 1 << (32 - PAGE_SHIFT - LEAF_SHIFT);
const EMPTY_LEAF = new Uint16Array(LEAF_PAGES);

export type MemoryRegion = Region & { readonly memory: MemoryBlock };
const isMemory = (region: Region): region is MemoryRegion => region.memory !== null;

/** Finds the region of an address: an index over 4 KiB pages, and the few regions of each. */
export class AddressMap {
  /** By guest page, in two steps: index into `#lists`. */
  readonly #leaves = new Array<Uint16Array>(LEAF_COUNT).fill(EMPTY_LEAF);
  /** Leaves that belong to one place only, and may be written. */
  readonly #owned = new Set<Uint16Array>();
  readonly #lists: (readonly Region[])[] = [NOTHING];
  readonly #indices = new Map<string, number>();
  readonly #regions: Region[] = [];
  #memories: readonly MemoryRegion[] = [];
  #banked: readonly Region[] = [];

  /** Regions with memory behind them. */
  get memories(): readonly MemoryRegion[] {
    return this.#memories;
  }
  /** Regions that only one of several cores sees. */
  get banked(): readonly Region[] {
    return this.#banked;
  }
  get regions(): readonly Region[] {
    return this.#regions;
  }

  /** Adds a region; overlapping another is an error with both names. */
  add(region: Region): void {
    const other = this.#regions.find((one) => one.overlaps(region));
    if (other !== undefined) {
      throw new UsageError({
        what: `'${region.name}' and '${other.name}' overlap`,
        where: `${rangeOf(region)} and ${rangeOf(other)}`,
        remedy: 'move one of them',
      });
    }
    this.#regions.push(region);
    this.#memories = this.#regions.filter(isMemory);
    if (region.bank !== undefined) this.#banked = [...this.#banked, region];
    const alone = this.#listOf([region]);
    let whole: Uint16Array | undefined;
    this.#eachLeaf(region, (leaf, from, to) => {
      if (to - from === LEAF_PAGES && this.#leaves[leaf] === EMPTY_LEAF) {
        whole ??= new Uint16Array(LEAF_PAGES).fill(alone);
        this.#leaves[leaf] = whole;
        return;
      }
      const pages = this.#ownLeaf(leaf);
      for (let page = from; page < to; page++) {
        const present = pages[page]!;
        pages[page] = present === 0 ? alone : this.#listOf([...this.#lists[present]!, region]);
      }
    });
  }

  remove(region: Region): void {
    this.#regions.splice(this.#regions.indexOf(region), 1);
    this.#memories = this.#regions.filter(isMemory);
    this.#eachLeaf(region, (leaf, from, to) => {
      const pages = this.#ownLeaf(leaf);
      for (let page = from; page < to; page++) {
        pages[page] = this.#listOf(this.#lists[pages[page]!]!.filter((one) => one !== region));
      }
    });
  }

  /** Calls `fn` with every leaf that a region reaches into, and the first page there and the one behind its last. */
  #eachLeaf(region: Region, fn: (leaf: number, from: number, to: number) => void): void {
    const last = lastPage(region);
    for (let page = firstPage(region); page < last; ) {
      const leaf = page >>> LEAF_SHIFT;
      const start = leaf << LEAF_SHIFT;
      const end = Math.min(last, start + LEAF_PAGES);
      fn(leaf, page - start, end - start);
      page = end;
    }
  }

  #ownLeaf(index: number): Uint16Array {
    const present = this.#leaves[index]!;
    if (this.#owned.has(present)) return present;
    const own = present.slice();
    this.#owned.add(own);
    this.#leaves[index] = own;
    return own;
  }

  /** Index of a list of regions; the same regions share one, so that remapping at run time adds nothing for ever. */
  #listOf(regions: readonly Region[]): number {
    if (regions.length === 0) return 0;
    const key = regions.map((region) => `${region.start} ${region.end} ${region.name}`).join();
    const known = this.#indices.get(key);
    if (known !== undefined) {
      this.#lists[known] = regions;
      return known;
    }
    const index = this.#lists.push(regions) - 1;
    this.#indices.set(key, index);
    return index;
  }

  #listAt(page: number): readonly Region[] {
    return this.#lists[this.#leaves[page >>> LEAF_SHIFT]![page & (LEAF_PAGES - 1)]!]!;
  }

  /** The region that holds an address, signed or unsigned. */
  find(address: number): Region | undefined {
    const list = this.#listAt(address >>> PAGE_SHIFT);
    for (let i = 0; i < list.length; i++) {
      const region = list[i]!;
      if (region.holds(address) && !region.hidden) return region;
    }
    return undefined;
  }
}

const firstPage = (region: Region) => region.start >>> PAGE_SHIFT;
/** The page behind a region's last. */
const lastPage = (region: Region) => Math.ceil(region.end / (1 << PAGE_SHIFT));

function rangeOf(region: Region): string {
  return `${hex(region.start)}–${hex(region.end - 1)}`;
}
