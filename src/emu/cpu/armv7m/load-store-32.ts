import type { Emitter, Int } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';
import type { AccessOptions } from '../../isa/ir.js';
import { bxWritePC, growStack, pcAligned, plain, setR, setSp } from './pseudocode.js';

/** 32-bit loads, stores and hints of single registers (A5.3.7–A5.3.10). */

interface Access {
  readonly name: string;
  readonly size: 1 | 2 | 4;
  readonly signed?: true;
  /** Size in the encoding. */
  readonly bits: '00' | '01' | '10';
  /** Number of the T encoding with the 12-bit offset; the one with 8 bits follows it. */
  readonly t: 1 | 2 | 3;
  /** Section numbers of A7.7 by form. */
  readonly imm: number;
  readonly literal: number;
  readonly register: number;
  readonly user: number;
}

// biome-ignore format: a table
const LOADS = [
  { name: 'ldr', size: 4, bits: '10', t: 3, imm: 43, literal: 44, register: 45, user: 67 },
  { name: 'ldrb', size: 1, bits: '00', t: 2, imm: 46, literal: 47, register: 48, user: 49 },
  { name: 'ldrh', size: 2, bits: '01', t: 2, imm: 55, literal: 56, register: 57, user: 58 },
  { name: 'ldrsb', size: 1, signed: true, bits: '00', t: 1, imm: 59, literal: 60, register: 61, user: 62 },
  { name: 'ldrsh', size: 2, signed: true, bits: '01', t: 1, imm: 63, literal: 64, register: 65, user: 66 },
] as const satisfies readonly Access[];
// biome-ignore format: a table
const STORES = [
  { name: 'str', size: 4, bits: '10', t: 3, imm: 161, literal: 0, register: 162, user: 173 },
  { name: 'strb', size: 1, bits: '00', t: 2, imm: 163, literal: 0, register: 164, user: 165 },
  { name: 'strh', size: 2, bits: '01', t: 2, imm: 170, literal: 0, register: 171, user: 172 },
] as const satisfies readonly Access[];

/** Where a loaded value goes. Only LDR may load SP, and PC, which is a branch. */
interface Destination {
  /** Rt in the pattern, which is put together from the parts. */
  readonly bits: 'tttt' | '1101' | '1111';
  /** Rt where it is fixed. */
  readonly index?: number;
  readonly text: string;
  readonly timing: 'load' | 'loadPc';
  readonly write: (o: Emitter, t: Int, value: Int) => void;
}
// biome-ignore format: a table
const GENERAL: Destination = { bits: 'tttt', text: '{t}', timing: 'load', write: (o, t, value) => o.setReg(t, value) };
// biome-ignore format: a table
const SP: Destination = { bits: '1101', index: 13, text: 'sp', timing: 'load', write: (o, _, value) => setSp(o, value) };
// biome-ignore format: a table
const PC: Destination = { bits: '1111', index: 15, text: 'pc', timing: 'loadPc', write: (o, _, value) => bxWritePC(o, value) };

/** Base ± offset; the sign and the offset are known when the instruction is decoded. */
function indexed(o: Emitter, f: { readonly n: Int; readonly u: Int; readonly i: Int }): Int {
  return o.add(o.reg(f.n), o.select(f.u, f.i, o.sub(0, f.i)));
}
function literalAddress(o: Emitter, f: { readonly u: Int; readonly i: Int }): Int {
  return o.add(pcAligned(o), o.select(f.u, f.i, o.sub(0, f.i)));
}

