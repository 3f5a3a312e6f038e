import { hexAddress } from '../emu/debug/elf-image.js';
import { UsageError } from '../emu/errors.js';
import type { LoadSegment } from '../emu/machine-description.js';

export type PlacedBytes = LoadSegment;

/** Pieces by address, those that touch as one. @throws UsageError where two overlap */
export function joinSegments(pieces: readonly PlacedBytes[], path: string): PlacedBytes[] {
  const sorted = [...pieces].sort((a, b) => a.physicalAddress - b.physicalAddress);
  const joined: PlacedBytes[] = [];
  for (let first = 0; first < sorted.length; ) {
    const start = sorted[first]!.physicalAddress;
    let [end, behind] = [start, first];
    for (; behind < sorted.length && sorted[behind]!.physicalAddress <= end; behind++) {
      const { physicalAddress, data } = sorted[behind]!;
      if (physicalAddress < end) {
        const what = `two pieces of the image load over each other at ${hexAddress(physicalAddress)}`;
        throw new UsageError({ what, where: path, remedy: 'give an image that holds every address once' });
      }
      end += data.length;
    }
    const data = new Uint8Array(end - start);
    for (const piece of sorted.slice(first, behind)) data.set(piece.data, piece.physicalAddress - start);
    joined.push({ physicalAddress: start, data });
    first = behind;
  }
  return joined;
}
