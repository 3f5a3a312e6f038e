import { copyOf } from './slab.js';

/** An immutable copy of a block of bytes, in pieces that consecutive copies share where nothing changed. */
export type BlockCopy = readonly Uint8Array[];

const PIECE = 4096;

export function saveBlock(block: Uint8Array, last: BlockCopy): BlockCopy {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < block.length; at += PIECE) {
    const now = block.subarray(at, at + PIECE);
    const before = last[pieces.length];
    pieces.push(before !== undefined && Buffer.compare(before, now) === 0 ? before : copyOf(now));
  }
  return pieces;
}

export function restoreBlock(block: Uint8Array, copy: BlockCopy): void {
  for (const [i, piece] of copy.entries()) block.set(piece, i * PIECE);
}

/** The bytes of a copy, in one piece. */
export function joined(copy: BlockCopy): Uint8Array {
  const bytes = new Uint8Array(copy.reduce((sum, piece) => sum + piece.length, 0));
  restoreBlock(bytes, copy);
  return bytes;
}
