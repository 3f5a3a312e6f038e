import type { DeviceProblem } from '../device.js';
import { defineDevice } from '../device.js';
import { fakeCpu } from '../fake-cpu.js';
import { checkAddresses, type I2cSlave } from '../i2c-link.js';
import type { I2sPeer } from '../i2s-link.js';
import { Machine } from '../machine.js';
import type { Net } from '../net.js';
import type { PartType } from '../part.js';
import { Rational } from '../rational.js';
import type { SpiSlave } from '../spi-link.js';

/** For tests of parts: a machine with buses whose master is the test, and pins. */
export class PartBench<T extends object> {
  readonly machine: Machine;
  readonly part: T;
  /** What the part put on the buses. */
  readonly spi: SpiSlave[] = [];
  readonly i2c: I2cSlave[] = [];
  readonly i2s: I2sPeer[] = [];
  readonly problems: DeviceProblem[] = [];
  /** How often a slave said that it holds SCL no longer. */
  released = 0;

  constructor(part: PartType<T>) {
    const bus = defineDevice({
      name: 'buses',
      size: 4,
      setup: (d) => {
        for (const port of ['A', 'B', 'C', 'D', 'E']) for (let pin = 0; pin < 16; pin++) d.net(`P${port}${pin}`);
        const put = <S>(list: S[], slave: S) => {
          list.push(slave);
          return () => void list.splice(list.indexOf(slave), 1);
        };
        return {
          links: ['spi', 'i2c', 'i2s'],
          attach: (slave: SpiSlave | I2cSlave) => {
            if ('start' in slave) checkAddresses(slave, this.i2c);
            if ('start' in slave) return { detach: put(this.i2c, slave), released: () => void this.released++ };
            return put(this.spi, slave);
          },
          attachI2s: (peer: I2sPeer) => put(this.i2s, peer),
        };
      },
    });
    this.machine = new Machine({
      name: 'bench',
      cpu: fakeCpu(() => 1),
      hertz: 1_000_000,
      memories: {},
      devices: { bus: { address: 0x4000_0000, device: bus } },
      parts: { part },
    });
    this.machine.on('misuse', (report) => this.problems.push(report));
    this.part = this.machine.handle('part') as T;
  }

  pin(name: string): Net {
    return this.machine.pin(name);
  }
  drive(pin: string, drive: 'high' | 'low' | 'none' | 'pull-up' | 'pull-down'): void {
    this.machine.pinDriver(pin).set(drive);
  }
  run(nanoseconds: number): void {
    this.machine.runFor(Rational.of(nanoseconds, 1_000_000_000));
  }

  /** A write on the I2C bus. @returns the acknowledges: address, then bytes up to the first that was refused */
  i2cWrite(address: number, bytes: readonly number[], stop = true): boolean[] {
    for (const slave of this.i2c) slave.started?.();
    const taking = this.i2c.filter((slave) => slave.start(address, false));
    const acks = [taking.length > 0];
    for (const byte of bytes) {
      if (!acks.at(-1)) break;
      acks.push(taking.map((slave) => slave.write(byte)).some(Boolean));
    }
    if (stop) for (const slave of this.i2c) slave.stop?.();
    return acks;
  }
  /** A read of `count` bytes, the last of them with NACK; undefined where nobody answers. */
  i2cRead(address: number, count: number): number[] | undefined {
    for (const slave of this.i2c) slave.started?.();
    const taking = this.i2c.filter((slave) => slave.start(address, true));
    const bytes: number[] = [];
    for (let i = 0; i < count && taking.length > 0; i++) {
      bytes.push(taking.reduce((all, slave) => all & slave.read(), 0xff));
      for (const slave of taking) slave.acknowledged?.(i < count - 1);
    }
    for (const slave of this.i2c) slave.stop?.();
    return taking.length > 0 ? bytes : undefined;
  }

  /** Words on the SPI bus; chip select is the test's own. @returns what came on MISO, 0xff where nobody drove it */
  spiTransfer(words: readonly number[], bits = 8): number[] {
    return words.map((word) => {
      const frame = { bits, mode: 0, bitNs: 100, mosi: word } as const;
      const taking = this.spi.filter((slave) => slave.selected());
      const answers = taking.map((slave) => slave.begin(frame)).filter((answer) => answer !== undefined);
      for (const slave of taking) slave.end(word, frame);
      return answers.reduce((all, answer) => all & answer, (1 << bits) - 1);
    });
  }
}
