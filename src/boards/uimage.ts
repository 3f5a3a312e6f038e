import { UsageError } from '../emu/errors.js';

/** U-Boot's legacy images (`mkimage -A riscv -T kernel`): a header of 64 bytes in big-endian order, then the data. */

const MAGIC = 0x2705_1956;
const HEADER = 64;
/** Offsets within the header. */
const AT = { size: 12, load: 16, entry: 20, type: 30, compression: 31 } as const;
const TYPE = { kernel: 2, ramdisk: 3 } as const;
const COMPRESSION = { none: 0, gzip: 1 } as const;
/** Bytes that a kernel unpacks to at most, as in QEMU. */
const UNPACKED_MOST = 64 * 1024 * 1024;

interface ImageFile {
  /** For messages. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface UImageKernel {
  readonly data: Uint8Array;
  readonly load: number;
  readonly entry: number;
}

/**
 * A kernel without its header, unpacked. Checksums are not looked at, as by QEMU.
 * @returns nothing if it is no image of this kind
 * @throws UsageError for images that are no kernel with a load address, or cannot be unpacked
 */
export function uImageKernel(file: ImageFile): UImageKernel | undefined {
  const header = headerOf(file.bytes);
  if (header === undefined) return undefined;
  const [type, compression] = [header.getUint8(AT.type), header.getUint8(AT.compression)];
  if (type !== TYPE.kernel) refuse(file, `is of type ${type}, not a kernel (${TYPE.kernel})`, 'make it with -T kernel');
  if (compression !== COMPRESSION.none && compression !== COMPRESSION.gzip) {
    refuse(file, `is packed in a manner (${compression}) that is not known`, 'make it with -C none or -C gzip');
  }
  const packed = dataOf(file, header);
  return {
    data: compression === COMPRESSION.gzip ? unpacked(file, packed) : packed,
    load: header.getUint32(AT.load),
    entry: header.getUint32(AT.entry),
  };
}

/** The data of a RAM disk's image, packed or not as they are (the kernel unpacks them); nothing if it is no such image. */
export function uImageRamdisk(file: ImageFile): Uint8Array | undefined {
  const header = headerOf(file.bytes);
  return header?.getUint8(AT.type) === TYPE.ramdisk ? dataOf(file, header) : undefined;
}

function headerOf(bytes: Uint8Array): DataView | undefined {
  if (bytes.length < HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  return view.getUint32(0) === MAGIC ? view : undefined;
}

function dataOf(file: ImageFile, header: DataView): Uint8Array {
  const size = header.getUint32(AT.size);
  const data = file.bytes.subarray(HEADER, HEADER + size);
  if (data.length < size) {
    refuse(file, `ends after ${data.length} of ${size} bytes`, 'make it anew, or copy it again');
  }
  return data;
}

function unpacked(file: ImageFile, packed: Uint8Array): Uint8Array {
  try {
    return process.getBuiltinModule('node:zlib').gunzipSync(packed, { maxOutputLength: UNPACKED_MOST });
  } catch (error) {
    return refuse(file, 'cannot be unpacked with gzip', 'make it with -C none, of 64 MiB at most', error);
  }
}

function refuse({ path }: ImageFile, what: string, remedy: string, cause?: unknown): never {
  throw new UsageError({ what: `the U-Boot image ${what}`, where: path, remedy }, { cause });
}
