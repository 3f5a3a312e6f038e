import type { Random } from '../differential/thumb-program.js';

/** Operands of the floating-point tests: S0, S1, S2 as bits, and an FPSCR. */
export type Operands = readonly [s0: number, s1: number, s2: number, fpscr: number];

/** Zeros, the ends of the denormals, of the normal numbers and of the integers, halves and ties, infinities, NaNs. */
export const EDGES: readonly number[] = [
  0, 1, 2, 0x0040_0000, 0x007f_ffff, 0x0080_0000, 0x0080_0001, 0x00ff_ffff, 0x0100_0000, 0x1f80_0000, 0x2000_0000,
  0x3300_0000, 0x3380_0000, 0x3380_0001, 0x387f_e000, 0x387f_f000, 0x3880_0000, 0x3f00_0000, 0x3f7f_ffff, 0x3f80_0000,
  0x3f80_0001, 0x3fc0_0000, 0x4000_0000, 0x4020_0000, 0x4040_0000, 0x477f_e000, 0x477f_f000, 0x4780_0000, 0x4b7f_ffff,
  0x4eff_ffff, 0x4f00_0000, 0x4f7f_ffff, 0x4f80_0000, 0x5f00_0000, 0x7e80_0000, 0x7f00_0000, 0x7f7f_ffff, 0x7f80_0000,
  0x7f80_0001, 0x7fa0_0000, 0x7fc0_0000, 0x7fff_ffff,
].flatMap((word) => [word, (word | 0x8000_0000) >>> 0]); // prettier-ignore

/** Every rounding mode, with each of FZ, DN and AHP. */
export const CONTROLS: readonly number[] = Array.from({ length: 32 }, (_, i) => i << 22);

/** FPSCR as it is mostly, to nearest and inexact before, or any control and cumulative bits. */
function status(random: Random): number {
  return random.chance(0.4) ? 0x10 : random.word() & 0x07c0_009f;
}

function single(random: Random): number {
  const sign = random.word() & 0x8000_0000;
  return random.weighted<() => number>([
    [6, () => sign | ((96 + random.below(64)) << 23) | (random.word() & 0x7f_ffff)],
    [3, () => random.word()],
    [1, () => random.pick(EDGES)],
    // few significant bits: ties and exact results
    [2, () => sign | ((110 + random.below(40)) << 23) | ((random.word() & 0xff) << 15)],
    [1, () => sign | (random.word() & 0xff_ffff)],
    // what lies on the edges of the halves
    [1, () => sign | ((100 + random.below(45)) << 23) | (random.word() & 0x7f_f000)],
  ])();
}

const view = new DataView(new ArrayBuffer(4));
function bitsOf(value: number): number {
  view.setFloat32(0, value);
  return view.getUint32(0);
}
function numberOf(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

/** Random operands; some nearly cancel: equal but for a few of the lowest bits, or a sum that takes back a product. */
export function randomOperands(random: Random, takes: 'singles' | 'words'): Operands {
  const fpscr = status(random);
  if (takes === 'words') {
    const word = () => (random.chance(0.5) ? random.word() : random.word() >>> random.below(32));
    return [word(), word(), word(), fpscr];
  }
  const a = single(random);
  const b = random.chance(0.15) ? (a ^ 0x8000_0000 ^ random.below(8)) >>> 0 : single(random);
  const product = random.chance(0.2) ? (bitsOf(-numberOf(a) * numberOf(b)) ^ random.below(4)) >>> 0 : undefined;
  return [(product ?? single(random)) >>> 0, a >>> 0, b >>> 0, fpscr];
}
