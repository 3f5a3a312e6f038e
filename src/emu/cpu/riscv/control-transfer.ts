import type { Emitter, Int } from '../../isa/emitter.js';
import type { Comparison } from './arithmetic.js';
import { low, signed, writeX, type X, type Xlen } from './x-registers.js';

/** What control transfers depend on. */
export interface JumpOptions {
  readonly xlen: Xlen;
  /** Alignment of instructions in bits: 16 with the C extension, else 32 (Unpriv 1.5). */
  readonly ialign: 16 | 32;
}

/** Jumps to `target` and puts the address of the following instruction in `link`; a bad target changes nothing. */
export function jump(o: Emitter, options: JumpOptions, link: Int | number, target: Int): void {
  checkTarget(o, options, target, () => {
    writeX(o, link, signed(o, options.xlen, o.next));
    o.branch(target);
  });
}

/** JALR's target: the least significant bit of the sum is cleared (Unpriv 2.5.1). */
export function indirectTarget(o: Emitter, base: X, offset: X | number): Int {
  return o.and(low(o, o.add(base, offset)), -2);
}

export function branchIf(o: Emitter, options: JumpOptions, holds: Comparison, a: X, b: X, offset: Int): void {
  const target = o.add(o.pc, offset);
  o.if(holds(o, a, b), () => checkTarget(o, options, target, () => o.branch(target)));
}

/** Without C a target that is not a multiple of four raises an exception on the jump itself (Unpriv 2.5). */
function checkTarget(o: Emitter, options: JumpOptions, target: Int, go: () => void): void {
  if (options.ialign === 16) go();
  else o.if(o.and(target, 2), () => o.trap('misalignedTarget', target), go);
}
