/**
 * Floating point as Unpriv 11–12 and IEEE 754-2008 define it, over integers of any size: every finite number is n × 2ᵉ, every
 * result is worked out exactly (a quotient or root far beyond any rounding, with a bit for the rest) and rounded once. Written
 * from the manual, with nothing of the model in it.
 */

export interface Outcome {
  readonly bits: bigint;
  readonly flags: number;
}
export const [NX, UF, OF, DZ, NV] = [1, 2, 4, 8, 16];

export interface Format {
  readonly width: number;
  readonly exponentBits: number;
  readonly fractionBits: number;
}
export const SINGLE: Format = { width: 32, exponentBits: 8, fractionBits: 23 };
export const DOUBLE: Format = { width: 64, exponentBits: 11, fractionBits: 52 };

/** A number: `n` × 2^`e`, n ≥ 0; `rest`: the exact value lies a little above n. */
interface Finite {
  readonly kind: 'finite';
  readonly negative: boolean;
  readonly n: bigint;
  readonly e: number;
  readonly rest?: boolean;
}
type Unpacked = Finite | { readonly kind: 'infinity' | 'quiet' | 'signalling'; readonly negative: boolean };

export function unpack(format: Format, bits: bigint): Unpacked {
  const { width, exponentBits, fractionBits } = format;
  const negative = bits >> BigInt(width - 1) === 1n;
  const exponent = Number((bits >> BigInt(fractionBits)) & ((1n << BigInt(exponentBits)) - 1n));
  const fraction = bits & ((1n << BigInt(fractionBits)) - 1n);
  if (exponent === 2 ** exponentBits - 1) {
    if (fraction === 0n) return { kind: 'infinity', negative };
    return { kind: fraction >> BigInt(fractionBits - 1) === 1n ? 'quiet' : 'signalling', negative };
  }
  const bias = 2 ** (exponentBits - 1) - 1;
  const n = exponent === 0 ? fraction : fraction | (1n << BigInt(fractionBits));
  return { kind: 'finite', negative, n, e: Math.max(exponent, 1) - bias - fractionBits };
}

function compose({ width, fractionBits }: Format, negative: boolean, exponent: number, fraction: bigint): bigint {
  return (negative ? 1n << BigInt(width - 1) : 0n) | (BigInt(exponent) << BigInt(fractionBits)) | fraction;
}
const topExponent = (format: Format) => 2 ** format.exponentBits - 1;
const zero = (format: Format, negative: boolean) => compose(format, negative, 0, 0n);
const infinity = (format: Format, negative: boolean) => compose(format, negative, topExponent(format), 0n);
const largest = (format: Format, negative: boolean) => infinity(format, negative) - 1n;
export const canonicalNaN = (format: Format) =>
  compose(format, false, topExponent(format), 1n << BigInt(format.fractionBits - 1));

function bitLength(value: bigint): number {
  const text = value.toString(16);
  return value === 0n ? 0 : 4 * (text.length - 1) + (32 - Math.clz32(Number.parseInt(text[0]!, 16)));
}

/** n × 2ᵉ as a whole number of 2^unit, rounded. */
function toUnits({ n, e, rest, negative }: Finite, unit: number, rm: number): { units: bigint; exact: boolean } {
  if (e >= unit && !rest) return { units: n << BigInt(e - unit), exact: true };
  // one more bit stands for the rest
  const wide = rest ? 2n * n + 1n : 2n * n;
  const drop = BigInt(unit - e + 1);
  const units = wide >> drop;
  const lost = wide - (units << drop);
  if (lost === 0n) return { units, exact: true };
  const half = 1n << (drop - 1n);
  const up = [lost > half || (lost === half && (units & 1n) === 1n), false, negative, !negative, lost >= half][rm]!;
  return { units: up ? units + 1n : units, exact: false };
}

/** Rounds what is not 0. Underflow: not exact, and below the normal numbers after rounding with unbounded exponent. */
function round(format: Format, value: Finite, rm: number): Outcome {
  const { exponentBits, fractionBits } = format;
  const bias = 2 ** (exponentBits - 1) - 1;
  const least = 1 - bias;
  const digits = fractionBits + 1;
  const exponent = bitLength(value.n) - 1 + value.e;
  const unbounded = toUnits(value, exponent - fractionBits, rm);
  const carried = bitLength(unbounded.units) > digits ? exponent + 1 : exponent;
  const { negative } = value;
  if (carried > bias) {
    const toInfinity = [true, false, negative, !negative, true][rm]!;
    return { bits: toInfinity ? infinity(format, negative) : largest(format, negative), flags: OF! | NX! };
  }
  const unit = Math.max(exponent, least) - fractionBits;
  const { units, exact } = toUnits(value, unit, rm);
  const flags = exact ? 0 : carried < least ? UF! | NX! : NX!;
  // a carry out of the fraction makes the exponent one larger, as it should
  const magnitude = units + (BigInt(Math.max(exponent, least) - least) << BigInt(fractionBits));
  return { bits: compose(format, negative, 0, 0n) | magnitude, flags };
}

