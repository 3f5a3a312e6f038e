import type { Emitter, Int } from '../../isa/emitter.js';
import { insn } from '../../isa/instruction.js';
import { loadList, loadListWithBase, storeList } from './load-store-16.js';
import { bitCount, bxWritePC, growStack, pcAligned, plain, setR } from './pseudocode.js';

/** 32-bit loads and stores of several registers: LDM, STM, PUSH, POP (A5.3.5), LDRD, STRD and exclusives (A5.3.6). */

interface List {
  /** R0–R12. */
  readonly r: Int;
  /** LR. */
  readonly m: Int;
}
function listOf(o: Emitter, f: List): Int {
  return o.or(f.r, o.shl(f.m, 14));
}
function bytesOf(o: Emitter, f: List, P: number): Int {
  return o.shl(o.add(o.add(o.popcnt(f.r), f.m), P), 2);
}

/** Loads the list and, where P is 1, the PC from `start`; `writeBack` stands between the accesses and the branch. */
function load(o: Emitter, f: List & { readonly P: number }, start: Int, writeBack: (end: Int) => void): void {
  const last = loadList(o, listOf(o, f), start);
  if (f.P === 0) {
    writeBack(last);
    return;
  }
  const target = o.load(4, last, { aligned: true });
  writeBack(o.add(last, 4));
  bxWritePC(o, target);
}
/** Without write-back the base may stand in the list. */
function loadKeepingBase(o: Emitter, f: List & { readonly P: number; readonly n: Int }, start: Int): void {
  const { end, writeBase } = loadListWithBase(o, listOf(o, f), f.n, start);
  if (f.P === 0) {
    writeBase();
    return;
  }
  const target = o.load(4, end, { aligned: true });
  writeBase();
  bxWritePC(o, target);
}

interface ListFields {
  readonly r: number;
  readonly m: number;
  readonly P?: number;
}
/** Two registers at least, and not both LR and PC: anything else is UNPREDICTABLE. */
const several = (f: ListFields) => bitCount(f.r) + f.m + (f.P ?? 0) >= 2 && !(f.m === 1 && f.P === 1);
const listed = (f: ListFields & { readonly n: number }) =>
  (((f.r | (f.m << 14) | ((f.P ?? 0) << 15)) >>> f.n) & 1) === 1;
const keepsBase = (f: ListFields & { readonly n: number }) => f.n !== 15 && several(f);
const writesBase = (f: ListFields & { readonly n: number }) => keepsBase(f) && !listed(f);

// biome-ignore format: a table
export const loadStoreMultiple32 = [
  insn('111010001001 nnnn Pm 0 rrrrrrrrrrrrr', 'ldm.w {n}, {list}', 'loadMultiple', 'A7.7.41 T2',
    (o, f) => loadKeepingBase(o, f, o.reg(f.n)), { when: keepsBase }),
  insn('111010001011 nnnn Pm 0 rrrrrrrrrrrrr', 'ldm.w {n}!, {list}', 'loadMultiple', 'A7.7.41 T2',
    (o, f) => load(o, f, o.reg(f.n), (end) => o.setReg(f.n, end)), { common: true, when: (f) => writesBase(f) && f.n !== 13 }),
  insn('1110100010111101 Pm 0 rrrrrrrrrrrrr', 'pop.w {list}', 'loadMultiple', 'A7.7.99 T2',
    (o, f) => load(o, f, o.reg(13), (end) => o.setReg(13, end)), { common: true, when: several }),
  insn('111010010001 nnnn Pm 0 rrrrrrrrrrrrr', 'ldmdb {n}, {list}', 'loadMultiple', 'A7.7.42 T1',
    (o, f) => loadKeepingBase(o, f, o.sub(o.reg(f.n), bytesOf(o, f, f.P))), { when: keepsBase }),
  insn('111010010011 nnnn Pm 0 rrrrrrrrrrrrr', 'ldmdb {n}!, {list}', 'loadMultiple', 'A7.7.42 T1',
    (o, f) => {
      const start = o.sub(o.reg(f.n), bytesOf(o, f, f.P));
      load(o, f, start, () => o.setReg(f.n, start));
    }, { when: writesBase }),
  insn('111010001000 nnnn 0 m 0 rrrrrrrrrrrrr', 'stm.w {n}, {list}', 'storeMultiple', 'A7.7.159 T2',
    (o, f) => storeList(o, listOf(o, f), o.reg(f.n)), { when: keepsBase }),
  insn('111010001010 nnnn 0 m 0 rrrrrrrrrrrrr', 'stm.w {n}!, {list}', 'storeMultiple', 'A7.7.159 T2',
    (o, f) => {
      const start = o.reg(f.n);
      storeList(o, listOf(o, f), start);
      o.setReg(f.n, o.add(start, bytesOf(o, f, 0)));
    }, { when: writesBase }),
  insn('111010010000 nnnn 0 m 0 rrrrrrrrrrrrr', 'stmdb {n}, {list}', 'storeMultiple', 'A7.7.160 T1',
    (o, f) => storeList(o, listOf(o, f), o.sub(o.reg(f.n), bytesOf(o, f, 0))), { when: keepsBase }),
  insn('111010010010 nnnn 0 m 0 rrrrrrrrrrrrr', 'stmdb {n}!, {list}', 'storeMultiple', 'A7.7.160 T1',
    (o, f) => {
      const start = o.sub(o.reg(f.n), bytesOf(o, f, 0));
      storeList(o, listOf(o, f), start);
      o.setReg(f.n, start);
    }, { when: (f) => writesBase(f) && f.n !== 13 }),
  insn('1110100100101101 0 m 0 rrrrrrrrrrrrr', 'push.w {list}', 'storeMultiple', 'A7.7.101 T2',
    (o, f) => {
      const start = o.sub(o.reg(13), bytesOf(o, f, 0));
      storeList(o, listOf(o, f), start);
      growStack(o, start);
    }, { common: true, when: several }),
];

