import { AddressMap } from './address-map.js';
import { hex } from './bits.js';
import { ACCESS, type AddressRange, type CpuBus } from './bus-access.js';
import { BusFault, FetchStall } from './bus-fault.js';
import type { BusPorts } from './bus-ports.js';
import { Region } from './bus-region.js';
import { DeviceFault } from './device.js';
import type { DeviceInstance } from './device-instance.js';
import { UsageError } from './errors.js';
import { PAGE_SHIFT, type PageGuard } from './isa/layout.js';
import type { MemoryBlock, MemoryPool } from './memory.js';

export interface Watched {
  readonly address: number;
  readonly size: number;
  readonly value: number;
  readonly write: boolean;
}
interface Watch {
  readonly start: number;
  readonly end: number;
  readonly kind: 'read' | 'write';
  readonly fn: (access: Watched) => void;
}

/** How a device is seen at an address; all of it if not said. */
interface DeviceMapping {
  readonly privileged?: boolean;
  readonly core?: boolean;
  readonly bank?: number | undefined;
  readonly offset?: number;
  readonly size?: number;
}

/**
 * The machine's address space as the guest sees it. The engine reaches plain memory without asking; everything else
 * comes here: devices, first stores to clean pages, faults, watched bytes, bit-band aliases.
 */
export class Bus implements CpuBus {
  readonly map = new AddressMap();
  readonly #pool: MemoryPool;
  #watches: readonly Watch[] = [];
  /**
   * The device region used last, which is mostly used again: null while accesses are watched, and never one that asks for
   * privilege, so that it answers without further questions.
   */
  private recent: DeviceRegion | null = null;
  /** A store to a ROM that only reports. */
  onRejectedWrite: (memory: MemoryBlock, address: number) => void = () => {};

  /** An access to a busy memory: returns when it is not busy any more. */
  onBusy: (memory: MemoryBlock) => void = () => {};
  readonly #ports: BusPorts | undefined;
  readonly #ported = new Set<DeviceInstance>();
  #bank = 0;

  constructor(pool: MemoryPool, ports?: BusPorts) {
    this.#pool = pool;
    this.#ports = ports;
  }

  mapMemory(memory: MemoryBlock, address: number, offset = 0, length = memory.size - offset): Region {
    const region = new Region('memory', memory.name, address, length, { memory, target: offset });
    this.map.add(region);
    memory.map(address, offset, length);
    return region;
  }
  /** `core`: it lies beside the core, which asks questions of its own at each access. */
  mapDevice(device: DeviceInstance, address: number, options: DeviceMapping = {}): Region {
    const { privileged, core, bank, offset: target = 0, size = device.size } = options;
    const region = new Region('device', device.name, address, size, { device, privileged, core, bank, target });
    region.hidden = bank !== undefined && bank !== this.#bank;
    this.map.add(region);
    // Registers that the engine reads by itself have one address.
    if (!privileged && !core && size === device.size && !this.#ported.has(device)) {
      this.#ported.add(device);
      this.#ports?.add(device, address);
    }
    return region;
  }
  /** What only one of several cores sees is the one's of that number from now on. */
  showBank(bank: number): void {
    this.#bank = bank;
    this.recent = null;
    for (const region of this.map.banked) region.hidden = region.bank !== bank;
  }
  /** Every word of the alias is one bit of the target (ARMv7-M: 1 MiB seen as 32 MiB). */
  mapBitBand(alias: number, target: number, bytes: number): Region {
    const region = new Region('bit-band', `bit-band alias of ${hex(target)}`, alias, bytes * 32, { target });
    this.map.add(region);
    return region;
  }
  /** The chip has no such block: accesses fault with its name. */
  mapAbsent(name: string, address: number, size: number): Region {
    const region = new Region('absent', name, address, size);
    this.map.add(region);
    return region;
  }
  unmap(region: Region): void {
    this.map.remove(region);
    this.recent = null;
    region.memory?.unmap(region.start);
  }

  read(address: number, size: number, access = 0): number {
    const { recent } = this;
    if (recent?.holds(address)) return readDevice(recent, address, size);
    return this.#readAny(address >>> 0, size, access);
  }

  write(address: number, size: number, value: number, access = 0): void {
    const { recent } = this;
    if (recent?.holds(address)) writeDevice(recent, address, size, value);
    else this.#writeAny(address >>> 0, size, value, access);
  }

