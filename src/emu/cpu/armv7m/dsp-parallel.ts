import type { Emitter, Int } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';
import { clamp } from './dsp.js';
import { plain } from './pseudocode.js';

/** Parallel addition and subtraction on halfwords and bytes (A5.3.13, A5.3.14): six operations in six variants. */

/** What becomes of a lane's exact sum. `ge`: it sets the GE bits; `modulo` keeps the low bits. */
interface Variant {
  readonly name: string;
  readonly bits: string;
  readonly signed: boolean;
  readonly kind: 'modulo' | 'saturate' | 'halve';
}
const VARIANTS: readonly Variant[] = [
  { name: 's', bits: '000', signed: true, kind: 'modulo' },
  { name: 'q', bits: '001', signed: true, kind: 'saturate' },
  { name: 'sh', bits: '010', signed: true, kind: 'halve' },
  { name: 'u', bits: '100', signed: false, kind: 'modulo' },
  { name: 'uq', bits: '101', signed: false, kind: 'saturate' },
  { name: 'uh', bits: '110', signed: false, kind: 'halve' },
];

/** One lane: result lane i = lane i of Rn ± lane `other` of Rm. */
interface Lane {
  readonly subtract: boolean;
  readonly other: number;
}
interface Operation {
  readonly name: string;
  readonly bits: string;
  readonly width: 8 | 16;
  /** Lowest first. */
  readonly lanes: readonly Lane[];
  /** A7.7 numbers, in the order of the variants. */
  readonly sections: readonly number[];
}
const add = (other: number): Lane => ({ subtract: false, other });
const subtract = (other: number): Lane => ({ subtract: true, other });
const OPERATIONS: readonly Operation[] = [
  { name: 'add16', bits: '001', width: 16, lanes: [0, 1].map(add), sections: [121, 103, 130, 190, 205, 196] },
  { name: 'asx', bits: '010', width: 16, lanes: [subtract(1), add(0)], sections: [123, 105, 132, 192, 207, 198] },
  { name: 'sax', bits: '110', width: 16, lanes: [add(1), subtract(0)], sections: [154, 108, 133, 215, 208, 199] },
  { name: 'sub16', bits: '101', width: 16, lanes: [0, 1].map(subtract), sections: [156, 110, 134, 216, 209, 200] },
  { name: 'add8', bits: '000', width: 8, lanes: [0, 1, 2, 3].map(add), sections: [122, 104, 131, 191, 206, 197] },
  { name: 'sub8', bits: '100', width: 8, lanes: [0, 1, 2, 3].map(subtract), sections: [157, 111, 135, 217, 210, 201] },
];

function laneOf(o: Emitter, value: Int, index: number, width: 8 | 16, signed: boolean): Int {
  const shifted = o.shrU(value, index * width);
  if (!signed) return o.and(shifted, 2 ** width - 1);
  return width === 8 ? o.extend8S(shifted) : o.extend16S(shifted);
}

/** 1 where the lane sets its GE bits: no carry out of an unsigned sum, else a sum that is not negative. */
function greaterOrEqual(o: Emitter, sum: Int, lane: Lane, { width }: Operation, signed: boolean): Int {
  return o.leS(signed || lane.subtract ? 0 : 2 ** width, sum);
}

function finish(o: Emitter, sum: Int, { width }: Operation, { kind, signed }: Variant): Int {
  if (kind === 'halve') return o.shrS(sum, 1);
  if (kind === 'modulo') return sum;
  return signed ? clamp(o, sum, -(2 ** (width - 1)), 2 ** (width - 1) - 1) : clamp(o, sum, 0, 2 ** width - 1);
}

function body(o: Emitter, f: { readonly n: Int; readonly m: Int; readonly d: Int }, op: Operation, variant: Variant) {
  const [n, m] = [o.reg(f.n), o.reg(f.m)];
  let result: Int = o.i32(0);
  let ge: Int = o.i32(0);
  for (const [i, lane] of op.lanes.entries()) {
    const [x, y] = [laneOf(o, n, i, op.width, variant.signed), laneOf(o, m, lane.other, op.width, variant.signed)];
    const sum = lane.subtract ? o.sub(x, y) : o.add(x, y);
    const bits = o.and(finish(o, sum, op, variant), 2 ** op.width - 1);
    result = o.or(result, o.shl(bits, i * op.width));
    const geBits = op.width === 16 ? 0b11 << (2 * i) : 1 << i;
    if (variant.kind === 'modulo') {
      ge = o.or(ge, o.and(o.sub(0, greaterOrEqual(o, sum, lane, op, variant.signed)), geBits));
    }
  }
  if (variant.kind === 'modulo') o.set('ge', ge);
  o.setReg(f.d, result);
}

/** The pattern is put together here: this states its letters. */
type Letters = 'nnnn dddd mmmm';

export const parallel: readonly Row[] = OPERATIONS.flatMap((op) =>
  VARIANTS.map((variant, v) =>
    insn(
      `111110101${op.bits} nnnn 1111 dddd 0${variant.bits} mmmm` as Letters,
      `${variant.name}${op.name} {d}, {n}, {m}`,
      'alu',
      `A7.7.${op.sections[v]} T1`,
      (o, f) => body(o, f, op, variant),
      { when: (f) => plain(f.n, f.d, f.m) },
    ),
  ),
);
