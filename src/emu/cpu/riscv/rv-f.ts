import type { Row } from '../../isa/instruction.js';
import * as arithmetic from './float-arithmetic.js';
import { floatBodies } from './float-bodies.js';
import * as compare from './float-compare.js';
import { loadF, storeF } from './float-memory.js';
import { SINGLE } from './float-precision.js';
import { readWord, writeF } from './float-registers.js';
import { floatRows } from './float-row.js';
import { FLOAT_CYCLES } from './float-timing.js';
import { IMMEDIATE } from './immediates.js';
import { low, readX, signed, writeX, type Xlen } from './x-registers.js';

const SP = 2;
const { fp, rounding } = floatRows('f');

/** The F extension (Unpriv 11) with the compressed loads and stores that RV32 has of it (16.3). */
export function rvF(xlen: Xlen): readonly Row[] {
  return [
    ...memory(xlen),
    ...(xlen === 32 ? COMPRESSED : []),
    ...fused(xlen),
    ...computational(xlen),
    ...conversions(xlen),
    ...moves(xlen),
  ];
}

function memory(xlen: Xlen): Row[] {
  // biome-ignore format: a table, one row a line
  return [
    fp('iiiiiiiiiiii sssss 010 ddddd 0000111', 'flw {d:f},{I}({s})', 'fload', 'Unpriv 11.5', (o, f) =>
      loadF(o, xlen, SINGLE, IMMEDIATE.I, f.d, f.s, f)),
    fp('iiiiiii ttttt sssss 010 iiiii 0100111', 'fsw {t:f},{I}({s})', 'fstore', 'Unpriv 11.5', (o, f) =>
      storeF(o, xlen, SINGLE, IMMEDIATE.I, f.t, f.s, f)),
  ];
}

// biome-ignore format: a table, one row a line
const COMPRESSED: readonly Row[] = [
  fp('011 iii sss jk ddd 00', 'c.flw {d:f},{CL}({s})', 'fload', 'Unpriv 16.3.2', (o, f) =>
    loadF(o, 32, SINGLE, IMMEDIATE.CL, o.add(f.d, 8), o.add(f.s, 8), f)),
  fp('111 iii sss jk ttt 00', 'c.fsw {t:f},{CL}({s})', 'fstore', 'Unpriv 16.3.2', (o, f) =>
    storeF(o, 32, SINGLE, IMMEDIATE.CL, o.add(f.t, 8), o.add(f.s, 8), f)),
  fp('011 i ddddd jjjkk 10', 'c.flwsp {d:f},{CLSP}(sp)', 'fload', 'Unpriv 16.3.1', (o, f) =>
    loadF(o, 32, SINGLE, IMMEDIATE.CLSP, f.d, SP, f)),
  fp('111 iiiijj ttttt 10', 'c.fswsp {t:f},{CSSP}(sp)', 'fstore', 'Unpriv 16.3.1', (o, f) =>
    storeF(o, 32, SINGLE, IMMEDIATE.CSSP, f.t, SP, f)),
];

function fused(xlen: Xlen): Row[] {
  const body = floatBodies(xlen, SINGLE).fused;
  // biome-ignore format: a table, one row a line
  return [
    rounding('uuuuu 00 ttttt sssss rrr ddddd 1000011', 'fmadd.s {d:f},{s:f},{t:f},{u:f}{r:rm}', 'fma', 'Unpriv 11.6', body(1, 1)),
    rounding('uuuuu 00 ttttt sssss rrr ddddd 1000111', 'fmsub.s {d:f},{s:f},{t:f},{u:f}{r:rm}', 'fma', 'Unpriv 11.6', body(1, -1)),
    rounding('uuuuu 00 ttttt sssss rrr ddddd 1001011', 'fnmsub.s {d:f},{s:f},{t:f},{u:f}{r:rm}', 'fma', 'Unpriv 11.6', body(-1, 1)),
    rounding('uuuuu 00 ttttt sssss rrr ddddd 1001111', 'fnmadd.s {d:f},{s:f},{t:f},{u:f}{r:rm}', 'fma', 'Unpriv 11.6', body(-1, -1)),
  ];
}