const invalid = (format: Format): Outcome => ({ bits: canonicalNaN(format), flags: NV! });
const isAnyNaN = ({ kind }: Unpacked) => kind === 'quiet' || kind === 'signalling';
/** The canonical NaN where one operand is a NaN. */
function nanOf(format: Format, operands: readonly Unpacked[]): Outcome | undefined {
  if (!operands.some(isAnyNaN)) return undefined;
  const signals = operands.some(({ kind }) => kind === 'signalling');
  return { bits: canonicalNaN(format), flags: signals ? NV! : 0 };
}
const plain = (bits: bigint): Outcome => ({ bits, flags: 0 });

function addUnpacked(format: Format, a: Unpacked, b: Unpacked, rm: number): Outcome {
  if (a.kind === 'infinity' && b.kind === 'infinity' && a.negative !== b.negative) return invalid(format);
  if (a.kind !== 'finite') return plain(infinity(format, a.negative));
  if (b.kind !== 'finite') return plain(infinity(format, b.negative));
  if (a.n === 0n && b.n === 0n && a.negative === b.negative) return plain(zero(format, a.negative));
  const e = Math.min(a.e, b.e);
  const signed = (x: Finite) => (x.n << BigInt(x.e - e)) * (x.negative ? -1n : 1n);
  const sum = signed(a) + signed(b);
  if (sum === 0n) return plain(zero(format, rm === 2));
  return round(format, { kind: 'finite', negative: sum < 0n, n: sum < 0n ? -sum : sum, e }, rm);
}

type Operation = (format: Format, rm: number, ...operands: bigint[]) => Outcome;

export const add: Operation = (format, rm, x, y) => {
  const [a, b] = [unpack(format, x!), unpack(format, y!)];
  return nanOf(format, [a, b]) ?? addUnpacked(format, a, b, rm);
};
const flipped = (format: Format, bits: bigint) => bits ^ (1n << BigInt(format.width - 1));
export const sub: Operation = (format, rm, x, y) => add(format, rm, x!, flipped(format, y!));

function product(a: Unpacked, b: Unpacked): Unpacked | undefined {
  const negative = a.negative !== b.negative;
  if (a.kind === 'finite' && b.kind === 'finite') return { kind: 'finite', negative, n: a.n * b.n, e: a.e + b.e };
  const nought = (x: Unpacked) => x.kind === 'finite' && x.n === 0n;
  return nought(a) || nought(b) ? undefined : { kind: 'infinity', negative };
}
export const mul: Operation = (format, rm, x, y) => {
  const [a, b] = [unpack(format, x!), unpack(format, y!)];
  const nan = nanOf(format, [a, b]);
  if (nan) return nan;
  const p = product(a, b);
  if (!p) return invalid(format);
  if (p.kind !== 'finite') return plain(infinity(format, p.negative));
  return p.n === 0n ? plain(zero(format, p.negative)) : round(format, p, rm);
};

export const div: Operation = (format, rm, x, y) => {
  const [a, b] = [unpack(format, x!), unpack(format, y!)];
  const nan = nanOf(format, [a, b]);
  if (nan) return nan;
  const negative = a.negative !== b.negative;
  if (a.kind !== 'finite') return b.kind === 'finite' ? plain(infinity(format, negative)) : invalid(format);
  if (b.kind !== 'finite') return plain(zero(format, negative));
  if (b.n === 0n) return a.n === 0n ? invalid(format) : { bits: infinity(format, negative), flags: DZ! };
  if (a.n === 0n) return plain(zero(format, negative));
  const dividend = a.n << 128n;
  const n = dividend / b.n;
  return round(format, { kind: 'finite', negative, n, e: a.e - b.e - 128, rest: n * b.n !== dividend }, rm);
};

/** ⌊√value⌋ by Newton's method. */
function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
export const sqrt: Operation = (format, rm, x) => {
  const a = unpack(format, x!);
  const nan = nanOf(format, [a]);
  if (nan) return nan;
  if (a.kind === 'finite' && a.n === 0n) return plain(x!);
  if (a.negative) return invalid(format);
  if (a.kind !== 'finite') return plain(infinity(format, false));
  const odd = a.e & 1;
  const radicand = (odd ? 2n * a.n : a.n) << 128n;
  const n = integerRoot(radicand);
  return round(format, { kind: 'finite', negative: false, n, e: (a.e - odd) / 2 - 64, rest: n * n !== radicand }, rm);
};

/** a × b + c; ∞ × 0 is invalid whatever c is (Unpriv 11.6). */
export const madd: Operation = (format, rm, x, y, z) => {
  const [a, b, c] = [unpack(format, x!), unpack(format, y!), unpack(format, z!)];
  const p = isAnyNaN(a) || isAnyNaN(b) ? undefined : product(a, b);
  if (!p && !isAnyNaN(a) && !isAnyNaN(b)) return invalid(format);
  const nan = nanOf(format, [a, b, c]);
  return nan ?? addUnpacked(format, p!, c, rm);
};
export const msub: Operation = (format, rm, x, y, z) => madd(format, rm, x!, y!, flipped(format, z!));
/** −(a × b) + c and −(a × b) − c. */
export const nmsub: Operation = (format, rm, x, y, z) => madd(format, rm, flipped(format, x!), y!, z!);
export const nmadd: Operation = (format, rm, x, y, z) => madd(format, rm, flipped(format, x!), y!, flipped(format, z!));

