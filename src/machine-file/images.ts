import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { type ElfImage, readElf } from '../emu/debug/elf.js';
import { UsageError } from '../emu/errors.js';
import { looksLikeHex, readIntelHex } from './intel-hex.js';
import type { PlacedBytes } from './segments.js';
import { looksLikeUf2, readUf2 } from './uf2.js';

/** Images of every form: ELF, Intel HEX, UF2, raw bytes. What one is, its contents say before its name does. */

export type ImageFormat = 'elf' | 'hex' | 'uf2' | 'bin';

export interface FirmwareImage {
  readonly path: string;
  readonly format: ImageFormat;
  /** What to put where before power-on, by address. */
  readonly segments: readonly PlacedBytes[];
  /** Where the program begins, if the image says it. */
  readonly entry: number | undefined;
  /** With symbols, sections and what it was built for. */
  readonly elf: ElfImage | undefined;
}

export interface ImageOptions {
  /** Where raw bytes go. */
  readonly at?: number | undefined;
  /** What it is, whatever it looks like. */
  readonly format?: ImageFormat | undefined;
  /** Its contents, when the caller has them. */
  readonly bytes?: Uint8Array | undefined;
}

const MAX_FILE = 512 * 1024 * 1024;
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const EXTENSIONS: Readonly<Record<string, ImageFormat>> = {
  '.elf': 'elf',
  '.axf': 'elf',
  '.out': 'elf',
  '.hex': 'hex',
  '.ihex': 'hex',
  '.ihx': 'hex',
  '.uf2': 'uf2',
  '.bin': 'bin',
  '.img': 'bin',
};

function readBytes(path: string): Uint8Array {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAX_FILE) {
      throw new UsageError({ what: `the image is no file of at most ${MAX_FILE} bytes`, where: path });
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const what = code === 'ENOENT' ? 'the image does not exist' : 'the image cannot be read';
    const remedy = 'build the firmware first, or correct the path';
    throw new UsageError({ what, where: `${path} (${code})`, remedy }, { cause: error });
  }
}

/** What the bytes are: by their first ones, else by the file's name, else raw. */
export function imageFormatOf(bytes: Uint8Array, path: string): ImageFormat {
  if (ELF_MAGIC.every((byte, index) => bytes[index] === byte)) return 'elf';
  if (looksLikeUf2(bytes)) return 'uf2';
  if (looksLikeHex(bytes)) return 'hex';
  return EXTENSIONS[extname(path).toLowerCase()] ?? 'bin';
}

/** Motorola's S-records are text that would be loaded as if it were code. */
function isSrec(bytes: Uint8Array, path: string): boolean {
  return /^\.(s19|s28|s37|srec|mot)$/i.test(extname(path)) && bytes[0] === 0x53;
}

function rawImage(bytes: Uint8Array, path: string, at: number | undefined): Pick<FirmwareImage, 'segments' | 'entry'> {
  if (bytes.length === 0) throw new UsageError({ what: 'the image is empty', where: path });
  if (isSrec(bytes, path)) {
    const remedy = 'convert them: objcopy -I srec -O ihex';
    throw new UsageError({ what: 'the image holds S-records, which are not read', where: path, remedy });
  }
  if (at === undefined) {
    const what = 'the image is neither ELF, Intel HEX nor UF2, so it is raw bytes, which have no address';
    throw new UsageError({ what, where: path, remedy: `say where they go: ${path}@0x08000000` });
  }
  if (!Number.isInteger(at) || at < 0 || at + bytes.length > 2 ** 32) {
    const what = `${bytes.length} bytes at 0x${at.toString(16)} reach past the addresses`;
    throw new UsageError({ what, where: path });
  }
  return { segments: [{ physicalAddress: at, data: bytes }], entry: undefined };
}

/**
 * Reads an image.
 * @throws UsageError with line or offset, when it cannot be read, is damaged, or has no address
 */
export function readImage(path: string, options: ImageOptions = {}): FirmwareImage {
  const bytes = options.bytes ?? readBytes(path);
  const format = options.format ?? imageFormatOf(bytes, path);
  if (format !== 'bin' && options.at !== undefined) {
    const what = `an image in ${FORMAT_NAMES[format]} has its own addresses, and cannot be put at another one`;
    throw new UsageError({ what, where: path, remedy: "leave out '@address', or say that it is raw: format: bin" });
  }
  if (format === 'elf') {
    const elf = readElf(path, bytes);
    const segments = elf.segments.filter(({ data }) => data.length > 0);
    return { path, format, segments, entry: elf.entry, elf };
  }
  if (format === 'hex') return { path, format, elf: undefined, ...readIntelHex(bytes, path) };
  if (format === 'bin') return { path, format, elf: undefined, ...rawImage(bytes, path, options.at) };
  const { segments } = readUf2(bytes, path);
  return { path, format, segments, entry: undefined, elf: undefined };
}

const FORMAT_NAMES: Readonly<Record<ImageFormat, string>> = {
  elf: 'ELF',
  hex: 'Intel HEX',
  uf2: 'UF2',
  bin: 'raw bytes',
};
