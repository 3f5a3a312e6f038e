import { doubleOf, singleOf } from './float-soft.js';

/** An operand: `significand` × 2^`exponent` with 1 ≤ significand < 2 where it is finite and not zero. */
export interface Operand {
  kind: 'zero' | 'finite' | 'infinity' | 'quiet' | 'signalling';
  negative: boolean;
  significand: number;
  exponent: number;
}

export const operand = (): Operand => ({ kind: 'zero', negative: false, significand: 0, exponent: 0 });

export const isAnyNaN = ({ kind }: Operand): boolean => kind === 'quiet' || kind === 'signalling';

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const QUIET = 0x8_0000;

export function unpackDouble(into: Operand, low: number, high: number): void {
  const exponent = (high >>> 20) & 0x7ff;
  into.negative = high < 0;
  if (exponent === 0x7ff) {
    const fraction = high & 0xf_ffff;
    if ((fraction | low) === 0) into.kind = 'infinity';
    else into.kind = (fraction & QUIET) !== 0 ? 'quiet' : 'signalling';
  } else unpackFinite(into, Math.abs(doubleOf(low, high)));
}

export function unpackSingle(into: Operand, bits: number): void {
  into.negative = bits < 0;
  const size = bits & 0x7fff_ffff;
  if (size < 0x7f80_0000) unpackFinite(into, singleOf(size));
  else if (size === 0x7f80_0000) into.kind = 'infinity';
  else into.kind = size >= 0x7fc0_0000 ? 'quiet' : 'signalling';
}

const TO_NORMAL = 2 ** 64;

function unpackFinite(into: Operand, size: number): void {
  if (size === 0) {
    into.kind = 'zero';
    return;
  }
  into.kind = 'finite';
  const denormal = size < 2 ** -1022;
  double[0] = denormal ? size * TO_NORMAL : size;
  into.exponent = (words[1]! >>> 20) - 1023 - (denormal ? 64 : 0);
  words[1] = (words[1]! & 0xf_ffff) | (1023 << 20);
  into.significand = double[0]!;
}
