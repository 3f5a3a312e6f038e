import { hex } from './bits.js';
import type { Region } from './bus-region.js';
import { UsageError } from './errors.js';
import { PAGE_SHIFT } from './isa/layout.js';

const NOTHING: readonly Region[] = [];

/** Finds the region of an address: an index over 4 KiB pages, and the few regions of each. */
export class AddressMap {
  /** By guest page: index into `#lists`. */
  readonly #pages = new Uint16Array(1 << (32 - PAGE_SHIFT));
  readonly #lists: (readonly Region[])[] = [NOTHING];
  readonly #indices = new Map<string, number>();
  #regions: readonly Region[] = [];

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
    this.#regions = [...this.#regions, region];
    const pages = this.#pages;
    const alone = this.#listOf([region]);
    const last = lastPage(region);
    for (let page = firstPage(region); page < last; page++) {
      const present = pages[page]!;
      pages[page] = present === 0 ? alone : this.#listOf([...this.#lists[present]!, region]);
    }
  }

  remove(region: Region): void {
    this.#regions = this.#regions.filter((one) => one !== region);
    const last = lastPage(region);
    for (let page = firstPage(region); page < last; page++) {
      this.#pages[page] = this.#listOf(this.#lists[this.#pages[page]!]!.filter((one) => one !== region));
    }
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

  /** The region that holds an address, signed or unsigned. */
  find(address: number): Region | undefined {
    const list = this.#lists[this.#pages[address >>> PAGE_SHIFT]!]!;
    for (let i = 0; i < list.length; i++) {
      const region = list[i]!;
      if (region.holds(address)) return region;
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
