import type { Emitter, Int } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';
import * as alu from './arithmetic.js';
import { branchIf, type JumpOptions, jump, jumpTo } from './control-transfer.js';
import { IMMEDIATE, immediate } from './immediates.js';
import { addressOf, loadX, low, readX, signed, writeX, type X, type Xlen } from './x-registers.js';

const common = { common: true } as const;

type RegisterOperands = { readonly d: Int; readonly s: Int; readonly t: Int };
type ImmediateOperands = { readonly d: Int; readonly s: Int; readonly i: Int };

/** `rd = rs1 op rs2`. */
export const register = (operation: alu.Operation) => (o: Emitter, f: RegisterOperands) =>
  writeX(o, f.d, operation(o, readX(o, f.s), readX(o, f.t)));

/** RV32I and RV64I: what both share (Unpriv 2). */
export function rvI(options: JumpOptions): readonly Row[] {
  const common = [...computational(options), ...jumps(options), ...branches(options), ...memory(options), ...MISC_MEM];
  return options.xlen === 64 ? [...common, ...WORDS, ...LONG_MEMORY] : common;
}

function computational({ xlen }: JumpOptions): Row[] {
  const withImmediate = (operation: alu.Operation) => (o: Emitter, f: ImmediateOperands) =>
    writeX(o, f.d, operation(o, readX(o, f.s), signed(o, xlen, immediate(o, IMMEDIATE.I, f))));
  // biome-ignore format: a table, one row a line
  return [
    ...shifts(xlen),
    insn('iiiiiiiiiiii sssss 000 ddddd 0010011', 'addi {d},{s},{I}', 'alu', 'Unpriv 2.4.1', withImmediate(alu.add), common),
    insn('iiiiiiiiiiii sssss 010 ddddd 0010011', 'slti {d},{s},{I}', 'alu', 'Unpriv 2.4.1', withImmediate(alu.slt), common),
    insn('iiiiiiiiiiii sssss 011 ddddd 0010011', 'sltiu {d},{s},{I}', 'alu', 'Unpriv 2.4.1', withImmediate(alu.sltu), common),
    insn('iiiiiiiiiiii sssss 100 ddddd 0010011', 'xori {d},{s},{I}', 'alu', 'Unpriv 2.4.1', withImmediate(alu.xor), common),
    insn('iiiiiiiiiiii sssss 110 ddddd 0010011', 'ori {d},{s},{I}', 'alu', 'Unpriv 2.4.1', withImmediate(alu.or), common),
    insn('iiiiiiiiiiii sssss 111 ddddd 0010011', 'andi {d},{s},{I}', 'alu', 'Unpriv 2.4.1', withImmediate(alu.and), common),
    insn('iiiiiiiiiiiiiiiiiiii ddddd 0110111', 'lui {d},{U}', 'alu', 'Unpriv 2.4.1', (o, f) =>
      writeX(o, f.d, signed(o, xlen, immediate(o, IMMEDIATE.U, f))), common),
    insn('iiiiiiiiiiiiiiiiiiii ddddd 0010111', 'auipc {d},{U}', 'alu', 'Unpriv 2.4.1', (o, f) =>
      writeX(o, f.d, pcPlus(o, xlen, immediate(o, IMMEDIATE.U, f))), common),
    insn('0000000 ttttt sssss 000 ddddd 0110011', 'add {d},{s},{t}', 'alu', 'Unpriv 2.4.2', register(alu.add), common),
    insn('0100000 ttttt sssss 000 ddddd 0110011', 'sub {d},{s},{t}', 'alu', 'Unpriv 2.4.2', register(alu.sub), common),
    insn('0000000 ttttt sssss 001 ddddd 0110011', 'sll {d},{s},{t}', 'alu', 'Unpriv 2.4.2', register(alu.sll), common),
    insn('0000000 ttttt sssss 010 ddddd 0110011', 'slt {d},{s},{t}', 'alu', 'Unpriv 2.4.2', register(alu.slt), common),
    insn('0000000 ttttt sssss 011 ddddd 0110011', 'sltu {d},{s},{t}', 'alu', 'Unpriv 2.4.2', register(alu.sltu), common),
    insn('0000000 ttttt sssss 100 ddddd 0110011', 'xor {d},{s},{t}', 'alu', 'Unpriv 2.4.2', register(alu.xor), common),
    insn('0000000 ttttt sssss 101 ddddd 0110011', 'srl {d},{s},{t}', 'alu', 'Unpriv 2.4.2', register(alu.srl), common),
    insn('0100000 ttttt sssss 101 ddddd 0110011', 'sra {d},{s},{t}', 'alu', 'Unpriv 2.4.2', register(alu.sra), common),
    insn('0000000 ttttt sssss 110 ddddd 0110011', 'or {d},{s},{t}', 'alu', 'Unpriv 2.4.2', register(alu.or), common),
    insn('0000000 ttttt sssss 111 ddddd 0110011', 'and {d},{s},{t}', 'alu', 'Unpriv 2.4.2', register(alu.and), common),
  ];
}

