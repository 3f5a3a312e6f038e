/** What tiering decides about. */
export interface Tiers {
  isEntry(pc: number): boolean;
  covers(pc: number): boolean;
  compile(entry: number): boolean;
  makeInline(pc: number): void;
}

/** Ticks of a slice while code is still being found, and at most. */
const SHORT = 16_384;
const LONG = 1_000_000;
/** Samples after which an address is compiled: anywhere, or inside a region that has another entry. */
const HOT = 2;
const HOT_INSIDE = 12;
/** Samples after which an instruction's slow accesses are made inside the region. */
const SLOW = 2;

/**
 * Decides what is compiled, by sampling: at the end of every slice it is told the target of the last taken branch. Slices
 * end by guest time, so the decisions, too, depend on nothing but the guest.
 */
export class Tiering {
  /** Ticks that a slice should last at most. */
  slice = SHORT;
  readonly #tiers: Tiers;
  readonly #samples = new Map<number, number>();
  readonly #misses = new Map<number, number>();
  #quiet = 0;

  constructor(tiers: Tiers) {
    this.#tiers = tiers;
  }

  /** `target`: the last branch target, if compiled code did not end the slice; `miss`: where a region last left for a slow access, 0 if none did. */
  sample(target: number | undefined, miss: number): void {
    if (miss !== 0 && this.#count(this.#misses, miss) === SLOW) this.#tiers.makeInline(miss);
    if (target === undefined || this.#tiers.isEntry(target)) {
      this.#lengthen();
      return;
    }
    const count = this.#count(this.#samples, target);
    if (count !== (this.#tiers.covers(target) ? HOT_INSIDE : HOT)) {
      if (count > HOT_INSIDE) this.#lengthen();
      return;
    }
    if (this.#tiers.compile(target)) {
      this.#quiet = 0;
      this.slice = SHORT;
    }
  }

  #count(counts: Map<number, number>, pc: number): number {
    const count = (counts.get(pc) ?? 0) + 1;
    counts.set(pc, count);
    return count;
  }

  /** Nothing new for a while: slices may be longer. */
  #lengthen(): void {
    this.#quiet++;
    if (this.#quiet < 16) return;
    this.#quiet = 0;
    this.slice = Math.min(LONG, this.slice * 2);
  }
}
