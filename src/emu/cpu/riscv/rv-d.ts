import type { Row } from '../../isa/instruction.js';
import * as arithmetic from './float-arithmetic.js';
import { floatBodies, narrowing, widening } from './float-bodies.js';
import * as compare from './float-compare.js';
import { loadF, storeF } from './float-memory.js';
import { DOUBLE } from './float-precision.js';
import { readLong, writeF } from './float-registers.js';
import { floatRows } from './float-row.js';
import { FLOAT_CYCLES } from './float-timing.js';
import { IMMEDIATE } from './immediates.js';
import { readX, writeX, type Xlen } from './x-registers.js';

const SP = 2;
const { fp, rounding } = floatRows('d');

/** The D extension (Unpriv 12) with its compressed loads and stores (16.3). */
export function rvD(xlen: Xlen): readonly Row[] {
  return [...memory(xlen), ...fused(xlen), ...computational(xlen), ...conversions(xlen), ...moves(xlen)];
}

function memory(xlen: Xlen): Row[] {
  // biome-ignore format: a table, one row a line
  return [
    fp('iiiiiiiiiiii sssss 011 ddddd 0000111', 'fld {d:f},{I}({s})', 'fload', 'Unpriv 12.3', (o, f) =>
      loadF(o, xlen, DOUBLE, IMMEDIATE.I, f.d, f.s, f)),
    fp('iiiiiii ttttt sssss 011 iiiii 0100111', 'fsd {t:f},{I}({s})', 'fstore', 'Unpriv 12.3', (o, f) =>
      storeF(o, xlen, DOUBLE, IMMEDIATE.I, f.t, f.s, f)),
    fp('001 iii sss jj ddd 00', 'c.fld {d:f},{CLD}({s})', 'fload', 'Unpriv 16.3.2', (o, f) =>
      loadF(o, xlen, DOUBLE, IMMEDIATE.CLD, o.add(f.d, 8), o.add(f.s, 8), f)),
    fp('101 iii sss jj ttt 00', 'c.fsd {t:f},{CLD}({s})', 'fstore', 'Unpriv 16.3.2', (o, f) =>
      storeF(o, xlen, DOUBLE, IMMEDIATE.CLD, o.add(f.t, 8), o.add(f.s, 8), f)),
    fp('001 i ddddd jjkkk 10', 'c.fldsp {d:f},{CLDSP}(sp)', 'fload', 'Unpriv 16.3.1', (o, f) =>
      loadF(o, xlen, DOUBLE, IMMEDIATE.CLDSP, f.d, SP, f)),
    fp('101 iiijjj ttttt 10', 'c.fsdsp {t:f},{CSDSP}(sp)', 'fstore', 'Unpriv 16.3.1', (o, f) =>
      storeF(o, xlen, DOUBLE, IMMEDIATE.CSDSP, f.t, SP, f)),
  ];
}

function fused(xlen: Xlen): Row[] {
  const body = floatBodies(xlen, DOUBLE).fused;
  // biome-ignore format: a table, one row a line
  return [
    rounding('uuuuu 01 ttttt sssss rrr ddddd 1000011', 'fmadd.d {d:f},{s:f},{t:f},{u:f}{r:rm}', 'fma', 'Unpriv 12.4', body(1, 1)),
    rounding('uuuuu 01 ttttt sssss rrr ddddd 1000111', 'fmsub.d {d:f},{s:f},{t:f},{u:f}{r:rm}', 'fma', 'Unpriv 12.4', body(1, -1)),
    rounding('uuuuu 01 ttttt sssss rrr ddddd 1001011', 'fnmsub.d {d:f},{s:f},{t:f},{u:f}{r:rm}', 'fma', 'Unpriv 12.4', body(-1, 1)),
    rounding('uuuuu 01 ttttt sssss rrr ddddd 1001111', 'fnmadd.d {d:f},{s:f},{t:f},{u:f}{r:rm}', 'fma', 'Unpriv 12.4', body(-1, -1)),
  ];
}

