import { DeviceHarness } from '../../../device-harness.js';
import type { I2cSlave } from '../../../i2c-link.js';
import { i2c } from './i2c.js';

/** For the tests of I2C: one port with its pins routed and pulled up, and slaves with a memory. */

export const REG = {
  CR1: 0x00,
  CR2: 0x04,
  OAR1: 0x08,
  OAR2: 0x0c,
  DR: 0x10,
  SR1: 0x14,
  SR2: 0x18,
  CCR: 0x1c,
  TRISE: 0x20,
} as const;

export const [PE, SMBUS, SMBTYPE, ENARP, ENPEC, ENGC, NOSTRETCH, START, STOP, ACK, POS, PEC, ALERT, SWRST] = [
  1 << 0,
  1 << 1,
  1 << 3,
  1 << 4,
  1 << 5,
  1 << 6,
  1 << 7,
  1 << 8,
  1 << 9,
  1 << 10,
  1 << 11,
  1 << 12,
  1 << 13,
  1 << 15,
] as const;

/** 100 kHz from 16 MHz: CCR 80, 160 clocks a bit. */
export const BIT = 160;
export const HALF = 80;
export const BYTE = 9 * BIT;

export function port(cr1 = 0) {
  const h = new DeviceHarness(i2c('I2C1'), { name: 'i2c1' });
  for (const role of ['SCL', 'SDA', 'SMBA']) h.pinFunction(`I2C1_${role}`).setInput(1);
  h.write(REG.CR2, 16);
  h.write(REG.CCR, 80);
  h.write(REG.TRISE, 17);
  h.write(REG.CR1, PE | cr1);
  return h;
}
export type Port = ReturnType<typeof port>;

/** SR2 in the upper half, SR1 in the lower one, as ST's library has its events; without side effects. */
export function flags(h: Port): number {
  return ((h.handle.SR2.value & 0xff) << 16) | h.handle.SR1.value;
}

/** START, address, ADDR cleared: EV5, EV6. */
export function address(h: Port, byte: number, cr1 = ACK): void {
  h.write(REG.CR1, PE | START | cr1);
  h.run(HALF);
  h.read(REG.SR1);
  h.write(REG.DR, byte);
  h.run(BYTE);
}
export function clearAddress(h: Port): void {
  h.read(REG.SR1);
  h.read(REG.SR2);
}

/** A slave at 0x50 that keeps what it is written and sends what it is given; `refuses` is the first byte it does not acknowledge. */
export function memory(sends: readonly number[] = [], refuses = Number.POSITIVE_INFINITY, at = 0x50) {
  const written: number[] = [];
  const acks: boolean[] = [];
  const calls: string[] = [];
  let next = 0;
  const slave: I2cSlave = {
    name: 'memory',
    started: () => void calls.push('S'),
    start: (address, read) => {
      if (address === at) calls.push(read ? 'R' : 'W');
      return address === at;
    },
    write: (byte) => {
      written.push(byte);
      return written.length <= refuses;
    },
    read: () => sends[next++] ?? 0xff,
    acknowledged: (ack) => void acks.push(ack),
    stop: () => void calls.push('P'),
  };
  return { slave, written, acks, calls };
}
