import type { Emitter, Int } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';
import * as alu from './arithmetic.js';
import { branchIf, type JumpOptions, jump, jumpTo } from './control-transfer.js';
import { IMMEDIATE, type Immediate, immediate } from './immediates.js';
import { word } from './rv-i.js';
import { addressOf, loadX, readX, signed, writeX, type Xlen } from './x-registers.js';

const common = { common: true } as const;
const RA = 1;
const SP = 2;

/** A three-bit register field names x8–x15 (Unpriv 16.2, table 16.2). */
const popular = (o: Emitter, field: Int): Int => o.add(field, 8);

type Fields = Readonly<Record<'d' | 's' | 't' | 'i', Int>>;
type Only<K extends keyof Fields> = Pick<Fields, K>;

/**
 * RV32C and RV64C without floating point (Unpriv 16). Reserved encodings and those kept for custom extensions are no rows, so they are illegal
 * instructions; hints write x0 and so do nothing.
 */
export function rvC(options: JumpOptions): readonly Row[] {
  return [
    ...constants(options.xlen),
    ...withImmediate(options.xlen),
    ...REGISTERS,
    ...(options.xlen === 64 ? LONG_REGISTERS : []),
    ...memory(options.xlen),
    ...(options.xlen === 64 ? LONG_MEMORY : []),
    ...transfers(options),
  ];
}

/** Constant generation and the stack pointer (Unpriv 16.5.1, 16.5.2). */
function constants(xlen: Xlen): Row[] {
  // biome-ignore format: a table, one row a line
  return [
    insn('010 i ddddd iiiii 01', 'c.li {d},{CI}', 'alu', 'Unpriv 16.5.1', (o, f) =>
      writeX(o, f.d, signed(o, xlen, immediate(o, IMMEDIATE.CI, f))), common),
    insn('011 i ddddd iiiii 01', 'c.lui {d},{CLUI}', 'alu', 'Unpriv 16.5.1', (o, f) =>
      writeX(o, f.d, signed(o, xlen, immediate(o, IMMEDIATE.CLUI, f))), { common: true, when: (f) => f.d !== SP && f.i !== 0 }),
    insn('011 i 00010 jkllm 01', 'c.addi16sp sp,{C16SP}', 'alu', 'Unpriv 16.5.2', (o, f) =>
      writeX(o, SP, o.add(readX(o, SP), signed(o, xlen, immediate(o, IMMEDIATE.C16SP, f)))),
      { common: true, over: true, when: (f) => (f.i | f.j | f.k | f.l | f.m) !== 0 }),
    insn('000 iijjjjkl ddd 00', 'c.addi4spn {d},sp,{C4SPN}', 'alu', 'Unpriv 16.5.2', (o, f) =>
      writeX(o, popular(o, f.d), o.add(readX(o, SP), signed(o, xlen, immediate(o, IMMEDIATE.C4SPN, f)))),
      { common: true, when: (f) => (f.i | f.j | f.k | f.l) !== 0 }),
  ];
}

/** Register and immediate in place (Unpriv 16.5.2, 16.5.5). */
function withImmediate(xlen: Xlen): Row[] {
  const inPlace =
    (operation: alu.Operation, layout: Immediate & { low: { i: number } }) => (o: Emitter, d: Int, f: Only<'i'>) =>
      writeX(o, d, operation(o, readX(o, d), signed(o, xlen, immediate(o, layout, f))));
  const addi = inPlace(alu.add, IMMEDIATE.CI);
  const andi = inPlace(alu.and, IMMEDIATE.CI);
  const addiw = inPlace(word(alu.add), IMMEDIATE.CI);
  const slli = inPlace(alu.sll, IMMEDIATE.shamt);
  const srli = inPlace(alu.srl, IMMEDIATE.shamt);
  const srai = inPlace(alu.sra, IMMEDIATE.shamt);
  // biome-ignore format: a table, one row a line
  return [
    insn('000 0 00000 00000 01', 'c.nop', 'alu', 'Unpriv 16.5.5', () => {}, { over: true, common: true }),
    insn('000 i 00000 iiiii 01', 'c.nop {CI}', 'alu', 'Unpriv 16.5.5', () => {}, { over: true, when: (f) => f.i !== 0 }),
    insn('000 i ddddd iiiii 01', 'c.addi {d},{CI}', 'alu', 'Unpriv 16.5.2', (o, f) =>
      addi(o, f.d, f), { common: true, when: (f) => f.d !== 0 }),
    ...(xlen === 64
      ? [
          insn('000 i ddddd iiiii 10', 'c.slli {d},{shamt}', 'alu', 'Unpriv 16.5.2', (o, f) => slli(o, f.d, f), common),
          insn('100 i 00 ddd iiiii 01', 'c.srli {d},{shamt}', 'alu', 'Unpriv 16.5.2', (o, f) => srli(o, popular(o, f.d), f), common),
          insn('100 i 01 ddd iiiii 01', 'c.srai {d},{shamt}', 'alu', 'Unpriv 16.5.2', (o, f) => srai(o, popular(o, f.d), f), common),
          insn('001 i ddddd iiiii 01', 'c.addiw {d},{CI}', 'alu', 'Unpriv 16.5.2', (o, f) => addiw(o, f.d, f), { common: true, when: (f) => f.d !== 0 }),
        ]
      : [
          insn('000 0 ddddd iiiii 10', 'c.slli {d},{shamt}', 'alu', 'Unpriv 16.5.2', (o, f) => slli(o, f.d, f), common),
          insn('100 0 00 ddd iiiii 01', 'c.srli {d},{shamt}', 'alu', 'Unpriv 16.5.2', (o, f) => srli(o, popular(o, f.d), f), common),
          insn('100 0 01 ddd iiiii 01', 'c.srai {d},{shamt}', 'alu', 'Unpriv 16.5.2', (o, f) => srai(o, popular(o, f.d), f), common),
        ]),
    insn('100 i 10 ddd iiiii 01', 'c.andi {d},{CI}', 'alu', 'Unpriv 16.5.2', (o, f) => andi(o, popular(o, f.d), f), common),
  ];
}