  fetch16(address: number): number {
    const at = address >>> 0;
    const region = this.map.find(at);
    if (region === undefined) throw new BusFault('execute', at, false, 'no memory there');
    const { memory } = region;
    if (memory === null || !memory.executable) {
      throw new BusFault('execute', at, false, `no instruction can be fetched from '${region.name}'`);
    }
    if (at + 2 > region.end) throw new BusFault('execute', at, false, `beyond the end of '${region.name}'`);
    if (memory.access === 'busy') throw new FetchStall();
    if (memory.access === 'refused') throw new BusFault('execute', at, false, refusal(region));
    if (memory.access === 'answered')
      throw new BusFault('execute', at, false, `'${region.name}' does not show its contents now`);
    return memory.load(at - region.start + region.target, 2);
  }

  codeAt(address: number): number | undefined {
    const at = address >>> 0;
    const region = this.map.find(at);
    if (!region?.memory || at + 2 > region.end) return undefined;
    return region.memory.load(at - region.start + region.target, 2);
  }

  codeDecoded(address: number, length: number, elsewhere = false): void {
    const at = address >>> 0;
    const region = this.map.find(at);
    if (region?.memory) this.#pool.decoded(region.memory, at - region.start + region.target, length, elsewhere);
  }

  track(address: number, on: boolean): void {
    const at = address >>> 0;
    const region = this.map.find(at);
    if (region?.memory) this.#pool.track(region.memory, (at - region.start + region.target) >> PAGE_SHIFT, on);
  }

  constantWord(address: number): number | undefined {
    const at = address >>> 0;
    const region = this.map.find(at);
    const memory = region?.memory;
    if (!region || !memory || memory.isRam || memory.access !== 'open' || at + 4 > region.end) return undefined;
    const watched = this.#watches.some(({ kind, start, end }) => kind === 'read' && start < at + 4 && at < end);
    return watched || (at & 3) !== 0 ? undefined : memory.load(at - region.start + region.target, 4) | 0;
  }

