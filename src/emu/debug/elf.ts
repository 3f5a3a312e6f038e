/** Reads firmware images: ELF executables for Arm and RISC-V, refused with a remedy where they cannot run here. */

import { readFileSync, type Stats, statSync } from 'node:fs';
import elfy from 'elfy';
import { UsageError } from '../errors.js';
import { armBuiltFor, type BuiltFor, riscvBuiltFor } from './elf-attributes.js';
import { type ElfImage, type ElfMachine, type ElfSection, type ElfSegment, hexAddress } from './elf-image.js';
import { validateElf } from './elf-validate.js';

export type { ElfImage, ElfMachine, ElfSection, ElfSegment } from './elf-image.js';
export { type ElfNeeds, type LoadableMemory, requireElfFor } from './elf-requirements.js';

type ElfyParser = InstanceType<typeof elfy.Parser>;
type ElfyHeader = ReturnType<ElfyParser['parseHeader']>;
type ElfyProgram = ReturnType<ElfyParser['parsePrograms']>[number];
type ElfySection = ReturnType<ElfyParser['parseSections']>[number];

/** Firmware images are a few MB; what is far larger is a mistake and is not read into memory. */
const MAX_FILE = 512 * 1024 * 1024;

const GIVE_ELF = 'give the ELF that the linker wrote';

/** Why the operating system would not read the file, as a person would say it. */
function unreadable(path: string, error: unknown): UsageError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const where = `${path} (${code})`;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const remedy = 'build the firmware first, or correct the path';
    return new UsageError({ what: 'the firmware file does not exist', where, remedy }, { cause: error });
  }
  const remedy = 'check the permissions of the file and of its folders';
  return new UsageError({ what: 'the firmware file cannot be read', where, remedy }, { cause: error });
}

function checkKind(path: string, stats: Stats): void {
  const refuse = (what: string, remedy: string) => {
    throw new UsageError({ what, where: path, remedy });
  };
  if (stats.isDirectory()) refuse('the firmware path is a directory', 'give the ELF file inside it');
  // Reading a FIFO or a device could block or never end.
  if (!stats.isFile()) refuse('the firmware path is not a regular file', GIVE_ELF);
  if (stats.size > MAX_FILE) refuse(`the firmware file has ${stats.size} bytes, more than ${MAX_FILE}`, GIVE_ELF);
}

function readBytes(path: string): Uint8Array {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  checkKind(path, stats);
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function nameAt(table: Buffer, offset: number): string {
  const end = table.indexOf(0, offset);
  return table.toString('utf8', offset, end < 0 ? table.length : end);
}

const SHF_COMPRESSED = 0x800;

function section(bytes: Buffer, header: ElfySection, name: string): ElfSection {
  const type = typeof header.type === 'string' ? header.type : `0x${header.type.toString(16)}`;
  const stored = type === 'nobits' || type === 'null' ? 0 : header.size;
  return {
    name,
    type,
    address: header.addr,
    offset: header.off,
    size: header.size,
    link: header.link,
    allocated: header.flags['alloc'] === true,
    executable: header.flags['execinstr'] === true,
    compressed: header.flags[SHF_COMPRESSED] === true,
    get data() {
      return bytes.subarray(header.off, header.off + stored);
    },
  };
}

function readSections(bytes: Buffer, header: ElfyHeader, headers: ElfySection[]): ElfSection[] {
  const table = header.shstrndx === 0 ? undefined : headers[header.shstrndx];
  const names = table ? bytes.subarray(table.off, table.off + table.size) : undefined;
  return headers.map((one) => section(bytes, one, names ? nameAt(names, one.name) : ''));
}

/**
 * Some linkers put the ELF's own headers into the first segment, just below the firmware and often outside any memory.
 * They are no part of the firmware: the segment then starts at its first section.
 */
function headerBytes(program: ElfyProgram, sections: readonly ElfSection[]): number {
  if (program.offset !== 0) return 0;
  let first = Number.POSITIVE_INFINITY;
  for (const { allocated, type, size, offset } of sections) {
    if (allocated && type !== 'nobits' && size > 0) first = Math.min(first, offset);
  }
  return first < program.filesz ? first : 0;
}

function segment(bytes: Buffer, program: ElfyProgram, sections: readonly ElfSection[]): ElfSegment {
  const skipped = headerBytes(program, sections);
  return {
    physicalAddress: program.paddr + skipped,
    virtualAddress: program.vaddr + skipped,
    data: bytes.subarray(program.offset + skipped, program.offset + program.filesz),
    memorySize: program.memsz - skipped,
    flags: ['r', 'w', 'x'].filter((letter) => program.flags[letter]).join(''),
  };
}

function builtFor(machine: ElfMachine, flags: number, sections: readonly ElfSection[]): BuiltFor {
  const named = (name: string) => sections.find((one) => one.name === name)?.data;
  if (machine === 'arm') return armBuiltFor(named('.ARM.attributes'), flags);
  return riscvBuiltFor(named('.riscv.attributes'), flags);
}

/** Refuses an image without anything to load, or whose segments load over each other. */
function checkSegments(path: string, segments: readonly ElfSegment[]): void {
  if (segments.length === 0) {
    const what = 'the ELF has nothing to load: no PT_LOAD program header with a memory size';
    const remedy = 'link the firmware with its linker script (-T); a file with debug information only cannot run';
    throw new UsageError({ what, where: `${path}: program headers`, remedy });
  }
  const span = (one: ElfSegment) => `${one.data.length} bytes at ${hexAddress(one.physicalAddress)}`;
  let previous: ElfSegment | undefined;
  for (const one of segments) {
    if (one.data.length === 0) continue;
    if (previous && one.physicalAddress < previous.physicalAddress + previous.data.length) {
      const what = `two segments load over each other: ${span(previous)} and ${span(one)}`;
      const remedy = 'correct the load addresses (AT>, LMA) in the linker script';
      throw new UsageError({ what, where: `${path}: program headers, p_paddr`, remedy });
    }
    previous = one;
  }
}

/**
 * Reads and checks an ELF executable.
 * @param path the file, also used in messages
 * @param bytes the file's contents, when the caller has them already
 * @returns the image; `segments` holds what to load, by physical address
 * @throws UsageError when the file cannot be read, is no complete ELF executable, or is for another machine
 */
export function readElf(path: string, bytes?: Uint8Array): ElfImage {
  const contents = bytes ?? readBytes(path);
  validateElf(path, contents);
  const buffer = Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength);
  const parser = new elfy.Parser();
  const header = parser.parseHeader(buffer);
  const sections = readSections(buffer, header, parser.parseSections(buffer, header));
  const programs = parser
    .parsePrograms(buffer, header)
    .filter((program) => program.type === 'load' && program.memsz > 0);
  const segments = programs
    .map((program) => segment(buffer, program, sections))
    .sort((a, b) => a.physicalAddress - b.physicalAddress);
  checkSegments(path, segments);
  // elfy does not know RISC-V's machine number; validateElf let only the two through.
  const machine: ElfMachine = header.machine === 'arm' ? 'arm' : 'riscv';
  const { entry, flags } = header;
  const width = header.class === '64' ? 64 : 32;
  return {
    path,
    bytes: contents,
    class: width,
    machine,
    entry,
    segments,
    lowest: Math.min(...programs.map(({ paddr }) => paddr)),
    sections,
    ...builtFor(machine, flags, sections),
  };
}
