import type { Emitter, Int } from '../../isa/emitter.js';
import { insn } from '../../isa/instruction.js';
import { bxWritePC, growStack, pcAligned } from './pseudocode.js';

/** 16-bit loads and stores (A5.2.4–A5.2.5). */

const common = { common: true };

// biome-ignore format: a table
export const loadStore16 = [
  insn('01001 ttt iiiiiiii', 'ldr {t}, [pc, {imm*4}]', 'loadLiteral', 'A7.7.44 T1',
    (o, f) => o.setReg(f.t, o.load(4, o.add(pcAligned(o), o.shl(f.i, 2)))), common),
  insn('0101000 mmm nnn ttt', 'str {t}, [{n}, {m}]', 'store', 'A7.7.162 T1',
    (o, f) => o.store(4, o.add(o.reg(f.n), o.reg(f.m)), o.reg(f.t)), common),
  insn('0101001 mmm nnn ttt', 'strh {t}, [{n}, {m}]', 'store', 'A7.7.171 T1',
    (o, f) => o.store(2, o.add(o.reg(f.n), o.reg(f.m)), o.reg(f.t)), common),
  insn('0101010 mmm nnn ttt', 'strb {t}, [{n}, {m}]', 'store', 'A7.7.164 T1',
    (o, f) => o.store(1, o.add(o.reg(f.n), o.reg(f.m)), o.reg(f.t)), common),
  insn('0101011 mmm nnn ttt', 'ldrsb {t}, [{n}, {m}]', 'load', 'A7.7.61 T1',
    (o, f) => o.setReg(f.t, o.load(1, o.add(o.reg(f.n), o.reg(f.m)), { signed: true })), common),
  insn('0101100 mmm nnn ttt', 'ldr {t}, [{n}, {m}]', 'load', 'A7.7.45 T1',
    (o, f) => o.setReg(f.t, o.load(4, o.add(o.reg(f.n), o.reg(f.m)))), common),
  insn('0101101 mmm nnn ttt', 'ldrh {t}, [{n}, {m}]', 'load', 'A7.7.57 T1',
    (o, f) => o.setReg(f.t, o.load(2, o.add(o.reg(f.n), o.reg(f.m)))), common),
  insn('0101110 mmm nnn ttt', 'ldrb {t}, [{n}, {m}]', 'load', 'A7.7.48 T1',
    (o, f) => o.setReg(f.t, o.load(1, o.add(o.reg(f.n), o.reg(f.m)))), common),
  insn('0101111 mmm nnn ttt', 'ldrsh {t}, [{n}, {m}]', 'load', 'A7.7.65 T1',
    (o, f) => o.setReg(f.t, o.load(2, o.add(o.reg(f.n), o.reg(f.m)), { signed: true })), common),
  insn('01100 iiiii nnn ttt', 'str {t}, [{n}, {imm*4}]', 'storeImmediate', 'A7.7.161 T1',
    (o, f) => o.store(4, o.add(o.reg(f.n), o.shl(f.i, 2)), o.reg(f.t)), common),
  insn('01101 iiiii nnn ttt', 'ldr {t}, [{n}, {imm*4}]', 'load', 'A7.7.43 T1',
    (o, f) => o.setReg(f.t, o.load(4, o.add(o.reg(f.n), o.shl(f.i, 2)))), common),
  insn('01110 iiiii nnn ttt', 'strb {t}, [{n}, {imm}]', 'storeImmediate', 'A7.7.163 T1',
    (o, f) => o.store(1, o.add(o.reg(f.n), f.i), o.reg(f.t)), common),
  insn('01111 iiiii nnn ttt', 'ldrb {t}, [{n}, {imm}]', 'load', 'A7.7.46 T1',
    (o, f) => o.setReg(f.t, o.load(1, o.add(o.reg(f.n), f.i))), common),
  insn('10000 iiiii nnn ttt', 'strh {t}, [{n}, {imm*2}]', 'storeImmediate', 'A7.7.170 T1',
    (o, f) => o.store(2, o.add(o.reg(f.n), o.shl(f.i, 1)), o.reg(f.t)), common),
  insn('10001 iiiii nnn ttt', 'ldrh {t}, [{n}, {imm*2}]', 'load', 'A7.7.55 T1',
    (o, f) => o.setReg(f.t, o.load(2, o.add(o.reg(f.n), o.shl(f.i, 1)))), common),
  insn('10010 ttt iiiiiiii', 'str {t}, [sp, {imm*4}]', 'storeImmediate', 'A7.7.161 T2',
    (o, f) => o.store(4, o.add(o.reg(13), o.shl(f.i, 2)), o.reg(f.t)), common),
  insn('10011 ttt iiiiiiii', 'ldr {t}, [sp, {imm*4}]', 'load', 'A7.7.43 T2',
    (o, f) => o.setReg(f.t, o.load(4, o.add(o.reg(13), o.shl(f.i, 2)))), common),
];

