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
  userCall: 8,
  supervisorCall: 9,
  environmentCall: 11,
  instructionPageFault: 12,
  loadPageFault: 13,
  storePageFault: 15,
} as const;

/** Interrupt codes, which are also bit numbers in mip and mie (Priv 3.1.9), highest priority first. */
export const INTERRUPT = {
  external: 11,
  software: 3,
  timer: 7,
  supervisorExternal: 9,
  supervisorSoftware: 1,
  supervisorTimer: 5,
} as const;

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
  [EXCEPTION.userCall, 'environment call from U-mode'],
  [EXCEPTION.supervisorCall, 'environment call from S-mode'],
  [EXCEPTION.environmentCall, 'environment call from M-mode'],
  [EXCEPTION.instructionPageFault, 'instruction page fault'],
  [EXCEPTION.loadPageFault, 'load page fault'],
  [EXCEPTION.storePageFault, 'store/AMO page fault'],
]);
const INTERRUPT_NAMES: ReadonlyMap<number, string> = new Map([
  [INTERRUPT.software, 'machine software interrupt'],
  [INTERRUPT.timer, 'machine timer interrupt'],
  [INTERRUPT.external, 'machine external interrupt'],
  [INTERRUPT.supervisorSoftware, 'supervisor software interrupt'],
  [INTERRUPT.supervisorTimer, 'supervisor timer interrupt'],
  [INTERRUPT.supervisorExternal, 'supervisor external interrupt'],
]);

/** `illegal instruction`, `machine timer interrupt`: the words of Priv table 3.6. */
export function causeName(mcause: number): string {
  const code = mcause & 0x7fff_ffff;
  const names = mcause >>> 31 !== 0 ? INTERRUPT_NAMES : EXCEPTION_NAMES;
  return names.get(code) ?? `cause ${code}`;
}

/** Whether a cause is an environment call, which is no fault whoever makes it. */
export function isCall(exception: number): boolean {
  return exception >= EXCEPTION.userCall && exception <= EXCEPTION.environmentCall;
}
