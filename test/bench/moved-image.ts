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

const COMPILERS: Readonly<Record<Target, string>> = { m4: 'arm-none-eabi-gcc', rv32: 'riscv64-unknown-elf-gcc' };
/** Where the `virt` board starts. */
const RV32_START = 0x8000_0000;

/** Why images cannot be linked here, or undefined. */
export function lacksLinker(target: Target): string | undefined {
  const missing = ['make', COMPILERS[target]].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  return missing.length === 0 ? undefined : `${missing.join(' and ')} is not installed`;
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

/** `jal x0` at the address where the board starts; Cortex-M has a vector for it. */
function jumpTo({ entry }: ElfImage): LoadSegment {
  const offset = entry - RV32_START;
  if (offset <= 0 || offset >= 1 << 20) throw new RangeError(`the code lies ${offset} bytes up, out of a jump's reach`);
  const bits = (value: number, from: number, count: number) => (value >>> from) & ((1 << count) - 1);
  const immediate =
    (bits(offset, 1, 10) << 21) |
    (bits(offset, 11, 1) << 20) |
    (bits(offset, 12, 8) << 12) |
    (bits(offset, 20, 1) << 31);
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, immediate | 0x6f, true);
  return { physicalAddress: RV32_START, data };
}
