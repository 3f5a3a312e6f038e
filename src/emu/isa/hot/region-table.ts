/** The table of a machine's compiled regions, by number. */
export class RegionTable {
  readonly table = new WebAssembly.Table({ element: 'anyfunc', initial: 64 });
  readonly #free: number[] = [];
  #next = 0;

  /** Puts a region's function into the table; gives its number. */
  add(region: unknown): number {
    const number = this.#free.pop() ?? this.#next++;
    if (number === this.table.length) this.table.grow(this.table.length);
    this.table.set(number, region);
    return number;
  }
  remove(number: number): void {
    this.table.set(number, null);
    this.#free.push(number);
  }
}
