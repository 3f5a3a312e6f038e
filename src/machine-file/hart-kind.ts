import { CPUS } from './kinds/index.js';
import type { OptionValues } from './kinds/kind.js';

/** What a RISC-V hart is called that has the options of a named kind. */

/** What a hart is where nobody said it. */
const DEFAULTS: OptionValues = { pmpEntries: 16, misaligned: 'do' };

/** @param monitor what hart 0 has instead, if the name is to be its @returns `riscv` if it is like none that has a name of its own */
export function hartKind(options: OptionValues, monitor?: OptionValues): string {
  const wanted = traits({ ...options, ...monitor }, monitor !== undefined);
  for (const { type, family, fromName } of CPUS.values()) {
    const preset = family === 'riscv' ? fromName?.('') : undefined;
    if (preset?.['xlen'] !== undefined && traits(preset, monitor !== undefined) === wanted) return type;
  }
  return 'riscv';
}

/** A hart 0 of its own shares the protection entries with the others. */
function traits(options: OptionValues, isMonitor: boolean): string {
  const { xlen, isa, modes, mmu, pmpEntries, misaligned } = { ...DEFAULTS, ...options };
  const paging = modes === 'msu' ? mmu : undefined;
  return JSON.stringify([xlen, isa, modes, paging ?? [], isMonitor ? 0 : pmpEntries, misaligned]);
}