const inPlacePopular = (operation: alu.Operation) => (o: Emitter, f: Only<'d' | 't'>) => {
  const d = popular(o, f.d);
  writeX(o, d, operation(o, readX(o, d), readX(o, popular(o, f.t))));
};

/** Register and register (Unpriv 16.5.3). */
// biome-ignore format: a table, one row a line
const REGISTERS: readonly Row[] = [
  insn('100 0 ddddd ttttt 10', 'c.mv {d},{t}', 'alu', 'Unpriv 16.5.3', (o, f) =>
    writeX(o, f.d, readX(o, f.t)), { common: true, when: (f) => f.t !== 0 }),
  insn('100 1 ddddd ttttt 10', 'c.add {d},{t}', 'alu', 'Unpriv 16.5.3', (o, f) =>
    writeX(o, f.d, o.add(readX(o, f.d), readX(o, f.t))), { common: true, when: (f) => f.t !== 0 }),
  insn('100 0 11 ddd 00 ttt 01', 'c.sub {d},{t}', 'alu', 'Unpriv 16.5.3', inPlacePopular(alu.sub), common),
  insn('100 0 11 ddd 01 ttt 01', 'c.xor {d},{t}', 'alu', 'Unpriv 16.5.3', inPlacePopular(alu.xor), common),
  insn('100 0 11 ddd 10 ttt 01', 'c.or {d},{t}', 'alu', 'Unpriv 16.5.3', inPlacePopular(alu.or), common),
  insn('100 0 11 ddd 11 ttt 01', 'c.and {d},{t}', 'alu', 'Unpriv 16.5.3', inPlacePopular(alu.and), common),
];

// biome-ignore format: a table, one row a line
const LONG_REGISTERS: readonly Row[] = [
  insn('100 1 11 ddd 00 ttt 01', 'c.subw {d},{t}', 'alu', 'Unpriv 16.5.3', inPlacePopular(word(alu.sub)), common),
  insn('100 1 11 ddd 01 ttt 01', 'c.addw {d},{t}', 'alu', 'Unpriv 16.5.3', inPlacePopular(word(alu.add)), common),
];

const loadLong = (o: Emitter, d: Int, base: Int | number, offset: Int) =>
  writeX(o, d, o.load64(8, addressOf(o, 64, readX(o, base), offset)));
const storeLong = (o: Emitter, t: Int, base: Int | number, offset: Int) =>
  o.store(8, addressOf(o, 64, readX(o, base), offset), readX(o, t));

