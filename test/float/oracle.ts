/**
 * Floating point as Arm DDI 0403E A2.5.4 defines it, over exact rational numbers: every operand is a fraction of two
 * integers of any size, and is rounded once, by FPRound(). Written from the manual, with nothing of the model in it.
 */

export interface Outcome {
  /** The result's bits, or N, Z, C, V in bits 31:28. */
  readonly result: number;
  /** Cumulative flags that the operation sets: IOC 0, DZC 1, OFC 2, UFC 3, IXC 4, IDC 7. */
  readonly flags: number;
}

const [IOC, DZC, OFC, UFC, IXC, IDC] = [1, 2, 4, 8, 16, 128];

interface Format {
  readonly bits: number;
  readonly exponentBits: number;
  readonly fractionBits: number;
}
const SINGLE: Format = { bits: 32, exponentBits: 8, fractionBits: 23 };
const HALF: Format = { bits: 16, exponentBits: 5, fractionBits: 10 };

type Kind = 'zero' | 'finite' | 'infinity' | 'quiet' | 'signalling';
interface Unpacked {
  readonly kind: Kind;
  readonly negative: boolean;
  /** numerator / denominator, not negative. */
  readonly n: bigint;
  readonly d: bigint;
}

/** FPSCR's control bits, and the flags as they come. */
class Status {
  flags = 0;
  readonly mode: number;
  readonly flushes: boolean;
  readonly defaultNaN: boolean;
  readonly alternative: boolean;
  constructor(fpscr: number, mode = (fpscr >>> 22) & 3) {
    this.mode = mode;
    this.flushes = ((fpscr >>> 24) & 1) === 1;
    this.defaultNaN = ((fpscr >>> 25) & 1) === 1;
    this.alternative = ((fpscr >>> 26) & 1) === 1;
  }
  outcome(result: number): Outcome {
    return { result: result >>> 0, flags: this.flags };
  }
}

const bitLength = (value: bigint): number => value.toString(2).length;
const power = (exponent: number): [n: bigint, d: bigint] =>
  exponent >= 0 ? [1n << BigInt(exponent), 1n] : [1n, 1n << BigInt(-exponent)];

function unpackSingle(word: number, status: Status): Unpacked {
  const negative = word >>> 31 === 1;
  const exponent = (word >>> 23) & 0xff;
  const fraction = word & 0x7f_ffff;
  const finite = (mantissa: number, scale: number): Unpacked => {
    const [n, d] = power(scale);
    return { kind: 'finite', negative, n: BigInt(mantissa) * n, d };
  };
  const special = (kind: Kind): Unpacked => ({ kind, negative, n: 0n, d: 1n });
  if (exponent === 0) {
    if (fraction === 0) return special('zero');
    if (status.flushes) {
      status.flags |= IDC;
      return special('zero');
    }
    return finite(fraction, -149);
  }
  if (exponent < 255) return finite(fraction + 0x80_0000, exponent - 150);
  return special(fraction === 0 ? 'infinity' : fraction >>> 22 === 1 ? 'quiet' : 'signalling');
}

function compose({ bits, fractionBits }: Format, negative: boolean, exponent: number, fraction: number): number {
  return ((negative ? 2 ** (bits - 1) : 0) + exponent * 2 ** fractionBits + fraction) >>> 0;
}
const zero = (format: Format, negative: boolean) => compose(format, negative, 0, 0);
const infinity = (format: Format, negative: boolean) => compose(format, negative, 2 ** format.exponentBits - 1, 0);
const largest = (format: Format, negative: boolean) =>
  compose(format, negative, 2 ** format.exponentBits - 2, 2 ** format.fractionBits - 1);
const defaultNaN = (format: Format) =>
  compose(format, false, 2 ** format.exponentBits - 1, 2 ** (format.fractionBits - 1));