interface Dual {
  readonly t: Int;
  readonly u: Int;
}
function loadDual(o: Emitter, f: Dual, address: Int, writeBack?: () => void): void {
  const first = o.load(4, address, { aligned: true });
  const second = o.load(4, o.add(address, 4), { aligned: true });
  writeBack?.();
  o.setReg(f.t, first);
  o.setReg(f.u, second);
}
function storeDual(o: Emitter, f: Dual, address: Int, writeBack?: () => void): void {
  o.store(4, address, o.reg(f.t), { aligned: true });
  o.store(4, o.add(address, 4), o.reg(f.u), { aligned: true });
  writeBack?.();
}
/** The sign (U, `b` here: 1 adds) and the offset in words. */
function offset(o: Emitter, f: { readonly b: Int; readonly i: Int }): Int {
  const bytes = o.shl(f.i, 2);
  return o.select(f.b, bytes, o.sub(0, bytes));
}
function indexed(o: Emitter, f: { readonly n: Int; readonly b: Int; readonly i: Int }): Int {
  return o.add(o.reg(f.n), offset(o, f));
}

function writeBack(o: Emitter, f: { readonly n: Int; readonly b: Int; readonly i: Int }): () => void {
  const value = indexed(o, f);
  return () => setR(o, f.n, value);
}

interface DualFields {
  readonly n: number;
  readonly t: number;
  readonly u: number;
}
const dualStore = (f: DualFields) => f.n !== 15 && plain(f.t, f.u);
const dualLoad = (f: DualFields) => dualStore(f) && f.t !== f.u;
const apart = (f: DualFields) => f.n !== f.t && f.n !== f.u;