/** Rt is a general register; a destination with a fixed Rt has no field. */
const general = (f: { readonly t?: number }) => f.t === undefined || plain(f.t);
const based = (f: { readonly t?: number; readonly n: number }) => general(f) && f.n !== 15;
function loads(a: Access, to: Destination): readonly Row[] {
  const first = (form: '0' | '1') => `1111100${a.signed ? 1 : 0}${form}${a.bits}1`;
  const load = (o: Emitter, address: Int, access: AccessOptions = {}) =>
    o.load(a.size, address, a.signed ? { ...access, signed: true } : access);
  const common = to === GENERAL && !a.signed;
  const commonIndexed = common;
  // Write-back into the register that is transferred is UNPREDICTABLE.
  const writesBack = (f: { readonly t?: number; readonly n: number }) => based(f) && f.n !== (f.t ?? to.index);
  const literalT = a.size === 4 ? 2 : 1;
  // biome-ignore format: a table
  const rows = [
    insn(`${first('1')} nnnn ${to.bits} iiiiiiiiiiii` as 'nnnn tttt iiii', `${a.name}.w ${to.text}, [{n}, {imm}]`,
      to.timing, `A7.7.${a.imm} T${a.t}`,
      (o, f) => to.write(o, f.t, load(o, o.add(o.reg(f.n), f.i))), { common: to === GENERAL, when: based }),
    insn(`${first('0')} nnnn ${to.bits} 1100 iiiiiiii` as 'nnnn tttt iiii', `${a.name} ${to.text}, [{n}, {minus}]`,
      to.timing, `A7.7.${a.imm} T${a.t + 1}`,
      (o, f) => to.write(o, f.t, load(o, o.sub(o.reg(f.n), f.i))), { when: based }),
    insn(`${first('0')} nnnn ${to.bits} 11u1 iiiiiiii` as 'nnnn tttt iiii u', `${a.name} ${to.text}, [{n}, {signed}]!`,
      to.timing, `A7.7.${a.imm} T${a.t + 1}`,
      (o, f) => {
        const address = indexed(o, f);
        const value = load(o, address);
        setR(o, f.n, address);
        to.write(o, f.t, value);
      }, { common: commonIndexed, when: writesBack }),
    insn(`${first('0')} nnnn ${to.bits} 10u1 iiiiiiii` as 'nnnn tttt iiii u', `${a.name} ${to.text}, [{n}], {signed}`,
      to.timing, `A7.7.${a.imm} T${a.t + 1}`,
      (o, f) => {
        const value = load(o, o.reg(f.n));
        setR(o, f.n, indexed(o, f));
        to.write(o, f.t, value);
      }, { common: commonIndexed, when: (f) => writesBack(f) && !(a.size === 4 && isPop(f)) }),
    insn(`1111100${a.signed ? 1 : 0}u${a.bits}1 1111 ${to.bits} iiiiiiiiiiii` as 'tttt iiii u',
      `${a.name}.w ${to.text}, [pc, {signed}]`, to === GENERAL ? 'loadLiteral' : to.timing, `A7.7.${a.literal} T${literalT}`,
      (o, f) => to.write(o, f.t, load(o, literalAddress(o, f))), { when: general }),
    insn(`${first('0')} nnnn ${to.bits} 000000 ii mmmm` as 'nnnn tttt iiii mmmm', `${a.name}.w ${to.text}, [{n}, {m}{lsl}]`,
      to.timing, `A7.7.${a.register} T2`,
      (o, f) => to.write(o, f.t, load(o, o.add(o.reg(f.n), o.shl(o.reg(f.m), f.i)))),
      { common, when: (f) => based(f) && plain(f.m) }),
  ];
  if (to !== GENERAL) return rows;
  // biome-ignore format: a table
  const unprivileged = insn(`${first('0')} nnnn tttt 1110 iiiiiiii` as 'nnnn tttt iiii', `${a.name}t {t}, [{n}, {imm}]`,
    'load', `A7.7.${a.user} T1`,
    (o, f) => o.setReg(f.t, load(o, o.add(o.reg(f.n), f.i), { unprivileged: true })), { when: based });
  return [...rows, unprivileged];
}

function stores(a: Access): readonly Row[] {
  const first = (form: '0' | '1') => `11111000${form}${a.bits}0`;
  // STR stores SP too; STRB and STRH do not.
  const storable = (f: { readonly t: number; readonly n: number }) =>
    f.t !== 15 && f.n !== 15 && (a.size === 4 || f.t !== 13);
  const storesBack = (f: { readonly t: number; readonly n: number }) => storable(f) && f.n !== f.t;
  // biome-ignore format: a table
  return [
    insn(`${first('1')} nnnn tttt iiiiiiiiiiii` as 'nnnn tttt iiii', `${a.name}.w {t}, [{n}, {imm}]`, 'storeImmediate',
      `A7.7.${a.imm} T${a.t}`,
      (o, f) => o.store(a.size, o.add(o.reg(f.n), f.i), o.reg(f.t)), { common: true, when: storable }),
    insn(`${first('0')} nnnn tttt 1100 iiiiiiii` as 'nnnn tttt iiii', `${a.name} {t}, [{n}, {minus}]`, 'storeImmediate',
      `A7.7.${a.imm} T${a.t + 1}`,
      (o, f) => o.store(a.size, o.sub(o.reg(f.n), f.i), o.reg(f.t)), { when: storable }),
    insn(`${first('0')} nnnn tttt 11u1 iiiiiiii` as 'nnnn tttt iiii u', `${a.name} {t}, [{n}, {signed}]!`, 'storeImmediate',
      `A7.7.${a.imm} T${a.t + 1}`,
      (o, f) => {
        const address = indexed(o, f);
        o.store(a.size, address, o.reg(f.t));
        setR(o, f.n, address);
      }, { common: a.size !== 2, when: (f) => storesBack(f) && !(a.size === 4 && isPush(f)) }),
    insn(`${first('0')} nnnn tttt 10u1 iiiiiiii` as 'nnnn tttt iiii u', `${a.name} {t}, [{n}], {signed}`, 'storeImmediate',
      `A7.7.${a.imm} T${a.t + 1}`,
      (o, f) => {
        o.store(a.size, o.reg(f.n), o.reg(f.t));
        setR(o, f.n, indexed(o, f));
      }, { common: a.size !== 2, when: storesBack }),
    insn(`${first('0')} nnnn tttt 000000 ii mmmm` as 'nnnn tttt iiii mmmm', `${a.name}.w {t}, [{n}, {m}{lsl}]`, 'store',
      `A7.7.${a.register} T2`,
      (o, f) => o.store(a.size, o.add(o.reg(f.n), o.shl(o.reg(f.m), f.i)), o.reg(f.t)),
      { common: true, when: (f) => storable(f) && plain(f.m) }),
    insn(`${first('0')} nnnn tttt 1110 iiiiiiii` as 'nnnn tttt iiii', `${a.name}t {t}, [{n}, {imm}]`, 'store',
      `A7.7.${a.user} T1`,
      (o, f) => o.store(a.size, o.add(o.reg(f.n), f.i), o.reg(f.t), { unprivileged: true }),
      { when: (f) => storable(f) && plain(f.t) }),
  ];
}

