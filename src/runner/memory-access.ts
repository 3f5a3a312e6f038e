/** `board.memory`: the guest's memory by address or symbol. */

import { hex } from '../emu/bits.js';
import { BusFault } from '../emu/bus-fault.js';
import { UsageError } from '../emu/errors.js';
import type { MachineBench } from './machine-bench.js';

/** An address, or the name of a variable or function of the firmware. */
export type Where = number | string;

/**
 * Looks at memory as a debugger does: reading a device's register has no effects, and nothing takes time. Writing one, or its bit-band
 * alias, is a bus access.
 */
export class MemoryAccess {
  readonly #bench: MachineBench;

  constructor(bench: MachineBench) {
    this.#bench = bench;
  }
  read8(where: Where): number {
    return this.#read(where, 1);
  }
  read16(where: Where): number {
    return this.#read(where, 2);
  }
  /** Unsigned. */
  read32(where: Where): number {
    return this.#read(where, 4);
  }
  write8(where: Where, value: number): void {
    this.#write(where, 1, value);
  }
  write16(where: Where, value: number): void {
    this.#write(where, 2, value);
  }
  write32(where: Where, value: number): void {
    this.#write(where, 4, value);
  }
  /** A copy of `length` bytes. */
  bytes(where: Where, length: number): Uint8Array {
    const address = this.#bench.addressOf(where);
    this.#mustBeMemory(address);
    return this.#bench.readBytes(address, length);
  }
  /** Stores bytes, into flash and ROM too. */
  write(where: Where, bytes: Uint8Array): void {
    const address = this.#bench.addressOf(where);
    this.#mustBeMemory(address);
    this.#bench.machine.bus.fill(address, bytes);
  }

  #read(where: Where, size: 1 | 2 | 4): number {
    const address = this.#bench.addressOf(where);
    const value = this.#bench.protect(() => this.#bench.machine.bus.peek(address, size));
    if (value === undefined) this.#nothingAt(address);
    return value >>> 0;
  }

  #write(where: Where, size: 1 | 2 | 4, value: number): void {
    const address = this.#bench.addressOf(where);
    const { bus } = this.#bench.machine;
    const region = bus.regionAt(address);
    if (region === undefined) this.#nothingAt(address);
    // Everything but memory (registers, bit-band aliases) takes part in what is written to it.
    if (region.memory) this.#bench.protect(() => bus.poke(address, size, value));
    else this.#access(address, () => bus.write(address, size, value));
  }

  /** A bus access, which the chip may refuse; no core takes the fault then. */
  #access(address: number, fn: () => void): void {
    this.#bench.protect(() => {
      try {
        fn();
      } catch (error) {
        if (!(error instanceof BusFault)) throw error;
        throw new UsageError({
          what: `the chip answers with a bus error: ${error.message}`,
          where: `board '${this.#bench.machine.name}', board.memory at ${hex(address)}`,
          remedy:
            'make the access that the firmware would have to make; bytes of flash are stored by board.memory.write',
        });
      }
    });
  }

  #mustBeMemory(address: number): void {
    if (!this.#bench.machine.bus.regionAt(address)?.memory) this.#nothingAt(address);
  }
  #nothingAt(address: number): never {
    const device = this.#bench.machine.bus.regionAt(address)?.device?.name;
    if (device !== undefined) {
      throw new UsageError({
        what: `${hex(address)} is no memory: the device '${device}' is there, and what it holds there cannot be looked at`,
        where: `board '${this.#bench.machine.name}'`,
        remedy: `ask its handle, board.${device}, or let the firmware read it`,
      });
    }
    const remedy = 'check the address, or give the name of a variable';
    throw new UsageError({
      what: `there is no memory at ${hex(address)}`,
      where: `board '${this.#bench.machine.name}'`,
      remedy,
    });
  }
}
