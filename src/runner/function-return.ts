/** Where the function returns to whose first instruction the CPU is about to execute. */

import type { Locator } from '../emu/debug/locator.js';
import type { Machine } from '../emu/machine.js';

/** Values of LR that stand for an exception's return rather than a place: ARMv7-M B1.5.8, table B1-8. */
const EXC_RETURN = 0xffff_ffe0;
const IPSR = 0x1ff;
/** Privileged Architecture 3.3.2. */
const MRET = 0x3020_0073;
/** Bytes of a function that are searched for it. */
const MOST = 4096;

const isArm = ({ cpu }: Machine): boolean => cpu.registerNames.includes('lr');

/** The exception whose handler begins here, on Arm; undefined for a function that was called. */
export function handledException(machine: Machine): number | undefined {
  const { cpu } = machine;
  if (!isArm(machine) || cpu.register('lr') >>> 0 < EXC_RETURN) return undefined;
  return cpu.register('xpsr') & IPSR;
}

/** MEPC in a trap handler, which its caller is not told of in `ra`; elsewhere what the call left. */
export function returnAddress(machine: Machine, locator: Pick<Locator, 'locate'>): number {
  const { cpu } = machine;
  const register = isArm(machine) ? 'lr' : returnsFromTrap(machine, locator) ? 'mepc' : 'ra';
  return (cpu.register(register) & ~1) >>> 0;
}

/** Whether the function has an MRET in it. */
function returnsFromTrap({ cpu, bus }: Machine, locator: Pick<Locator, 'locate'>): boolean {
  const first = cpu.pc >>> 0;
  const { symbol } = locator.locate(first);
  for (let at = first; symbol !== undefined && at < first + MOST; at += 2) {
    if (locator.locate(at).symbol !== symbol) return false;
    if (bus.peek(at, 4) === MRET) return true;
  }
  return false;
}
