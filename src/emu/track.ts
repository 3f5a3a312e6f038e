import { floorDiv, Rational } from './rational.js';

/**
 * How the ticks of one clock lie between the base ticks while neither changes its rate. With a, b, c integers,
 * the clock has counted `count0 + floor((a + (tick − tick0)·b) / c)` ticks at a base tick. For a clock that divides
 * the base, as APB1 does with HCLK, b is 1; then, and whenever the products stay below 2⁵², plain numbers do.
 */
export interface Track {
  /** Hz; 0 = stopped. */
  readonly rate: Rational;
  readonly tick0: number;
  readonly count0: number;
  /** Fraction of a tick that had passed at `tick0`, in [0, 1). */
  readonly phase: Rational;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly exact: { readonly a: bigint; readonly b: bigint; readonly c: bigint };
}

const EXACT_LIMIT = 2 ** 52;

/** The track of a clock of `rate` Hz that has counted `count0` and a `phase` at base tick `tick0`. */
export function onTrack(rate: Rational, base: Rational, tick0: number, count0: number, phase: Rational): Track {
  const step = rate.div(base);
  const c = step.den * phase.den;
  const exact = { a: phase.num * step.den, b: step.num * phase.den, c };
  const common = gcd(gcd(exact.a, exact.b), exact.c);
  for (const key of ['a', 'b', 'c'] as const) exact[key] /= common;
  return { rate, tick0, count0, phase, a: Number(exact.a), b: Number(exact.b), c: Number(exact.c), exact };
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** Whole ticks counted at a base tick. */
export function countAt(track: Track, tick: number): number {
  const passed = tick - track.tick0;
  const numerator = track.a + passed * track.b;
  if (numerator < EXACT_LIMIT && track.c < EXACT_LIMIT) {
    return track.count0 + (track.c === 1 ? numerator : Math.floor(numerator / track.c));
  }
  const { a, b, c } = track.exact;
  return track.count0 + Number((a + BigInt(passed) * b) / c);
}

/** The fraction of a tick that has passed at a base tick, in [0, 1). */
export function phaseAt(track: Track, tick: number): Rational {
  if (track.rate.isZero) return track.phase;
  const { a, b, c } = track.exact;
  return Rational.of((a + BigInt(tick - track.tick0) * b) % c, c);
}

/** The first base tick at which the clock has counted to `count`; Infinity if it is stopped short of it. */
export function tickOf(track: Track, count: number): number {
  const missing = count - track.count0;
  if (missing <= 0) return track.tick0;
  if (track.b === 0) return Number.POSITIVE_INFINITY;
  const numerator = missing * track.c - track.a;
  if (missing * track.c < EXACT_LIMIT && track.b < EXACT_LIMIT) {
    return track.tick0 + (track.b === 1 ? numerator : Math.ceil(numerator / track.b));
  }
  const { a, b, c } = track.exact;
  return track.tick0 - Number(floorDiv(-(BigInt(missing) * c - a), b));
}

/** The same without rounding: the exact instant in base ticks. Only for running clocks. */
export function instantOf(track: Track, count: number): Rational {
  const { a, b, c } = track.exact;
  return Rational.of(BigInt(count - track.count0) * c - a, b).add(Rational.of(track.tick0));
}
