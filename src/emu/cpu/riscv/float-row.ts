import type { Emitter, Int } from '../../isa/emitter.js';
import { insn, type Operands, type Row, type RowOptions } from '../../isa/instruction.js';

/** Floating-point instructions are illegal while mstatus.FS is Off (Priv 3.1.6.6), and on harts without them: those of D have a scalar of their own. */
const GUARD = { f: { scalar: 'fpOn', trap: 'illegal' }, d: { scalar: 'fpdOn', trap: 'illegal' } } as const;

/** Rows of F or D. */
export function floatRows(extension: keyof typeof GUARD) {
  const guard = GUARD[extension];
  return { fp, rounding };

  function fp<const P extends string>(
    pattern: P,
    text: string,
    timing: string,
    section: string,
    body: (o: Emitter, f: Operands<P>) => void,
    options: RowOptions<P> = {},
  ): Row {
    return insn(pattern, text, timing, section, body, { ...options, guard });
  }

  /** One with a rounding mode, `r`: 101 and 110 are reserved (Unpriv table 11.1). */
  function rounding<const P extends string>(
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
}