/** Rt = 1111 where it is not LDR: hints to the memory system, which a core without caches ignores (A5.3.7–A5.3.8). */
function hints(
  name: string,
  bits: string,
  sections: readonly [imm: string, literal: string, register: string],
): readonly Row[] {
  const nothing = (): void => {};
  const first = (form: '0' | '1') => `1111100${bits[0]}${form}${bits.slice(1)}1`;
  const [imm, literal, register] = sections;
  const based = (f: { readonly n: number }) => f.n !== 15;
  // biome-ignore format: a table
  return [
    insn(`${first('1')} nnnn 1111 iiiiiiiiiiii` as 'nnnn iiii', `${name} [{n}, {imm}]`, 'preload', imm, nothing, { when: based }),
    insn(`${first('0')} nnnn 1111 1100 iiiiiiii` as 'nnnn iiii', `${name} [{n}, {minus}]`, 'preload', imm, nothing, { when: based }),
    insn(`1111100${bits[0]}u${bits.slice(1)}1 1111 1111 iiiiiiiiiiii` as 'iiii u', `${name} [pc, {signed}]`, 'preload', literal,
      nothing),
    insn(`${first('0')} nnnn 1111 000000 ii mmmm` as 'nnnn iiii mmmm', `${name} [{n}, {m}{lsl}]`, 'preload', register, nothing,
      { when: (f) => f.n !== 15 && plain(f.m) }),
  ];
}

/** `ldr Rt, [sp], #4` is POP T3, and `str Rt, [sp, #-4]!` is PUSH T3. */
function isPop(f: { readonly n: number; readonly i: number; readonly u: number }): boolean {
  return f.n === 13 && f.u === 1 && f.i === 4;
}
function isPush(f: { readonly n: number; readonly i: number; readonly u: number }): boolean {
  return f.n === 13 && f.u === 0 && f.i === 4;
}

const [LDR] = LOADS;
/** The hints that have no name and no assembly syntax: the text is that of the load they would be. */
const unallocated = (name: string, bits: string): readonly Row[] =>
  hints(`${name} pc,`, bits, ['A5.3.8', 'A5.3.8', 'A5.3.8']);

// biome-ignore format: a table
const pushPopOne = [
  insn('1111100001011101 tttt 1011 00000100', 'pop.w {single}', 'load', 'A7.7.99 T3',
    (o, f) => {
      const value = o.load(4, o.reg(13));
      o.setReg(13, o.add(o.reg(13), 4));
      o.setReg(f.t, value);
    }, { when: general }),
  insn('1111100001011101 1111 1011 00000100', 'pop.w {onlypc}', 'loadPc', 'A7.7.99 T3',
    (o) => {
      const value = o.load(4, o.reg(13));
      o.setReg(13, o.add(o.reg(13), 4));
      bxWritePC(o, value);
    }),
  insn('1111100001001101 tttt 1101 00000100', 'push.w {single}', 'storeImmediate', 'A7.7.101 T3',
    (o, f) => {
      const start = o.sub(o.reg(13), 4);
      o.store(4, start, o.reg(f.t));
      growStack(o, start);
    }, { when: general }),
];

export const loadStore32: readonly Row[] = [
  ...LOADS.flatMap((access) => loads(access, GENERAL)),
  ...loads(LDR, SP),
  ...loads(LDR, PC),
  ...STORES.flatMap(stores),
  ...pushPopOne,
];

export const memoryHints: readonly Row[] = [
  ...hints('pld', '000', ['A7.7.94', 'A7.7.95 T1', 'A7.7.96 T1']),
  ...hints('pli', '100', ['A7.7.97', 'A7.7.97 T3', 'A7.7.98 T1']),
  ...unallocated('ldrh', '001'),
  ...unallocated('ldrsh', '101'),
];
