/** Regions that are kept for one address, and for all together: each module of WebAssembly takes some 100 KiB. */
const MOST_PER_ENTRY = 4;
const MOST = 600;

/** Compiled regions of a process by their first address, so that machines that hold the same code share them. */
export class RegionStore<Region> {
  /** The addresses used last come last. */
  readonly #byEntry = new Map<number, readonly Region[]>();
  #count = 0;

  /** The regions that begin at an address, the latest first. */
  at(entry: number): readonly Region[] {
    const kept = this.#byEntry.get(entry);
    if (kept === undefined) return [];
    this.#byEntry.delete(entry);
    this.#byEntry.set(entry, kept);
    return kept;
  }

  add(entry: number, region: Region): void {
    const before = this.at(entry);
    const kept = [region, ...before.slice(0, MOST_PER_ENTRY - 1)];
    this.#byEntry.set(entry, kept);
    this.#count += kept.length - before.length;
    for (const [oldest, regions] of this.#byEntry) {
      if (this.#count <= MOST) return;
      this.#byEntry.delete(oldest);
      this.#count -= regions.length;
    }
  }
}
