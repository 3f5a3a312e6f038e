/** Bits and values of the system registers that the core acts on. */

/** CCR (B3.2.8). */
export const CCR = {
  NONBASETHRDENA: 1 << 0,
  USERSETMPEND: 1 << 1,
  UNALIGN_TRP: 1 << 3,
  DIV_0_TRP: 1 << 4,
  BFHFNMIGN: 1 << 8,
  STKALIGN: 1 << 9,
} as const;
/** SCR (B3.2.7). */
export const SCR = { SLEEPONEXIT: 1 << 1, SLEEPDEEP: 1 << 2, SEVONPEND: 1 << 4 } as const;

/** EXC_RETURN values (B1.5.8, table B1-8); bit 4 is 0 where the frame holds floating-point registers. */
export const EXC_RETURN = { handler: 0xffff_fff1, threadMain: 0xffff_fff9, threadProcess: 0xffff_fffd } as const;
export const EXC_RETURN_BASIC = 0x10;
