/** A small seeded generator (xorshift32), so that a failing program can be made again from its seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  }

  /** 32 random bits, unsigned. */
  word(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }

  /** 0 ≤ n < limit. */
  below(limit: number): number {
    return this.word() % limit;
  }

  bits(width: number): number {
    return width === 0 ? 0 : this.word() >>> (32 - width);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** A word as programs have them: often near zero, at a sign boundary or of one bit, else anything. */
  value(): number {
    const corners = [
      0, 1, 2, 3, 4, 31, 32, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0x5555_5555,
    ];
    const kind = this.below(8);
    if (kind < 3) return this.pick(corners);
    if (kind === 3) return -this.pick(corners) >>> 0;
    if (kind === 4) return (1 << this.below(32)) >>> 0;
    return this.word();
  }
}
