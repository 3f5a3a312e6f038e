import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { fu540Prci } from './fu540-prci.js';

const [HFXOSC, COREPLL, DDRPLL, CORECLKSEL, MUXES] = [0x00, 0x04, 0x0c, 0x24, 0x2c];
const LOCK = 1 << 31;
const cfg = (r: number, f: number, q: number) => r | (f << 6) | (q << 15) | (1 << 25);

const OPTIONS = { name: 'prci', clocks: { tlclk: 1 } } as const;
const prci = () => new DeviceHarness(fu540Prci({ hfxosc: 33_333_333, tlclk: 'tlclk' }), OPTIONS);
const rates = (one: ReturnType<typeof prci>) => [one.timebase.cpuClock.hertz, one.clock('tlclk').hertz];

describe('FU540-C000 clocks (manual, chapter 7)', () => {
  test('after a reset cores and bus run on the crystal', () => {
    const one = prci();
    expect([one.read(HFXOSC), one.read(CORECLKSEL), one.read(MUXES)]).toEqual([0xc000_0000, 1, 1]);
    expect(rates(one)).toEqual([33_333_333, 33_333_333 / 2]);
  });

  test('the PLLs are as the boot loader of HiFive Unleashed expects them, their outputs off', () => {
    const one = prci();
    const pll = [0x04, 0x0c, 0x1c].map((offset) => one.read(offset) & 0x7fff_ffff);
    expect(pll).toEqual(Array(3).fill(1 | (31 << 6) | (3 << 15) | (1 << 24) | (1 << 25)));
    expect([0x08, 0x10, 0x20].map((offset) => one.read(offset))).toEqual([0, 0, 0]);
    one.write(0x08, 0x8000_0000);
    expect([one.read(0x08), one.problems]).toEqual([0x8000_0000, []]);
  });

  test('COREPLL locks after 70 µs and makes 1 GHz; the bus has half of it', () => {
    const one = prci();
    one.write(COREPLL, cfg(0, 59, 2));
    one.runNanoseconds(69_900);
    expect(one.read(COREPLL) & LOCK).toBe(0);
    one.runNanoseconds(200);
    expect(one.read(COREPLL) & LOCK).toBe(LOCK);
    one.write(CORECLKSEL, 0);
    expect(one.read(MUXES)).toBe(0);
    const [core, bus] = rates(one);
    expect([Math.round(core! / 1e6), Math.round(bus! / 1e6)]).toEqual([1000, 500]);
    expect(one.problems).toEqual([]);
  });

  test('the other PLLs lock, too; one that is bypassed does not', () => {
    const one = prci();
    one.write(DDRPLL, cfg(0, 55, 2));
    one.runNanoseconds(71_000);
    expect(one.read(DDRPLL) & LOCK).toBe(LOCK);
    one.write(DDRPLL, cfg(0, 55, 2) | (1 << 24));
    one.runNanoseconds(71_000);
    expect(one.read(DDRPLL) & LOCK).toBe(0);
  });

  test('cores that are switched to a PLL without lock are reported', () => {
    const one = prci();
    one.write(COREPLL, cfg(0, 59, 2));
    one.write(CORECLKSEL, 0);
    expect(one.problems.map(({ rule }) => rule)).toEqual(['sequence']);
  });

  test('no state escapes', () => {
    const escaped = checkDeviceState(
      fu540Prci({ hfxosc: 33_333_333, tlclk: 'tlclk' }),
      (one) => {
        one.write(COREPLL, cfg(0, 59, 2));
        one.runNanoseconds(100_000);
        return one.read(COREPLL);
      },
      OPTIONS,
    );
    expect(escaped).toBeUndefined();
  });
});
