import type { CpuResetKind } from './cpu.js';
import type { ResetKind } from './device.js';

/** Causes in the order of their codes: a reset that is due is a word of the machine's state. */
const CAUSES: readonly CpuResetKind[] = [
  ...(['power-on', 'pin', 'software', 'watchdog', 'window-watchdog', 'low-power'] as const),
  ...(['brown-out', 'standby'] as const),
];
/** At which the supply of the core was away. */
const POWER: readonly CpuResetKind[] = ['power-on', 'brown-out', 'standby'];

export function resetKindOf(cause: CpuResetKind): ResetKind {
  return POWER.includes(cause) ? 'power-on' : 'system';
}

/** 1 and up; 0 stands for none. */
export function resetCodeOf(cause: CpuResetKind): number {
  return 1 + CAUSES.indexOf(cause);
}
export function resetCauseOf(code: number): CpuResetKind {
  return CAUSES[code - 1]!;
}
