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
export interface I2cHost {
  /** Puts a slave on the bus. */
  attach(slave: I2cSlave): I2cLine;
  /** The peripheral itself as a slave, for another master; `onRelease` hears when it ends clock stretching. */
  readonly asSlave: I2cSlave;
  onRelease(fn: () => void): void;
}
