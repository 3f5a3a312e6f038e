import type { Emitter, Int } from '../../isa/emitter.js';
import { type Precision, SINGLE } from './float-precision.js';
import { readLong, readWord, writeF } from './float-registers.js';
import { type Immediate, immediate } from './immediates.js';
import { low, readX, signed, type Xlen } from './x-registers.js';

/** Loads and stores of f registers (Unpriv 11.5, 12.3): bits as they are, NaNs included. */

/** Sets of C's formats that FLD and FSD have, scaled by 8 (Unpriv 16.3). */
export const FLOAT_IMMEDIATE = {
  CD: { low: { i: 3, j: 6 }, width: 8, signed: false },
  CDLSP: { low: { i: 5, j: 3, k: 6 }, width: 9, signed: false },
  CDSSP: { low: { i: 3, j: 6 }, width: 9, signed: false },
} as const satisfies Record<string, Immediate>;

type Letters<L extends Immediate> = { readonly [K in keyof L['low']]: Int };

function addressOf<L extends Immediate>(o: Emitter, xlen: Xlen, layout: L, base: Int | number, f: Letters<L>): Int {
  return low(o, o.add<'i32' | 'i64'>(readX(o, base), signed(o, xlen, immediate(o, layout, f))));
}

/** Loads into register `d`. */
export function loadF<L extends Immediate>(
  o: Emitter,
  xlen: Xlen,
  precision: Precision,
  layout: L,
  d: Int,
  base: Int | number,
  f: Letters<L>,
): void {
  const address = addressOf(o, xlen, layout, base, f);
  writeF(o, xlen, d, precision === SINGLE ? o.load(4, address) : o.load64(8, address));
}

/** Stores register `t`. */
export function storeF<L extends Immediate>(
  o: Emitter,
  xlen: Xlen,
  precision: Precision,
  layout: L,
  t: Int,
  base: Int | number,
  f: Letters<L>,
): void {
  const address = addressOf(o, xlen, layout, base, f);
  if (precision === SINGLE) o.store(4, address, readWord(o, xlen, t));
  else o.store(8, address, readLong(o, xlen, t));
}