/** Shifts by a constant: its width is that of the register's number of bits. */
function shifts(xlen: Xlen): Row[] {
  const shift = (operation: alu.Operation) => (o: Emitter, f: ImmediateOperands) =>
    writeX(o, f.d, operation(o, readX(o, f.s), signed(o, xlen, f.i)));
  if (xlen === 64)
    // biome-ignore format: a table, one row a line
    return [
      insn('000000 iiiiii sssss 001 ddddd 0010011', 'slli {d},{s},{shamt}', 'alu', 'Unpriv 4.2.1', shift(alu.sll), common),
      insn('000000 iiiiii sssss 101 ddddd 0010011', 'srli {d},{s},{shamt}', 'alu', 'Unpriv 4.2.1', shift(alu.srl), common),
      insn('010000 iiiiii sssss 101 ddddd 0010011', 'srai {d},{s},{shamt}', 'alu', 'Unpriv 4.2.1', shift(alu.sra), common),
    ];
  // biome-ignore format: a table, one row a line
  return [
    insn('0000000 iiiii sssss 001 ddddd 0010011', 'slli {d},{s},{shamt}', 'alu', 'Unpriv 2.4.1', shift(alu.sll), common),
    insn('0000000 iiiii sssss 101 ddddd 0010011', 'srli {d},{s},{shamt}', 'alu', 'Unpriv 2.4.1', shift(alu.srl), common),
    insn('0100000 iiiii sssss 101 ddddd 0010011', 'srai {d},{s},{shamt}', 'alu', 'Unpriv 2.4.1', shift(alu.sra), common),
  ];
}

/** pc + offset, as wide as an x register. */
const pcPlus = (o: Emitter, xlen: Xlen, offset: Int): X =>
  xlen === 64 ? o.add<'i64'>(o.longPc, o.extendS(offset)) : o.add(o.pc, offset);

/** Word operations of RV64: on the low halves, the result sign-extended (Unpriv 4.2). */
export const word =
  (operation: (o: Emitter, a: Int, b: Int) => X): alu.Operation =>
  (o, a, b) =>
    o.extendS(operation(o, low(o, a), low(o, b)) as Int);

const wordImmediate = (operation: alu.Operation) => (o: Emitter, f: ImmediateOperands) =>
  writeX(o, f.d, o.extendS(operation(o, low(o, readX(o, f.s)), immediate(o, IMMEDIATE.I, f)) as Int));
const wordShift = (operation: alu.Operation) => (o: Emitter, f: ImmediateOperands) =>
  writeX(o, f.d, o.extendS(operation(o, low(o, readX(o, f.s)), f.i) as Int));

