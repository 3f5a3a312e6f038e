import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { fe310Prci } from './fe310-prci.js';

const [HFROSC, HFXOSC, PLL, OUTDIV] = [0x00, 0x04, 0x08, 0x0c];
const LOCK = 0x8000_0000;
const [SEL, REFSEL, BYPASS] = [1 << 16, 1 << 17, 1 << 18];
const pllcfg = (r: number, f: number, q: number) => r | (f << 4) | (q << 10);

const prci = () => new DeviceHarness(fe310Prci({ hfxosc: 16_000_000 }), { name: 'prci' });
const core = (one: ReturnType<typeof prci>) => one.timebase.cpuClock.hertz;

describe('FE310-G002 clock generation (manual, chapter 6)', () => {
  test('after a reset the core runs on the ring oscillator at 13.8 MHz', () => {
    const one = prci();
    expect([HFROSC, HFXOSC, PLL, OUTDIV].map((offset) => one.read(offset))).toEqual([
      0xc010_0004, 0xc000_0000, 0x0006_0df1, 0x100,
    ]);
    expect(core(one)).toBe(13_800_000);
  });

  test('divider and trim of the ring oscillator', () => {
    const one = prci();
    one.write(HFROSC, 0x4015_0000);
    expect(core(one)).toBe(72_000_000);
    one.write(HFROSC, 0x4015_003f);
    expect(core(one)).toBe(1_125_000);
  });

  test('the crystal through the bypass of the PLL', () => {
    const one = prci();
    one.write(PLL, REFSEL | BYPASS | SEL);
    expect(core(one)).toBe(16_000_000);
    expect(one.problems).toEqual([]);
  });

  test('the PLL locks 100 µs after it was set up, and makes 320 MHz of 16', () => {
    const one = prci();
    // 16 MHz / 2 × 80 / 2
    one.write(PLL, pllcfg(1, 39, 1) | REFSEL);
    expect(one.read(PLL) & LOCK).toBe(0);
    one.runNanoseconds(99_900);
    expect(one.read(PLL) & LOCK).toBe(0);
    one.runNanoseconds(200);
    expect(one.read(PLL) >>> 31).toBe(1);
    expect(core(one)).toBe(13_800_000);
    one.write(PLL, one.read(PLL) | SEL);
    expect(core(one)).toBe(320_000_000);
    expect(one.problems).toEqual([]);
  });

  test('the final divider', () => {
    const one = prci();
    one.write(OUTDIV, 3);
    one.write(PLL, pllcfg(1, 31, 3) | REFSEL);
    one.runNanoseconds(101_000);
    one.write(PLL, one.read(PLL) | SEL);
    // 16 / 2 × 64 / 8 = 64 MHz, / 8
    expect(core(one)).toBe(8_000_000);
  });

  test('a change of the settings takes the lock away', () => {
    const one = prci();
    one.write(PLL, pllcfg(1, 31, 3) | REFSEL);
    one.runNanoseconds(101_000);
    expect(one.read(PLL) >>> 31).toBe(1);
    one.write(PLL, pllcfg(1, 30, 3) | REFSEL);
    expect(one.read(PLL) >>> 31).toBe(0);
  });

  test.each([
    ['pllr = 4', pllcfg(4, 39, 1), 'pllr = 4'],
    ['pllq = 0', pllcfg(1, 39, 0), 'pllq = 0'],
    ['a reference of 16 MHz', pllcfg(0, 19, 1), 'divided reference is 16 MHz'],
    ['a VCO of 800 MHz', pllcfg(1, 49, 1), 'VCO is 800 MHz'],
  ])('a PLL that cannot work does not lock: %s', (_, cfg, what) => {
    const one = prci();
    one.write(PLL, cfg | REFSEL);
    one.runNanoseconds(101_000);
    expect(one.read(PLL) >>> 31).toBe(0);
    expect(one.problems).toHaveLength(1);
    expect(one.problems[0]!.what).toContain(what);
  });

  test('switching to a PLL that has not locked, or to nothing, is said', () => {
    const one = prci();
    one.write(PLL, pllcfg(1, 39, 1) | REFSEL | SEL);
    expect(one.problems.map(({ rule }) => rule)).toEqual(['sequence']);
    const other = prci();
    other.write(HFROSC, 0x0010_0004);
    expect(other.problems.map(({ what }) => what)).toEqual([
      'the core runs on an oscillator that was switched off: its clock stands',
    ]);
    expect(core(other)).toBe(0);
  });

  test('a crystal that is switched on again is ready after its start-up', () => {
    const one = prci();
    one.write(HFXOSC, 0);
    expect(one.read(HFXOSC)).toBe(0);
    one.write(HFXOSC, 0x4000_0000);
    one.runNanoseconds(999_000);
    expect(one.read(HFXOSC)).toBe(0x4000_0000);
    one.runNanoseconds(2_000);
    expect(one.read(HFXOSC)).toBe(0xc000_0000);
  });

  test('no state escapes', () => {
    expect(
      checkDeviceState(fe310Prci({ hfxosc: 16_000_000 }), (one) => {
        one.write(PLL, pllcfg(1, 39, 1) | REFSEL);
        one.runNanoseconds(150_000);
        return one.read(PLL);
      }),
    ).toBeUndefined();
  });
});