// biome-ignore format: a table
export const loadStoreDual = [
  insn('11101001 b101 nnnn tttt uuuu iiiiiiii', 'ldrd {t}, {u}, [{n}, {signed*4}]', 'loadDual', 'A7.7.50 T1',
    (o, f) => loadDual(o, f, indexed(o, f)), { common: true, when: dualLoad }),
  insn('11101001 b111 nnnn tttt uuuu iiiiiiii', 'ldrd {t}, {u}, [{n}, {signed*4}]!', 'loadDual', 'A7.7.50 T1',
    (o, f) => loadDual(o, f, indexed(o, f), writeBack(o, f)), { when: (f) => dualLoad(f) && apart(f) }),
  insn('11101000 b111 nnnn tttt uuuu iiiiiiii', 'ldrd {t}, {u}, [{n}], {signed*4}', 'loadDual', 'A7.7.50 T1',
    (o, f) => loadDual(o, f, o.reg(f.n), writeBack(o, f)), { when: (f) => dualLoad(f) && apart(f) }),
  insn('11101001 b101 1111 tttt uuuu iiiiiiii', 'ldrd {t}, {u}, [pc, {signed*4}]', 'loadDual', 'A7.7.51 T1',
    (o, f) => loadDual(o, f, o.add(pcAligned(o), offset(o, f))), { when: (f) => plain(f.t, f.u) && f.t !== f.u }),
  insn('11101001 b100 nnnn tttt uuuu iiiiiiii', 'strd {t}, {u}, [{n}, {signed*4}]', 'storeDual', 'A7.7.166 T1',
    (o, f) => storeDual(o, f, indexed(o, f)), { common: true, when: dualStore }),
  insn('11101001 b110 nnnn tttt uuuu iiiiiiii', 'strd {t}, {u}, [{n}, {signed*4}]!', 'storeDual', 'A7.7.166 T1',
    (o, f) => storeDual(o, f, indexed(o, f), writeBack(o, f)), { when: (f) => dualStore(f) && apart(f) }),
  insn('11101000 b110 nnnn tttt uuuu iiiiiiii', 'strd {t}, {u}, [{n}], {signed*4}', 'storeDual', 'A7.7.166 T1',
    (o, f) => storeDual(o, f, o.reg(f.n), writeBack(o, f)), { when: (f) => dualStore(f) && apart(f) }),
];

/** A load that sets the local monitor. */
function loadExclusive(o: Emitter, size: 1 | 2 | 4, t: Int, address: Int): void {
  const value = o.load(size, address, { aligned: true });
  o.set('exclusive', 1);
  o.setReg(t, value);
}
/**
 * ExclusiveMonitorsPass(): alignment is checked before the monitor, so that a misaligned store faults even where the
 * monitor would refuse it.
 */
function storeExclusive(o: Emitter, size: 1 | 2 | 4, f: { readonly t: Int; readonly d: Int }, address: Int): void {
  const open = o.get('exclusive');
  o.if(o.or(open, o.and(address, size - 1)), () => o.store(size, address, o.reg(f.t), { aligned: true }));
  o.setReg(f.d, o.xor(open, 1));
  o.set('exclusive', 0);
}

const exclusiveLoad = (f: { readonly n: number; readonly t: number }) => plain(f.t) && f.n !== 15;
const exclusiveStore = (f: { readonly n: number; readonly t: number; readonly d: number }) =>
  plain(f.t, f.d) && f.n !== 15 && f.d !== f.n && f.d !== f.t;

// biome-ignore format: a table
export const exclusives = [
  insn('111010000101 nnnn tttt 1111 iiiiiiii', 'ldrex {t}, [{n}, {imm*4}]', 'exclusive', 'A7.7.52 T1',
    (o, f) => loadExclusive(o, 4, f.t, o.add(o.reg(f.n), o.shl(f.i, 2))), { when: exclusiveLoad }),
  insn('111010001101 nnnn tttt 1111 0100 1111', 'ldrexb {t}, [{n}]', 'exclusive', 'A7.7.53 T1',
    (o, f) => loadExclusive(o, 1, f.t, o.reg(f.n)), { when: exclusiveLoad }),
  insn('111010001101 nnnn tttt 1111 0101 1111', 'ldrexh {t}, [{n}]', 'exclusive', 'A7.7.54 T1',
    (o, f) => loadExclusive(o, 2, f.t, o.reg(f.n)), { when: exclusiveLoad }),
  insn('111010000100 nnnn tttt dddd iiiiiiii', 'strex {d}, {t}, [{n}, {imm*4}]', 'exclusive', 'A7.7.167 T1',
    (o, f) => storeExclusive(o, 4, f, o.add(o.reg(f.n), o.shl(f.i, 2))), { when: exclusiveStore }),
  insn('111010001100 nnnn tttt 1111 0100 dddd', 'strexb {d}, {t}, [{n}]', 'exclusive', 'A7.7.168 T1',
    (o, f) => storeExclusive(o, 1, f, o.reg(f.n)), { when: exclusiveStore }),
  insn('111010001100 nnnn tttt 1111 0101 dddd', 'strexh {d}, {t}, [{n}]', 'exclusive', 'A7.7.169 T1',
    (o, f) => storeExclusive(o, 2, f, o.reg(f.n)), { when: exclusiveStore }),
];