// biome-ignore format: a table, one row a line
const WORDS: readonly Row[] = [
  insn('iiiiiiiiiiii sssss 000 ddddd 0011011', 'addiw {d},{s},{I}', 'alu', 'Unpriv 4.2.1', wordImmediate(alu.add), common),
  insn('0000000 iiiii sssss 001 ddddd 0011011', 'slliw {d},{s},{shamt}', 'alu', 'Unpriv 4.2.1', wordShift(alu.sll), common),
  insn('0000000 iiiii sssss 101 ddddd 0011011', 'srliw {d},{s},{shamt}', 'alu', 'Unpriv 4.2.1', wordShift(alu.srl), common),
  insn('0100000 iiiii sssss 101 ddddd 0011011', 'sraiw {d},{s},{shamt}', 'alu', 'Unpriv 4.2.1', wordShift(alu.sra), common),
  insn('0000000 ttttt sssss 000 ddddd 0111011', 'addw {d},{s},{t}', 'alu', 'Unpriv 4.2.2', register(word(alu.add)), common),
  insn('0100000 ttttt sssss 000 ddddd 0111011', 'subw {d},{s},{t}', 'alu', 'Unpriv 4.2.2', register(word(alu.sub)), common),
  insn('0000000 ttttt sssss 001 ddddd 0111011', 'sllw {d},{s},{t}', 'alu', 'Unpriv 4.2.2', register(word(alu.sll)), common),
  insn('0000000 ttttt sssss 101 ddddd 0111011', 'srlw {d},{s},{t}', 'alu', 'Unpriv 4.2.2', register(word(alu.srl)), common),
  insn('0100000 ttttt sssss 101 ddddd 0111011', 'sraw {d},{s},{t}', 'alu', 'Unpriv 4.2.2', register(word(alu.sra)), common),
];

function jumps(options: JumpOptions): Row[] {
  // biome-ignore format: a table, one row a line
  return [
    insn('i jjjjjjjjjj k llllllll ddddd 1101111', 'jal {d},{J}', 'jump', 'Unpriv 2.5.1', (o, f) =>
      jump(o, options, f.d, o.add(o.pc, immediate(o, IMMEDIATE.J, f))), common),
    insn('iiiiiiiiiiii sssss 000 ddddd 1100111', 'jalr {d},{I}({s})', 'jump', 'Unpriv 2.5.1', (o, f) =>
      jumpTo(o, options, f.d, readX(o, f.s), signed(o, options.xlen, immediate(o, IMMEDIATE.I, f))), common),
  ];
}

function branches(options: JumpOptions): Row[] {
  type BranchOperands = { readonly [K in 'i' | 'j' | 'k' | 'l' | 's' | 't']: Int };
  const when = (holds: alu.Comparison) => (o: Emitter, f: BranchOperands) =>
    branchIf(o, options, holds, readX(o, f.s), readX(o, f.t), immediate(o, IMMEDIATE.B, f));
  // biome-ignore format: a table, one row a line
  return [
    insn('i jjjjjj ttttt sssss 000 kkkk l 1100011', 'beq {s},{t},{B}', 'branch', 'Unpriv 2.5.2', when(alu.eq), common),
    insn('i jjjjjj ttttt sssss 001 kkkk l 1100011', 'bne {s},{t},{B}', 'branch', 'Unpriv 2.5.2', when(alu.ne), common),
    insn('i jjjjjj ttttt sssss 100 kkkk l 1100011', 'blt {s},{t},{B}', 'branch', 'Unpriv 2.5.2', when(alu.lt), common),
    insn('i jjjjjj ttttt sssss 101 kkkk l 1100011', 'bge {s},{t},{B}', 'branch', 'Unpriv 2.5.2', when(alu.ge), common),
    insn('i jjjjjj ttttt sssss 110 kkkk l 1100011', 'bltu {s},{t},{B}', 'branch', 'Unpriv 2.5.2', when(alu.ltu), common),
    insn('i jjjjjj ttttt sssss 111 kkkk l 1100011', 'bgeu {s},{t},{B}', 'branch', 'Unpriv 2.5.2', when(alu.geu), common),
  ];
}

