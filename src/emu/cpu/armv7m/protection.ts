import type { AddressRange } from '../../bus-access.js';
import { PAGE_SIZE } from '../../isa/layout.js';

/** What may be done at an address, and whether unaligned accesses fault there (Device and Strongly-ordered memory): bits. */
export const MAY = {
  privilegedRead: 1,
  privilegedWrite: 2,
  privilegedExecute: 4,
  userRead: 8,
  userWrite: 16,
  userExecute: 32,
  device: 64,
} as const;
const END = 2 ** 32;

/** The permissions of the whole address space, in stretches: never changed once made. */
export class Protection {
  /** First addresses of the stretches, ascending from 0, and the bits of each. */
  readonly starts: readonly number[];
  readonly bits: readonly number[];
  #last = 0;
  #privileges: { readonly reads: readonly AddressRange[]; readonly writes: readonly AddressRange[] } | undefined;

  /** `boundaries`: addresses at which the bits may change; `bitsAt` gives those from each of them on. */
  constructor(boundaries: Iterable<number>, bitsAt: (address: number) => number) {
    const starts: number[] = [];
    const bits: number[] = [];
    for (const start of [...new Set(boundaries)].sort((a, b) => a - b)) {
      if (start >= END) break;
      const own = bitsAt(start);
      if (own === bits.at(-1)) continue;
      starts.push(start);
      bits.push(own);
    }
    this.starts = starts;
    this.bits = bits;
  }

  /** Where reading, and where only writing, takes privilege (or the lack of it). */
  get privileges(): { readonly reads: readonly AddressRange[]; readonly writes: readonly AddressRange[] } {
    if (this.#privileges) return this.#privileges;
    const sameReads = (bits: number) => ((bits / MAY.userRead) & MAY.privilegedRead) === (bits & MAY.privilegedRead);
    const sameWrites = (bits: number) => ((bits / MAY.userRead) & MAY.privilegedWrite) === (bits & MAY.privilegedWrite);
    const reads = this.differences(this, sameReads);
    const writes = this.differences(this, (bits) => !sameReads(bits) || sameWrites(bits));
    this.#privileges = { reads, writes };
    return this.#privileges;
  }

  /** Of an unsigned address. */
  bitsAt(address: number): number {
    return this.bits[this.#find(address)]!;
  }

  /** Of the 4 KiB page at an address: what may be done everywhere in it; `device` if any of it is. */
  bitsOfPage(address: number): number {
    let index = this.#find(address);
    const first = this.bits[index]!;
    let [all, device] = [first, first & MAY.device];
    for (index++; index < this.starts.length && this.starts[index]! < address + PAGE_SIZE; index++) {
      all &= this.bits[index]!;
      device |= this.bits[index]! & MAY.device;
    }
    return all | device;
  }

  /** Where `same` does not hold of the bits here and in another one, in ascending order. */
  differences(other: Protection, same: (here: number, there: number) => boolean): AddressRange[] {
    const ranges: AddressRange[] = [];
    let [i, j, from] = [0, 0, 0];
    while (from < END) {
      const [here, there] = [this.starts[i + 1] ?? END, other.starts[j + 1] ?? END];
      const to = Math.min(here, there);
      if (!same(this.bits[i]!, other.bits[j]!)) ranges.push([from, to]);
      if (here === to) i++;
      if (there === to) j++;
      from = to;
    }
    return ranges;
  }

  #find(address: number): number {
    const { starts } = this;
    const last = this.#last;
    if (starts[last]! <= address && address < (starts[last + 1] ?? END)) return last;
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= address) low = middle;
      else high = middle;
    }
    this.#last = low;
    return low;
  }
}