function computational(xlen: Xlen): Row[] {
  const body = floatBodies(xlen, SINGLE);
  // biome-ignore format: a table, one row a line
  return [
    rounding('0000000 ttttt sssss rrr ddddd 1010011', 'fadd.s {d:f},{s:f},{t:f}{r:rm}', 'falu', 'Unpriv 11.6', body.arithmetic(arithmetic.add, 'add')),
    rounding('0000100 ttttt sssss rrr ddddd 1010011', 'fsub.s {d:f},{s:f},{t:f}{r:rm}', 'falu', 'Unpriv 11.6', body.arithmetic(arithmetic.sub, 'sub')),
    rounding('0001000 ttttt sssss rrr ddddd 1010011', 'fmul.s {d:f},{s:f},{t:f}{r:rm}', 'fmul', 'Unpriv 11.6', body.arithmetic(arithmetic.mul, 'mul')),
    rounding('0001100 ttttt sssss rrr ddddd 1010011', 'fdiv.s {d:f},{s:f},{t:f}{r:rm}', 'fdiv', 'Unpriv 11.6', body.divide(FLOAT_CYCLES.fdiv)),
    rounding('0101100 00000 sssss rrr ddddd 1010011', 'fsqrt.s {d:f},{s:f}{r:rm}', 'fsqrt', 'Unpriv 11.6', body.squareRoot(FLOAT_CYCLES.fsqrt)),
    fp('0010000 ttttt sssss 000 ddddd 1010011', 'fsgnj.s {d:f},{s:f},{t:f}', 'falu', 'Unpriv 11.7', body.inject(compare.fsgnj)),
    fp('0010000 ttttt sssss 001 ddddd 1010011', 'fsgnjn.s {d:f},{s:f},{t:f}', 'falu', 'Unpriv 11.7', body.inject(compare.fsgnjn)),
    fp('0010000 ttttt sssss 010 ddddd 1010011', 'fsgnjx.s {d:f},{s:f},{t:f}', 'falu', 'Unpriv 11.7', body.inject(compare.fsgnjx)),
    fp('0010100 ttttt sssss 000 ddddd 1010011', 'fmin.s {d:f},{s:f},{t:f}', 'falu', 'Unpriv 11.6', body.choose(compare.fmin)),
    fp('0010100 ttttt sssss 001 ddddd 1010011', 'fmax.s {d:f},{s:f},{t:f}', 'falu', 'Unpriv 11.6', body.choose(compare.fmax)),
    fp('1010000 ttttt sssss 010 ddddd 1010011', 'feq.s {d},{s:f},{t:f}', 'falu', 'Unpriv 11.8', body.compare(compare.feq)),
    fp('1010000 ttttt sssss 001 ddddd 1010011', 'flt.s {d},{s:f},{t:f}', 'falu', 'Unpriv 11.8', body.compare(compare.flt)),
    fp('1010000 ttttt sssss 000 ddddd 1010011', 'fle.s {d},{s:f},{t:f}', 'falu', 'Unpriv 11.8', body.compare(compare.fle)),
    fp('1110000 00000 sssss 001 ddddd 1010011', 'fclass.s {d},{s:f}', 'falu', 'Unpriv 11.9', body.classify),
  ];
}

function conversions(xlen: Xlen): Row[] {
  const { toInteger, fromInteger } = floatBodies(xlen, SINGLE);
  // biome-ignore format: a table, one row a line
  const words = [
    rounding('1100000 00000 sssss rrr ddddd 1010011', 'fcvt.w.s {d},{s:f}{r:rm}', 'fcvt', 'Unpriv 11.7', toInteger({ bits: 32, unsigned: false })),
    rounding('1100000 00001 sssss rrr ddddd 1010011', 'fcvt.wu.s {d},{s:f}{r:rm}', 'fcvt', 'Unpriv 11.7', toInteger({ bits: 32, unsigned: true })),
    rounding('1101000 00000 sssss rrr ddddd 1010011', 'fcvt.s.w {d:f},{s}{r:rm}', 'fcvt', 'Unpriv 11.7', fromInteger({ bits: 32, unsigned: false })),
    rounding('1101000 00001 sssss rrr ddddd 1010011', 'fcvt.s.wu {d:f},{s}{r:rm}', 'fcvt', 'Unpriv 11.7', fromInteger({ bits: 32, unsigned: true })),
  ];
  if (xlen === 32) return words;
  // biome-ignore format: a table, one row a line
  return [
    ...words,
    rounding('1100000 00010 sssss rrr ddddd 1010011', 'fcvt.l.s {d},{s:f}{r:rm}', 'fcvt', 'Unpriv 11.7', toInteger({ bits: 64, unsigned: false })),
    rounding('1100000 00011 sssss rrr ddddd 1010011', 'fcvt.lu.s {d},{s:f}{r:rm}', 'fcvt', 'Unpriv 11.7', toInteger({ bits: 64, unsigned: true })),
    rounding('1101000 00010 sssss rrr ddddd 1010011', 'fcvt.s.l {d:f},{s}{r:rm}', 'fcvt', 'Unpriv 11.7', fromInteger({ bits: 64, unsigned: false })),
    rounding('1101000 00011 sssss rrr ddddd 1010011', 'fcvt.s.lu {d:f},{s}{r:rm}', 'fcvt', 'Unpriv 11.7', fromInteger({ bits: 64, unsigned: true })),
  ];
}

/** Bits as they are. */
function moves(xlen: Xlen): Row[] {
  // biome-ignore format: a table, one row a line
  return [
    fp('1110000 00000 sssss 000 ddddd 1010011', 'fmv.x.w {d},{s:f}', 'falu', 'Unpriv 11.7', (o, f) =>
      writeX(o, f.d, signed(o, xlen, readWord(o, xlen, f.s)))),
    fp('1111000 00000 sssss 000 ddddd 1010011', 'fmv.w.x {d:f},{s}', 'falu', 'Unpriv 11.7', (o, f) =>
      writeF(o, xlen, f.d, low(o, readX(o, f.s)))),
  ];
}