  guard(guardOf: PageGuard, changed: readonly AddressRange[], apart: boolean): void {
    this.#pool.setGuard(guardOf, apart);
    this.#ports?.guard(guardOf);
    if (changed.length === 0) return;
    this.#eachPage(changed, (memory, page) => memory.refresh(page));
    this.#pool.guarded();
  }
  get memories(): readonly AddressRange[] {
    return this.map.memories.map(({ start, end }) => [start, end]);
  }
  withdraw(reads: readonly AddressRange[], writes: readonly AddressRange[]): void {
    this.#eachStretch(reads, (_memory, _from, _to, start, end) => this.#pool.withdraw(start, end, true));
    this.#eachStretch(writes, (memory, _from, _to, start, end) => {
      if (memory.isRam) this.#pool.withdraw(start, end, false);
    });
    this.#ports?.review(reads);
  }
  renew(address: number): boolean {
    if (!this.#pool.isWithdrawn(address)) return false;
    const at = address >>> 0;
    const region = this.map.find(at);
    if (region?.memory) region.memory.refresh((at - region.start + region.target) >> PAGE_SHIFT);
    return true;
  }
  forgetCode(ranges: readonly AddressRange[]): void {
    this.#eachStretch(ranges, (memory, from, to) => this.#pool.forgetCode(memory, from, to));
  }

  peek(address: number, size: number): number | undefined {
    const at = address >>> 0;
    const region = this.map.find(at);
    if (region === undefined) return undefined;
    if (region.device !== null && at % size === 0) return region.device.peek(region.offsetOf(at), size);
    if (region.kind === 'bit-band') {
      const { address: word, bit } = bitOf(region, at - region.start, size);
      const value = this.peek(word, size);
      return value === undefined ? undefined : (value >>> bit) & 1;
    }
    if (region.memory === null || at + size > region.end) return undefined;
    return region.memory.load(at - region.start + region.target, size);
  }

  /** Host-side store to plain memory, ROM too. */
  poke(address: number, size: number, value: number): void {
    const bytes = Uint8Array.from({ length: size }, (_, i) => value >>> (8 * i));
    this.fill(address, bytes);
  }

  /** Host-side bytes out of plain memory. */
  bytes(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#eachPart(address, length, (memory, offset, at, count) => bytes.set(memory.slice(offset, count), at));
    return bytes;
  }
  /** Host-side bytes into plain memory, ROM too. */
  fill(address: number, bytes: Uint8Array): void {
    this.#eachPart(address, bytes.length, (memory, offset, at, count) =>
      memory.fill(offset, bytes.subarray(at, at + count)),
    );
  }

  /** Whether anybody watches accesses. */
  get isWatched(): boolean {
    return this.#watches.length > 0;
  }
  regionAt(address: number): Region | undefined {
    return this.map.find(address >>> 0);
  }

  /** Calls `fn` after every access of a kind that touches the bytes; returns what ends that. */
  watch(address: number, length: number, kind: 'read' | 'write', fn: (access: Watched) => void): () => void {
    const watch = { start: address >>> 0, end: (address >>> 0) + length, kind, fn };
    this.#watches = [...this.#watches, watch];
    this.recent = null;
    this.#ports?.open(false);
    this.#markWatched(watch, true);
    return () => {
      this.#watches = this.#watches.filter((one) => one !== watch);
      this.#ports?.open(this.#watches.length === 0);
      this.#markWatched(watch, false);
      for (const other of this.#watches) this.#markWatched(other, true);
    };
  }

  #readAny(at: number, size: number, access: number): number {
    const region = this.#regionFor(at, access, false);
    const value = isDevice(region) ? readDevice(region, at, size) : this.#readFrom(region, at, size, access);
    if (this.#watches.length > 0) this.#noteAccess(at, size, value, 'read');
    return value;
  }
  #writeAny(at: number, size: number, value: number, access: number): void {
    const region = this.#regionFor(at, access, true);
    if (isDevice(region)) writeDevice(region, at, size, value);
    else this.#writeTo(region, at, size, value, access);
    if (this.#watches.length > 0) this.#noteAccess(at, size, value, 'write');
  }

  /** The region that answers. */
  #regionFor(at: number, access: number, write: boolean): Region {
    const region = this.map.find(at);
    if (region === undefined) throw unmapped(at, write);
    if (region.privileged && (access & ACCESS.unprivileged) !== 0) throw unprivileged(region, at, write);
    if (isDevice(region) && !region.privileged && this.#watches.length === 0) this.recent = region;
    return region;
  }

  #readFrom(region: Region, at: number, size: number, access: number): number {
    const { memory } = region;
    const offset = at - region.start;
    if (memory !== null) {
      if (at + size > region.end) return this.#readAcross(at, size, access);
      if (memory.access === 'busy') this.onBusy(memory);
      if (memory.access === 'refused') throw new BusFault('refused', at, false, refusal(region));
      if (memory.access === 'answered') return memory.onLoad!(offset + region.target, size);
      return memory.load(offset + region.target, size);
    }
    if (region.kind === 'absent') throw new BusFault('absent', at, false, `this chip has no ${region.name}`);
    const { address, bit } = bitOf(region, offset, size);
    return (this.read(address, size, access) >>> bit) & 1;
  }

  #writeTo(region: Region, at: number, size: number, value: number, access: number): void {
    const { memory } = region;
    const offset = at - region.start;
    if (memory !== null) {
      if (at + size > region.end) this.#writeAcross(at, size, value, access);
      else this.#writeMemory(region, memory, at, size, value);
    } else if (region.kind === 'absent') {
      throw new BusFault('absent', at, true, `this chip has no ${region.name}`);
    } else {
      // ARMv7-M B3.1 and Cortex-M4 TRM 3.7: a read-modify-write of the target, in the size of the access.
      const { address, bit } = bitOf(region, offset, size);
      const old = this.read(address, size, access);
      this.write(address, size, (old & ~(1 << bit)) | ((value & 1) << bit), access);
    }
  }

  #writeMemory(region: Region, memory: MemoryBlock, at: number, size: number, value: number): void {
    if (memory.onStore !== undefined) this.#storeControlled(memory, at - region.start + region.target, at, size, value);
    else if (memory.isRam) memory.store(at - region.start + region.target, size, value);
    else if (memory.options.rejectedWrites === 'report') this.onRejectedWrite(memory, at);
    else throw new BusFault('read-only', at, true, `'${memory.name}' cannot be written by a store`);
  }

  #storeControlled(memory: MemoryBlock, offset: number, at: number, size: number, value: number): void {
    if (memory.access === 'busy') this.onBusy(memory);
    try {
      memory.onStore!(offset, value, size);
    } catch (error) {
      throw asBusFault(error, at, true);
    }
  }

  #readAcross(at: number, size: number, access: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value |= this.read(at + i, 1, access) << (8 * i);
    return value >>> 0;
  }
  #writeAcross(at: number, size: number, value: number, access: number): void {
    for (let i = 0; i < size; i++) this.write(at + i, 1, (value >>> (8 * i)) & 0xff, access);
  }

  #noteAccess(at: number, size: number, value: number, kind: 'read' | 'write'): void {
    for (const watch of this.#watches) {
      if (watch.kind !== kind || at >= watch.end || at + size <= watch.start) continue;
      watch.fn({ address: at, size, value: value >>> 0, write: kind === 'write' });
    }
  }

  #markWatched(watch: Watch, on: boolean): void {
    for (const region of this.map.regions) {
      const { memory } = region;
      if (memory === null) continue;
      const [from, to] = [Math.max(watch.start, region.start), Math.min(watch.end, region.end)];
      if (from >= to) continue;
      const first = (from - region.start + region.target) >> PAGE_SHIFT;
      const last = (to - 1 - region.start + region.target) >> PAGE_SHIFT;
      for (let page = first; page <= last; page++) this.#pool.watch(memory, page, watch.kind, on);
    }
  }

  #eachPage(ranges: readonly AddressRange[], fn: (memory: MemoryBlock, page: number) => void): void {
    this.#eachStretch(ranges, (memory, from, to) => {
      for (let page = from >> PAGE_SHIFT; page << PAGE_SHIFT < to; page++) fn(memory, page);
    });
  }
  /** Calls `fn` with what of memories is seen in ranges of addresses: offsets, and addresses. */
  #eachStretch(
    ranges: readonly AddressRange[],
    fn: (memory: MemoryBlock, from: number, to: number, start: number, end: number) => void,
  ): void {
    if (ranges.length === 0) return;
    for (const { memory, start, end, target } of this.map.memories) {
      for (let i = 0; i < ranges.length; i++) {
        const range = ranges[i]!;
        const from = Math.max(range[0], start);
        const to = Math.min(range[1], end);
        if (from < to) fn(memory, from - start + target, to - start + target, from, to);
      }
    }
  }

  #eachPart(
    address: number,
    length: number,
    fn: (memory: MemoryBlock, offset: number, at: number, count: number) => void,
  ): void {
    let at = 0;
    while (at < length) {
      const from = (address >>> 0) + at;
      const region = this.map.find(from);
      if (!region?.memory) {
        const what = region === undefined ? 'nothing is mapped there' : `'${region.name}' is no memory`;
        throw new UsageError({
          what: `there is no memory at ${hex(from)}: ${what}`,
          remedy: 'give an address in RAM or flash',
        });
      }
      const count = Math.min(length - at, region.end - from);
      fn(region.memory, from - region.start + region.target, at, count);
      at += count;
    }
  }
}