/** Stores the registers of `list` from `start` upwards. */
export function storeList(o: Emitter, list: Int, start: Int): void {
  const address = o.variable(start);
  o.forBits(list, (index) => {
    o.store(4, address.get(), o.reg(index), { aligned: true });
    address.set(o.add(address.get(), 4));
  });
}

/** Loads the registers of `list`, none of which is the base, from `start` upwards; gives the address after them. */
export function loadList(o: Emitter, list: Int, start: Int): Int {
  const address = o.variable(start);
  o.forBits(list, (index) => {
    o.setReg(index, o.load(4, address.get(), { aligned: true }));
    address.set(o.add(address.get(), 4));
  });
  return address.get();
}

/**
 * Loads the registers of `list` where the base may be among them. The base is written by `writeBase`, when all
 * accesses have succeeded, so that the instruction can be restarted after a fault (B1.5.10).
 */
export function loadListWithBase(o: Emitter, list: Int, base: Int, start: Int): { end: Int; writeBase: () => void } {
  const address = o.variable(start);
  const newBase = o.variable(o.reg(base));
  o.forBits(list, (index) => {
    const value = o.load(4, address.get(), { aligned: true });
    o.if(
      o.eq(index, base),
      () => newBase.set(value),
      () => o.setReg(index, value),
    );
    address.set(o.add(address.get(), 4));
  });
  return { end: address.get(), writeBase: () => o.setReg(base, newBase.get()) };
}

// biome-ignore format: a table
export const loadStoreMultiple16 = [
  insn('1011 010 m rrrrrrrr', 'push {list}', 'storeMultiple', 'A7.7.101 T1',
    (o, f) => {
      const list = o.or(f.r, o.shl(f.m, 14));
      const start = o.sub(o.reg(13), o.shl(o.popcnt(list), 2));
      storeList(o, list, start);
      growStack(o, start);
    }, { common: true, when: (f) => f.r !== 0 || f.m !== 0 }),
  insn('1011 110 0 rrrrrrrr', 'pop {list}', 'loadMultiple', 'A7.7.99 T1',
    (o, f) => o.setReg(13, loadList(o, f.r, o.reg(13))), { common: true, when: (f) => f.r !== 0 }),
  insn('1011 110 1 rrrrrrrr', 'pop {list,pc}', 'loadMultiplePc', 'A7.7.99 T1',
    (o, f) => {
      const last = loadList(o, f.r, o.reg(13));
      const target = o.load(4, last, { aligned: true });
      o.setReg(13, o.add(last, 4));
      bxWritePC(o, target);
    }, common),
  // With the base in the list its stored value is UNKNOWN unless it is the lowest; the old value is stored here.
  insn('11000 nnn rrrrrrrr', 'stm {n}!, {list}', 'storeMultiple', 'A7.7.159 T1',
    (o, f) => {
      const start = o.reg(f.n);
      storeList(o, f.r, start);
      o.setReg(f.n, o.add(start, o.shl(o.popcnt(f.r), 2)));
    }, { common: true, when: (f) => f.r !== 0 }),
  insn('11001 nnn rrrrrrrr', 'ldm {n}!, {list}', 'loadMultiple', 'A7.7.41 T1',
    (o, f) => o.setReg(f.n, loadList(o, f.r, o.reg(f.n))), { common: true, when: (f) => f.r !== 0 && ((f.r >>> f.n) & 1) === 0 }),
  insn('11001 nnn rrrrrrrr', 'ldm {n}, {list}', 'loadMultiple', 'A7.7.41 T1',
    (o, f) => loadListWithBase(o, f.r, f.n, o.reg(f.n)).writeBase(), { when: (f) => ((f.r >>> f.n) & 1) === 1 }),
];
