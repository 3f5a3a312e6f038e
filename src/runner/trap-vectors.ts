import { UsageError } from '../emu/errors.js';
import type { Machine } from '../emu/machine.js';

/** Where traps of a RISC-V hart lead: mtvec and stvec as far as it has them; blank for other cores. */
export function trapVectors({ cpu }: Machine): string {
  return ['mtvec', 'stvec'].map((name) => registerOr(cpu, name)).join(' ');
}

function registerOr(cpu: Machine['cpu'], name: string): string {
  try {
    return String(cpu.register64?.(name) ?? cpu.register(name));
  } catch (error) {
    if (error instanceof UsageError) return '';
    throw error;
  }
}
