import { expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { checkDeviceState } from '../../device-state-check.js';
import { crc } from './crc.js';

const [DR, IDR, CR] = [0, 4, 8];

it('is CRC-32 with the polynomial 0x04C11DB7, most significant bit first, from 0xFFFFFFFF (RM0090 4.2)', () => {
  const h = new DeviceHarness(crc());
  expect(h.read(DR)).toBe(0xffff_ffff);
  // CRC-32/MPEG-2 of "1234 5678" as two big-endian words; catalogued check value of "123456789" starts from the same register.
  h.write(DR, 0x3132_3334);
  h.write(DR, 0x3536_3738);
  const bytes = (text: string) => {
    let value = 0xffff_ffff;
    for (const c of text) {
      value = (value ^ (c.charCodeAt(0) << 24)) >>> 0;
      for (let i = 0; i < 8; i++) value = ((value << 1) ^ (value >>> 31 ? 0x04c1_1db7 : 0)) >>> 0;
    }
    return value;
  };
  expect(bytes('123456789')).toBe(0x0376_e6e7);
  expect(h.read(DR)).toBe(bytes('12345678'));
});

it('starts anew with CR.RESET, which leaves IDR alone and reads 0', () => {
  const h = new DeviceHarness(crc());
  h.write(IDR, 0x1a5);
  h.write(DR, 1);
  h.write(CR, 1);
  expect([h.read(DR), h.read(IDR), h.read(CR)]).toEqual([0xffff_ffff, 0xa5, 0]);
});

it('takes four clocks a word: an access that comes earlier waits (4.3)', () => {
  const h = new DeviceHarness(crc());
  h.write(DR, 1);
  const begun = h.timebase.tick;
  h.read(DR);
  expect(h.timebase.tick - begun).toBe(4);
  h.read(DR);
  expect(h.timebase.tick - begun).toBe(4);
  h.write(DR, 1);
  h.run(3);
  h.write(DR, 1);
  expect(h.timebase.tick - begun).toBe(8);
});

it('keeps all its state where snapshots find it', () => {
  const scenario = (h: DeviceHarness<object>) => {
    h.write(DR, 7);
    h.run(1);
    h.write(DR, 9);
    return [h.read(DR), h.timebase.tick];
  };
  expect(checkDeviceState(crc(), scenario)).toBe(undefined);
});

it('reports a write behind its registers, but not of the zero that is read there', () => {
  const h = new DeviceHarness(crc());
  h.write(0x0c, h.read(0x0c));
  expect(h.problems).toEqual([]);
  h.write(0x0c, 1);
  expect(h.problems.map(({ kind }) => kind)).toEqual(['reserved']);
});
