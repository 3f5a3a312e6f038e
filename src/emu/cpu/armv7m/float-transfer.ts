import type { Emitter, Int } from '../../isa/emitter.js';
import type { Row } from '../../isa/instruction.js';
import { double, FIRST_SINGLE, single, singleN } from './float-emit.js';
import { vfp } from './float-row.js';
import { FPSCR } from './float-status.js';
import { pcAligned, plain } from './pseudocode.js';

/** Floating-point loads, stores and transfers (A6.5–A6.7). */

interface Offset {
  /** U: 1 adds. */
  readonly b: Int;
  readonly i: Int;
}
function displaced(o: Emitter, base: Int, { b, i }: Offset): Int {
  const bytes = o.shl(i, 2);
  return o.add(base, o.select(b, bytes, o.sub(0, bytes)));
}

/** A word into a single, or two into the halves of a double, the first at the lower address (A7.7.248). */
function load(o: Emitter, d: Int, address: Int, words: 1 | 2): void {
  const low = o.load(4, address, { aligned: true });
  const high = words === 2 ? o.load(4, o.add(address, 4), { aligned: true }) : undefined;
  o.setReg(d, low);
  if (high) o.setReg(o.add(d, 1), high);
}
function store(o: Emitter, d: Int, address: Int, words: 1 | 2): void {
  o.store(4, address, o.reg(d), { aligned: true });
  if (words === 2) o.store(4, o.add(address, 4), o.reg(o.add(d, 1)), { aligned: true });
}

/** Registers in the encoding: singles, or doubles of which there are 16. */
interface Kind {
  readonly words: 1 | 2;
  readonly register: (o: Emitter, field: Int) => Int;
  /** D, and the coprocessor's number. */
  readonly d: 'd' | '0';
  readonly coprocessor: '1010' | '1011';
  readonly text: string;
  readonly list: string;
  /** VLDM and VSTM: the number of words of the list. */
  readonly fits: (f: { readonly d: number; readonly i: number }) => boolean;
}
const numberOf = (field: number) => ((field & 15) << 1) | (field >>> 4);
const SINGLE: Kind = {
  words: 1,
  register: single,
  d: 'd',
  coprocessor: '1010',
  text: '{sd}',
  list: '{slist}',
  fits: (f) => f.i >= 1 && numberOf(f.d) + f.i <= 32,
};
/** An odd number of words is FLDMX and FSTMX, which ARMv7-M does not have. */
const DOUBLE: Kind = {
  words: 2,
  register: double,
  d: '0',
  coprocessor: '1011',
  text: '{dd}',
  list: '{dlist}',
  fits: (f) => f.i >= 2 && f.i % 2 === 0 && 2 * f.d + f.i <= 32,
};

/** VLDR and VSTR. */
function one({ words, register, d, coprocessor, text }: Kind): readonly Row[] {
  const size = words === 2 ? 'Double' : '';
  const bits = (l: 0 | 1, n: string) => `11101101 b ${d} 0${l} ${n} dddd ${coprocessor} iiiiiiii`;
  // biome-ignore format: a table
  return [
    vfp(bits(1, 'nnnn') as 'b nnnn dddd iiii', `vldr ${text}, [{n}, {signed*4}]`, `floatLoad${size}`, 'A7.7.236 T1',
      (o, f) => load(o, register(o, f.d), displaced(o, o.reg(f.n), f), words), { when: (f) => f.n !== 15 }),
    vfp(bits(1, '1111') as 'b dddd iiii', `vldr ${text}, [pc, {signed*4}]`, `floatLoad${size}`, 'A7.7.236 T1',
      (o, f) => load(o, register(o, f.d), displaced(o, pcAligned(o), f), words)),
    vfp(bits(0, 'nnnn') as 'b nnnn dddd iiii', `vstr ${text}, [{n}, {signed*4}]`, `floatStore${size}`, 'A7.7.259 T1',
      (o, f) => store(o, register(o, f.d), displaced(o, o.reg(f.n), f), words), { when: (f) => f.n !== 15 }),
  ];
}