/** FPRound() of n / d, which is not 0. */
function round(format: Format, negative: boolean, n: bigint, d: bigint, status: Status): number {
  const { exponentBits, fractionBits } = format;
  const least = 2 - 2 ** (exponentBits - 1);
  let exponent = bitLength(n) - bitLength(d);
  const [up, down] = power(exponent);
  // 2^exponent ≤ n / d < 2^(exponent + 1)
  if (n * down < d * up) exponent -= 1;
  if (status.flushes && format.bits !== 16 && exponent < least) {
    status.flags |= UFC;
    return zero(format, negative);
  }
  let biased = Math.max(exponent - least + 1, 0);
  const scale = fractionBits - Math.max(exponent, least);
  const [multiply, divide] = power(scale);
  const [numerator, denominator] = [n * multiply, d * divide];
  let mantissa = numerator / denominator;
  const rest = numerator - mantissa * denominator;
  let exact = rest === 0n;
  if (biased === 0 && !exact) status.flags |= UFC;
  const half = 2n * rest;
  const up0 = half > denominator || (half === denominator && (mantissa & 1n) === 1n);
  const roundUp = [up0, !exact && !negative, !exact && negative, false][status.mode]!;
  const overflowToInfinity = [true, !negative, negative, false][status.mode]!;
  if (roundUp) {
    mantissa += 1n;
    if (mantissa === 1n << BigInt(fractionBits)) biased = Math.max(biased, 1);
    if (mantissa === 1n << BigInt(fractionBits + 1)) {
      biased += 1;
      mantissa >>= 1n;
    }
  }
  const fraction = Number(mantissa & ((1n << BigInt(fractionBits)) - 1n));
  let result: number;
  if (format.bits !== 16 || !status.alternative) {
    if (biased >= 2 ** exponentBits - 1) {
      result = overflowToInfinity ? infinity(format, negative) : largest(format, negative);
      status.flags |= OFC;
      exact = false;
    } else result = compose(format, negative, biased, fraction);
  } else if (biased >= 2 ** exponentBits) {
    result = compose(format, negative, 2 ** exponentBits - 1, 2 ** fractionBits - 1);
    status.flags |= IOC;
    exact = true;
  } else result = compose(format, negative, biased, fraction);
  if (!exact) status.flags |= IXC;
  return result;
}

const isAnyNaN = ({ kind }: Unpacked): boolean => kind === 'quiet' || kind === 'signalling';

/** FPProcessNaN() and the order of FPProcessNaNs() and FPProcessNaNs3(). */
function processNaNs(operands: readonly (readonly [Unpacked, number])[], status: Status): number | undefined {
  const found = operands.find(([{ kind }]) => kind === 'signalling') ?? operands.find(([{ kind }]) => kind === 'quiet');
  if (!found) return undefined;
  if (found[0].kind === 'signalling') status.flags |= IOC;
  return status.defaultNaN ? defaultNaN(SINGLE) : (found[1] | 0x40_0000) >>> 0;
}

function invalid(status: Status): number {
  status.flags |= IOC;
  return defaultNaN(SINGLE);
}

/** A sum of two signed fractions, an exact 0 with the sign that the mode gives it. */
function roundSum(a: Unpacked, b: Unpacked, status: Status): number {
  const signed = ({ negative, n }: Unpacked) => (negative ? -n : n);
  const n = signed(a) * b.d + signed(b) * a.d;
  if (n === 0n) return zero(SINGLE, status.mode === 2);
  return round(SINGLE, n < 0n, n < 0n ? -n : n, a.d * b.d, status);
}

function addUnpacked(a: Unpacked, b: Unpacked, status: Status): number {
  if (a.kind === 'infinity' && b.kind === 'infinity' && a.negative !== b.negative) return invalid(status);
  if (a.kind === 'infinity' || b.kind === 'infinity') {
    return infinity(SINGLE, a.kind === 'infinity' ? a.negative : b.negative);
  }
  if (a.kind === 'zero' && b.kind === 'zero' && a.negative === b.negative) return zero(SINGLE, a.negative);
  return roundSum(a, b, status);
}

function addSub(x: number, y: number, fpscr: number, subtract: boolean): Outcome {
  const status = new Status(fpscr);
  const [a, b] = [unpackSingle(x, status), unpackSingle(y, status)];
  const nan = processNaNs(
    [
      [a, x],
      [b, y],
    ],
    status,
  ); // prettier-ignore
  return status.outcome(nan ?? addUnpacked(a, subtract ? { ...b, negative: !b.negative } : b, status));
}