/** −1, 0 or 1; undefined where one is a NaN. */
function order(a: Unpacked, b: Unpacked): number | undefined {
  if (isAnyNaN(a) || isAnyNaN(b)) return undefined;
  const rank = (x: Unpacked) => (x.kind === 'infinity' ? (x.negative ? -1 : 1) : 0);
  if (a.kind !== 'finite' || b.kind !== 'finite') return Math.sign(rank(a) - rank(b));
  const e = Math.min(a.e, b.e);
  const signed = (x: Finite) => (x.n << BigInt(x.e - e)) * (x.negative ? -1n : 1n);
  const [left, right] = [signed(a), signed(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
const compares =
  (quiet: boolean, holds: (order: number) => boolean): Operation =>
  (format, _, x, y) => {
    const [a, b] = [unpack(format, x!), unpack(format, y!)];
    const found = order(a, b);
    if (found !== undefined) return plain(holds(found) ? 1n : 0n);
    const signals = a.kind === 'signalling' || b.kind === 'signalling';
    return { bits: 0n, flags: signals || !quiet ? NV! : 0 };
  };
export const eq = compares(true, (found) => found === 0);
export const lt = compares(false, (found) => found < 0);
export const le = compares(false, (found) => found <= 0);

const extreme =
  (largestOne: boolean): Operation =>
  (format, _, x, y) => {
    const [a, b] = [unpack(format, x!), unpack(format, y!)];
    const flags = a.kind === 'signalling' || b.kind === 'signalling' ? NV! : 0;
    if (isAnyNaN(a) && isAnyNaN(b)) return { bits: canonicalNaN(format), flags };
    if (isAnyNaN(a) || isAnyNaN(b)) return { bits: isAnyNaN(a) ? y! : x!, flags };
    const found = order(a, b)! || (a.negative === b.negative ? 0 : a.negative ? -1 : 1);
    return { bits: (largestOne ? found > 0 : found < 0) ? x! : y!, flags };
  };
export const min = extreme(false);
export const max = extreme(true);

const signed =
  (sign: (a: bigint, b: bigint) => bigint): Operation =>
  (format, _, x, y) => {
    const top = BigInt(format.width - 1);
    const [a, b] = [x! >> top, y! >> top];
    return plain((x! & ((1n << top) - 1n)) | (sign(a, b) << top));
  };
export const sgnj = signed((_, b) => b);
export const sgnjn = signed((_, b) => 1n - b);
export const sgnjx = signed((a, b) => a ^ b);

/** Table 11.5. */
export const classify: Operation = (format, _, x) => {
  const a = unpack(format, x!);
  if (a.kind === 'signalling') return plain(1n << 8n);
  if (a.kind === 'quiet') return plain(1n << 9n);
  const size = a.kind !== 'finite' ? 3 : a.n === 0n ? 0 : a.n >> BigInt(format.fractionBits) === 0n ? 1 : 2;
  return plain(1n << BigInt(a.negative ? 3 - size : 4 + size));
};

/** FCVT to an integer, as the bits of that; table 11.4. */
export const toInteger =
  (width: 32 | 64, unsigned: boolean): Operation =>
  (format, rm, x) => {
    const a = unpack(format, x!);
    const most = (1n << BigInt(unsigned ? width : width - 1)) - 1n;
    const least = unsigned ? 0n : -most - 1n;
    const bits = (value: bigint) => BigInt.asUintN(width, value);
    if (isAnyNaN(a)) return { bits: bits(most), flags: NV! };
    if (a.kind !== 'finite') return { bits: bits(a.negative ? least : most), flags: NV! };
    const { units, exact } = toUnits(a, 0, rm);
    const value = a.negative ? -units : units;
    if (value < least || value > most) return { bits: bits(value < least ? least : most), flags: NV! };
    return { bits: bits(value), flags: exact ? 0 : NX! };
  };

/** FCVT from an integer, given as 64 bits of which `width` count. */
export const fromInteger =
  (width: 32 | 64, unsigned: boolean): Operation =>
  (format, rm, x) => {
    const value = unsigned ? BigInt.asUintN(width, x!) : BigInt.asIntN(width, x!);
    if (value === 0n) return plain(zero(format, false));
    return round(format, { kind: 'finite', negative: value < 0n, n: value < 0n ? -value : value, e: 0 }, rm);
  };

/** From another format. */
export const convert =
  (from: Format): Operation =>
  (format, rm, x) => {
    const a = unpack(from, x!);
    const nan = nanOf(format, [a]);
    if (nan) return nan;
    if (a.kind !== 'finite') return plain(infinity(format, a.negative));
    return a.n === 0n ? plain(zero(format, a.negative)) : round(format, a, rm);
  };
