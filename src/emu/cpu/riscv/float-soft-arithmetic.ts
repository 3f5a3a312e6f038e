import { isAnyNaN, type Operand } from './float-operand.js';
import { canonicalNaN, infinity, powerOfTwo, round, type SoftFormat, type SoftResult, zero } from './float-soft.js';
import { FLAG, ROUND } from './float-status.js';

/** Addition, multiplication and the others of IEEE 754-2008 5.4 on unpacked operands, rounded once. */

/** Stands for what is lost far below: less than a quarter of a unit in the last place of a significand. */
const LITTLE = 2 ** -60;
/** Exponents so far apart that the smaller number is nothing but LITTLE beside the larger. */
const FAR = 64;
/** The same beside a product, which has 106 bits. */
const FAR_BELOW_PRODUCT = 120;

// The error of the last sum or product, which is exact: Knuth's TwoSum, Dekker's product with Veltkamp's splitting.
let error = 0;
function sum(a: number, b: number): number {
  const s = a + b;
  const part = s - a;
  error = a - (s - part) + (b - part);
  return s;
}
const SPLIT = 2 ** 27 + 1;
function product(a: number, b: number): number {
  const p = a * b;
  const wideA = SPLIT * a;
  const wideB = SPLIT * b;
  const highA = wideA - (wideA - a);
  const highB = wideB - (wideB - b);
  const lowA = a - highA;
  const lowB = b - highB;
  error = highA * highB - p + highA * lowB + lowA * highB + lowA * lowB;
  return p;
}

const scratch = new Float64Array(1);
const scratchBits = new BigInt64Array(scratch.buffer);

/** a + b, rounded to odd where it is not exact: the lowest bit then stands for all that follow. */
function sumToOdd(a: number, b: number): number {
  const s = sum(a, b);
  if (error === 0) return s;
  scratch[0] = s;
  const bits = scratchBits[0]!;
  if (bits & 1n) return s;
  // the exact sum lies between this number and its neighbour on the side of the error
  scratchBits[0] = bits + (error > 0 === s > 0 ? 1n : -1n);
  return scratch[0]!;
}

const invalid = (out: SoftResult, format: SoftFormat): void => canonicalNaN(out, format, FLAG.NV);

/** Where an operand is a NaN the result is the canonical one; a signalling one is an invalid operation. */
function propagates(out: SoftResult, format: SoftFormat, a: Operand, b: Operand): boolean {
  if (!isAnyNaN(a) && !isAnyNaN(b)) return false;
  canonicalNaN(out, format, a.kind === 'signalling' || b.kind === 'signalling' ? FLAG.NV : 0);
  return true;
}

/** A finite operand unchanged, or rounded to a smaller format. */
function alone(out: SoftResult, format: SoftFormat, a: Operand, mode: number): void {
  round(out, format, a.negative, a.significand, 0, a.exponent, mode);
}

/** h + l, signed, and an exact zero with the sign that the mode gives it (IEEE 754-2008 6.3). */
function roundSigned(out: SoftResult, format: SoftFormat, h: number, l: number, e: number, mode: number): void {
  if (h === 0) zero(out, format, mode === ROUND.down);
  else if (h < 0) round(out, format, true, -h, -l, e, mode);
  else round(out, format, false, h, l, e, mode);
}

const signed = (negative: boolean, value: number): number => (negative ? -value : value);

/** a + b, or a − b where `negate` is set: the sign of a NaN means nothing. */
export function add(out: SoftResult, format: SoftFormat, a: Operand, b: Operand, negate: boolean, mode: number): void {
  if (propagates(out, format, a, b)) return;
  if (negate) b.negative = !b.negative;
  if (a.kind === 'infinity' || b.kind === 'infinity') {
    if (a.kind === b.kind && a.negative !== b.negative) invalid(out, format);
    else infinity(out, format, a.kind === 'infinity' ? a.negative : b.negative);
  } else if (a.kind === 'zero' && b.kind === 'zero') {
    zero(out, format, a.negative === b.negative ? a.negative : mode === ROUND.down);
  } else if (a.kind === 'zero') alone(out, format, b, mode);
  else if (b.kind === 'zero') alone(out, format, a, mode);
  else if (a.exponent >= b.exponent) addFinite(out, format, a, b, mode);
  else addFinite(out, format, b, a, mode);
}

function addFinite(out: SoftResult, format: SoftFormat, a: Operand, b: Operand, mode: number): void {
  const distance = a.exponent - b.exponent;
  const large = signed(a.negative, a.significand);
  if (distance > FAR) roundSigned(out, format, large, signed(b.negative, LITTLE), a.exponent, mode);
  else {
    const h = sum(large, signed(b.negative, b.significand * powerOfTwo(-distance)));
    roundSigned(out, format, h, error, a.exponent, mode);
  }
}

