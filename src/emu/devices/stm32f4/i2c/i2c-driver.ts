import type { I2cSlave } from '../../../i2c-link.js';
import type { Log } from '../../../log.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { Clock } from '../../../time.js';

export interface I2cDriveOptions {
  /** Rate of SCL; 100 kHz if not given. */
  readonly hertz?: number;
  /** Ends with a STOP; true if not given. Without it the next transfer begins with a repeated START. */
  readonly stop?: boolean;
}

/** One transfer of a test; it goes on as the machine runs. */
export interface I2cDrive {
  readonly done: boolean;
  /** The address was acknowledged. */
  readonly acknowledged: boolean;
  /** Bytes written that were acknowledged. */
  readonly accepted: number;
  /** Bytes read so far. */
  readonly received: readonly number[];
}

export interface DriverState {
  /** An operation is on the wire. */
  readonly driving: Int32Array;
  /** A NACK came: what is left until STOP is not done. */
  readonly driverSkips: Int32Array;
  /** The byte that is being read. */
  readonly driverByte: Int32Array;
  /** Between START and STOP. */
  readonly driverInside: Int32Array;
}

/** Operations of the queue, each with a value and the length of a bit in ns. */
const OPERATION = { start: 0, address: 1, write: 2, read: 3, readLast: 4, stop: 5 } as const;
/** Answers of operations that were not done. */
const SKIPPED = -1;
/** Bits that an operation takes. */
const BITS = [1, 9, 9, 9, 9, 1];

/** A master outside the chip, which speaks with the port in slave mode: a queue of operations, in the logs alone. */
export class I2cDriver {
  readonly #slave: I2cSlave;
  readonly #state: DriverState;
  readonly #queue: Log;
  /** An answer for each operation that is over: ACK or the byte read. */
  readonly #answers: Log;
  readonly #event: TimedEvent;
  readonly #busy: () => boolean;

  constructor(
    slave: I2cSlave,
    state: DriverState,
    d: {
      log(name: string, options: { width: number }): Log;
      event(name: string, fire: () => void, clock: Clock): TimedEvent;
      clockNamed(name: string): Clock;
    },
    busy: () => boolean,
  ) {
    this.#slave = slave;
    this.#state = state;
    this.#busy = busy;
    this.#queue = d.log('driven', { width: 3 });
    this.#answers = d.log('answers', { width: 1 });
    this.#event = d.event('driver', () => this.#over(), d.clockNamed('ns'));
  }

  /** Addresses from 0x80 to 0x3ff are of 10 bits. */
  drive(address: number, bytes: readonly number[], reads: number, options: I2cDriveOptions): I2cDrive {
    const bitNs = 1e9 / (options.hertz ?? 100_000);
    const first = this.#queue.length;
    const put = (operation: number, value = 0) => this.#queue.append(operation, value, bitNs);
    const wide = address > 0x7f;
    const header = wide ? 0xf0 | ((address >> 7) & 6) : address << 1;
    put(OPERATION.start);
    if (bytes.length > 0 || reads === 0 || wide) {
      put(OPERATION.address, header);
      if (wide) put(OPERATION.write, address & 0xff);
      for (const byte of bytes) put(OPERATION.write, byte);
      if (reads > 0) put(OPERATION.start);
    }
    if (reads > 0) put(OPERATION.address, header | 1);
    for (let i = 0; i < reads; i++) put(i === reads - 1 ? OPERATION.readLast : OPERATION.read);
    if (options.stop ?? true) put(OPERATION.stop);
    const last = this.#queue.length;
    this.resume();
    return this.#view(first, last, wide ? 1 : 0);
  }

  #view(first: number, last: number, extra: number): I2cDrive {
    const [queue, answers] = [this.#queue, this.#answers];
    const of = (...operations: number[]) => {
      const found: number[] = [];
      for (let i = first; i < Math.min(last, answers.length); i++) {
        if (operations.includes(queue.at(i)!)) found.push(answers.at(i)!);
      }
      return found;
    };
    return {
      get done() {
        return answers.length >= last;
      },
      get acknowledged() {
        const answered = of(OPERATION.address);
        return answered.length > 0 && answered.every((answer) => answer === 1);
      },
      get accepted() {
        return Math.max(0, of(OPERATION.write).filter((answer) => answer === 1).length - extra);
      },
      get received() {
        return of(OPERATION.read, OPERATION.readLast).filter((answer) => answer !== SKIPPED);
      },
    };
  }

  #entry(part: number): number {
    return this.#queue.at(this.#answers.length, part)!;
  }

  /** Goes on: the bus is free, SCL is released, or there is something new. */
  resume(): void {
    if (this.#state.driving[0] !== 0) return;
    while (this.#answers.length < this.#queue.length) {
      const operation = this.#entry(0);
      if (this.#state.driverSkips[0] !== 0 && operation !== OPERATION.stop) {
        this.#answers.append(SKIPPED);
        continue;
      }
      this.#begin(operation);
      return;
    }
  }

  #begin(operation: number): void {
    const { driving, driverByte, driverInside } = this.#state;
    if (operation === OPERATION.start && driverInside[0] === 0 && this.#busy()) return;
    if (operation !== OPERATION.start || driverInside[0] !== 0) {
      if (this.#slave.stretching?.()) return;
    }
    driving[0] = 1;
    if (operation === OPERATION.read || operation === OPERATION.readLast) driverByte[0] = this.#slave.read();
    this.#event.after(Math.round(BITS[operation]! * this.#entry(2)));
  }

  #over(): void {
    const { driving, driverSkips } = this.#state;
    driving[0] = 0;
    const operation = this.#entry(0);
    const answer = this.#do(operation, this.#entry(1));
    this.#answers.append(answer);
    if (answer === 0 && (operation === OPERATION.address || operation === OPERATION.write)) driverSkips[0] = 1;
    this.resume();
  }

  #do(operation: number, value: number): number {
    const { driverByte, driverSkips, driverInside } = this.#state;
    switch (operation) {
      case OPERATION.start:
        driverInside[0] = 1;
        this.#slave.started?.();
        return 1;
      case OPERATION.address:
        return this.#slave.start(value >> 1, (value & 1) === 1) ? 1 : 0;
      case OPERATION.write:
        return this.#slave.write(value) ? 1 : 0;
      case OPERATION.stop:
        driverSkips[0] = 0;
        driverInside[0] = 0;
        this.#slave.stop?.();
        return 1;
      default: {
        const byte = driverByte[0]!;
        this.#slave.acknowledged?.(operation === OPERATION.read);
        return byte;
      }
    }
  }
}
