import type { Attachments } from '../../../attachments.js';
import type { I2cSlave } from '../../../i2c-link.js';

export interface BusState {
  /** A bit for each attached slave that acknowledged the address. */
  readonly taking: Int32Array;
}

/** The slaves on the bus, their answers wired together: open-drain lines make an AND of all of them. */
export class I2cBus {
  readonly #slaves: Attachments<I2cSlave>;
  readonly #state: BusState;
  /** Whether SCL and SDA reach pins: without them nobody hears anything. */
  readonly #wired: () => boolean;

  constructor(slaves: Attachments<I2cSlave>, state: BusState, wired: () => boolean) {
    this.#slaves = slaves;
    this.#state = state;
    this.#wired = wired;
  }

  started(): void {
    this.#state.taking[0] = 0;
    if (this.#wired()) for (const slave of this.#slaves) slave.started?.();
  }
  /** @returns whether anybody acknowledged */
  address(byte: number): boolean {
    if (!this.#wired()) return false;
    let taking = 0;
    let index = 0;
    for (const slave of this.#slaves) {
      if (slave.start(byte >> 1, (byte & 1) === 1)) taking |= 1 << index;
      index++;
    }
    this.#state.taking[0] = taking;
    return taking !== 0;
  }
  /** @returns whether anybody acknowledged */
  write(byte: number): boolean {
    let any = false;
    for (const slave of this.#taking()) if (slave.write(byte)) any = true;
    return any;
  }
  read(): number {
    let byte = 0xff;
    for (const slave of this.#taking()) byte &= slave.read();
    return byte;
  }
  acknowledged(ack: boolean): void {
    for (const slave of this.#taking()) slave.acknowledged?.(ack);
  }
  stop(): void {
    this.#state.taking[0] = 0;
    if (this.#wired()) for (const slave of this.#slaves) slave.stop?.();
  }
  /** Somebody holds SCL low. */
  get stretched(): boolean {
    if (!this.#wired()) return false;
    for (const slave of this.#slaves) if (slave.stretching?.()) return true;
    return false;
  }

  *#taking(): Generator<I2cSlave> {
    const taking = this.#state.taking[0]!;
    if (taking === 0) return;
    let index = 0;
    for (const slave of this.#slaves) if ((taking >>> index++) & 1) yield slave;
  }
}