type DeviceRegion = Region & { readonly device: DeviceInstance };
const isDevice = (region: Region): region is DeviceRegion => region.device !== null;

function readDevice(region: DeviceRegion, address: number, size: number): number {
  if ((address & (size - 1)) !== 0) throw unaligned(region, address >>> 0, false);
  try {
    return region.device.read(region.offsetOf(address), size);
  } catch (error) {
    throw asBusFault(error, address >>> 0, false);
  }
}
function writeDevice(region: DeviceRegion, address: number, size: number, value: number): void {
  if ((address & (size - 1)) !== 0) throw unaligned(region, address >>> 0, true);
  try {
    region.device.write(region.offsetOf(address), value, size);
  } catch (error) {
    throw asBusFault(error, address >>> 0, true);
  }
}

/** The word, halfword or byte of the target that holds an alias word's bit, and the bit in it. */
function bitOf(region: Region, offset: number, size: number): { address: number; bit: number } {
  const byte = region.target + Math.floor(offset / 32);
  const address = byte - (byte % size);
  return { address, bit: (byte - address) * 8 + ((offset >> 2) & 7) };
}

function refusal(region: Region): string {
  return `'${region.name}' is protected against being read`;
}
function unmapped(at: number, write: boolean): BusFault {
  return new BusFault('unmapped', at, write, 'nothing is mapped there');
}
function unaligned(region: Region, at: number, write: boolean): BusFault {
  return new BusFault('unaligned', at, write, `unaligned access to device '${region.name}'`);
}
function unprivileged(region: Region, at: number, write: boolean): BusFault {
  return new BusFault('unprivileged', at, write, `'${region.name}' is for privileged software only`);
}
function asBusFault(error: unknown, at: number, write: boolean): unknown {
  return error instanceof DeviceFault ? new BusFault('device', at, write, error.message) : error;
}
