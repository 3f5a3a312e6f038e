/** Whether a board can run an image. */

import { UsageError } from '../errors.js';
import { type ElfImage, type ElfMachine, type ElfSegment, hexAddress } from './elf-image.js';

/** A range of addresses that an image may be loaded into; `size` in bytes. */
export interface LoadableMemory {
  readonly name: string;
  readonly base: number;
  readonly size: number;
}

/** What a board asks of an image. */
export interface ElfNeeds {
  readonly machine: ElfMachine;
  readonly class: 32 | 64;
  readonly memories: readonly LoadableMemory[];
  readonly fpu: boolean;
}

const ARM_GCC = 'arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb';
const MACHINES = {
  arm: { name: 'Arm', a: 'an Arm', number: 40 },
  riscv: { name: 'RISC-V', a: 'a RISC-V', number: 243 },
} as const;

function compilerFor(machine: ElfMachine, width: 32 | 64): string {
  if (machine === 'arm') return ARM_GCC;
  return `riscv64-unknown-elf-gcc ${width === 32 ? '-march=rv32imac -mabi=ilp32' : '-march=rv64imac -mabi=lp64'}`;
}

function refuse(image: ElfImage, what: string, field: string, remedy: string): never {
  throw new UsageError({ what, where: `${image.path}: ${field}`, remedy });
}

function requireMachine(image: ElfImage, needs: ElfNeeds): void {
  const compiler = compilerFor(needs.machine, needs.class);
  if (image.machine !== needs.machine) {
    const built = MACHINES[image.machine];
    const what = `the firmware is ${built.a} program; the board runs ${MACHINES[needs.machine].name} programs`;
    refuse(image, what, `e_machine = ${built.number}`, `build it with ${compiler}, or choose ${built.a} board`);
  }
  if (image.class !== needs.class) {
    const what = `the firmware is a ${image.class}-bit program; the board is ${needs.class}-bit`;
    refuse(image, what, 'EI_CLASS', `build it with ${compiler}`);
  }
  if (image.armProfile === 'A' || image.armProfile === 'R') {
    const what = `the firmware is built for an Arm ${image.armProfile}-profile processor; the board has a Cortex-M`;
    refuse(image, what, '.ARM.attributes, Tag_CPU_arch_profile', `build it with ${compiler}`);
  }
  if (image.armState) {
    const what =
      'the firmware is built for processors with Arm instructions; the board has a Cortex-M, which runs Thumb';
    refuse(image, what, '.ARM.attributes, Tag_ARM_ISA_use', `compile and link all of it with ${compiler}`);
  }
}

function requireFloat(image: ElfImage, needs: ElfNeeds): void {
  if (!image.hardFloat || needs.fpu) return;
  const what = 'the firmware passes floating-point values in FPU registers (hard-float); the board has no FPU';
  if (image.machine === 'riscv') {
    refuse(image, what, 'e_flags, EF_RISCV_FLOAT_ABI', `build all of it with ${compilerFor('riscv', needs.class)}`);
  }
  const remedy = 'build and link all of it with -mfloat-abi=soft';
  refuse(image, what, '.ARM.attributes, Tag_ABI_VFP_args', remedy);
}

/** The memories, those that touch or overlap joined: a segment may cross from one RAM bank to the next. */
function ranges(memories: readonly LoadableMemory[]): readonly { base: number; end: number }[] {
  const joined: { base: number; end: number }[] = [];
  for (const { base, size } of [...memories].sort((a, b) => a.base - b.base)) {
    const last = joined.at(-1);
    if (last && base <= last.end) last.end = Math.max(last.end, base + size);
    else joined.push({ base, end: base + size });
  }
  return joined;
}

/**
 * How many bytes must be in memory at the load address. Where start-up code copies a segment (`.data` in flash), what it
 * zeroes behind it (`.bss`) is at the run-time address, not here.
 */
function loadedSize(segment: ElfSegment): number {
  return segment.physicalAddress === segment.virtualAddress ? segment.memorySize : segment.data.length;
}

function requireMemory(image: ElfImage, needs: ElfNeeds): void {
  const available = ranges(needs.memories);
  for (const segment of image.segments) {
    const start = segment.physicalAddress;
    const size = loadedSize(segment);
    const end = start + size;
    if (size === 0 || available.some((range) => start >= range.base && end <= range.end)) continue;
    const partly = available.some((range) => start < range.end && end > range.base) ? 'partly ' : '';
    const what = `a segment of ${size} bytes at ${hexAddress(start)} is ${partly}outside the board's memories`;
    const list = needs.memories.map(
      (one) => `${one.name} ${hexAddress(one.base)}–${hexAddress(one.base + one.size - 1)}`,
    );
    const remedy = `link the firmware for this board (memories: ${list.join(', ') || 'none'}), or choose another board`;
    refuse(image, what, 'program headers, p_paddr', remedy);
  }
}

/** A RISC-V board starts at the entry point; a Cortex-M takes its first address from the vector table. */
function requireEntry(image: ElfImage): void {
  if (image.machine !== 'riscv') return;
  const { entry } = image;
  const holds = (one: ElfSegment) => entry >= one.virtualAddress && entry < one.virtualAddress + one.data.length;
  if (image.segments.some(holds)) return;
  const what =
    entry === 0 ? 'the ELF has no entry point' : `the entry point ${hexAddress(entry)} is in no loaded segment`;
  const remedy = 'name it with ENTRY(_start) in the linker script or with -Wl,-e,_start';
  refuse(image, what, `e_entry = ${hexAddress(entry)}`, remedy);
}

/**
 * Refuses an image that the board cannot run.
 * @param needs the board's machine, word size in bits, loadable memories (bases and sizes in bytes), whether it has an FPU
 * @throws UsageError: wrong machine, class or profile; hard-float without an FPU; a segment outside memory; no entry point
 */
export function requireElfFor(image: ElfImage, needs: ElfNeeds): void {
  requireMachine(image, needs);
  requireFloat(image, needs);
  requireMemory(image, needs);
  requireEntry(image);
}
