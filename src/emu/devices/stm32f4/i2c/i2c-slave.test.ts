import { describe, expect, it } from 'vitest';
import {
  ACK,
  ALERT,
  BIT,
  BYTE,
  clearAddress,
  ENARP,
  ENGC,
  ENPEC,
  flags,
  NOSTRETCH,
  PE,
  PEC,
  port,
  REG,
  SMBTYPE,
  SMBUS,
  STOP,
} from './i2c-harness.js';
import { pecAfter } from './i2c-pec.js';
import { SR1, SR2 } from './i2c-registers.js';

const { CR1, DR, OAR1, OAR2, SR1: STATUS1, SR2: STATUS2 } = REG;

/** Events of ST's standard library. */
const EVENT = {
  receiverMatched: 0x0002_0002,
  transmitterMatched: 0x0006_0082,
  received: 0x0002_0040,
  transmitting: 0x0006_0080,
  transmitted: 0x0006_0084,
  stopDetected: 0x0000_0010,
  ackFailure: 0x0000_0400,
} as const;

/** A slave at 0x30. */
function slave(cr1 = 0) {
  const h = port();
  h.write(OAR1, 0x4000 | (0x30 << 1));
  h.write(CR1, PE | ACK | cr1);
  return h;
}

/** The driver's START is a bit long. */
const START_BIT = BIT;

describe('the receiver (RM0090 27.3.2)', () => {
  it('EV1 stretches until ADDR is cleared, EV2 for each byte, EV4 at the end', () => {
    const h = slave();
    const drive = h.handle.asMaster.write(0x30, [0x11, 0x22]);
    h.run(START_BIT);
    expect(flags(h)).toBe(0x0002_0000);
    h.run(BYTE - 1);
    expect(flags(h)).toBe(0x0002_0000);
    h.run(1);
    expect([flags(h), h.pinFunction('I2C1_SCL').output]).toEqual([EVENT.receiverMatched, 'low']);
    h.run(10 * BYTE);
    expect(drive.accepted).toBe(0);
    clearAddress(h);
    expect(h.pinFunction('I2C1_SCL').output).toBe('high');
    h.run(BYTE);
    expect([flags(h), h.read(DR), flags(h)]).toEqual([EVENT.received, 0x11, 0x0002_0000]);
    h.run(BYTE);
    h.read(DR);
    h.run(BIT);
    expect([flags(h), drive.done, drive.accepted, drive.acknowledged]).toEqual([EVENT.stopDetected, true, 2, true]);
    h.read(STATUS1);
    h.write(CR1, PE | ACK);
    expect(flags(h)).toBe(0);
  });

  it('holds SCL with BTF when DR is not read in time', () => {
    const h = slave();
    const drive = h.handle.asMaster.write(0x30, [1, 2, 3]);
    h.run(START_BIT + BYTE);
    clearAddress(h);
    h.run(10 * BYTE);
    expect([flags(h), drive.accepted]).toEqual([EVENT.received | SR1.BTF, 2]);
    expect([h.read(DR), h.read(DR)]).toEqual([1, 2]);
    h.run(BYTE);
    expect(h.read(DR)).toBe(3);
  });

  it('with NOSTRETCH loses a byte instead: OVR', () => {
    const h = slave(NOSTRETCH);
    const drive = h.handle.asMaster.write(0x30, [1, 2]);
    h.run(START_BIT + 4 * BYTE);
    expect([drive.done, h.read(DR), flags(h) & SR1.OVR]).toEqual([true, 1, SR1.OVR]);
  });

  it('refuses bytes without ACK, and its address too', () => {
    const h = slave();
    const drive = h.handle.asMaster.write(0x30, [1, 2]);
    h.run(START_BIT + BYTE);
    clearAddress(h);
    h.write(CR1, PE);
    h.run(10 * BYTE);
    expect([drive.done, drive.accepted]).toEqual([true, 0]);
    const other = h.handle.asMaster.write(0x30, [1]);
    h.run(10 * BYTE);
    expect([other.done, other.acknowledged]).toEqual([true, false]);
  });

  it('lets go of the lines after the byte with STOP (27.6.1)', () => {
    const h = slave();
    const drive = h.handle.asMaster.write(0x30, [1, 2]);
    h.run(START_BIT + BYTE);
    clearAddress(h);
    h.write(CR1, PE | ACK | STOP);
    h.run(BYTE);
    h.read(DR);
    h.run(10 * BYTE);
    expect([drive.done, drive.accepted, h.handle.CR1.STOP]).toEqual([true, 1, 0]);
  });
});

