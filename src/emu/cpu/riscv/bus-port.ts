import { ACCESS, type CpuBus } from '../../bus-access.js';
import { BusFault } from '../../bus-fault.js';
import type { EngineHost } from '../../isa/cold-engine.js';

/** A memory access raises an exception; `address` becomes mtval. The hart adds whether an AMO made it. */
export class AccessException extends Error {
  readonly kind: 'fetch' | 'load' | 'store';
  readonly address: number;
  /** Misaligned, as opposed to refused by the bus. */
  readonly misaligned: boolean;

  constructor(kind: AccessException['kind'], address: number, misaligned: boolean) {
    super(`${kind} ${misaligned ? 'misaligned' : 'access fault'} at ${(address >>> 0).toString(16)}`);
    this.kind = kind;
    this.address = address >>> 0;
    this.misaligned = misaligned;
  }
}

/**
 * What the engine does not do itself: devices, faults, accesses across pages. Misaligned accesses to memory are done in
 * hardware, as on QEMU's `virt`; devices refuse them with an access fault (Priv 3.6.3.3 leaves both to the platform).
 */
export class BusPort implements Omit<EngineHost, 'helpers'> {
  readonly #bus: CpuBus;

  constructor(bus: CpuBus) {
    this.#bus = bus;
  }

  load(address: number, size: number, flags: number): number {
    if ((flags & ACCESS.aligned) !== 0 && (address & (size - 1)) !== 0)
      throw new AccessException('load', address, true);
    try {
      return this.#bus.read(address, size, flags);
    } catch (error) {
      throw refused(error, 'load');
    }
  }
  codeAt(address: number): number | undefined {
    return this.#bus.codeAt(address);
  }
  constantWord(address: number): number | undefined {
    return this.#bus.constantWord(address);
  }
  store(address: number, value: number, size: number, flags: number): void {
    if ((flags & ACCESS.aligned) !== 0 && (address & (size - 1)) !== 0)
      throw new AccessException('store', address, true);
    try {
      this.#bus.write(address, size, value, flags);
    } catch (error) {
      throw refused(error, 'store');
    }
  }
  load64(address: number, flags: number): bigint {
    const low = BigInt(this.load(address, 4, flags) >>> 0);
    return BigInt.asIntN(64, (BigInt(this.load(address + 4, 4, flags) >>> 0) << 32n) | low);
  }
  store64(address: number, value: bigint, flags: number): void {
    this.store(address, Number(BigInt.asIntN(32, value)), 4, flags);
    this.store(address + 4, Number(BigInt.asIntN(32, value >> 32n)), 4, flags);
  }
  fetch16(address: number): number {
    try {
      return this.#bus.fetch16(address);
    } catch (error) {
      throw refused(error, 'fetch');
    }
  }
  codeDecoded(address: number, length: number): void {
    this.#bus.codeDecoded(address, length);
  }
}

function refused(error: unknown, kind: AccessException['kind']): unknown {
  return error instanceof BusFault ? new AccessException(kind, error.address, false) : error;
}
