import type { Bus } from './bus.js';
import { BusFault } from './bus-fault.js';
import type { BusMaster } from './device.js';

/**
 * The bus as a DMA controller sees it: what lies beside the core, bit-band aliases (the core's own, too) and memories without
 * `dma` are not there.
 */
export class DmaPort implements BusMaster {
  readonly #bus: Bus;
  readonly #stored: (address: number, length: number) => void;

  /** `stored` hears of every store, before it is made. */
  constructor(bus: Bus, stored: (address: number, length: number) => void = () => {}) {
    this.#bus = bus;
    this.#stored = stored;
  }
  read(address: number, size: 1 | 2 | 4): number | undefined {
    if (!this.#reaches(address)) return undefined;
    try {
      return this.#bus.read(address, size);
    } catch (error) {
      return refused(error);
    }
  }
  write(address: number, size: 1 | 2 | 4, value: number): boolean {
    if (!this.#reaches(address)) return false;
    this.#stored(address, size);
    try {
      this.#bus.write(address, size, value);
      return true;
    } catch (error) {
      refused(error);
      return false;
    }
  }

  load(address: number, length: number): Uint8Array | undefined {
    return this.#isMemory(address, length, false) ? this.#bus.bytes(address, length) : undefined;
  }
  store(address: number, bytes: Uint8Array): boolean {
    if (!this.#isMemory(address, bytes.length, true)) return false;
    this.#stored(address, bytes.length);
    this.#bus.fill(address, bytes);
    return true;
  }

  /** Whether all of a stretch is memory that answers without side effects, unwatched. */
  #isMemory(address: number, length: number, write: boolean): boolean {
    if (this.#bus.isWatched) return false;
    const end = address + length;
    for (let at = address; at < end; ) {
      const region = this.#bus.regionAt(at);
      const memory = region?.memory;
      if (region === undefined || !memory || region.core || memory.options.dma === false) return false;
      if (memory.access !== 'open' || (write && (!memory.isRam || memory.onStore !== undefined))) return false;
      at = region.end;
    }
    return end <= 2 ** 32;
  }

  #reaches(address: number): boolean {
    const region = this.#bus.regionAt(address);
    if (region === undefined || region.core) return false;
    return region.kind === 'device' || (region.kind === 'memory' && region.memory?.options.dma !== false);
  }
}

function refused(error: unknown): undefined {
  if (error instanceof BusFault) return undefined;
  throw error;
}
