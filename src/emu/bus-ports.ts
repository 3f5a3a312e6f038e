import type { AddressRange } from './bus-access.js';
import type { DeviceInstance } from './device-instance.js';
import { InternalError } from './errors.js';
import { GUARD, PAGE_SHIFT, PAGE_SIZE, type PageGuard, PORT, PORT_TABLE } from './isa/layout.js';

/**
 * Registers that the engine reads without asking, because a read does nothing but show their word: most status registers that firmware
 * polls. They are lists in the engine's memory, one for each page that has any (`PORT_TABLE`).
 */
export class BusPorts {
  readonly #words: Int32Array;
  readonly #end: number;
  #free: number;
  /** Guest pages, and their lists. */
  readonly #pages = new Map<number, number>();
  #guardOf: PageGuard = () => 0;
  #isOpen = true;

  /** Uses the bytes of the engine's memory from `base` on. */
  constructor(memory: WebAssembly.Memory, base: number, length: number) {
    this.#words = new Int32Array(memory.buffer);
    this.#free = base;
    this.#end = base + length;
  }

  /** Bytes that the registers of devices need at most, given where each device is and what it is like. */
  static roomFor(devices: Iterable<{ readonly size: number; readonly registers: number }>): number {
    let bytes = 0;
    for (const { size, registers } of devices) {
      bytes += Math.min(Math.ceil(size / PAGE_SIZE) + 1, registers) * PAGE_SIZE + registers * PORT.size;
    }
    return bytes;
  }

  add(device: DeviceInstance, address: number): void {
    const { buffer, ports } = device.plainReads();
    if (buffer !== this.#words.buffer) return;
    for (const { offset, value, reads, blocked } of ports) {
      const at = (address + offset) >>> 0;
      const list = this.#listOf(at >>> PAGE_SHIFT);
      const port = this.#take(PORT.size);
      this.#words[(port + PORT.value) >> 2] = value;
      this.#words[(port + PORT.reads) >> 2] = reads;
      this.#words[(port + PORT.blocked) >> 2] = blocked;
      this.#words[(list + (at & (PAGE_SIZE - 1))) >> 2] = port;
    }
  }

  /** Whether the engine uses them: not while somebody watches. */
  open(on: boolean): void {
    this.#isOpen = on;
    for (const page of this.#pages.keys()) this.#show(page);
  }
  /** The engine uses none in pages that are guarded from reads. */
  guard(guardOf: PageGuard): void {
    this.#guardOf = guardOf;
    for (const page of this.#pages.keys()) this.#show(page);
  }
  /** The guards of these ranges may be other ones than before. */
  review(ranges: readonly AddressRange[]): void {
    for (const page of this.#pages.keys()) {
      const address = page * PAGE_SIZE;
      if (ranges.some(([first, behind]) => address < behind && address + PAGE_SIZE > first)) this.#show(page);
    }
  }
  #show(page: number): void {
    const guarded = (this.#guardOf(page * PAGE_SIZE) & GUARD.read) !== 0;
    this.#words[(PORT_TABLE >> 2) + page] = this.#isOpen && !guarded ? this.#pages.get(page)! : 0;
  }

  #listOf(page: number): number {
    const known = this.#pages.get(page);
    if (known !== undefined) return known;
    const list = this.#take(PAGE_SIZE);
    this.#pages.set(page, list);
    this.#show(page);
    return list;
  }
  #take(bytes: number): number {
    const at = this.#free;
    this.#free += bytes;
    if (this.#free > this.#end) throw new InternalError({ what: 'no room for the ports of the devices' });
    return at;
  }
}
