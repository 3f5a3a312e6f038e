import type { Emitter, Int } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';
import { loadX, low, readX, signed, writeX, type X, type Xlen } from './x-registers.js';

type AmoOperands = { readonly d: Int; readonly s: Int; readonly t: Int };
type Combine = (o: Emitter, memory: X, register: X) => X;
/** Bytes of an operand: 8 only where registers have them. */
type Width = 4 | 8;

/**
 * The A extension (Unpriv 8). With harts that take turns and in-order execution aq and rl order nothing further. The reservation
 * is one operand: `reserved` is 1 while it is valid, `reservation` its virtual address (what else ends it: Reservation).
 */
export function rvA(xlen: Xlen): readonly Row[] {
  return xlen === 64 ? [...atomics(64, 4), ...atomics(64, 8)] : atomics(32, 4);
}

function atomics(xlen: Xlen, width: Width): readonly Row[] {
  const amo = (combine: Combine) => (o: Emitter, f: AmoOperands) => {
    const address = readX(o, f.s);
    const operand = operandOf(o, width, readX(o, f.t));
    const memory = loadWhole(o, width, address);
    o.store(width, address, combine(o, memory, operand) as Int, { aligned: true });
    writeX(o, f.d, width === 4 ? signed(o, xlen, memory as Int) : memory);
  };
  return width === 4 ? words(xlen, amo) : doublewords(amo);
}

type Amo = (combine: Combine) => (o: Emitter, f: AmoOperands) => void;

const swap: Combine = (_, __, register) => register;
const add: Combine = (o, a, b) => o.add(a, b);
const xor: Combine = (o, a, b) => o.xor(a, b);
const and: Combine = (o, a, b) => o.and(a, b);
const or: Combine = (o, a, b) => o.or(a, b);
const min: Combine = (o, a, b) => o.select(o.ltS(a, b), a, b);
const max: Combine = (o, a, b) => o.select(o.ltS(a, b), b, a);
const minu: Combine = (o, a, b) => o.select(o.ltU(a, b), a, b);
const maxu: Combine = (o, a, b) => o.select(o.ltU(a, b), b, a);

function words(xlen: Xlen, amo: Amo): readonly Row[] {
  // biome-ignore format: a table, one row a line
  return [
    insn('00010 qr 00000 sssss 010 ddddd 0101111', 'lr.w{order} {d},({s})', 'load', 'Unpriv 8.2', (o, f) => loadReserved(o, xlen, 4, f)),
    insn('00011 qr ttttt sssss 010 ddddd 0101111', 'sc.w{order} {d},{t},({s})', 'store', 'Unpriv 8.2', (o, f) => storeConditional(o, xlen, 4, f)),
    insn('00001 qr ttttt sssss 010 ddddd 0101111', 'amoswap.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(swap)),
    insn('00000 qr ttttt sssss 010 ddddd 0101111', 'amoadd.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(add)),
    insn('00100 qr ttttt sssss 010 ddddd 0101111', 'amoxor.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(xor)),
    insn('01100 qr ttttt sssss 010 ddddd 0101111', 'amoand.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(and)),
    insn('01000 qr ttttt sssss 010 ddddd 0101111', 'amoor.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(or)),
    insn('10000 qr ttttt sssss 010 ddddd 0101111', 'amomin.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(min)),
    insn('10100 qr ttttt sssss 010 ddddd 0101111', 'amomax.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(max)),
    insn('11000 qr ttttt sssss 010 ddddd 0101111', 'amominu.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(minu)),
    insn('11100 qr ttttt sssss 010 ddddd 0101111', 'amomaxu.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(maxu)),
  ];
}

function doublewords(amo: Amo): readonly Row[] {
  // biome-ignore format: a table, one row a line
  return [
    insn('00010 qr 00000 sssss 011 ddddd 0101111', 'lr.d{order} {d},({s})', 'load', 'Unpriv 8.2', (o, f) => loadReserved(o, 64, 8, f)),
    insn('00011 qr ttttt sssss 011 ddddd 0101111', 'sc.d{order} {d},{t},({s})', 'store', 'Unpriv 8.2', (o, f) => storeConditional(o, 64, 8, f)),
    insn('00001 qr ttttt sssss 011 ddddd 0101111', 'amoswap.d{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(swap)),
    insn('00000 qr ttttt sssss 011 ddddd 0101111', 'amoadd.d{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(add)),
    insn('00100 qr ttttt sssss 011 ddddd 0101111', 'amoxor.d{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(xor)),
    insn('01100 qr ttttt sssss 011 ddddd 0101111', 'amoand.d{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(and)),
    insn('01000 qr ttttt sssss 011 ddddd 0101111', 'amoor.d{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(or)),
    insn('10000 qr ttttt sssss 011 ddddd 0101111', 'amomin.d{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(min)),
    insn('10100 qr ttttt sssss 011 ddddd 0101111', 'amomax.d{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(max)),
    insn('11000 qr ttttt sssss 011 ddddd 0101111', 'amominu.d{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(minu)),
    insn('11100 qr ttttt sssss 011 ddddd 0101111', 'amomaxu.d{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo(maxu)),
  ];
}

/** An operand in memory as a value of its own width. */
const loadWhole = (o: Emitter, width: Width, address: X): X =>
  width === 8 ? o.load64(8, address, { aligned: true }) : o.load(4, address, { aligned: true });
const operandOf = (o: Emitter, width: Width, register: X): X => (width === 8 ? register : low(o, register));

function loadReserved(o: Emitter, xlen: Xlen, width: Width, f: Pick<AmoOperands, 'd' | 's'>): void {
  const address = readX(o, f.s);
  const memory = width === 8 ? loadWhole(o, 8, address) : loadX(o, xlen, 4, address, true, true);
  o.set<'i32' | 'i64'>('reservation', address);
  o.set('reserved', 1);
  writeX(o, f.d, memory);
}

/**
 * Any SC invalidates the reservation; rd is 0 for success, 1 for failure. A misaligned address raises its exception whether
 * or not the SC would succeed: such an address is never reserved, so the aligned store is tried for it too.
 */
function storeConditional(o: Emitter, xlen: Xlen, width: Width, f: AmoOperands): void {
  const address = readX(o, f.s);
  const operand = operandOf(o, width, readX(o, f.t));
  const succeeds = o.and(o.get('reserved'), o.eq(o.get<'i32' | 'i64'>('reservation'), address));
  o.if(o.or(succeeds, o.and(low(o, address), width - 1)), () =>
    o.store(width, address, operand as Int, { aligned: true }),
  );
  o.set('reserved', 0);
  writeX(o, f.d, signed(o, xlen, o.xor(succeeds, 1)));
}
