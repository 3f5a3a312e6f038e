/** Boards that are started most, each loaded by itself: the instruction sets of the others cost time that nobody needs. */

import { UsageError } from '../emu/errors.js';
import { elfWidth } from '../machine-file/elf-width.js';
import type { AnyBoard } from './station.js';

export const QUICK_BOARDS: Readonly<Record<string, () => Promise<AnyBoard>>> = {
  'stm32f4-discovery': async () => (await import('../boards/stm32f4-discovery.js')).stm32f4Discovery,
  'riscv-virt': async () => (await import('../boards/riscv-virt.js')).riscvVirt,
  'riscv-virt64': async () => (await import('../boards/riscv-virt.js')).riscvVirt64,
  'sifive-e': async () => (await import('../boards/sifive-e.js')).sifiveE,
  'sifive-u': async () => (await import('../boards/sifive-u.js')).sifiveU,
};

const VIRT_NAMES = { 32: 'riscv-virt', 64: 'riscv-virt64' } as const;
const WIDTHS: Readonly<Record<string, 32 | 64>> = { virt32: 32, virt64: 64, 'riscv-virt': 32, 'riscv-virt64': 64 };

/** The name of a quick board for QEMU's; `virt` is as wide as the first ELF among the files. */
export function quickName(name: string, files: readonly (string | undefined)[]): string {
  const ofFiles = () =>
    files.map((file) => (file === undefined ? file : elfWidth(file))).find((width) => width !== undefined);
  const width = name === 'virt' ? (ofFiles() ?? 64) : WIDTHS[name];
  return width === undefined ? name : VIRT_NAMES[width];
}

/** What is started with a board, by path. */
export interface StartFiles {
  readonly bios?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly append?: string;
}

/**
 * A quick board that starts files by itself, without the libraries that descriptions of machines need.
 * @returns undefined where there is none, or something is wrong: whoever reads the flags as a description says what
 */
export async function startingBoard(name: string, files: StartFiles): Promise<AnyBoard | undefined> {
  const xlen = WIDTHS[name];
  if (xlen === undefined) return undefined;
  const { riscvVirtBoard } = await import('../boards/riscv-virt.js');
  try {
    return riscvVirtBoard({ ...files, xlen });
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
