import type { BusMaster } from '../../../device.js';
import { readGuest, type Segment, VirtioFailure, writeGuest } from './memory-segments.js';

/** The buffers of one request: what the device reads, then what it writes, each as one run of bytes (virtio 1.1 2.6.4). */
export class Chain {
  /** Index of its first descriptor, by which the device gives it back. */
  readonly head: number;
  readonly readableLength: number;
  readonly writableLength: number;
  readonly #bus: BusMaster;
  readonly #readable: readonly Segment[];
  readonly #writable: readonly Segment[];

  constructor(bus: BusMaster, head: number, readable: readonly Segment[], writable: readonly Segment[]) {
    this.#bus = bus;
    this.head = head;
    this.#readable = readable;
    this.#writable = writable;
    this.readableLength = lengthOf(readable);
    this.writableLength = lengthOf(writable);
  }

  /** Bytes of what the driver wrote; the caller has checked that so many are there. */
  read(offset: number, length: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let done = 0;
    for (const { address, length: count } of partOf(this.#readable, offset, length)) {
      pieces.push(readGuest(this.#bus, address, count));
      done += count;
    }
    if (done < length) throw new VirtioFailure('a request is shorter than its header says', 'virtio 1.1 2.6.4');
    if (pieces.length === 1) return pieces[0]!;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  /** Fills what the driver made room for; the caller has checked that there is so much. */
  write(offset: number, bytes: Uint8Array): void {
    let done = 0;
    for (const { address, length } of partOf(this.#writable, offset, bytes.length)) {
      writeGuest(this.#bus, address, bytes.subarray(done, done + length));
      done += length;
    }
    if (done < bytes.length)
      throw new VirtioFailure('a request has too little room for its answer', 'virtio 1.1 2.6.4');
  }
}

function lengthOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}

/** The stretches that `length` bytes from `offset` on lie in. */
function* partOf(segments: readonly Segment[], offset: number, length: number): Generator<Segment> {
  let skip = offset;
  let rest = length;
  for (const segment of segments) {
    if (rest <= 0) return;
    if (skip >= segment.length) {
      skip -= segment.length;
      continue;
    }
    const count = Math.min(rest, segment.length - skip);
    yield { address: segment.address + skip, length: count };
    rest -= count;
    skip = 0;
  }
}
