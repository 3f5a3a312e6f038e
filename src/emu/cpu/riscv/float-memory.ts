import type { Emitter, Int } from '../../isa/emitter.js';
import { type Precision, SINGLE } from './float-precision.js';
import { readLong, readWord, writeF } from './float-registers.js';
import { type Immediate, immediate } from './immediates.js';
import { addressOf, readX, type X, type Xlen } from './x-registers.js';

/** Loads and stores of f registers (Unpriv 11.5, 12.3): bits as they are, NaNs included. */

type Letters<L extends Immediate> = { readonly [K in keyof L['low']]: Int };

function addressIn<L extends Immediate>(o: Emitter, xlen: Xlen, layout: L, base: Int | number, f: Letters<L>): X {
  return addressOf(o, xlen, readX(o, base), immediate(o, layout, f));
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
  const address = addressIn(o, xlen, layout, base, f);
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
  const address = addressIn(o, xlen, layout, base, f);
  if (precision === SINGLE) o.store(4, address, readWord(o, xlen, t));
  else o.store(8, address, readLong(o, xlen, t));
}
