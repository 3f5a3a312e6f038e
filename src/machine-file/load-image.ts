import { readFileSync, statSync } from 'node:fs';
import { hex } from '../emu/bits.js';
import { type ElfImage, readElf } from '../emu/debug/elf.js';
import { UsageError } from '../emu/errors.js';
import type { LoadSegment } from '../emu/machine-description.js';
import type { ImageValue } from './model.js';

/** Images that a description names: what goes where, and what is known of them besides. */

export interface LoadedImage {
  readonly path: string;
  readonly segments: readonly LoadSegment[];
  readonly entry?: number | undefined;
  /** Symbols and lines, if it is an ELF. */
  readonly elf?: ElfImage;
}

const MAX_FILE = 512 << 20;
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/** @throws UsageError when it is no image of its format, or has no address */
export function loadImage({ file, at, format }: ImageValue): LoadedImage {
  const bytes = bytesOf(file);
  const kind = format ?? formatOf(bytes, at);
  if (kind === 'elf') {
    const elf = readElf(file, bytes);
    if (at !== undefined)
      throw new UsageError({
        what: 'an ELF says itself where it belongs',
        where: file,
        remedy: `leave out @${hex(at)}`,
      });
    return { path: file, segments: elf.segments, entry: elf.entry, elf };
  }
  if (at !== undefined) return { path: file, segments: [{ physicalAddress: at, data: bytes }] };
  const remedy = `say where: ${file}@0x08000000`;
  throw new UsageError({ what: 'raw bytes do not say where they belong', where: file, remedy });
}

function formatOf(bytes: Uint8Array, at: number | undefined): 'elf' | 'bin' {
  return at === undefined && ELF_MAGIC.every((byte, i) => bytes[i] === byte) ? 'elf' : 'bin';
}

function bytesOf(path: string): Uint8Array {
  try {
    const stats = statSync(path);
    if (!stats.isFile())
      throw new UsageError({ what: 'the image is not a regular file', where: path, remedy: 'give a file' });
    if (stats.size > MAX_FILE)
      throw new UsageError({ what: `the image has ${stats.size} bytes, more than ${MAX_FILE}`, where: path });
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const what =
      code === 'ENOENT' || code === 'ENOTDIR' ? 'the firmware file does not exist' : 'the firmware file cannot be read';
    throw new UsageError(
      { what, where: `${path} (${code})`, remedy: 'build the firmware first, or correct the path' },
      { cause: error },
    );
  }
}
