/** Exception codes (Priv table 3.6). */
export const EXCEPTION = {
  instructionMisaligned: 0,
  instructionAccessFault: 1,
  illegalInstruction: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  loadAccessFault: 5,
  storeMisaligned: 6,
  storeAccessFault: 7,
  environmentCall: 11,
} as const;

/** Interrupt codes, which are also bit numbers in mip and mie (Priv 3.1.9), highest priority first. */
export const INTERRUPT = { external: 11, software: 3, timer: 7 } as const;

export const INTERRUPT_FLAG = 0x8000_0000;

/** What the manual calls them. */
const EXCEPTION_NAMES: ReadonlyMap<number, string> = new Map([
  [EXCEPTION.instructionMisaligned, 'instruction address misaligned'],
  [EXCEPTION.instructionAccessFault, 'instruction access fault'],
  [EXCEPTION.illegalInstruction, 'illegal instruction'],
  [EXCEPTION.breakpoint, 'breakpoint'],
  [EXCEPTION.loadMisaligned, 'load address misaligned'],
  [EXCEPTION.loadAccessFault, 'load access fault'],
  [EXCEPTION.storeMisaligned, 'store/AMO address misaligned'],
  [EXCEPTION.storeAccessFault, 'store/AMO access fault'],
  [EXCEPTION.environmentCall, 'environment call from M-mode'],
]);
const INTERRUPT_NAMES: ReadonlyMap<number, string> = new Map([
  [INTERRUPT.software, 'machine software interrupt'],
  [INTERRUPT.timer, 'machine timer interrupt'],
  [INTERRUPT.external, 'machine external interrupt'],
]);

/** `illegal instruction`, `machine timer interrupt`: the words of Priv table 3.6. */
export function causeName(mcause: number): string {
  const code = mcause & 0x7fff_ffff;
  const names = mcause >>> 31 !== 0 ? INTERRUPT_NAMES : EXCEPTION_NAMES;
  return names.get(code) ?? `cause ${code}`;
}
