import type { ElfImage } from './elf-image.js';

/** Sections that stand for room, not for data. */
const ROOM = /stack|heap/i;
/** How much RAM lies in one piece, at most. */
const REACH = 0x10_0000;

/**
 * Where the data below a stack ends that begins at `stackPointer` and grows down; undefined where the image does not say: no data below it
 * in the same memory, or the stack is a variable itself.
 */
export function stackLimit({ sections }: Pick<ElfImage, 'sections'>, stackPointer: number): number | undefined {
  let limit: number | undefined;
  for (const { name, address, size, allocated, executable } of sections) {
    if (!allocated || executable || size === 0 || ROOM.test(name)) continue;
    const end = address + size;
    if (address < stackPointer && stackPointer <= end) return undefined;
    if (end < stackPointer && stackPointer - end < REACH && end > (limit ?? 0)) limit = end;
  }
  return limit;
}
