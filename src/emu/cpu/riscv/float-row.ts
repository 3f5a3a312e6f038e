import type { Emitter, Int } from '../../isa/emitter.js';
import { insn, type Operands, type Row, type RowOptions } from '../../isa/instruction.js';

/** Floating-point instructions are illegal while mstatus.FS is Off (Priv 3.1.6.6), and on harts without them. */
export const FLOAT_GUARD = { scalar: 'fpOn', trap: 'illegal' } as const;

export function fp<const P extends string>(
  pattern: P,
  text: string,
  timing: string,
  section: string,
  body: (o: Emitter, f: Operands<P>) => void,
  options: RowOptions<P> = {},
): Row {
  return insn(pattern, text, timing, section, body, { ...options, guard: FLOAT_GUARD });
}

/** One with a rounding mode, `r`: 101 and 110 are reserved (Unpriv table 11.1). */
export function rounding<const P extends string>(
  pattern: P,
  text: string,
  timing: string,
  section: string,
  body: (o: Emitter, f: Operands<P> & { readonly r: Int }) => void,
): Row {
  return fp(pattern, text, timing, section, body as (o: Emitter, f: Operands<P>) => void, {
    when: (f) => {
      const { r } = f as { readonly r: number };
      return r !== 5 && r !== 6;
    },
  });
}
