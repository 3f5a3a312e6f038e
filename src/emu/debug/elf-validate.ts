/**
 * Checks the raw bytes of an ELF before a parser that trusts its input sees them.
 * Field names and layouts: System V ABI (gABI), chapters 4 "Object Files" and 5 "Program Loading".
 */

import { UsageError } from '../errors.js';
import { lookalike } from './elf-lookalike.js';

const BUILD = 'build the firmware with arm-none-eabi-gcc (STM32) or riscv64-unknown-elf-gcc (RISC-V)';
const DAMAGED = 'the file was cut short or damaged: build it again, or copy it again in binary mode';

/** `e_machine` values worth a name when they turn up by mistake. */
const MACHINES: Readonly<Record<number, string>> = {
  2: 'a SPARC',
  3: 'an x86 (32-bit)',
  4: 'a Motorola 68000',
  8: 'a MIPS',
  20: 'a PowerPC',
  21: 'a PowerPC64',
  42: 'a SuperH',
  62: 'an x86-64',
  83: 'an AVR',
  94: 'an Xtensa',
  105: 'an MSP430',
  183: 'an AArch64 (64-bit Arm)',
  247: 'a BPF',
  258: 'a LoongArch',
};
const EM_ARM = 40;
const EM_RISCV = 243;

/** `e_type` values other than ET_EXEC (2). */
const TYPES: Readonly<Record<number, readonly [what: string, remedy: string]>> = {
  0: ['an ELF of no type', DAMAGED],
  1: ['a relocatable object file (.o), not an executable', 'link it, and give the ELF that the linker wrote'],
  3: ['a shared object or position-independent executable', 'link it with -static -no-pie at fixed addresses'],
  4: ['a core dump, not an executable', 'give the ELF that the linker wrote'],
};

/** The longest section name accepted: a name table without terminators must not cost quadratic time. */
const MAX_NAME = 4096;

const PT_LOAD = 1;
const SHT_NULL = 0;
const SHT_STRTAB = 3;
const SHT_NOBITS = 8;

/** Field offsets that differ between the 32- and the 64-bit layout. */
interface Layout {
  readonly class: 32 | 64;
  readonly header: { size: number; phoff: number; shoff: number; phentsize: number };
  readonly program: { size: number; offset: number; vaddr: number; paddr: number; filesz: number; memsz: number };
  readonly section: { size: number; addr: number; offset: number; bytes: number };
}

const LAYOUT32: Layout = {
  class: 32,
  header: { size: 52, phoff: 28, shoff: 32, phentsize: 42 },
  program: { size: 32, offset: 4, vaddr: 8, paddr: 12, filesz: 16, memsz: 20 },
  section: { size: 40, addr: 12, offset: 16, bytes: 20 },
};

const LAYOUT64: Layout = {
  class: 64,
  header: { size: 64, phoff: 32, shoff: 40, phentsize: 54 },
  program: { size: 56, offset: 8, vaddr: 16, paddr: 24, filesz: 32, memsz: 40 },
  section: { size: 64, addr: 16, offset: 24, bytes: 32 },
};

/** One file under examination: reads fields and words refusals. */
class Examination {
  readonly path: string;
  readonly view: DataView;
  readonly layout: Layout;
  constructor(path: string, bytes: Uint8Array, layout: Layout) {
    this.path = path;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.layout = layout;
  }
  half(offset: number): number {
    return this.view.getUint16(offset, true);
  }
  word(offset: number): number {
    return this.view.getUint32(offset, true);
  }
  /** A word of the file's class; beyond 2^53 it is inexact, but still larger than anything accepted. */
  address(offset: number): number {
    return this.layout.class === 32 ? this.word(offset) : Number(this.view.getBigUint64(offset, true));
  }
  refuse(what: string, field: string, remedy: string): never {
    throw new UsageError({ what, where: `${this.path}: ${field}`, remedy });
  }
  /** Refuses unless `[start, start + size)` lies in the file. */
  within(name: string, field: string, start: number, size: number): void {
    const end = start + size;
    if (end <= this.view.byteLength) return;
    const what = `the ELF is truncated: its ${name} should end at byte ${end}, the file has ${this.view.byteLength}`;
    this.refuse(what, field, DAMAGED);
  }
}

function layoutOf(path: string, bytes: Uint8Array): Layout {
  if (bytes.length === 0) {
    throw new UsageError({ what: 'the firmware file is empty', where: `${path}: 0 bytes`, remedy: 'build it again' });
  }
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) {
    const { looksLike, remedy } = lookalike(bytes);
    throw new UsageError({ what: `not an ELF file: it looks like ${looksLike}`, where: `${path}: EI_MAG`, remedy });
  }
  const layout = bytes[4] === 2 ? LAYOUT64 : LAYOUT32;
  const file = new Examination(path, bytes, layout);
  file.within('identification', 'e_ident', 0, 16);
  if (bytes[4] !== 1 && bytes[4] !== 2) {
    file.refuse(`the ELF has class ${bytes[4]}, neither 32-bit (1) nor 64-bit (2)`, 'EI_CLASS', DAMAGED);
  }
  if (bytes[5] === 2) {
    file.refuse('the ELF is big-endian; the boards are little-endian', 'EI_DATA', `${BUILD}, without -mbig-endian`);
  }
  if (bytes[5] !== 1) file.refuse(`the ELF has byte order ${bytes[5]}, not little-endian (1)`, 'EI_DATA', DAMAGED);
  return layout;
}

