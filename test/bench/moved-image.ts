import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type ElfImage, readElf } from '../../src/emu/debug/elf.js';
import type { LoadSegment } from '../../src/emu/machine-description.js';
import { FIRMWARE, type Target } from './firmware-image.js';

/** Programs linked with their code some pages further up: other addresses, so code that this process never compiled. */

export interface Moved {
  readonly program: string;
  readonly target: Target;
  /** Pages of 4 KiB. */
  readonly pages: number;
}

const COMPILERS: Readonly<Record<Target, string>> = {
  m4: 'arm-none-eabi-gcc',
  rv32: 'riscv64-unknown-elf-gcc',
  rv64: 'riscv64-unknown-elf-gcc',
};
/** Where the `virt` board starts. */
const RV32_START = 0x8000_0000;

/** Why images cannot be linked here, or undefined. */
export function lacksLinker(target: Target): string | undefined {
  const missing = ['make', COMPILERS[target]].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

/** Links all of them; gives what to load, in the same order. */
export function linkMoved(images: readonly Moved[]): (readonly LoadSegment[])[] {
  const goals = images.map(({ program, target, pages }) => `${program}:${target}:${pages}`).join(' ');
  const { status, stderr } = spawnSync('make', ['--silent', '-C', FIRMWARE, 'moved', `MOVED=${goals}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`make moved MOVED='${goals}':\n${stderr}`);
  return images.map(({ program, target, pages }) => {
    const image = readElf(join(FIRMWARE, 'build', 'moved', `${program}-${target}-${pages}.elf`));
    return target === 'm4' ? image.segments : [jumpTo(image), ...image.segments];
  });
}

/** A jump to the code, at the address where the board starts; Cortex-M has a vector for it. */
function jumpTo({ entry }: ElfImage): LoadSegment {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, jump(entry - RV32_START), true);
  return { physicalAddress: RV32_START, data };
}

/** `jal x0, offset` (RISC-V ISA Manual, Unprivileged, 2.5.1). */
export function jump(offset: number): number {
  if (offset <= 0 || offset >= 1 << 20 || offset % 2 !== 0) throw new RangeError(`no jump reaches ${offset} bytes up`);
  const bits = (from: number, count: number) => (offset >>> from) & ((1 << count) - 1);
  return (bits(1, 10) << 21) | (bits(11, 1) << 20) | (bits(12, 8) << 12) | 0x6f;
}