function computational(xlen: Xlen): Row[] {
  const body = floatBodies(xlen, DOUBLE);
  // biome-ignore format: a table, one row a line
  return [
    rounding('0000001 ttttt sssss rrr ddddd 1010011', 'fadd.d {d:f},{s:f},{t:f}{r:rm}', 'falu', 'Unpriv 12.4', body.arithmetic(arithmetic.add, 'add')),
    rounding('0000101 ttttt sssss rrr ddddd 1010011', 'fsub.d {d:f},{s:f},{t:f}{r:rm}', 'falu', 'Unpriv 12.4', body.arithmetic(arithmetic.sub, 'sub')),
    rounding('0001001 ttttt sssss rrr ddddd 1010011', 'fmul.d {d:f},{s:f},{t:f}{r:rm}', 'fmul', 'Unpriv 12.4', body.arithmetic(arithmetic.mul, 'mul')),
    rounding('0001101 ttttt sssss rrr ddddd 1010011', 'fdiv.d {d:f},{s:f},{t:f}{r:rm}', 'fdivd', 'Unpriv 12.4', body.divide(FLOAT_CYCLES.fdivd)),
    rounding('0101101 00000 sssss rrr ddddd 1010011', 'fsqrt.d {d:f},{s:f}{r:rm}', 'fsqrtd', 'Unpriv 12.4', body.squareRoot(FLOAT_CYCLES.fsqrtd)),
    fp('0010001 ttttt sssss 000 ddddd 1010011', 'fsgnj.d {d:f},{s:f},{t:f}', 'falu', 'Unpriv 12.5', body.inject(compare.fsgnj)),
    fp('0010001 ttttt sssss 001 ddddd 1010011', 'fsgnjn.d {d:f},{s:f},{t:f}', 'falu', 'Unpriv 12.5', body.inject(compare.fsgnjn)),
    fp('0010001 ttttt sssss 010 ddddd 1010011', 'fsgnjx.d {d:f},{s:f},{t:f}', 'falu', 'Unpriv 12.5', body.inject(compare.fsgnjx)),
    fp('0010101 ttttt sssss 000 ddddd 1010011', 'fmin.d {d:f},{s:f},{t:f}', 'falu', 'Unpriv 12.4', body.choose(compare.fmin)),
    fp('0010101 ttttt sssss 001 ddddd 1010011', 'fmax.d {d:f},{s:f},{t:f}', 'falu', 'Unpriv 12.4', body.choose(compare.fmax)),
    fp('1010001 ttttt sssss 010 ddddd 1010011', 'feq.d {d},{s:f},{t:f}', 'falu', 'Unpriv 12.6', body.compare(compare.feq)),
    fp('1010001 ttttt sssss 001 ddddd 1010011', 'flt.d {d},{s:f},{t:f}', 'falu', 'Unpriv 12.6', body.compare(compare.flt)),
    fp('1010001 ttttt sssss 000 ddddd 1010011', 'fle.d {d},{s:f},{t:f}', 'falu', 'Unpriv 12.6', body.compare(compare.fle)),
    fp('1110001 00000 sssss 001 ddddd 1010011', 'fclass.d {d},{s:f}', 'falu', 'Unpriv 12.7', body.classify),
  ];
}

function conversions(xlen: Xlen): Row[] {
  const { toInteger, fromInteger } = floatBodies(xlen, DOUBLE);
  // biome-ignore format: a table, one row a line
  const words = [
    rounding('0100000 00001 sssss rrr ddddd 1010011', 'fcvt.s.d {d:f},{s:f}{r:rm}', 'fcvt', 'Unpriv 12.5', narrowing(xlen)),
    rounding('0100001 00000 sssss rrr ddddd 1010011', 'fcvt.d.s {d:f},{s:f}{r:exact}', 'fcvt', 'Unpriv 12.5', widening(xlen)),
    rounding('1100001 00000 sssss rrr ddddd 1010011', 'fcvt.w.d {d},{s:f}{r:rm}', 'fcvt', 'Unpriv 12.5', toInteger({ bits: 32, unsigned: false })),
    rounding('1100001 00001 sssss rrr ddddd 1010011', 'fcvt.wu.d {d},{s:f}{r:rm}', 'fcvt', 'Unpriv 12.5', toInteger({ bits: 32, unsigned: true })),
    rounding('1101001 00000 sssss rrr ddddd 1010011', 'fcvt.d.w {d:f},{s}{r:exact}', 'fcvt', 'Unpriv 12.5', fromInteger({ bits: 32, unsigned: false })),
    rounding('1101001 00001 sssss rrr ddddd 1010011', 'fcvt.d.wu {d:f},{s}{r:exact}', 'fcvt', 'Unpriv 12.5', fromInteger({ bits: 32, unsigned: true })),
  ];
  if (xlen === 32) return words;
  // biome-ignore format: a table, one row a line
  return [
    ...words,
    rounding('1100001 00010 sssss rrr ddddd 1010011', 'fcvt.l.d {d},{s:f}{r:rm}', 'fcvt', 'Unpriv 12.5', toInteger({ bits: 64, unsigned: false })),
    rounding('1100001 00011 sssss rrr ddddd 1010011', 'fcvt.lu.d {d},{s:f}{r:rm}', 'fcvt', 'Unpriv 12.5', toInteger({ bits: 64, unsigned: true })),
    rounding('1101001 00010 sssss rrr ddddd 1010011', 'fcvt.d.l {d:f},{s}{r:rm}', 'fcvt', 'Unpriv 12.5', fromInteger({ bits: 64, unsigned: false })),
    rounding('1101001 00011 sssss rrr ddddd 1010011', 'fcvt.d.lu {d:f},{s}{r:rm}', 'fcvt', 'Unpriv 12.5', fromInteger({ bits: 64, unsigned: true })),
  ];
}

/** Bits as they are, where an x register is as wide. */
function moves(xlen: Xlen): Row[] {
  if (xlen === 32) return [];
  // biome-ignore format: a table, one row a line
  return [
    fp('1110001 00000 sssss 000 ddddd 1010011', 'fmv.x.d {d},{s:f}', 'falu', 'Unpriv 12.5', (o, f) =>
      writeX(o, f.d, readLong(o, xlen, f.s))),
    fp('1111001 00000 sssss 000 ddddd 1010011', 'fmv.d.x {d:f},{s}', 'falu', 'Unpriv 12.5', (o, f) =>
      writeF(o, xlen, f.d, readX(o, f.s))),
  ];
}