function checkHeader(file: Examination): void {
  file.within('header', 'e_ident', 0, file.layout.header.size);
  const machine = file.half(18);
  if (machine !== EM_ARM && machine !== EM_RISCV) {
    const program = machine in MACHINES ? `${MACHINES[machine]} program` : `a program for machine number ${machine}`;
    file.refuse(`${program}, not Arm or RISC-V firmware`, `e_machine = ${machine}`, BUILD);
  }
  const type = file.half(16);
  if (type !== 2) {
    const [what, remedy] = TYPES[type] ?? [`an ELF of unknown type ${type}`, DAMAGED];
    file.refuse(what, `e_type = ${type}`, remedy);
  }
}

function checkSegment(file: Examination, at: number, index: number): void {
  const { program } = file.layout;
  const field = (name: string) => `program header ${index}, ${name}`;
  const fileSize = file.address(at + program.filesz);
  const memorySize = file.address(at + program.memsz);
  file.within(`segment ${index}`, field('p_offset + p_filesz'), file.address(at + program.offset), fileSize);
  if (fileSize > memorySize) {
    const what = `segment ${index} has ${fileSize} bytes in the file but only ${memorySize} in memory`;
    file.refuse(what, field('p_filesz'), DAMAGED);
  }
  // 64-bit addresses are kept as numbers, exact up to 2^53.
  const limit = file.layout.class === 32 ? 2 ** 32 : 2 ** 53;
  for (const name of ['vaddr', 'paddr'] as const) {
    const address = file.address(at + program[name]);
    if (address + memorySize <= limit) continue;
    const what = `segment ${index}, ${memorySize} bytes at 0x${address.toString(16)}, reaches past 2^${Math.log2(limit)}`;
    file.refuse(what, field(`p_${name} + p_memsz`), 'correct the addresses in the linker script');
  }
}

function checkPrograms(file: Examination): void {
  const { header, program } = file.layout;
  const start = file.address(header.phoff);
  const count = file.half(header.phentsize + 2);
  if (start === 0 || count === 0) return;
  const entrySize = file.half(header.phentsize);
  if (entrySize !== program.size) {
    file.refuse(`program headers of ${entrySize} bytes instead of ${program.size}`, 'e_phentsize', DAMAGED);
  }
  file.within('table of program headers', 'e_phoff + e_phnum', start, count * entrySize);
  for (let index = 0; index < count; index++) {
    const at = start + index * entrySize;
    if (file.word(at) === PT_LOAD) checkSegment(file, at, index);
  }
}

/** Where the section names stand in the file. */
interface Names {
  readonly offset: number;
  readonly size: number;
}

function checkName(file: Examination, names: Names, name: number, index: number): void {
  const field = `section header ${index}, sh_name`;
  if (name >= names.size) file.refuse(`the name of section ${index} is outside the name table`, field, DAMAGED);
  const longest = Math.min(MAX_NAME, names.size - name);
  for (let i = 0; i < longest; i++) if (file.view.getUint8(names.offset + name + i) === 0) return;
  file.refuse(`the name of section ${index} has no end`, field, DAMAGED);
}

function checkSection(file: Examination, names: Names | undefined, at: number, index: number): void {
  const { section } = file.layout;
  if (names) checkName(file, names, file.word(at), index);
  const type = file.word(at + 4);
  if (type === SHT_NULL) return;
  const field = (name: string) => `section header ${index}, ${name}`;
  const size = file.address(at + section.bytes);
  if (type !== SHT_NOBITS) {
    file.within(`section ${index}`, field('sh_offset + sh_size'), file.address(at + section.offset), size);
  }
  if (file.address(at + section.addr) + size > 2 ** 53) {
    const what = `section ${index} lies past 2^53, where addresses are not exact`;
    file.refuse(what, field('sh_addr + sh_size'), 'correct the addresses in the linker script');
  }
}

function sectionNames(file: Examination, start: number, count: number): Names | undefined {
  const { header, section } = file.layout;
  const index = file.half(header.phentsize + 8);
  if (index === 0) return undefined;
  const field = `e_shstrndx = ${index}`;
  if (index >= count) file.refuse(`the section with the names is missing: there are ${count}`, field, DAMAGED);
  const at = start + index * section.size;
  const type = file.word(at + 4);
  if (type !== SHT_STRTAB) file.refuse(`the section with the names has type ${type}, not 3`, field, DAMAGED);
  const names = { offset: file.address(at + section.offset), size: file.address(at + section.bytes) };
  file.within('table of section names', field, names.offset, names.size);
  return names;
}

function checkSections(file: Examination): void {
  const { header, section } = file.layout;
  const start = file.address(header.shoff);
  const count = file.half(header.phentsize + 6);
  if (start === 0 || count === 0) return;
  const entrySize = file.half(header.phentsize + 4);
  if (entrySize !== section.size) {
    file.refuse(`section headers of ${entrySize} bytes instead of ${section.size}`, 'e_shentsize', DAMAGED);
  }
  file.within('table of section headers', 'e_shoff + e_shnum', start, count * entrySize);
  const names = sectionNames(file, start, count);
  for (let index = 0; index < count; index++) checkSection(file, names, start + index * entrySize, index);
}

/**
 * Refuses anything but a complete little-endian executable for Arm or RISC-V. After it returns, every table, segment
 * and section lies in the file, and every section name ends.
 * @throws UsageError naming file, field and remedy
 */
export function validateElf(path: string, bytes: Uint8Array): void {
  const file = new Examination(path, bytes, layoutOf(path, bytes));
  checkHeader(file);
  checkPrograms(file);
  checkSections(file);
}