describe('the transmitter (27.3.2)', () => {
  it('EV1, EV3_1, EV3, EV3_2: AF ends it, without STOPF', () => {
    const h = slave();
    const drive = h.handle.asMaster.read(0x30, 2);
    h.run(START_BIT + BYTE);
    expect(flags(h)).toBe(EVENT.transmitterMatched);
    clearAddress(h);
    h.run(10 * BYTE);
    expect([flags(h), drive.received]).toEqual([EVENT.transmitting, []]);
    h.write(DR, 0xaa);
    h.run(1);
    h.write(DR, 0xbb);
    expect(flags(h)).toBe(0x0006_0000);
    h.run(BYTE - 1);
    expect([flags(h), drive.received]).toEqual([EVENT.transmitting, [0xaa]]);
    h.run(BYTE);
    expect(drive.received).toEqual([0xaa, 0xbb]);
    h.run(BIT);
    expect([flags(h), drive.done]).toEqual([EVENT.ackFailure, true]);
  });

  it('sets BTF and stretches when the next byte is not there', () => {
    const h = slave();
    const drive = h.handle.asMaster.read(0x30, 2);
    h.run(START_BIT + BYTE);
    clearAddress(h);
    h.write(DR, 1);
    h.run(20 * BYTE);
    expect([flags(h), drive.received]).toEqual([EVENT.transmitted, [1]]);
    h.write(DR, 2);
    h.run(BYTE + BIT);
    expect([drive.received, drive.done]).toEqual([[1, 2], true]);
  });

  it('with NOSTRETCH sends the old byte again: OVR', () => {
    const h = slave(NOSTRETCH);
    const drive = h.handle.asMaster.read(0x30, 2);
    h.run(START_BIT + BYTE - 1);
    h.run(1);
    h.run(BYTE + 5 * BIT);
    expect(flags(h) & SR1.OVR).toBe(SR1.OVR);
    h.run(20 * BYTE);
    expect([drive.done, drive.received.length]).toEqual([true, 2]);
  });

  it('answers a repeated START after a write', () => {
    const h = slave();
    const drive = h.handle.asMaster.writeRead(0x30, [0x0f], 1);
    h.run(START_BIT + BYTE);
    clearAddress(h);
    h.run(BYTE);
    expect(h.read(DR)).toBe(0x0f);
    h.run(BIT + BYTE);
    expect(flags(h)).toBe(EVENT.transmitterMatched);
    clearAddress(h);
    h.write(DR, 0x6b);
    h.run(BYTE + BIT);
    expect([drive.done, drive.received, drive.accepted]).toEqual([true, [0x6b], 1]);
    expect(h.handle.transactions.map(({ messages }) => messages.map(({ bytes }) => bytes))).toEqual([[[0x0f], [0x6b]]]);
  });
});

describe('addresses (27.3.2, 27.6.3, 27.6.4)', () => {
  const matched = (h: ReturnType<typeof port>, to: number, read = false) => {
    if (read) h.handle.asMaster.read(to, 1);
    else h.handle.asMaster.write(to, []);
    h.run(START_BIT + BYTE + (to > 0x7f ? BYTE : 0));
    return flags(h);
  };

  it('the second one sets DUALF', () => {
    const h = slave();
    h.write(OAR2, (0x31 << 1) | 1);
    expect(matched(h, 0x31)).toBe(EVENT.receiverMatched | (SR2.DUALF << 16));
  });
  it('general call needs ENGC, and sets GENCALL', () => {
    expect(matched(slave(), 0)).toBe(0x0002_0000);
    expect(matched(slave(ENGC), 0)).toBe(EVENT.receiverMatched | (SR2.GENCALL << 16));
  });
  it('10 bits: header, then low byte', () => {
    const h = port();
    h.write(OAR1, 0xc000 | 0x234);
    h.write(CR1, PE | ACK);
    expect(matched(h, 0x234)).toBe(EVENT.receiverMatched);
    const other = port();
    other.write(OAR1, 0xc000 | 0x234);
    other.write(CR1, PE | ACK);
    expect(matched(other, 0x235) & SR1.ADDR).toBe(0);
  });
  it('10 bits: a read comes by the header alone after a repeated START', () => {
    const h = port();
    h.write(OAR1, 0xc000 | 0x234);
    h.write(CR1, PE | ACK);
    const drive = h.handle.asMaster.writeRead(0x234, [7], 1);
    h.run(START_BIT + 2 * BYTE);
    clearAddress(h);
    h.run(BYTE);
    expect(h.read(DR)).toBe(7);
    h.run(BIT + BYTE);
    expect(flags(h)).toBe(EVENT.transmitterMatched);
    clearAddress(h);
    h.write(DR, 8);
    h.run(BYTE + BIT);
    expect([drive.received, drive.accepted]).toEqual([[8], 1]);
  });
  it('SMBus: device default with ENARP, host with SMBTYPE (27.3.7)', () => {
    expect(matched(slave(SMBUS | ENARP), 0b1100001)).toBe(EVENT.receiverMatched | (SR2.SMBDEFAULT << 16));
    expect(matched(slave(SMBUS | SMBTYPE | ENARP), 0b0001000)).toBe(EVENT.receiverMatched | (SR2.SMBHOST << 16));
  });
});

