import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { sifiveI2c } from './i2c.js';

const [LOW, HIGH, CONTROL, DATA, COMMAND] = [0x00, 0x04, 0x08, 0x0c, 0x10];
const [STA, STO, RD, WR, NACK, IACK] = [0x80, 0x40, 0x20, 0x10, 0x08, 0x01];
const [RXACK, BUSY, TIP, IF] = [0x80, 0x40, 0x02, 0x01];
/** prescale 31: a bit takes 160 clocks, 100 kHz at 16 MHz. */
const BIT = 160;

/** A memory at 0x50: the first byte written is the place, the others go there. */
function bus() {
  const i2c = new DeviceHarness(sifiveI2c({ pins: 'I2C0' }), { name: 'i2c0' });
  const log: (string | number)[] = [];
  const cells = [0x11, 0x22, 0x33];
  let [at, holds] = [0, false];
  const line = i2c.handle.attach({
    name: 'memory',
    addresses: [0x50],
    start: (address, read) => {
      if (address === 0x50) log.push(read ? 'read' : 'write');
      return address === 0x50;
    },
    write: (byte) => {
      log.push(byte);
      at = byte;
      return true;
    },
    read: () => cells[at++]!,
    acknowledged: (ack) => log.push(ack ? 'ack' : 'nack'),
    stop: () => log.push('stop'),
    stretching: () => holds,
  });
  i2c.write(LOW, 31);
  i2c.write(HIGH, 0);
  i2c.write(CONTROL, 0x80);
  const hold = (on: boolean) => {
    holds = on;
    if (!on) line.released();
  };
  /** Runs a command, and gives the bits that it took. */
  const command = (bits: number, data?: number) => {
    if (data !== undefined) i2c.write(DATA, data);
    i2c.write(COMMAND, bits);
    let clocks = 0;
    for (; i2c.read(COMMAND) & TIP && clocks < 100 * BIT; clocks++) i2c.run(1);
    return clocks / BIT;
  };
  return Object.assign(i2c, { log, command, hold });
}

describe('OpenCores I2C master (FE310 21)', () => {
  test('reset values', () => {
    const i2c = new DeviceHarness(sifiveI2c());
    expect([LOW, HIGH, CONTROL, DATA, COMMAND].map((offset) => i2c.read(offset))).toEqual([0xff, 0xff, 0, 0, 0]);
  });

  test('an address, a byte, a repeated start, two bytes back, STOP', () => {
    const i2c = bus();
    // START is a bit, a byte nine
    expect(i2c.command(STA | WR, 0xa0)).toBe(10);
    expect(i2c.read(COMMAND)).toBe(BUSY | IF);
    expect(i2c.pinFunction('I2C0_SDA').output).toBe('low');
    i2c.command(WR, 1);
    i2c.command(STA | WR, 0xa1);
    expect(i2c.command(RD)).toBe(9);
    expect(i2c.read(DATA)).toBe(0x22);
    expect(i2c.command(RD | NACK | STO)).toBe(10);
    expect([i2c.read(DATA), i2c.read(COMMAND)]).toEqual([0x33, IF]);
    expect(i2c.log).toEqual(['write', 1, 'read', 'ack', 'nack', 'stop']);
    expect(i2c.pinFunction('I2C0_SDA').output).toBe('high');
  });

  test('nobody acknowledges another address', () => {
    const i2c = bus();
    i2c.command(STA | WR, 0x90);
    expect(i2c.read(COMMAND)).toBe(RXACK | BUSY | IF);
    i2c.command(STO);
    expect(i2c.read(COMMAND)).toBe(RXACK | IF);
  });

  test('the flag interrupts while IEN is set, until it is acknowledged', () => {
    const i2c = bus();
    i2c.write(CONTROL, 0xc0);
    i2c.command(STA | WR, 0xa0);
    expect(i2c.signal('irq').level).toBe(1);
    i2c.write(COMMAND, IACK);
    expect([i2c.signal('irq').level, i2c.read(COMMAND)]).toEqual([0, BUSY]);
  });

  test('a slave that holds SCL makes the master wait', () => {
    const i2c = bus();
    i2c.command(STA | WR, 0xa0);
    i2c.hold(true);
    i2c.write(DATA, 2);
    i2c.write(COMMAND, WR);
    i2c.run(100 * BIT);
    expect(i2c.read(COMMAND) & TIP).toBe(TIP);
    i2c.hold(false);
    i2c.run(9 * BIT);
    expect(i2c.read(COMMAND)).toBe(BUSY | IF);
  });

  test('commands without EN, or during a transfer, are lost, and said', () => {
    const i2c = bus();
    i2c.write(COMMAND, STA | WR);
    i2c.write(COMMAND, WR);
    i2c.write(CONTROL, 0);
    i2c.write(COMMAND, STA | WR);
    expect(i2c.problems.map(({ rule }) => rule)).toEqual(['sequence', 'sequence']);
  });

  test('no state escapes', () => {
    const escaped = checkDeviceState(sifiveI2c(), (i2c) => {
      i2c.write(LOW, 1);
      i2c.write(HIGH, 0);
      i2c.write(CONTROL, 0x80);
      i2c.write(DATA, 0xa0);
      i2c.write(COMMAND, STA | WR | STO);
      i2c.run(55);
      return i2c.read(COMMAND);
    });
    expect(escaped).toBeUndefined();
  });
});