/** The registers of a list, as a word with a bit for each: `i` words from register `d`. */
function listed(o: Emitter, d: Int, i: Int): Int {
  return o.shl(o.shrU(-1, o.sub(32, i)), o.sub(d, FIRST_SINGLE));
}
function loadAll(o: Emitter, d: Int, i: Int, start: Int): void {
  const address = o.variable(start);
  o.forBits(listed(o, d, i), (index) => {
    o.setReg(o.add(index, FIRST_SINGLE), o.load(4, address.get(), { aligned: true }));
    address.set(o.add(address.get(), 4));
  });
}
function storeAll(o: Emitter, d: Int, i: Int, start: Int): void {
  const address = o.variable(start);
  o.forBits(listed(o, d, i), (index) => {
    o.store(4, address.get(), o.reg(o.add(index, FIRST_SINGLE)), { aligned: true });
    address.set(o.add(address.get(), 4));
  });
}

/** How the address moves: P, U, W of the encoding. */
interface Mode {
  readonly name: string;
  readonly p: 0 | 1;
  readonly u: 0 | 1;
  readonly w: 0 | 1;
}
const MODES: readonly Mode[] = [
  { name: 'ia', p: 0, u: 1, w: 0 },
  { name: 'ia', p: 0, u: 1, w: 1 },
  { name: 'db', p: 1, u: 0, w: 1 },
];

/** VLDM and VSTM; those that move SP up and down are VPOP and VPUSH. */
function several(kind: Kind, { name, p, u, w }: Mode, l: 0 | 1): readonly Row[] {
  const { register, d, coprocessor, list, fits } = kind;
  const body = (o: Emitter, f: { readonly n: Int; readonly d: Int; readonly i: Int }): void => {
    const base = o.reg(f.n);
    const end = u === 1 ? o.add(base, o.shl(f.i, 2)) : o.sub(base, o.shl(f.i, 2));
    (l === 1 ? loadAll : storeAll)(o, register(o, f.d), f.i, u === 1 ? base : end);
    // aligned, or an access would have faulted: SP may take it as it is
    if (w === 1) o.setReg(f.n, end);
  };
  const bits = (n: string) => `1110110${p} ${u}${d}${w}${l} ${n} dddd ${coprocessor} iiiiiiii`;
  const timing = l === 1 ? 'floatLoadMultiple' : 'floatStoreMultiple';
  const stack = w === 1 && (l === 1) === (u === 1);
  const text = `v${l === 1 ? 'ldm' : 'stm'}${name} {n}${w === 1 ? '!' : ''}, ${list}`;
  const based = (f: { readonly n: number; readonly d: number; readonly i: number }) =>
    fits(f) && f.n !== 15 && !(stack && f.n === 13);
  const general = vfp(bits('nnnn') as 'nnnn dddd iiii', text, timing, l === 1 ? 'A7.7.235 T1' : 'A7.7.258 T1', body, {
    when: based,
  });
  if (!stack) return [general];
  const onStack = vfp(
    bits('1101') as 'dddd iiii',
    `v${l === 1 ? 'pop' : 'push'} ${list}`,
    timing,
    l === 1 ? 'A7.7.251 T1' : 'A7.7.252 T1',
    (o, f) => body(o, { ...f, n: o.i32(13) }),
    { when: fits },
  );
  return [general, onStack];
}

/** VMRS to APSR_nzcv: the flags as data-processing instructions keep them (pseudocode.ts). */
function flagsToApsr(o: Emitter): void {
  const flags = o.get('fpnzcv');
  o.set('n', flags);
  o.set('z', o.xor(o.and(flags, FPSCR.Z), FPSCR.Z));
  o.set('c', o.and(o.shrU(flags, 29), 1));
  // −2³¹ − 1 overflows, 0 − 1 does not
  o.set('va', o.and(o.shl(flags, 3), -0x8000_0000));
  o.set('vb', o.i32(1));
}

