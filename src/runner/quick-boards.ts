/** Boards that are started most, each loaded by itself: the instruction sets of the others cost time that nobody needs. */

import type { AnyBoard } from './station.js';

export const QUICK_BOARDS: Readonly<Record<string, () => Promise<AnyBoard>>> = {
  'stm32f4-discovery': async () => (await import('../boards/stm32f4-discovery.js')).stm32f4Discovery,
  'riscv-virt': async () => (await import('../boards/riscv-virt.js')).riscvVirt,
  'riscv-virt64': async () => (await import('../boards/riscv-virt.js')).riscvVirt64,
  'sifive-e': async () => (await import('../boards/sifive-e.js')).sifiveE,
  'sifive-u': async () => (await import('../boards/sifive-u.js')).sifiveU,
};
