import { readFileSync, statSync } from 'node:fs';
import { type ElfImage, readElf } from '../emu/debug/elf.js';
import { UsageError } from '../emu/errors.js';
import type { LoadSegment } from '../emu/machine-description.js';
import { uImageKernel, uImageRamdisk } from './uimage.js';

/** How QEMU starts its RISC-V boards: a reset ROM that jumps to firmware in RAM, and what is loaded beside it. */

export type Xlen = 32 | 64;

/** A file with its contents. */
export interface BootFile {
  /** For messages. */
  readonly path: string;
  readonly bytes: Uint8Array;
}
/** A path, which is read from the working folder on if it is relative, or contents. */
export type BootSource = string | Uint8Array | BootFile;

export interface BootOptions {
  /** Firmware in M mode at the start of RAM (OpenSBI, U-Boot): raw bytes, or an ELF, which says itself where it belongs. */
  readonly bios?: BootSource;
  /** What the firmware is to start in S mode, or without `bios` what starts at the beginning of RAM: raw bytes, ELF or uImage. */
  readonly kernel?: BootSource;
  /** The kernel's initial RAM disk. */
  readonly initrd?: BootSource;
  /** The kernel's command line. */
  readonly append?: string;
}

export interface RamRange {
  readonly base: number;
  readonly size: number;
}

/** Where things are, for the reset ROM and the device tree. */
export interface BootPlan {
  readonly segments: readonly LoadSegment[];
  /** Where the reset ROM jumps to. */
  readonly start: number;
  /** Where the firmware is to go on: the kernel's lowest address (QEMU 7.2 does not hand its entry), 0 without one. */
  readonly next: number;
  readonly initrd?: { readonly start: number; readonly end: number };
  /** Where the device tree is. */
  readonly tree: number;
  /** Those of the loaded files that have symbols. */
  readonly programs?: readonly ElfImage[];
}

const KIB = 1024;
const MIB = 1024 * KIB;
/** Device trees are placed below this address where RAM reaches so far. */
const TREE_LIMIT = 3072 * MIB;
/** The alignment of the device tree, and the room it has. */
const TREE_ROOM = 2 * MIB;
/** A kernel starts at a multiple of this behind the firmware: a superpage of Sv32, of Sv39. */
const KERNEL_ALIGNMENT: Readonly<Record<Xlen, number>> = { 32: 4 * MIB, 64: 2 * MIB };
const INITRD_DISTANCE = 128 * MIB;

const alignedUp = (value: number, to: number) => Math.ceil(value / to) * to;
const alignedDown = (value: number, to: number) => Math.floor(value / to) * to;

/**
 * Places firmware, kernel and RAM disk as QEMU 7.2 does.
 * @throws UsageError where something cannot be read, or has no room
 */
export function planBoot({ base, size }: RamRange, xlen: Xlen, options: BootOptions): BootPlan {
  const end = base + size;
  const bios = placed('bios', options.bios, base, end);
  const kernelAt = alignedUp(bios?.end ?? base, KERNEL_ALIGNMENT[xlen]);
  const kernel = placed('kernel', options.kernel, kernelAt, end, loadKernel);
  const initrdAt = kernel ? kernel.next + Math.min(size / 2, INITRD_DISTANCE) : undefined;
  if (options.initrd !== undefined && initrdAt === undefined) {
    throw new UsageError({ what: 'a RAM disk is given without a kernel', remedy: 'give the kernel, too' });
  }
  const initrd = placed('initrd', options.initrd, initrdAt ?? 0, end, loadRamdisk);
  const loaded = [bios, kernel, initrd].filter((one) => one !== undefined);
  const programs = loaded.flatMap(({ elf }) => (elf ? [elf] : []));
  return {
    segments: loaded.flatMap((one) => one.segments),
    ...(programs.length > 0 && { programs }),
    start: base,
    next: kernel?.next ?? 0,
    ...(initrd && { initrd: { start: initrdAt!, end: initrd.end } }),
    tree: alignedDown(Math.min(end, base < TREE_LIMIT ? TREE_LIMIT : end) - 1, TREE_ROOM),
  };
}