// biome-ignore format: a table
const moves: readonly Row[] = [
  vfp('11101110 0000 nnnn tttt 1010 n 001 0000', 'vmov {sn}, {t}', 'floatAlu', 'A7.7.243 T1',
    (o, f) => o.setReg(singleN(o, f.n), o.reg(f.t)), { when: (f) => plain(f.t) }),
  vfp('11101110 0001 nnnn tttt 1010 n 001 0000', 'vmov {t}, {sn}', 'floatAlu', 'A7.7.243 T1',
    (o, f) => o.setReg(f.t, o.reg(singleN(o, f.n))), { when: (f) => plain(f.t) }),
  vfp('11101100 0100 uuuu tttt 1010 00 m 1 mmmm', 'vmov {sm}, {sm+1}, {t}, {u}', 'floatMove2', 'A7.7.244 T1',
    (o, f) => {
      const m = single(o, f.m);
      o.setReg(m, o.reg(f.t));
      o.setReg(o.add(m, 1), o.reg(f.u));
    }, { when: (f) => plain(f.t, f.u) && f.m !== 31 }),
  vfp('11101100 0101 uuuu tttt 1010 00 m 1 mmmm', 'vmov {t}, {u}, {sm}, {sm+1}', 'floatMove2', 'A7.7.244 T1',
    (o, f) => {
      const m = single(o, f.m);
      const [low, high] = [o.reg(m), o.reg(o.add(m, 1))];
      o.setReg(f.t, low);
      o.setReg(f.u, high);
    }, { when: (f) => plain(f.t, f.u) && f.t !== f.u && f.m !== 31 }),
  vfp('11101100 0100 uuuu tttt 1011 0001 mmmm', 'vmov {dm}, {t}, {u}', 'floatMove2', 'A7.7.245 T1',
    (o, f) => {
      const m = double(o, f.m);
      o.setReg(m, o.reg(f.t));
      o.setReg(o.add(m, 1), o.reg(f.u));
    }, { when: (f) => plain(f.t, f.u) }),
  vfp('11101100 0101 uuuu tttt 1011 0001 mmmm', 'vmov {t}, {u}, {dm}', 'floatMove2', 'A7.7.245 T1',
    (o, f) => {
      const m = double(o, f.m);
      const [low, high] = [o.reg(m), o.reg(o.add(m, 1))];
      o.setReg(f.t, low);
      o.setReg(f.u, high);
    }, { when: (f) => plain(f.t, f.u) && f.t !== f.u }),
  vfp('11101110 00 e 0 dddd tttt 1011 0001 0000', 'vmov.32 {dd[e]}, {t}', 'floatAlu', 'A7.7.241 T1',
    (o, f) => o.setReg(o.add(double(o, f.d), f.e), o.reg(f.t)), { when: (f) => plain(f.t) }),
  vfp('11101110 00 e 1 dddd tttt 1011 0001 0000', 'vmov.32 {t}, {dd[e]}', 'floatAlu', 'A7.7.242 T1',
    (o, f) => o.setReg(f.t, o.reg(o.add(double(o, f.d), f.e))), { when: (f) => plain(f.t) }),
  vfp('11101110 1111 0001 1111 1010 0001 0000', 'vmrs APSR_nzcv, fpscr', 'floatStatus', 'A7.7.246 T1', flagsToApsr),
  vfp('11101110 1111 0001 tttt 1010 0001 0000', 'vmrs {t}, fpscr', 'floatStatus', 'A7.7.246 T1',
    (o, f) => o.setReg(f.t, o.or(o.get('fpscr'), o.get('fpnzcv'))), { when: (f) => plain(f.t) }),
  vfp('11101110 1110 0001 tttt 1010 0001 0000', 'vmsr fpscr, {t}', 'floatStatus', 'A7.7.247 T1',
    (o, f) => o.helper('vmsr', [o.reg(f.t)], 'void'), { when: (f) => plain(f.t) }),
];

export const floatTransfer: readonly Row[] = [
  ...[SINGLE, DOUBLE].flatMap(one),
  ...[SINGLE, DOUBLE].flatMap((kind) =>
    MODES.flatMap((mode) => [...several(kind, mode, 1), ...several(kind, mode, 0)]),
  ),
  ...moves,
];
