import type { Emitter, Int } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';
import { low, readX, signed, writeX, type Xlen } from './x-registers.js';

type AmoOperands = { readonly d: Int; readonly s: Int; readonly t: Int };
type Combine = (o: Emitter, memory: Int, register: Int) => Int;

/**
 * The A extension on words (Unpriv 8). With one hart and in-order execution aq and rl order nothing further. The reservation
 * is one word: `reserved` is 1 while it is valid, `reservation` its address.
 */
export function rvA(xlen: Xlen): readonly Row[] {
  const amo = (combine: Combine) => (o: Emitter, f: AmoOperands) => {
    const address = low(o, readX(o, f.s));
    const operand = low(o, readX(o, f.t));
    const memory = o.load(4, address, { aligned: true });
    o.store(4, address, combine(o, memory, operand), { aligned: true });
    writeX(o, f.d, signed(o, xlen, memory));
  };
  // biome-ignore format: a table, one row a line
  return [
    insn('00010 qr 00000 sssss 010 ddddd 0101111', 'lr.w{order} {d},({s})', 'load', 'Unpriv 8.2', (o, f) => {
      const address = low(o, readX(o, f.s));
      const memory = o.load(4, address, { aligned: true });
      o.set('reservation', address);
      o.set('reserved', 1);
      writeX(o, f.d, signed(o, xlen, memory));
    }),
    insn('00011 qr ttttt sssss 010 ddddd 0101111', 'sc.w{order} {d},{t},({s})', 'store', 'Unpriv 8.2', (o, f) => {
      storeConditional(o, xlen, f);
    }),
    insn('00001 qr ttttt sssss 010 ddddd 0101111', 'amoswap.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo((_, __, register) => register)),
    insn('00000 qr ttttt sssss 010 ddddd 0101111', 'amoadd.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo((o, a, b) => o.add(a, b))),
    insn('00100 qr ttttt sssss 010 ddddd 0101111', 'amoxor.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo((o, a, b) => o.xor(a, b))),
    insn('01100 qr ttttt sssss 010 ddddd 0101111', 'amoand.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo((o, a, b) => o.and(a, b))),
    insn('01000 qr ttttt sssss 010 ddddd 0101111', 'amoor.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo((o, a, b) => o.or(a, b))),
    insn('10000 qr ttttt sssss 010 ddddd 0101111', 'amomin.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo((o, a, b) => o.select(o.ltS(a, b), a, b))),
    insn('10100 qr ttttt sssss 010 ddddd 0101111', 'amomax.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo((o, a, b) => o.select(o.ltS(a, b), b, a))),
    insn('11000 qr ttttt sssss 010 ddddd 0101111', 'amominu.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo((o, a, b) => o.select(o.ltU(a, b), a, b))),
    insn('11100 qr ttttt sssss 010 ddddd 0101111', 'amomaxu.w{order} {d},{t},({s})', 'amo', 'Unpriv 8.4', amo((o, a, b) => o.select(o.ltU(a, b), b, a))),
  ];
}

/**
 * Any SC invalidates the reservation; rd is 0 for success, 1 for failure. A misaligned address raises its exception whether
 * or not the SC would succeed: such an address is never reserved, so the aligned store is tried for it too.
 */
function storeConditional(o: Emitter, xlen: Xlen, f: AmoOperands): void {
  const address = low(o, readX(o, f.s));
  const operand = low(o, readX(o, f.t));
  const succeeds = o.and(o.get('reserved'), o.eq(o.get('reservation'), address));
  o.if(o.or(succeeds, o.and(address, 3)), () => o.store(4, address, operand, { aligned: true }));
  o.set('reserved', 0);
  writeX(o, f.d, signed(o, xlen, o.xor(succeeds, 1)));
}
