import type { Locator } from '../emu/debug/locator.js';
import type { Machine } from '../emu/machine.js';
import type { FaultDetail } from './fault-log.js';

/** Bytes below the stack pointer that one instruction pushes. */
const PUSHED = 256;

const isRiscv = ({ registerNames }: Machine['cpu']) => registerNames.includes('mtvec') || registerNames.includes('ra');

/** What a fault has to do with the stack: an overflow ends in faults of all kinds, far from their cause. */
export function stackNote({ cpu, bus }: Machine, locator: Locator, { address }: FaultDetail): string | undefined {
  const { stackOverflow } = cpu;
  if (stackOverflow !== undefined) return `after the main stack had overflowed at ${locator.describe(stackOverflow)}`;
  const sp = cpu.register('sp') >>> 0;
  // RISC-V harts begin without a stack; firmware that ends before it has one has another fault than that.
  if (sp === 0 && isRiscv(cpu)) return undefined;
  const below = sp - (Number(address ?? Number.NaN) >>> 0);
  const pushes = address !== undefined && below > 0 && below <= PUSHED;
  // An empty stack ends where its memory does.
  const outside = [sp, sp - 4].every((at) => bus.peek(at, 4) === undefined);
  if (!pushes && !outside) return undefined;
  return `sp 0x${sp.toString(16).padStart(8, '0')}: the stack has overflowed, or was never set`;
}

/** What is at the address of a fault, where that is nothing. Page faults have virtual addresses, which say nothing of that. */
export function nowhereNote({ bus }: Machine, { kind, address }: FaultDetail): string | undefined {
  if (address === undefined || /page|misaligned/.test(String(kind))) return undefined;
  if (bus.regionAt(Number(address) >>> 0) !== undefined) return undefined;
  return 'where there is neither memory nor device';
}
