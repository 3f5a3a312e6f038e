import { hex } from '../emu/bits.js';
import { UsageError } from '../emu/errors.js';
import { joinSegments, type PlacedBytes } from './segments.js';

/** UF2, the USB Flashing Format (microsoft/uf2): blocks of 512 bytes, each with its address. Errors name the offset. */

const BLOCK = 512;
const MAX_PAYLOAD = 476;
const MAGIC_START0 = 0x0a32_4655;
const MAGIC_START1 = 0x9e5d_5157;
const MAGIC_END = 0x0ab1_6f30;

const NOT_MAIN_FLASH = 0x1;
const FILE_CONTAINER = 0x1000;
const FAMILY_PRESENT = 0x2000;
/** Blocks that every chip is to ignore: they keep RP2350's boot ROM from a mistake of its own (erratum E10). */
const ABSOLUTE_FAMILY = 0xe48b_ff57;

/** Families by their number (uf2families.json), for messages. */
const FAMILIES: ReadonlyMap<number, string> = new Map([
  [0x5775_5a57, 'STM32F4'],
  [0x6d09_22fa, 'STM32F407'],
  [0xe48b_ff56, 'RP2040'],
  [0xe48b_ff59, 'RP2350 Arm'],
  [0xe48b_ff5a, 'RP2350 RISC-V'],
  [0x5511_4460, 'SAMD51'],
  [0x68ed_2b88, 'SAMD21'],
  [0xada5_2840, 'nRF52840'],
]);

const DAMAGED = 'the file was cut short or damaged: convert it again';

interface Uf2Block {
  readonly offset: number;
  readonly family: number | undefined;
  readonly number: number;
  readonly count: number;
  readonly piece: PlacedBytes;
}

export const familyName = (family: number): string => FAMILIES.get(family) ?? hex(family);

function refuse(path: string, offset: number, what: string, remedy = DAMAGED): never {
  throw new UsageError({ what, where: `${path}, offset ${hex(offset, 1)}`, remedy });
}

/** The block at an offset; undefined for one that is not for the main flash. */
function block(view: DataView, offset: number, path: string): Uf2Block | undefined {
  const word = (at: number) => view.getUint32(offset + at, true);
  const magics = [
    [0, MAGIC_START0],
    [4, MAGIC_START1],
    [508, MAGIC_END],
  ] as const;
  for (const [at, magic] of magics) {
    if (word(at) !== magic) refuse(path, offset + at, `the block has ${hex(word(at))} where ${hex(magic)} belongs`);
  }
  const [flags, address, size, number, count] = [word(8), word(12), word(16), word(20), word(24)];
  if ((flags & FILE_CONTAINER) !== 0) refuse(path, offset + 8, 'the block holds a part of a file, not of an image');
  if ((flags & NOT_MAIN_FLASH) !== 0) return undefined;
  if (size > MAX_PAYLOAD) refuse(path, offset + 16, `the block holds ${size} bytes, more than ${MAX_PAYLOAD}`);
  if (address + size > 2 ** 32) refuse(path, offset + 12, `${size} bytes at ${hex(address)} reach past the addresses`);
  if (number >= count) refuse(path, offset + 20, `the block says that it is number ${number} of ${count}`);
  const family = (flags & FAMILY_PRESENT) !== 0 ? word(28) : undefined;
  const data = new Uint8Array(view.buffer, view.byteOffset + offset + 32, size);
  return { offset, family, number, count, piece: { physicalAddress: address, data } };
}

/** Every block of a family is there, and once. */
function checkNumbers(blocks: readonly Uf2Block[], path: string): void {
  const { count } = blocks[0]!;
  const seen = new Set<number>();
  for (const { offset, number, count: own } of blocks) {
    if (own !== count) refuse(path, offset + 24, `the block belongs to ${own} blocks, those before to ${count}`);
    if (seen.has(number)) refuse(path, offset + 20, `block ${number} is there twice`);
    seen.add(number);
  }
  if (seen.size === count) return;
  let missing = 0;
  while (seen.has(missing)) missing++;
  refuse(path, blocks.at(-1)!.offset, `block ${missing} of ${count} is missing`);
}

export interface Uf2Image {
  readonly segments: readonly PlacedBytes[];
  readonly family: number | undefined;
}

export function looksLikeUf2(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === MAGIC_START0;
}

/**
 * Reads the blocks for the main flash.
 * @param family which family's, where the file has several
 * @throws UsageError with the offset
 */
export function readUf2(bytes: Uint8Array, path: string, family?: number): Uf2Image {
  if (bytes.length % BLOCK !== 0) refuse(path, bytes.length, `${bytes.length} bytes are no whole blocks of ${BLOCK}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const families = new Map<number | undefined, Uf2Block[]>();
  for (let offset = 0; offset < bytes.length; offset += BLOCK) {
    const one = block(view, offset, path);
    if (!one) continue;
    const all = families.get(one.family);
    if (all) all.push(one);
    else families.set(one.family, [one]);
  }
  families.delete(ABSOLUTE_FAMILY);
  if (family !== undefined) for (const other of [...families.keys()]) if (other !== family) families.delete(other);
  const [only, ...others] = families;
  if (!only) return refuse(path, 0, 'no block is for the main flash', 'give an image with a program');
  if (others.length > 0) {
    const names = [...families.keys()].map((one) => (one === undefined ? 'none' : familyName(one)));
    refuse(path, 0, `the file is for several families: ${names.join(', ')}`, 'give a file for one chip');
  }
  const [found, blocks] = only;
  checkNumbers(blocks, path);
  const pieces = blocks.map(({ piece }) => piece).filter(({ data }) => data.length > 0);
  return { segments: joinSegments(pieces, path), family: found };
}
