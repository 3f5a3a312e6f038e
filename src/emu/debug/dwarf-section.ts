/** Debug sections of an image, decompressed. */

import { DwarfError } from './dwarf-reader.js';
import type { ElfImage, ElfSection } from './elf-image.js';

/** More than this is not decompressed: real firmware has a few MB. */
const MAX_INFLATED = 128 * 1024 * 1024;

const ELFCOMPRESS_ZLIB = 1;
const EMPTY = new Uint8Array();

function inflate(name: string, bytes: Uint8Array, size: number): Uint8Array {
  if (size > MAX_INFLATED) throw new DwarfError(`${name} would be ${size} bytes decompressed`);
  if (size === 0) return EMPTY;
  try {
    // Few images are compressed: the others do not wait for zlib.
    return process.getBuiltinModule('node:zlib').inflateSync(bytes, { maxOutputLength: size });
  } catch (error) {
    throw new DwarfError(`${name} cannot be decompressed: ${error instanceof Error ? error.message : error}`);
  }
}

/** gABI chapter 4, "Compression Header": `ch_type`, `ch_size`, `ch_addralign` before the data. */
function decompressed(image: ElfImage, section: ElfSection): Uint8Array {
  const { data, name } = section;
  const header = image.class === 64 ? 24 : 12;
  if (data.length < header) throw new DwarfError(`${name} has no complete compression header`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const type = view.getUint32(0, true);
  if (type !== ELFCOMPRESS_ZLIB) {
    throw new DwarfError(`${name} is compressed by method ${type}, only zlib (1) is known: link with -gz=zlib`);
  }
  const size = image.class === 64 ? Number(view.getBigUint64(8, true)) : view.getUint32(4, true);
  return inflate(name, data.subarray(header), size);
}

/** What GNU tools wrote before the gABI had compression: `.zdebug_line`, "ZLIB" and the size, big-endian, first. */
function decompressedGnu({ data, name }: ElfSection): Uint8Array {
  if (Buffer.from(data.subarray(0, 4)).toString('latin1') !== 'ZLIB' || data.length < 12) {
    throw new DwarfError(`${name} does not start with ZLIB and a size`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return inflate(name, data.subarray(12), Number(view.getBigUint64(4, false)));
}

/**
 * The contents of the debug section `name` (`.debug_line`), empty when the image has none.
 * @throws DwarfError when it cannot be decompressed
 */
export function debugSection(image: ElfImage, name: string): Uint8Array {
  const section = image.sections.find((one) => one.name === name);
  if (section) return section.compressed ? decompressed(image, section) : section.data;
  const old = image.sections.find((one) => one.name === name.replace('.debug', '.zdebug'));
  return old ? decompressedGnu(old) : EMPTY;
}