describe('SMBus (27.3.7, 27.3.9)', () => {
  it('a host sees SMBA, a device pulls it and hears the alert response', () => {
    const host = slave(SMBUS | SMBTYPE);
    host.pinFunction('I2C1_SMBA').setInput(0);
    expect(flags(host) & SR1.SMBALERT).toBe(SR1.SMBALERT);
    const device = slave(SMBUS | ALERT);
    expect(device.pinFunction('I2C1_SMBA').output).toBe('low');
    device.handle.asMaster.read(0b0001100, 1);
    device.run(START_BIT + BYTE);
    expect(flags(device)).toBe(EVENT.transmitterMatched | SR1.SMBALERT);
  });

  it('TIMEOUT after 25 ms of SCL low; the slave lets go', () => {
    const h = slave(SMBUS);
    h.handle.asMaster.write(0x30, [1]);
    h.run(START_BIT + BYTE);
    h.run(25 * 16_000 - 1);
    expect(flags(h) & SR1.TIMEOUT).toBe(0);
    h.run(1);
    expect([flags(h) & SR1.TIMEOUT, h.pinFunction('I2C1_SCL').output]).toEqual([SR1.TIMEOUT, 'high']);
  });

  it('TIMEOUT of a master after 10 ms of its own, with a STOP', () => {
    const h = port(SMBUS);
    h.write(CR1, PE | SMBUS | (1 << 8));
    h.run(80 + 10 * 16_000);
    expect(flags(h) & SR1.TIMEOUT).toBe(SR1.TIMEOUT);
    h.run(BIT);
    expect(flags(h)).toBe(SR1.TIMEOUT);
  });

  it('checks the packet error code, and refuses a wrong one', () => {
    const code = [0x60, 0x12].reduce(pecAfter, 0);
    for (const [sent, error] of [
      [code, 0],
      [code ^ 1, SR1.PECERR],
    ] as const) {
      const h = slave(ENPEC);
      const drive = h.handle.asMaster.write(0x30, [0x12, sent]);
      h.run(START_BIT + BYTE);
      clearAddress(h);
      h.run(BYTE);
      expect(h.read(STATUS2) >> 8).toBe(code);
      h.read(DR);
      h.write(CR1, PE | ACK | ENPEC | PEC);
      h.run(BYTE);
      expect([flags(h) & SR1.PECERR, h.handle.CR1.PEC, drive.accepted]).toEqual([error, 0, error === 0 ? 2 : 1]);
    }
  });

  it('sends the packet error code behind the last byte', () => {
    const h = slave(ENPEC);
    const drive = h.handle.asMaster.read(0x30, 2);
    h.run(START_BIT + BYTE);
    clearAddress(h);
    h.write(DR, 0x42);
    h.write(CR1, PE | ACK | ENPEC | PEC);
    h.run(2 * BYTE + BIT);
    expect(drive.received).toEqual([0x42, [0x61, 0x42].reduce(pecAfter, 0)]);
  });
});

it('the packet error code is CRC-8 of SMBus: check value 0xf4 over "123456789"', () => {
  expect([...'123456789'].map((char) => char.charCodeAt(0)).reduce(pecAfter, 0)).toBe(0xf4);
});
