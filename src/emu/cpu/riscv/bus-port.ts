import { ACCESS, type CpuBus } from '../../bus-access.js';
import { BusFault } from '../../bus-fault.js';
import type { EngineHost } from '../../isa/cold-engine.js';
import type { SoftTlb } from '../../isa/soft-tlb.js';
import { AccessException } from './access-exception.js';
import type { AddressSpace } from './address-space.js';
import { NO_ACCESS } from './mmu.js';
import { RIGHT } from './pmp.js';

const PAGE = 4096;
const SPACE = 2 ** 32;

/**
 * What the engine does not do itself: devices, faults, accesses across pages, and whatever is translated or protected. Devices
 * refuse misaligned accesses with an access fault (Priv 3.6.3.3 leaves that to the platform). Addresses are a low and, on
 * RV64, a high word.
 */
export class BusPort implements Omit<EngineHost, 'helpers' | 'codeDecoded' | 'walked'> {
  readonly #bus: CpuBus;
  readonly #exception = new AccessException();
  readonly #traps: boolean;
  readonly #space: AddressSpace;
  /** Where pages are shown to the engine. */
  readonly #tlb: SoftTlb | undefined;

  /** `traps`: misaligned accesses raise an exception wherever they go. */
  constructor(bus: CpuBus, space: AddressSpace, tlb: SoftTlb | undefined, traps: boolean) {
    this.#bus = bus;
    this.#space = space;
    this.#tlb = tlb;
    this.#traps = traps;
  }