/** Loads a file, which must end within RAM. */
function placed(
  name: string,
  source: BootSource | undefined,
  from: number,
  end: number,
  by = load,
): Loaded | undefined {
  if (source === undefined) return undefined;
  const file = fileOf(name, source);
  const loaded = by(file, from);
  if (loaded.end > end) throw noRoom(file, end);
  return loaded;
}

function fileOf(name: string, source: BootSource): BootFile {
  if (source instanceof Uint8Array) return { path: `(${name})`, bytes: source };
  if (typeof source !== 'string') return source;
  try {
    // What is no file, /dev/zero or a pipe, has no end.
    if (!statSync(source).isFile()) throw new Error('it is no regular file');
    return { path: source, bytes: readFileSync(source) };
  } catch (error) {
    const remedy = 'correct the path';
    throw new UsageError({ what: `the file for '${name}' cannot be read`, where: source, remedy }, { cause: error });
  }
}

function noRoom({ path }: BootFile, end: number): UsageError {
  return new UsageError({
    what: 'a file does not fit into RAM where it belongs',
    where: path,
    remedy: `RAM ends at 0x${end.toString(16)}: give the board more, or correct the ELF's load addresses`,
  });
}

interface Loaded {
  readonly segments: readonly LoadSegment[];
  /** Where firmware is told to go on. */
  readonly next: number;
  readonly end: number;
  readonly elf?: ElfImage;
}

const ELF_MAGIC = 0x7f45_4c46;

/** An ELF where it says, anything else at `address`. */
function load(file: BootFile, address: number): Loaded {
  const { bytes, path } = file;
  const isElf = bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === ELF_MAGIC;
  if (!isElf) return raw(file, address);
  const elf = readElf(path, bytes);
  const { segments, lowest } = elf;
  const end = Math.max(...segments.map((one) => one.physicalAddress + one.memorySize));
  return { segments, next: lowest, end, elf };
}

/** A U-Boot image where its header says, anything else as firmware. */
function loadKernel(file: BootFile, address: number): Loaded {
  const kernel = uImageKernel(file);
  if (kernel === undefined) return load(file, address);
  const { data, load: physicalAddress, entry } = kernel;
  return { segments: [{ physicalAddress, data }], next: entry, end: physicalAddress + data.length };
}

function loadRamdisk(file: BootFile, address: number): Loaded {
  return raw({ path: file.path, bytes: uImageRamdisk(file) ?? file.bytes }, address);
}

function raw({ bytes }: BootFile, address: number): Loaded {
  return { segments: [{ physicalAddress: address, data: bytes }], next: address, end: address + bytes.length };
}

/** OpenSBI's `struct fw_dynamic_info`: "OSBI", version 2, then S mode for what comes next. */
const FW_DYNAMIC = { magic: 0x4942_534f, version: 2, supervisor: 1, options: 0, bootHart: 0 } as const;

/**
 * QEMU's reset ROM: a0 = mhartid, a1 = address of the device tree, a2 = address of the information for a dynamic OpenSBI; then a jump to
 * the start of RAM.
 */
export function resetRom(xlen: Xlen, { start, next, tree }: Pick<BootPlan, 'start' | 'next' | 'tree'>): Uint8Array {
  const loads = { 32: [0x0202_a583, 0x0182_a283], 64: [0x0202_b583, 0x0182_b283] } as const;
  const code = [
    0x0000_0297, // auipc t0, 0
    0x0282_8613, // addi a2, t0, 40
    0xf140_2573, // csrr a0, mhartid
    loads[xlen][0], // lw or ld a1, 32(t0)
    loads[xlen][1], // lw or ld t0, 24(t0)
    0x0002_8067, // jr t0
    start,
    0,
    tree,
    0,
  ];
  const { magic, version, supervisor, options, bootHart } = FW_DYNAMIC;
  const information = [magic, version, next, supervisor, options, bootHart];
  const words = [...code, ...information.flatMap((word) => (xlen === 64 ? [word, 0] : [word]))];
  return new Uint8Array(Uint32Array.from(words).buffer);
}