export function multiply(x: number, y: number, fpscr: number): Outcome {
  const status = new Status(fpscr);
  const [a, b] = [unpackSingle(x, status), unpackSingle(y, status)];
  const nan = processNaNs(
    [
      [a, x],
      [b, y],
    ],
    status,
  ); // prettier-ignore
  if (nan !== undefined) return status.outcome(nan);
  const negative = a.negative !== b.negative;
  const kinds = [a.kind, b.kind];
  if (kinds.includes('infinity')) {
    return status.outcome(kinds.includes('zero') ? invalid(status) : infinity(SINGLE, negative));
  }
  if (kinds.includes('zero')) return status.outcome(zero(SINGLE, negative));
  return status.outcome(round(SINGLE, negative, a.n * b.n, a.d * b.d, status));
}

export function divide(x: number, y: number, fpscr: number): Outcome {
  const status = new Status(fpscr);
  const [a, b] = [unpackSingle(x, status), unpackSingle(y, status)];
  const nan = processNaNs(
    [
      [a, x],
      [b, y],
    ],
    status,
  ); // prettier-ignore
  if (nan !== undefined) return status.outcome(nan);
  const negative = a.negative !== b.negative;
  const bothOf = (kind: Kind) => a.kind === kind && b.kind === kind;
  if (bothOf('infinity') || bothOf('zero')) return status.outcome(invalid(status));
  if (a.kind === 'infinity' || b.kind === 'zero') {
    if (a.kind !== 'infinity') status.flags |= DZC;
    return status.outcome(infinity(SINGLE, negative));
  }
  if (a.kind === 'zero' || b.kind === 'infinity') return status.outcome(zero(SINGLE, negative));
  return status.outcome(round(SINGLE, negative, a.n * b.d, a.d * b.n, status));
}

export function squareRoot(x: number, fpscr: number): Outcome {
  const status = new Status(fpscr);
  const a = unpackSingle(x, status);
  const nan = processNaNs([[a, x]], status);
  if (nan !== undefined) return status.outcome(nan);
  if (a.kind === 'zero') return status.outcome(zero(SINGLE, a.negative));
  if (a.negative) return status.outcome(invalid(status));
  if (a.kind === 'infinity') return status.outcome(infinity(SINGLE, false));
  // √(n/d) = √(n·d)/d; 128 more bits, and one that says whether any are left
  const radicand = (a.n * a.d) << 256n;
  const root = integerRoot(radicand);
  const sticky = root * root === radicand ? 0n : 1n;
  return status.outcome(round(SINGLE, false, 2n * root + sticky, (2n * a.d) << 128n, status));
}
/** ⌊√value⌋ by Newton's method. */
function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export function multiplyAdd(z: number, x: number, y: number, fpscr: number): Outcome {
  const status = new Status(fpscr);
  const [c, a, b] = [unpackSingle(z, status), unpackSingle(x, status), unpackSingle(y, status)];
  const invalidProduct = (a.kind === 'infinity' && b.kind === 'zero') || (a.kind === 'zero' && b.kind === 'infinity');
  let nan = processNaNs(
    [
      [c, z],
      [a, x],
      [b, y],
    ],
    status,
  ); // prettier-ignore
  if (c.kind === 'quiet' && invalidProduct) nan = invalid(status);
  if (nan !== undefined) return status.outcome(nan);
  if (invalidProduct) return status.outcome(invalid(status));
  const negative = a.negative !== b.negative;
  const kind = [a.kind, b.kind].includes('infinity')
    ? 'infinity'
    : [a.kind, b.kind].includes('zero')
      ? 'zero'
      : 'finite';
  return status.outcome(addUnpacked(c, { kind, negative, n: a.n * b.n, d: a.d * b.d }, status));
}

export const add = (x: number, y: number, fpscr: number): Outcome => addSub(x, y, fpscr, false);
export const subtract = (x: number, y: number, fpscr: number): Outcome => addSub(x, y, fpscr, true);
export const negate = (word: number): number => (word ^ 0x8000_0000) >>> 0;

