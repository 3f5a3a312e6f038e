import { FAR } from '../../isa/crossing.js';
import type { Emitter, Int, Long } from '../../isa/emitter.js';
import type { Comparison } from './arithmetic.js';
import { writeX, type X, type Xlen } from './x-registers.js';

/** What control transfers depend on. */
export interface JumpOptions {
  readonly xlen: Xlen;
  /** Alignment of instructions in bits: 16 with the C extension, else 32 (Unpriv 1.5). */
  readonly ialign: 16 | 32;
}

/** Jumps to `target` and puts the address of the following instruction in `link`; a bad target changes nothing. */
export function jump(o: Emitter, options: JumpOptions, link: Int | number, target: Int): void {
  checkTarget(o, options, target, () => {
    writeX(o, link, nextOf(o, options.xlen));
    o.branch(target);
  });
}

/**
 * Jumps to base + offset with the least significant bit cleared (Unpriv 2.5.1), by way of a trap where pc's high word changes. The
 * sum is worked out before `link` is written, which may be the base.
 */
export function jumpTo(o: Emitter, options: JumpOptions, link: Int | number, base: X, offset: X | number): void {
  const target = o.and<'i32' | 'i64'>(o.add(base, offset), -2);
  if (options.xlen === 32) {
    jump(o, options, link, target as Int);
    return;
  }
  const long = target as Long;
  o.if(
    o.ne<'i64'>(o.shrU<'i64'>(long, 32), o.shrU<'i64'>(o.pcHigh, 32)),
    () => {
      writeX(o, link, nextOf(o, 64));
      o.set<'i64'>(FAR.target, long);
      o.trap(FAR.trap);
    },
    () => jump(o, options, link, o.wrap(long)),
  );
}

const nextOf = (o: Emitter, xlen: Xlen): X => (xlen === 64 ? o.longNext : o.next);

export function branchIf(o: Emitter, options: JumpOptions, holds: Comparison, a: X, b: X, offset: Int): void {
  const target = o.add(o.pc, offset);
  o.if(holds(o, a, b), () => checkTarget(o, options, target, () => o.branch(target)));
}

/** Without C a target that is not a multiple of four raises an exception on the jump itself (Unpriv 2.5). */
function checkTarget(o: Emitter, options: JumpOptions, target: Int, go: () => void): void {
  if (options.ialign === 16) go();
  else o.if(o.and(target, 2), () => o.trap('misalignedTarget', target), go);
}
