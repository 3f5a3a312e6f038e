import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { fu540Otp } from './fu540-otp.js';

const [PA, PAIO, PCE, PCLK, PDIN, PDOUT, PDSTB, PPROG, PTRIM, PWE] = [
  0x00, 0x04, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x20, 0x34, 0x38,
];

function otp(serial?: number) {
  const one = new DeviceHarness(fu540Otp(serial === undefined ? {} : { serial }), { name: 'otp' });
  const read = (word: number) => {
    one.write(PA, word);
    one.write(PCLK, 1);
    one.write(PCLK, 0);
    return one.read(PDOUT);
  };
  const wake = () => {
    for (const register of [PDSTB, PTRIM, PCE]) one.write(register, 1);
  };
  return Object.assign(one, { word: read, wake });
}

describe('FU540-C000 OTP (manual, chapter 12)', () => {
  test('serial number and its complement; the rest is erased', () => {
    const one = otp(0x1234);
    one.wake();
    expect([one.word(0xfc), one.word(0xfd), one.word(0)]).toEqual([0x1234, 0xffff_edcb, 0xffff_ffff]);
  });

  test('asleep it gives nothing', () => {
    const one = otp();
    expect(one.word(0xfc)).toBe(0);
  });

  test('a bit is programmed once and for all', () => {
    const one = otp();
    one.wake();
    one.write(PA, 5);
    one.write(PAIO, 7);
    one.write(PDIN, 1);
    one.write(PWE, 1);
    one.write(PWE, 0);
    expect(one.problems).toHaveLength(1);
    one.write(PPROG, 1);
    one.write(PWE, 1);
    one.write(PWE, 0);
    expect(one.word(5)).toBe(0xffff_ff7f);
    one.instance.reset('power-on');
    one.wake();
    expect(one.word(5)).toBe(0xffff_ff7f);
  });
});