  load(address: number, size: number, flags: number, high = 0): number {
    if ((address & (size - 1)) !== 0) {
      if (this.#traps || (flags & ACCESS.aligned) !== 0) throw this.#exception.of('load', 'misaligned', address, high);
      if (this.#space.dataKey !== 0 && (address & (PAGE - 1)) + size > PAGE)
        return this.#loadAcross(address, size, high);
    }
    const physical = this.#physical(address, size, high, RIGHT.read, 'load');
    const value = this.#read(physical, size, address, high);
    if (this.#space.dataKey !== 0) this.#space.shown(this.#tlb!, address, high, physical);
    return value;
  }
  store(address: number, value: number, size: number, flags: number, high = 0): void {
    if ((address & (size - 1)) !== 0) {
      if (this.#traps || (flags & ACCESS.aligned) !== 0) throw this.#exception.of('store', 'misaligned', address, high);
      if (this.#space.dataKey !== 0 && (address & (PAGE - 1)) + size > PAGE) {
        this.#storeAcross(address, BigInt(value >>> 0), size, high);
        return;
      }
    }
    const physical = this.#physical(address, size, high, RIGHT.write, 'store');
    const before = this.#tlb?.changes;
    this.#write(physical, size, value, address, high);
    if (this.#space.dataKey === 0) return;
    // the store may have changed the very tables that led here
    if (this.#tlb!.changes === before) this.#space.shown(this.#tlb!, address, high, physical);
  }
  /** As one access: it is let through as a whole, or not at all. */
  load64(address: number, flags: number, high = 0): bigint {
    if ((address & 7) !== 0) {
      if (this.#traps || (flags & ACCESS.aligned) !== 0) throw this.#exception.of('load', 'misaligned', address, high);
      if ((address & (PAGE - 1)) + 8 > PAGE) return this.#load64Across(address, high);
    }
    const physical = this.#physical(address, 8, high, RIGHT.read, 'load');
    const low = this.#read(physical, 4, address, high);
    const top = this.#read(physical + 4, 4, address, high);
    if (this.#space.dataKey !== 0) this.#space.shown(this.#tlb!, address, high, physical);
    return BigInt.asIntN(64, (BigInt(top >>> 0) << 32n) | BigInt(low >>> 0));
  }
  store64(address: number, value: bigint, flags: number, high = 0): void {
    if ((address & 7) !== 0) {
      if (this.#traps || (flags & ACCESS.aligned) !== 0) throw this.#exception.of('store', 'misaligned', address, high);
      if ((address & (PAGE - 1)) + 8 > PAGE) {
        this.#storeAcross(address, BigInt.asUintN(64, value), 8, high);
        return;
      }
    }
    const physical = this.#physical(address, 8, high, RIGHT.write, 'store');
    const before = this.#tlb?.changes;
    this.#write(physical, 4, Number(BigInt.asIntN(32, value)), address, high);
    this.#write(physical + 4, 4, Number(BigInt.asIntN(32, value >> 32n)), address, high);
    if (this.#space.dataKey === 0) return;
    if (this.#tlb!.changes === before) this.#space.shown(this.#tlb!, address, high, physical);
  }

  fetch16(address: number, carry = 0): number {
    const high = this.#space.pcHigh + carry;
    const physical = this.#space.translateFetch(address, high);
    if (physical < 0 || physical >= SPACE) throw this.#refused(physical, 'fetch', address, high);
    try {
      return this.#bus.fetch16(physical);
    } catch (error) {
      throw this.#busRefused(error, 'fetch', address, high);
    }
  }
  codeAt(address: number): number | undefined {
    const physical = this.#space.peekFetch(address);
    return physical < 0 || physical >= SPACE ? undefined : this.#bus.codeAt(physical);
  }
  constantWord(address: number): number | undefined {
    return this.#space.codeKey === 0 ? this.#bus.constantWord(address) : undefined;
  }
  codeAddress(address: number, carry: number): number {
    const physical = this.#space.codePlace(address, carry);
    return physical < SPACE ? physical : NO_ACCESS;
  }
  get walked(): readonly number[] {
    return this.#space.walked;
  }

  #physical(address: number, size: number, high: number, right: number, kind: 'load' | 'store'): number {
    const physical = this.#space.translateData(address, high, size, right);
    if (physical < 0 || physical >= SPACE) throw this.#refused(physical, kind, address, high);
    return physical;
  }
  #read(physical: number, size: number, address: number, high: number): number {
    try {
      return this.#bus.read(physical, size);
    } catch (error) {
      throw this.#busRefused(error, 'load', address, high);
    }
  }
  #write(physical: number, size: number, value: number, address: number, high: number): void {
    try {
      this.#bus.write(physical, size, value);
    } catch (error) {
      throw this.#busRefused(error, 'store', address, high);
    }
  }

  /** A misaligned load over two pages: byte by byte, each with its own translation. */
  #loadAcross(address: number, size: number, high: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value |= this.load(address + i, 1, 0, highOf(address, i, high)) << (8 * i);
    return value;
  }
  #load64Across(address: number, high: number): bigint {
    const low = this.#loadAcross(address, 4, high);
    const top = this.#loadAcross(address + 4, 4, highOf(address, 4, high));
    return BigInt.asIntN(64, (BigInt(top >>> 0) << 32n) | BigInt(low >>> 0));
  }
  /** The same for a store: both pages are asked before the first byte is written. */
  #storeAcross(address: number, value: bigint, size: number, high: number): void {
    const places = Array.from({ length: size }, (_, i) =>
      this.#physical(address + i, 1, highOf(address, i, high), RIGHT.write, 'store'),
    );
    for (const [i, place] of places.entries()) {
      this.#write(place, 1, Number((value >> BigInt(8 * i)) & 0xffn), address + i, highOf(address, i, high));
    }
  }

  #refused(result: number, kind: AccessException['kind'], address: number, high: number): AccessException {
    return this.#exception.of(kind, result === -1 ? 'page' : 'access', address, high);
  }
  #busRefused(error: unknown, kind: AccessException['kind'], address: number, high: number): unknown {
    return error instanceof BusFault ? this.#exception.of(kind, 'access', address, high) : error;
  }
}

/** The high word of an address that lies `offset` behind another. */
function highOf(address: number, offset: number, high: number): number {
  return (address >>> 0) + offset >= SPACE ? (high + 1) | 0 : high;
}
