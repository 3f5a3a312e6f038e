import { DeviceHarness, ramBus } from '../../../device-harness.js';
import type { VirtioBackend } from './backend.js';
import { virtioMmio } from './mmio.js';

/** A driver for the tests of this folder: one that does what it is told, right or wrong. */

export const RAM = 0x8000_0000;
const RAM_SIZE = 0x10_0000;
const PAGE = 4096;
/** Where queues and buffers lie. */
const QUEUE_PAGES = 8;

export interface Buffer {
  readonly address: number;
  readonly length: number;
  readonly write?: boolean;
}

export class TestDriver<H extends object> {
  readonly ram = new Uint8Array(RAM_SIZE);
  readonly h: DeviceHarness<H & object>;
  readonly legacy: boolean;
  readonly #view = new DataView(this.ram.buffer);

  constructor(backend: VirtioBackend<H>, legacy = false) {
    this.legacy = legacy;
    this.h = new DeviceHarness(virtioMmio(backend, { legacy }), { bus: ramBus(RAM, this.ram) }) as never;
  }

  /** ACKNOWLEDGE to FEATURES_OK (virtio 1.1 3.1.1), with features of the lower and the upper word. */
  begin(low = 0, high = this.legacy ? 0 : 1): void {
    const { h } = this;
    h.write(0x70, 0);
    h.write(0x70, 3);
    for (const [word, features] of [low, high].entries()) {
      h.write(0x24, word);
      h.write(0x20, features);
    }
    if (this.legacy) h.write(0x28, PAGE);
    else h.write(0x70, 11);
  }
  start(): void {
    this.h.write(0x70, this.h.read(0x70) | 4);
  }
  /** Sets a queue up at its place in RAM. */
  queue(index: number, num = 8): void {
    const { h } = this;
    const [table, available, used] = placesOf(index, num);
    h.write(0x30, index);
    h.write(0x38, num);
    if (this.legacy) {
      h.write(0x3c, PAGE);
      h.write(0x40, table / PAGE);
      return;
    }
    for (const [offset, address] of [
      [0x80, table],
      [0x90, available],
      [0xa0, used],
    ] as const) {
      h.write(offset, address);
      h.write(offset + 4, 0);
    }
    h.write(0x44, 1);
  }
  descriptor(queue: number, index: number, buffer: Buffer, flags: number, next: number): void {
    this.descriptorAt(placesOf(queue, 8)[0] + 16 * index, buffer, flags, next);
  }
  descriptorAt(address: number, buffer: Buffer, flags: number, next: number): void {
    const at = address - RAM;
    this.#view.setUint32(at, buffer.address, true);
    this.#view.setUint32(at + 4, buffer.address / 2 ** 32, true);
    this.#view.setUint32(at + 8, buffer.length, true);
    this.#view.setUint16(at + 12, flags | (buffer.write ? 2 : 0), true);
    this.#view.setUint16(at + 14, next, true);
  }
  /** Puts a chain of buffers into the table from descriptor `first` on and makes it available. */
  offer(queue: number, buffers: readonly Buffer[], first = 0): void {
    for (const [i, buffer] of buffers.entries()) {
      const last = i === buffers.length - 1;
      this.descriptor(queue, first + i, buffer, last ? 0 : 1, last ? 0 : first + i + 1);
    }
    this.announce(queue, first);
  }
  announce(queue: number, head: number): void {
    const at = placesOf(queue, 8)[1] - RAM;
    const index = this.#view.getUint16(at + 2, true);
    this.#view.setUint16(at + 4 + 2 * (index % 8), head, true);
    this.#view.setUint16(at + 2, index + 1, true);
  }
  /** Tells the device, and gives it time. */
  notify(queue: number): void {
    this.h.write(0x50, queue);
    this.h.runNanoseconds(20_000);
  }
  /** Index, and the entries of the used ring. */
  used(queue: number): { index: number; entries: (readonly [id: number, length: number])[] } {
    const at = placesOf(queue, 8)[2] - RAM;
    const index = this.#view.getUint16(at + 2, true);
    const entry = (i: number) =>
      [this.#view.getUint32(at + 4 + 8 * (i % 8), true), this.#view.getUint32(at + 8 + 8 * (i % 8), true)] as const;
    return { index, entries: Array.from({ length: Math.min(index, 8) }, (_, i) => entry(i)) };
  }
  word16(queue: number, ring: 'available' | 'used', offset: number, value?: number): number {
    const at = placesOf(queue, 8)[ring === 'available' ? 1 : 2] - RAM + offset;
    if (value !== undefined) this.#view.setUint16(at, value, true);
    return this.#view.getUint16(at, true);
  }
  put(address: number, bytes: Uint8Array): void {
    this.ram.set(bytes, address - RAM);
  }
  bytes(address: number, length: number): Uint8Array {
    return this.ram.slice(address - RAM, address - RAM + length);
  }
  get status(): number {
    return this.h.read(0x70);
  }
  get irq(): number {
    return this.h.signal('irq').level;
  }
}

/** Descriptor table, available ring, used ring, as the layout of version 1 places them too (2.6.2). */
function placesOf(queue: number, num: number): readonly [number, number, number] {
  const table = RAM + queue * QUEUE_PAGES * PAGE;
  return [table, table + 16 * num, table + PAGE];
}