/** FPCompare(): N, Z, C, V. */
export function compare(x: number, y: number, fpscr: number, quietToo: boolean): Outcome {
  const status = new Status(fpscr);
  const [a, b] = [unpackSingle(x, status), unpackSingle(y, status)];
  if (isAnyNaN(a) || isAnyNaN(b)) {
    if (a.kind === 'signalling' || b.kind === 'signalling' || quietToo) status.flags |= IOC;
    return status.outcome(0x3000_0000);
  }
  const order = orderOf(a, b);
  return status.outcome(order === 0 ? 0x6000_0000 : order < 0 ? 0x8000_0000 : 0x2000_0000);
}
function orderOf(a: Unpacked, b: Unpacked): number {
  const rank = (u: Unpacked) => (u.kind === 'infinity' ? (u.negative ? -1 : 1) : 0);
  if (rank(a) !== 0 || rank(b) !== 0) return rank(a) - rank(b);
  const signed = ({ negative, n }: Unpacked) => (negative ? -n : n);
  const difference = signed(a) * b.d - signed(b) * a.d;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

export interface FixedFormat {
  readonly bits: number;
  readonly unsigned: boolean;
  readonly fraction: number;
}

/** FPToFixed(). */
export function toFixed(x: number, format: FixedFormat, towardZero: boolean, fpscr: number): Outcome {
  const status = new Status(fpscr, towardZero ? 3 : undefined);
  const a = unpackSingle(x, status);
  const least = format.unsigned ? 0n : -(1n << BigInt(format.bits - 1));
  const most = (1n << BigInt(format.unsigned ? format.bits : format.bits - 1)) - 1n;
  if (isAnyNaN(a)) {
    status.flags |= IOC;
    return status.outcome(0);
  }
  const infinite = a.kind === 'infinity' ? 1n << 2000n : a.n;
  const numerator = (a.negative ? -infinite : infinite) << BigInt(format.fraction);
  let whole = numerator / a.d;
  if (whole * a.d > numerator) whole -= 1n; // RoundDown()
  const error = numerator - whole * a.d;
  const up0 = 2n * error > a.d || (2n * error === a.d && (whole & 1n) === 1n);
  if ([up0, error !== 0n, false, error !== 0n && whole < 0n][status.mode]) whole += 1n;
  const saturated = whole < least ? least : whole > most ? most : whole;
  if (saturated !== whole) status.flags |= IOC;
  else if (error !== 0n) status.flags |= IXC;
  return status.outcome(Number(BigInt.asUintN(32, saturated)));
}

/** FixedToFP(). */
export function fromFixed(word: number, format: FixedFormat, toNearest: boolean, fpscr: number): Outcome {
  const status = new Status(fpscr, toNearest ? 0 : undefined);
  const low = BigInt.asUintN(format.bits, BigInt(word));
  const whole = format.unsigned ? low : BigInt.asIntN(format.bits, low);
  if (whole === 0n) return status.outcome(0);
  const magnitude = whole < 0n ? -whole : whole;
  return status.outcome(round(SINGLE, whole < 0n, magnitude, 1n << BigInt(format.fraction), status));
}

/** FPHalfToSingle(). */
export function halfToSingle(half: number, fpscr: number): Outcome {
  const status = new Status(fpscr);
  const negative = half >>> 15 === 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31 && !status.alternative) {
    if (fraction === 0) return status.outcome(infinity(SINGLE, negative));
    if (fraction >>> 9 === 0) status.flags |= IOC;
    const quiet = compose(SINGLE, negative, 255, 0x40_0000) + (fraction & 0x1ff) * 2 ** 13;
    return status.outcome(status.defaultNaN ? defaultNaN(SINGLE) : quiet);
  }
  const mantissa = BigInt(exponent === 0 ? fraction : fraction + 0x400);
  if (mantissa === 0n) return status.outcome(zero(SINGLE, negative));
  const [n, d] = power(Math.max(exponent, 1) - 25);
  return status.outcome(round(SINGLE, negative, mantissa * n, d, status));
}

/** FPSingleToHalf(). */
export function singleToHalf(x: number, fpscr: number): Outcome {
  const status = new Status(fpscr);
  const a = unpackSingle(x, status);
  if (isAnyNaN(a)) {
    if (a.kind === 'signalling' || status.alternative) status.flags |= IOC;
    if (status.alternative) return status.outcome(zero(HALF, a.negative));
    const quiet = compose(HALF, a.negative, 31, 0x200) + ((x >>> 13) & 0x1ff);
    return status.outcome(status.defaultNaN ? defaultNaN(HALF) : quiet);
  }
  if (a.kind === 'infinity') {
    if (!status.alternative) return status.outcome(infinity(HALF, a.negative));
    status.flags |= IOC;
    return status.outcome(compose(HALF, a.negative, 31, 0x3ff));
  }
  if (a.kind === 'zero') return status.outcome(zero(HALF, a.negative));
  return status.outcome(round(HALF, a.negative, a.n, a.d, status));
}
