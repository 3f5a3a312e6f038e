import type { Emitter } from '../../isa/emitter.js';
import { insn, type Operands, type Row, type RowOptions } from '../../isa/instruction.js';

/**
 * Every floating-point instruction begins with ExecuteFPCheck() (B1.5.7): access by CPACR, registers of an interrupted
 * context preserved, a context of one's own. `fpready` is 1 while nothing of that is to be done.
 */
export const FLOAT_GUARD = { scalar: 'fpready', trap: 'floatAccess' } as const;

/**
 * A floating-point instruction: a special case of the coprocessor instructions. None is inlined in the cold engine: eleven of them there
 * took 8 to 12 % of the speed of programs without floating point, and gave those with it 30 %.
 */
export function vfp<const P extends string>(
  pattern: P,
  text: string,
  timing: string,
  section: string,
  body: (o: Emitter, f: Operands<P>) => void,
  options: RowOptions<P> = {},
): Row {
  return insn(pattern, text, timing, section, body, { ...options, over: true, guard: FLOAT_GUARD });
}