export function multiply(out: SoftResult, format: SoftFormat, a: Operand, b: Operand, mode: number): void {
  if (propagates(out, format, a, b)) return;
  const negative = a.negative !== b.negative;
  if (a.kind === 'infinity' || b.kind === 'infinity') {
    if (a.kind === 'zero' || b.kind === 'zero') invalid(out, format);
    else infinity(out, format, negative);
  } else if (a.kind === 'zero' || b.kind === 'zero') zero(out, format, negative);
  else {
    const h = product(a.significand, b.significand);
    round(out, format, negative, h, error, a.exponent + b.exponent, mode);
  }
}

export function divide(out: SoftResult, format: SoftFormat, a: Operand, b: Operand, mode: number): void {
  if (propagates(out, format, a, b)) return;
  const negative = a.negative !== b.negative;
  if (a.kind === b.kind && a.kind !== 'finite') invalid(out, format);
  else if (a.kind === 'infinity') infinity(out, format, negative);
  else if (a.kind === 'zero' || b.kind === 'infinity') zero(out, format, negative);
  else if (b.kind === 'zero') {
    out.flags |= FLAG.DZ;
    infinity(out, format, negative);
  } else {
    const quotient = a.significand / b.significand;
    const p = product(quotient, b.significand);
    // what is left of the dividend is exact
    const rest = a.significand - p - error;
    round(out, format, negative, quotient, Math.sign(rest) * LITTLE, a.exponent - b.exponent, mode);
  }
}

export function squareRoot(out: SoftResult, format: SoftFormat, a: Operand, mode: number): void {
  if (propagates(out, format, a, a)) return;
  if (a.kind === 'zero') zero(out, format, a.negative);
  else if (a.negative) invalid(out, format);
  else if (a.kind === 'infinity') infinity(out, format, false);
  else {
    const odd = a.exponent & 1;
    const radicand = odd ? 2 * a.significand : a.significand;
    const root = Math.sqrt(radicand);
    const p = product(root, root);
    const rest = radicand - p - error;
    round(out, format, false, root, Math.sign(rest) * LITTLE, (a.exponent - odd) / 2, mode);
  }
}

/** a × b + c, rounded once. ∞ × 0 is invalid even beside a quiet NaN (Unpriv 11.6). */
export function multiplyAdd(
  out: SoftResult,
  format: SoftFormat,
  a: Operand,
  b: Operand,
  c: Operand,
  mode: number,
): void {
  const infinite = a.kind === 'infinity' || b.kind === 'infinity';
  const nought = a.kind === 'zero' || b.kind === 'zero';
  if (infinite && nought) {
    invalid(out, format);
    return;
  }
  if (isAnyNaN(c)) {
    const signals = [a, b, c].some(({ kind }) => kind === 'signalling');
    canonicalNaN(out, format, signals ? FLAG.NV : 0);
    return;
  }
  if (isAnyNaN(a) || isAnyNaN(b)) {
    propagates(out, format, a, b);
    return;
  }
  const negative = a.negative !== b.negative;
  if (infinite) {
    if (c.kind === 'infinity' && c.negative !== negative) invalid(out, format);
    else infinity(out, format, negative);
  } else if (c.kind === 'infinity') infinity(out, format, c.negative);
  else if (!nought) addToProduct(out, format, a, b, c, mode);
  else if (c.kind === 'zero') zero(out, format, c.negative === negative ? negative : mode === ROUND.down);
  else alone(out, format, c, mode);
}

function addToProduct(out: SoftResult, format: SoftFormat, a: Operand, b: Operand, c: Operand, mode: number): void {
  const exponent = a.exponent + b.exponent;
  const size = product(a.significand, b.significand);
  const sign = a.negative !== b.negative ? -1 : 1;
  const [h, l] = [sign * size, sign * error];
  if (c.kind === 'zero') {
    roundSigned(out, format, h, l, exponent, mode);
    return;
  }
  const distance = c.exponent - exponent;
  if (distance > FAR) {
    roundSigned(out, format, signed(c.negative, c.significand), sign * LITTLE, c.exponent, mode);
    return;
  }
  const near = distance >= -FAR_BELOW_PRODUCT;
  const addend = signed(c.negative, near ? c.significand * powerOfTwo(distance) : powerOfTwo(-FAR_BELOW_PRODUCT));
  const s = sum(h, addend);
  const t = sumToOdd(error, l);
  const total = sum(s, t);
  roundSigned(out, format, total, error, exponent, mode);
}

/** To another format. */
export function convert(out: SoftResult, format: SoftFormat, a: Operand, mode: number): void {
  if (propagates(out, format, a, a)) return;
  if (a.kind === 'zero') zero(out, format, a.negative);
  else if (a.kind === 'infinity') infinity(out, format, a.negative);
  else alone(out, format, a, mode);
}

const WORD = 2 ** 32;

/** A whole number of 64 bits to a format. */
export function fromInteger(
  out: SoftResult,
  format: SoftFormat,
  low: number,
  high: number,
  unsigned: boolean,
  mode: number,
): void {
  if ((low | high) === 0) {
    zero(out, format, false);
    return;
  }
  const h = sum((unsigned ? high >>> 0 : high) * WORD, low >>> 0);
  roundSigned(out, format, h, error, 0, mode);
}
