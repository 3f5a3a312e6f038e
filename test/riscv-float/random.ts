import { Random } from '../differential/riscv-random.js';

/** Numbers as these tests want them: edges of both formats, ordinary ones, nearly cancelling ones, and words. */

// biome-ignore format: a table
const SINGLES: readonly number[] = [
  0, 1, 2, 0x0040_0000, 0x007f_ffff, 0x0080_0000, 0x0080_0001, 0x00ff_ffff, 0x0100_0000, 0x1f80_0000, 0x2000_0000,
  0x3300_0000, 0x3380_0000, 0x3380_0001, 0x3f00_0000, 0x3f7f_ffff, 0x3f80_0000, 0x3f80_0001, 0x3fc0_0000, 0x4000_0000,
  0x4020_0000, 0x4040_0000, 0x4b7f_ffff, 0x4eff_ffff, 0x4f00_0000, 0x4f7f_ffff, 0x4f80_0000, 0x5eff_ffff, 0x5f00_0000,
  0x5f7f_ffff, 0x5f80_0000, 0x7e80_0000, 0x7f00_0000, 0x7f7f_ffff, 0x7f80_0000, 0x7f80_0001, 0x7fa0_0000, 0x7fc0_0000,
  0x7fff_ffff,
];

// biome-ignore format: a table
const DOUBLES: readonly bigint[] = [
  0n, 1n, 2n, 0x0008_0000_0000_0000n, 0x000f_ffff_ffff_ffffn, 0x0010_0000_0000_0000n, 0x0010_0000_0000_0001n,
  0x001f_ffff_ffff_ffffn, 0x0020_0000_0000_0000n, 0x0360_0000_0000_0000n, 0x1ff0_0000_0000_0000n, 0x2000_0000_0000_0000n,
  0x3690_0000_0000_0000n, 0x36a0_0000_0000_0000n, 0x380f_ffff_c000_0000n, 0x380f_ffff_e000_0000n, 0x380f_ffff_f000_0000n,
  0x3810_0000_0000_0000n, 0x3ca0_0000_0000_0000n, 0x3fdf_ffff_ffff_ffffn, 0x3fe0_0000_0000_0000n, 0x3fe0_0000_0000_0001n,
  0x3fef_ffff_ffff_ffffn, 0x3ff0_0000_0000_0000n, 0x3ff0_0000_0000_0001n, 0x3ff8_0000_0000_0000n, 0x4000_0000_0000_0000n,
  0x4004_0000_0000_0000n, 0x41df_ffff_ffc0_0000n, 0x41df_ffff_ffe0_0000n, 0x41e0_0000_0000_0000n, 0x41ef_ffff_ffe0_0000n,
  0x41ef_ffff_fff0_0000n, 0x41f0_0000_0000_0000n, 0x4330_0000_0000_0001n, 0x433f_ffff_ffff_ffffn, 0x4340_0000_0000_0000n,
  0x43df_ffff_ffff_ffffn, 0x43e0_0000_0000_0000n, 0x43ef_ffff_ffff_ffffn, 0x43f0_0000_0000_0000n, 0x47ef_ffff_e000_0000n,
  0x47ef_ffff_f000_0000n, 0x47f0_0000_0000_0000n, 0x5ff0_0000_0000_0000n, 0x7fd0_0000_0000_0000n, 0x7fe0_0000_0000_0000n,
  0x7fef_ffff_ffff_ffffn, 0x7ff0_0000_0000_0000n, 0x7ff0_0000_0000_0001n, 0x7ff4_0000_0000_0000n, 0x7ff8_0000_0000_0000n,
  0x7fff_ffff_ffff_ffffn,
];

/** Positive edge values of a format, and with the sign. */
export const SINGLE_EDGES: readonly bigint[] = SINGLES.flatMap((bits) => [BigInt(bits), BigInt(bits) | 0x8000_0000n]);
export const DOUBLE_EDGES: readonly bigint[] = DOUBLES.flatMap((bits) => [bits, bits | (1n << 63n)]);
// biome-ignore format: a table
export const INTEGER_EDGES: readonly bigint[] = [
  0n, 1n, 2n, 3n, 0xff_ffffn, 0x100_0000n, 0x100_0001n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n,
  0x1f_ffff_ffff_ffffn, 0x20_0000_0000_0001n, 0x7fff_ffff_ffff_fbffn, 0x7fff_ffff_ffff_fc00n, 0x7fff_ffff_ffff_ffffn,
].flatMap((value) => [value, BigInt.asUintN(64, -value)]);

export class FloatRandom extends Random {
  long(): bigint {
    return (BigInt(this.word()) << 32n) | BigInt(this.word());
  }

  single(): bigint {
    return BigInt(this.#single() >>> 0);
  }

  #single(): number {
    const sign = this.word() & 0x8000_0000;
    const kind = this.below(16);
    if (kind < 6) return sign | ((96 + this.below(64)) << 23) | (this.word() & 0x7f_ffff);
    if (kind < 9) return this.word();
    if (kind < 11) return Number(this.pick(SINGLE_EDGES));
    // few significant bits: ties and exact results
    if (kind < 13) return sign | ((110 + this.below(40)) << 23) | ((this.word() & 0xff) << 15);
    if (kind === 13) return sign | (this.word() & 0xff_ffff);
    return sign | ((64 + this.below(4) * 40 + this.below(12)) << 23) | (this.word() & 0x7f_ffff);
  }

  double(): bigint {
    const sign = BigInt(this.below(2)) << 63n;
    const kind = this.below(18);
    const fraction = BigInt.asUintN(52, this.long());
    const at = (exponent: number) => sign | (BigInt(exponent) << 52n);
    if (kind < 6) return at(992 + this.below(64)) | fraction;
    if (kind < 8) return this.long();
    if (kind < 10) return this.pick(DOUBLE_EDGES);
    if (kind < 12) return at(1003 + this.below(70)) | (BigInt(this.word() & 0xff) << 44n);
    // as wide as half the significand, whose products are exact or nearly so
    if (kind < 13) return at(1003 + this.below(40)) | (BigInt(this.word() & 0x7ff_ffff) << 25n);
    if (kind < 14) return sign | BigInt.asUintN(53, this.long());
    // about what a single can hold
    if (kind < 16) return at(1023 + (this.chance(50) ? 120 + this.below(10) : -155 + this.below(35))) | fraction;
    return at(64 + this.below(8) * 240 + this.below(60)) | fraction;
  }

  /** Nearly `-value`, in a format of `width` bits. */
  opposite(value: bigint, width: number): bigint {
    return BigInt.asUintN(width, value ^ (1n << BigInt(width - 1)) ^ BigInt(this.below(8)));
  }

  integer(): bigint {
    const kind = this.below(4);
    if (kind === 0) return this.pick(INTEGER_EDGES);
    return kind === 1 ? this.long() : this.long() >> BigInt(this.below(64));
  }
}
