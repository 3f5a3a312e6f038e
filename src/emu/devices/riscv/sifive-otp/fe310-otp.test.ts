import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { fe310Otp } from './fe310-otp.js';

const [LOCK, CK, OE, SEL, WE, A, D, Q] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x28, 0x2c, 0x30];

function otp() {
  const cells = new Uint8Array(0x2000).fill(0xff);
  cells.set([0x78, 0x56, 0x34, 0x12], 0x10);
  return { cells, one: new DeviceHarness(fe310Otp, { name: 'otp', memories: { cells } }) };
}

/** The manual's 12.6, one bit. */
function program(one: ReturnType<typeof otp>['one'], word: number, bit: number, ns = 50_100): void {
  one.write(A, word);
  one.write(D, 1 << bit);
  one.write(CK, 1);
  one.runNanoseconds(ns);
  one.write(CK, 0);
}

describe('FE310-G002 OTP (manual, chapter 12)', () => {
  test('reads a word by its registers while the lock is held', () => {
    const { one } = otp();
    one.write(SEL, 1);
    expect(one.read(SEL)).toBe(0);
    one.write(LOCK, 1);
    one.write(SEL, 1);
    one.write(OE, 1);
    one.write(A, 4);
    expect(one.read(Q)).toBe(0x1234_5678);
    one.write(A, 5);
    expect(one.read(Q)).toBe(0xffff_ffff);
  });

  test('a pulse of 50 µs programs a bit to 0, for good', () => {
    const { one, cells } = otp();
    one.write(LOCK, 1);
    one.write(SEL, 1);
    one.write(WE, 1);
    program(one, 0, 3);
    program(one, 0, 31);
    expect([...cells.subarray(0, 4)]).toEqual([0xf7, 0xff, 0xff, 0x7f]);
    program(one, 0, 3);
    expect(cells[0]).toBe(0xf7);
    expect(one.problems).toEqual([]);
    one.instance.reset('power-on');
    expect(cells[0]).toBe(0xf7);
  });

  test('a pulse too short programs nothing, and is said', () => {
    const { one, cells } = otp();
    one.write(LOCK, 1);
    one.write(SEL, 1);
    one.write(WE, 1);
    program(one, 1, 0, 1000);
    expect(cells[4]).toBe(0xff);
    expect(one.problems.map(({ rule }) => rule)).toEqual(['sequence']);
  });

  test('the window is no memory to write to', () => {
    const { one } = otp();
    expect(() => one.store('cells', 0, 1)).toThrow('registers only');
  });
});
