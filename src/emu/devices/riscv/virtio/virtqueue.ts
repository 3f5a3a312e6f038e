import type { BusMaster } from '../../../device.js';
import { Chain } from './chain.js';
import { readWord, type Segment, VirtioFailure, writeWord } from './memory-segments.js';

/** Words of state of a queue. */
export const QUEUE = {
  num: 0,
  ready: 1,
  descriptors: 2,
  descriptorsHigh: 3,
  available: 4,
  availableHigh: 5,
  used: 6,
  usedHigh: 7,
  /** Entries of the available ring that were taken, and of the used ring that were filled, modulo 2¹⁶. */
  taken: 8,
  given: 9,
  /** Legacy: page number of the descriptor table, and alignment of the used ring. */
  pageNumber: 10,
  alignment: 11,
} as const;
export const QUEUE_WORDS = 12;
/** The largest queue that is offered, as QEMU does. */
export const QUEUE_MOST = 1024;

const DESCRIPTOR = { size: 16, next: 1, write: 2, indirect: 4 } as const;
const NO_INTERRUPT = 1;

/** What was negotiated that changes how rings work. */
export interface RingFeatures {
  readonly indirect: boolean;
  readonly eventIndex: boolean;
}

/** A split virtqueue (virtio 1.1 2.6). Everything the driver says is checked, and every walk ends. */
export class Virtqueue {
  readonly #bus: BusMaster;
  readonly #words: Int32Array;
  readonly #features: () => RingFeatures;

  /** `words`: the queue's state, `QUEUE_WORDS` of them. */
  constructor(bus: BusMaster, words: Int32Array, features: () => RingFeatures) {
    this.#bus = bus;
    this.#words = words;
    this.#features = features;
  }

  get ready(): boolean {
    return this.#words[QUEUE.ready] !== 0;
  }
  /** Buffers that the driver made available and nobody took. */
  get waiting(): number {
    if (!this.ready) return 0;
    const available = readWord(this.#bus, this.#available + 2, 2);
    const waiting = (available - this.#words[QUEUE.taken]!) & 0xffff;
    if (waiting > this.#num) {
      const what = `the index of an available ring went ahead by ${waiting}, and the queue has ${this.#num} entries`;
      throw new VirtioFailure(what, 'virtio 1.1 2.6.13.3');
    }
    return waiting;
  }

  /** The next request, undefined if there is none. */
  take(): Chain | undefined {
    if (this.waiting === 0) return undefined;
    const taken = this.#words[QUEUE.taken]!;
    const head = readWord(this.#bus, this.#available + 4 + 2 * (taken % this.#num), 2);
    this.#words[QUEUE.taken] = (taken + 1) & 0xffff;
    if (this.#features().eventIndex) this.#write16(this.#used + 4 + 8 * this.#num, this.#words[QUEUE.taken]!);
    return this.#chain(head);
  }

  /** Gives a request back with the number of bytes written. @returns whether the driver wants an interrupt */
  give(chain: Chain, written: number): boolean {
    const given = this.#words[QUEUE.given]!;
    const entry = this.#used + 4 + 8 * (given % this.#num);
    writeWord(this.#bus, entry, 4, chain.head);
    writeWord(this.#bus, entry + 4, 4, written);
    const next = (given + 1) & 0xffff;
    this.#words[QUEUE.given] = next;
    this.#write16(this.#used + 2, next);
    if (!this.#features().eventIndex) return (readWord(this.#bus, this.#available, 2) & NO_INTERRUPT) === 0;
    // 2.6.7.2: the entry that the driver wants to hear of was just filled
    const event = readWord(this.#bus, this.#available + 4 + 2 * this.#num, 2);
    return ((next - event - 1) & 0xffff) < 1;
  }

  get #num(): number {
    return this.#words[QUEUE.num]!;
  }
  get #available(): number {
    return this.#words[QUEUE.available]! >>> 0;
  }
  get #used(): number {
    return this.#words[QUEUE.used]! >>> 0;
  }
  #write16(address: number, value: number): void {
    writeWord(this.#bus, address, 2, value);
  }

  #chain(head: number): Chain {
    const readable: Segment[] = [];
    const writable: Segment[] = [];
    const table = { address: this.#words[QUEUE.descriptors]! >>> 0, count: this.#num };
    this.#walk(table, head, readable, writable, false);
    return new Chain(this.#bus, head, readable, writable);
  }

  /** Follows descriptors: never more of them than the table has, so that a loop is noticed (2.6.5.1). */
  #walk(
    table: { readonly address: number; readonly count: number },
    first: number,
    readable: Segment[],
    writable: Segment[],
    indirect: boolean,
  ): void {
    let index = first;
    for (let length = 0; ; length++) {
      if (length >= table.count) throw new VirtioFailure('a chain of descriptors has a loop', 'virtio 1.1 2.6.5.1');
      if (index >= table.count) {
        throw new VirtioFailure(`descriptor ${index} of a table of ${table.count}`, 'virtio 1.1 2.6.5');
      }
      const { address, size, flags, next } = this.#descriptor(table.address + index * DESCRIPTOR.size);
      if (flags & DESCRIPTOR.indirect) {
        this.#indirect(address, size, indirect, readable, writable);
        if ((flags & DESCRIPTOR.next) === 0) return;
        throw new VirtioFailure('a descriptor is both indirect and followed by another', 'virtio 1.1 2.6.5.3.1');
      }
      if (size === 0) throw new VirtioFailure('a descriptor has no bytes', 'virtio 1.1 2.6.5');
      if (flags & DESCRIPTOR.write) writable.push({ address, length: size });
      else if (writable.length > 0) {
        throw new VirtioFailure('a readable descriptor follows a writable one', 'virtio 1.1 2.6.4.2');
      } else readable.push({ address, length: size });
      if ((flags & DESCRIPTOR.next) === 0) return;
      index = next;
    }
  }

  #indirect(address: number, size: number, nested: boolean, readable: Segment[], writable: Segment[]): void {
    const count = size / DESCRIPTOR.size;
    const section = 'virtio 1.1 2.6.5.3.1';
    if (!this.#features().indirect) throw new VirtioFailure('indirect descriptors were not negotiated', section);
    if (nested) throw new VirtioFailure('an indirect descriptor refers to another one', section);
    if (!Number.isInteger(count) || count === 0 || count > QUEUE_MOST) {
      throw new VirtioFailure(`a table of indirect descriptors has ${size} bytes`, section);
    }
    // the write flag of a descriptor that refers to a table means nothing (2.6.5.3.2)
    this.#walk({ address, count }, 0, readable, writable, true);
  }

  #descriptor(at: number): { address: number; size: number; flags: number; next: number } {
    const bus = this.#bus;
    const high = readWord(bus, at + 4, 4);
    if (high !== 0) throw new VirtioFailure('a buffer lies above 4 GiB, where there is no memory', 'virtio 1.1 2.6.5');
    return {
      address: readWord(bus, at, 4),
      size: readWord(bus, at + 8, 4),
      flags: readWord(bus, at + 12, 2),
      next: readWord(bus, at + 14, 2),
    };
  }
}
