import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { sifivePwm } from './pwm.js';

const [CFG, COUNT, S, CMP0, CMP1, CMP2, CMP3] = [0x00, 0x08, 0x10, 0x20, 0x24, 0x28, 0x2c];
const [STICKY, ZEROCMP, DEGLITCH, ALWAYS, ONESHOT] = [1 << 8, 1 << 9, 1 << 10, 1 << 12, 1 << 13];
const center = (index: number) => 1 << (16 + index);
const gang = (index: number) => 1 << (24 + index);

function pwm(width: 8 | 16 = 8) {
  const one = new DeviceHarness(sifivePwm({ width, pins: 'PWM0_PWM' }), { name: 'pwm0' });
  return Object.assign(one, {
    flags: () => one.read(CFG) >>> 28,
    out: (index: number) => (one.pinFunction(`PWM0_PWM${index}`).output === 'high' ? 1 : 0),
    /** A sample a clock. */
    course: (clocks: number, sample: () => number) =>
      Array.from({ length: clocks }, () => {
        const value = sample();
        one.run(1);
        return value;
      }),
  });
}
/** Runs of equal values: `[[0, 3], [1, 5]]`. */
function runs(values: readonly number[]): number[][] {
  const found: number[][] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last?.[0] === value) last[1]!++;
    else found.push([value, 1]);
  }
  return found;
}

describe('SiFive PWM (FE310-G002 manual, chapter 20)', () => {
  test('counts while it is enabled; pwms is the count without its scale', () => {
    const one = pwm();
    one.write(CMP0, 0xff);
    one.run(10);
    expect(one.read(COUNT)).toBe(0);
    one.write(CFG, ALWAYS | 2);
    one.run(21);
    expect([one.read(COUNT), one.read(S)]).toEqual([21, 5]);
    one.write(CFG, 2);
    one.run(10);
    expect(one.read(COUNT)).toBe(21);
    one.write(COUNT, 100);
    expect([one.read(COUNT), one.read(S)]).toEqual([100, 25]);
  });

  test('goes round at 2^(width + scale)', () => {
    const one = pwm();
    for (const offset of [CMP0, CMP1, CMP2, CMP3]) one.write(offset, 0xff);
    one.write(CFG, ALWAYS | 1);
    one.run(511);
    expect(one.read(COUNT)).toBe(511);
    one.run(1);
    expect(one.read(COUNT)).toBe(0);
  });

  test('an output is high from its comparator on, to the end of the round', () => {
    const one = pwm();
    one.write(CMP0, 0xff);
    one.write(CMP1, 64);
    one.write(CFG, ALWAYS);
    expect(runs(one.course(512, () => one.out(1)))).toEqual([
      [0, 64],
      [1, 192],
      [0, 64],
      [1, 192],
    ]);
  });

  test('zerocmp: a period of pwmcmp0 + 1 counts', () => {
    const one = pwm();
    one.write(CMP0, 9);
    one.write(CMP1, 7);
    one.write(CFG, ALWAYS | ZEROCMP);
    expect(one.course(12, () => one.read(COUNT))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(runs(one.course(20, () => one.out(1)))).toEqual([
      [0, 5],
      [1, 3],
      [0, 7],
      [1, 3],
      [0, 2],
    ]);
  });

  test('pwmenoneshot counts one round and clears itself', () => {
    const one = pwm();
    one.write(CMP0, 20);
    one.write(CFG, ONESHOT | ZEROCMP);
    one.run(20);
    expect([one.read(COUNT), one.read(CFG) & ONESHOT]).toEqual([20, ONESHOT]);
    one.run(1);
    expect([one.read(COUNT), one.read(CFG) & ONESHOT]).toEqual([0, 0]);
    one.run(100);
    expect(one.read(COUNT)).toBe(0);
  });

  test('interrupts follow the flags, and sticky keeps them until software clears them', () => {
    const one = pwm();
    one.write(CMP0, 10);
    for (const offset of [CMP1, CMP2, CMP3]) one.write(offset, 0xff);
    one.write(CFG, ALWAYS | ZEROCMP);
    one.run(10);
    expect([one.flags(), one.signal('irq0').level]).toEqual([1, 1]);
    one.run(1);
    expect([one.flags(), one.signal('irq0').level]).toEqual([0, 0]);
    one.write(CFG, ALWAYS | ZEROCMP | STICKY);
    one.run(12);
    expect([one.flags(), one.signal('irq0').level]).toEqual([1, 1]);
    one.write(CFG, ALWAYS | ZEROCMP | STICKY);
    expect([one.flags(), one.signal('irq0').level]).toEqual([0, 0]);
  });

  test('deglitch keeps a flag to the end of the round, whatever becomes of the comparator', () => {
    const one = pwm();
    one.write(CMP0, 0xff);
    one.write(CMP1, 5);
    one.write(CFG, ALWAYS | DEGLITCH);
    one.run(10);
    expect(one.flags() & 2).toBe(2);
    one.write(CMP1, 200);
    expect(one.flags() & 2).toBe(2);
    one.run(246);
    expect([one.read(COUNT), one.flags() & 2]).toEqual([0, 0]);
    const other = pwm();
    other.write(CMP1, 5);
    other.write(CFG, ALWAYS);
    other.run(10);
    other.write(CMP1, 200);
    expect(other.flags() & 2).toBe(0);
  });

  test('a centred comparator is high around the middle', () => {
    const one = pwm();
    one.write(CMP0, 0xff);
    one.write(CMP1, 100);
    one.write(CFG, ALWAYS | center(1));
    // up to 127 the count, from 128 on its complement: 100 … 127 and 128 … 155
    expect(runs(one.course(256, () => one.out(1)))).toEqual([
      [0, 100],
      [1, 56],
      [0, 100],
    ]);
  });

  test('a ganged output is low while the next comparator has elapsed', () => {
    const one = pwm();
    one.write(CMP0, 0xff);
    one.write(CMP1, 50);
    one.write(CMP2, 80);
    one.write(CMP3, 0xff);
    one.write(CFG, ALWAYS | gang(1));
    expect(runs(one.course(256, () => one.out(1)))).toEqual([
      [0, 50],
      [1, 30],
      [0, 176],
    ]);
    // comparator 3's neighbour is comparator 0
    one.write(CFG, ALWAYS | gang(3));
    one.write(COUNT, 0);
    expect(runs(one.course(256, () => one.out(3)))).toEqual([[0, 256]]);
  });

  test('sixteen bits with a scale', () => {
    const one = pwm(16);
    one.write(CMP0, 0xffff);
    one.write(CMP3, 0x8000);
    for (const offset of [CMP1, CMP2]) one.write(offset, 0xffff);
    one.write(CFG, ALWAYS | 4);
    one.run(0x8000 * 16 - 1);
    expect(one.out(3)).toBe(0);
    one.run(1);
    expect(one.out(3)).toBe(1);
    one.run(0x8000 * 16);
    expect([one.out(3), one.read(COUNT)]).toEqual([0, 0]);
  });

  test('no state escapes', () => {
    const escaped = checkDeviceState(sifivePwm({ width: 8 }), (one) => {
      one.write(CMP0, 77);
      one.write(CMP1, 33);
      one.write(CFG, ALWAYS | ZEROCMP | STICKY | 1);
      one.run(1234);
      return one.read(COUNT);
    });
    expect(escaped).toBeUndefined();
  });
});
