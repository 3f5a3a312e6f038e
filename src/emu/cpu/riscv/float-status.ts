/** fcsr (Unpriv 11.2): accrued exception flags, and rounding modes. */
export const FLAG = { NX: 1, UF: 2, OF: 4, DZ: 8, NV: 16 } as const;

/** Values of frm and of the field rm (Unpriv table 11.1). */
export const ROUND = { nearestEven: 0, towardZero: 1, down: 2, up: 3, nearestAway: 4, dynamic: 7 } as const;

/** In the assembler's words; 5 and 6 are reserved. */
export const ROUND_NAMES: readonly string[] = ['rne', 'rtz', 'rdn', 'rup', 'rmm', '', '', 'dyn'];