/** Loads and stores; misaligned ones are left to the bus, which does them in hardware (Unpriv 2.6). */
function memory({ xlen }: JumpOptions): Row[] {
  const address = (o: Emitter, f: { readonly s: Int; readonly i: Int }) =>
    addressOf(o, xlen, readX(o, f.s), immediate(o, IMMEDIATE.I, f));
  const load = (size: 1 | 2 | 4, isSigned: boolean) => (o: Emitter, f: ImmediateOperands) =>
    writeX(o, f.d, loadX(o, xlen, size, address(o, f), isSigned));
  const store = (size: 1 | 2 | 4) => (o: Emitter, f: StoreOperands) => o.store(size, address(o, f), readX(o, f.t));
  // biome-ignore format: a table, one row a line
  return [
    insn('iiiiiiiiiiii sssss 000 ddddd 0000011', 'lb {d},{I}({s})', 'load', 'Unpriv 2.6', load(1, true), common),
    insn('iiiiiiiiiiii sssss 001 ddddd 0000011', 'lh {d},{I}({s})', 'load', 'Unpriv 2.6', load(2, true), common),
    insn('iiiiiiiiiiii sssss 010 ddddd 0000011', 'lw {d},{I}({s})', 'load', 'Unpriv 2.6', load(4, true), common),
    insn('iiiiiiiiiiii sssss 100 ddddd 0000011', 'lbu {d},{I}({s})', 'load', 'Unpriv 2.6', load(1, false), common),
    insn('iiiiiiiiiiii sssss 101 ddddd 0000011', 'lhu {d},{I}({s})', 'load', 'Unpriv 2.6', load(2, false), common),
    insn('iiiiiii ttttt sssss 000 iiiii 0100011', 'sb {t},{I}({s})', 'store', 'Unpriv 2.6', store(1), common),
    insn('iiiiiii ttttt sssss 001 iiiii 0100011', 'sh {t},{I}({s})', 'store', 'Unpriv 2.6', store(2), common),
    insn('iiiiiii ttttt sssss 010 iiiii 0100011', 'sw {t},{I}({s})', 'store', 'Unpriv 2.6', store(4), common),
  ];
}

type StoreOperands = { readonly s: Int; readonly t: Int; readonly i: Int };
const longAddress = (o: Emitter, f: { readonly s: Int; readonly i: Int }) =>
  addressOf(o, 64, readX(o, f.s), immediate(o, IMMEDIATE.I, f));

/** What RV64 adds (Unpriv 4.3). */
// biome-ignore format: a table, one row a line
const LONG_MEMORY: readonly Row[] = [
  insn('iiiiiiiiiiii sssss 110 ddddd 0000011', 'lwu {d},{I}({s})', 'load', 'Unpriv 4.3', (o, f) =>
    writeX(o, f.d, loadX(o, 64, 4, longAddress(o, f), false)), common),
  insn('iiiiiiiiiiii sssss 011 ddddd 0000011', 'ld {d},{I}({s})', 'load', 'Unpriv 4.3', (o, f) =>
    writeX(o, f.d, o.load64(8, longAddress(o, f))), common),
  insn('iiiiiii ttttt sssss 011 iiiii 0100011', 'sd {t},{I}({s})', 'store', 'Unpriv 4.3', (o, f) =>
    o.store(8, longAddress(o, f), readX(o, f.t)), common),
];

const nothing = () => {};
const synchroniseFetch = (o: Emitter) => o.helper('fencei', [], 'void');

/**
 * One hart that executes in order sees its own accesses in order: FENCE does nothing. Fields that are reserved for finer
 * fences are ignored (Unpriv 2.7 and 3), so every such encoding executes; those no assembler names are printed as `.insn`.
 */
// biome-ignore format: a table, one row a line
const MISC_MEM: readonly Row[] = [
  insn('0000 pppp qqqq 00000 000 00000 0001111', 'fence {pred},{succ}', 'alu', 'Unpriv 2.7', nothing, { over: true }),
  insn('1000 0011 0011 00000 000 00000 0001111', 'fence.tso', 'alu', 'Unpriv 2.7', nothing, { over: true }),
  insn('iiiiiiiiiiii sssss 000 ddddd 0001111', '.insn i 0x0f,0,{d},{s},{I}', 'alu', 'Unpriv 2.7', nothing),
  insn('000000000000 00000 001 00000 0001111', 'fence.i', 'alu', 'Unpriv 3', synchroniseFetch, { over: true }),
  insn('iiiiiiiiiiii sssss 001 ddddd 0001111', '.insn i 0x0f,1,{d},{s},{I}', 'alu', 'Unpriv 3', synchroniseFetch),
];
