import { UsageError } from './errors.js';
import type { Linked } from './link.js';

/**
 * What hangs on an I2C bus, and how whoever is master speaks with it: byte by byte, at the exact instants of the bus. All
 * slaves hear every START and address; those that acknowledged it take part until the next START or STOP.
 *
 * Call order: `start` at the end of the eighth address bit; then `write` at the end of the eighth bit of each byte to the
 * slave, or `read` before the first bit of each byte from it and `acknowledged` after its ninth. Before every byte, STOP and
 * repeated START the master asks `stretching`, and waits while anyone holds SCL low.
 */
export interface I2cSlave {
  /** For logs and messages. */
  readonly name: string;
  /** The addresses of 7 bits it answers to, where it says so: on a bus each is one slave's. */
  readonly addresses?: readonly number[];
  /**
   * A START (or repeated START) with an address of 7 bits. 10-bit addressing shows as the manual's bytes: the header 0b11110xx, and
   * the low byte by `write`. General call is address 0, not `read`.
   * @returns whether it acknowledges
   */
  start(address: number, read: boolean): boolean;
  /** A byte from the master. @returns whether it acknowledges */
  write(byte: number): boolean;
  /** The next byte for the master. Several slaves that answer at once give the AND of their bytes. */
  read(): number;
  /** The master acknowledged the byte read last, or, with NACK, wants no more. */
  acknowledged?(ack: boolean): void;
  /** A STOP on the bus; told to every slave, taking part or not. */
  stop?(): void;
  /** A START on the bus, before its address; told to every slave. */
  started?(): void;
  /** Whether it holds SCL low now. When that ends it calls `released()` of its line. */
  stretching?(): boolean;
}

/** A slave's connection to the bus. */
export interface I2cLine {
  /** The slave holds SCL no longer: the master goes on if no other does. */
  released(): void;
  /** Takes the slave off the bus. */
  detach(): void;
}

/** The handle of an I2C peripheral, as parts and tests use it: `p.device('i2c1') as I2cHost`. */
export interface I2cHost extends Linked {
  /** Puts a slave on the bus. */
  attach(slave: I2cSlave): I2cLine;
  /** The peripheral itself as a slave, for another master; `onRelease` hears when it ends clock stretching. */
  readonly asSlave: I2cSlave;
  onRelease(fn: () => void): void;
}

/** The I2C-bus specification, UM10204 3.1.12: the others of the 7 bits are reserved. */
const [LOWEST, HIGHEST] = [0x08, 0x77];
const text = (address: number) => `0x${address.toString(16).padStart(2, '0')}`;

/**
 * A slave is about to be put on a bus where `others` are.
 * @throws UsageError when its addresses cannot be, or are another's
 */
export function checkAddresses(slave: I2cSlave, others: Iterable<I2cSlave>): void {
  const { name, addresses = [] } = slave;
  for (const address of addresses) {
    if (!(Number.isInteger(address) && address >= LOWEST && address <= HIGHEST)) {
      const eight = address > HIGHEST && address <= 0xff ? `; ${text(address)} with R/W is ${text(address >> 1)}` : '';
      throw new UsageError({
        what: `'${name}' cannot have the I2C address ${Number.isInteger(address) ? text(address) : address}`,
        remedy: `addresses have 7 bits, without R/W: ${text(LOWEST)} to ${text(HIGHEST)}${eight}`,
      });
    }
  }
  for (const other of others) {
    const both = addresses.find((address) => other.addresses?.includes(address));
    if (both === undefined) continue;
    throw new UsageError({
      what: `'${other.name}' and '${name}' both have the I2C address ${text(both)} of one bus`,
      remedy: 'give one of them another address, or put it on another bus',
    });
  }
}