/** Loads and stores of doublewords (Unpriv 16.3). */
// biome-ignore format: a table, one row a line
const LONG_MEMORY: readonly Row[] = [
  insn('011 iii sss jj ddd 00', 'c.ld {d},{CLD}({s})', 'load', 'Unpriv 16.3.2', (o, f) =>
    loadLong(o, popular(o, f.d), popular(o, f.s), immediate(o, IMMEDIATE.CLD, f)), common),
  insn('111 iii sss jj ttt 00', 'c.sd {t},{CLD}({s})', 'store', 'Unpriv 16.3.2', (o, f) =>
    storeLong(o, popular(o, f.t), popular(o, f.s), immediate(o, IMMEDIATE.CLD, f)), common),
  insn('011 i ddddd jjkkk 10', 'c.ldsp {d},{CLDSP}(sp)', 'load', 'Unpriv 16.3.1', (o, f) =>
    loadLong(o, f.d, SP, immediate(o, IMMEDIATE.CLDSP, f)), { common: true, when: (f) => f.d !== 0 }),
  insn('111 iiijjj ttttt 10', 'c.sdsp {t},{CSDSP}(sp)', 'store', 'Unpriv 16.3.1', (o, f) =>
    storeLong(o, f.t, SP, immediate(o, IMMEDIATE.CSDSP, f)), common),
];

/** Loads and stores of words (Unpriv 16.3). */
function memory(xlen: Xlen): Row[] {
  const load = (o: Emitter, d: Int, base: Int | number, offset: Int) =>
    writeX(o, d, loadX(o, xlen, 4, addressOf(o, xlen, readX(o, base), offset), true));
  const store = (o: Emitter, t: Int, base: Int | number, offset: Int) =>
    o.store(4, addressOf(o, xlen, readX(o, base), offset), readX(o, t));
  // biome-ignore format: a table, one row a line
  return [
    insn('010 iii sss jk ddd 00', 'c.lw {d},{CL}({s})', 'load', 'Unpriv 16.3.2', (o, f) =>
      load(o, popular(o, f.d), popular(o, f.s), immediate(o, IMMEDIATE.CL, f)), common),
    insn('110 iii sss jk ttt 00', 'c.sw {t},{CL}({s})', 'store', 'Unpriv 16.3.2', (o, f) =>
      store(o, popular(o, f.t), popular(o, f.s), immediate(o, IMMEDIATE.CL, f)), common),
    insn('010 i ddddd jjjkk 10', 'c.lwsp {d},{CLSP}(sp)', 'load', 'Unpriv 16.3.1', (o, f) =>
      load(o, f.d, SP, immediate(o, IMMEDIATE.CLSP, f)), { common: true, when: (f) => f.d !== 0 }),
    insn('110 iiiijj ttttt 10', 'c.swsp {t},{CSSP}(sp)', 'store', 'Unpriv 16.3.1', (o, f) =>
      store(o, f.t, SP, immediate(o, IMMEDIATE.CSSP, f)), common),
  ];
}

/** Control transfer (Unpriv 16.4) and C.EBREAK (16.5.6). */
function transfers(options: JumpOptions): Row[] {
  const register = (o: Emitter, link: number, s: Int) => jumpTo(o, options, link, readX(o, s), 0);
  type CbOperands = { readonly [K in 'i' | 'j' | 'k' | 'l' | 'm' | 's']: Int };
  const when = (holds: alu.Comparison) => (o: Emitter, f: CbOperands) =>
    branchIf(o, options, holds, readX(o, popular(o, f.s)), readX(o, 0), immediate(o, IMMEDIATE.CB, f));
  // biome-ignore format: a table, one row a line
  return [
    insn('101 i j kk l m n ooo p 01', 'c.j {CJ}', 'jump', 'Unpriv 16.4', (o, f) =>
      jump(o, options, 0, o.add(o.pc, immediate(o, IMMEDIATE.CJ, f))), common),
    ...(options.xlen === 64
      ? []
      : [insn('001 i j kk l m n ooo p 01', 'c.jal {CJ}', 'jump', 'Unpriv 16.4', (o, f) =>
          jump(o, options, RA, o.add(o.pc, immediate(o, IMMEDIATE.CJ, f))), common)]),
    insn('100 0 sssss 00000 10', 'c.jr {s}', 'jump', 'Unpriv 16.4', (o, f) =>
      register(o, 0, f.s), { common: true, over: true, when: (f) => f.s !== 0 }),
    insn('100 1 sssss 00000 10', 'c.jalr {s}', 'jump', 'Unpriv 16.4', (o, f) =>
      register(o, RA, f.s), { common: true, over: true, when: (f) => f.s !== 0 }),
    insn('110 i jj sss kkllm 01', 'c.beqz {s},{CB}', 'branch', 'Unpriv 16.4', when(alu.eq), common),
    insn('111 i jj sss kkllm 01', 'c.bnez {s},{CB}', 'branch', 'Unpriv 16.4', when(alu.ne), common),
    insn('100 1 00000 00000 10', 'c.ebreak', 'system', 'Unpriv 16.5.6', (o) => o.trap('ebreak'), { over: true }),
  ];
}
