import { expect, test } from 'vitest';
import { ahbDivisor, apbDivisor, hertz, i2sPll, mainPll, pllFault, timerFactor } from './clock-tree.js';

const pllcfgr = (m: number, n: number, p: number, q: number): number => m | (n << 6) | ((p / 2 - 1) << 16) | (q << 24);

test('HPRE leaves 32 out, PPRE stops at 16 (RM0090 7.3.3)', () => {
  expect([0, 7, 8, 9, 10, 11, 12, 13, 14, 15].map(ahbDivisor)).toEqual([1, 1, 2, 4, 8, 16, 64, 128, 256, 512]);
  expect([0, 3, 4, 5, 6, 7].map(apbDivisor)).toEqual([1, 1, 2, 4, 8, 16]);
  expect([0, 4, 7].map(timerFactor)).toEqual([1, 2, 2]);
});

test('8 MHz / 8 × 336 gives 168 MHz and 48 MHz', () => {
  const outputs = mainPll({ num: 8_000_000, den: 1 }, pllcfgr(8, 336, 2, 7));
  expect([outputs.input, outputs.vco, outputs.system, outputs.usb48].map(hertz)).toEqual([1e6, 336e6, 168e6, 48e6]);
});

test('a frequency that is no whole number stays exact', () => {
  const { system } = mainPll({ num: 8_000_000, den: 1 }, pllcfgr(7, 100, 6, 4));
  expect(BigInt(system.num) * 21n).toBe(BigInt(system.den) * 400_000_000n);
});

test('PLLI2S shares the reference of the main PLL', () => {
  const { vco, i2s } = i2sPll({ num: 8_000_000, den: 1 }, pllcfgr(8, 336, 2, 7), (192 << 6) | (2 << 28));
  expect([hertz(vco), hertz(i2s)]).toEqual([192e6, 96e6]);
});

test.each([
  [pllcfgr(8, 336, 2, 7), undefined],
  [pllcfgr(1, 50, 2, 7), 'PLLCFGR.PLLM is 1; allowed are 2 to 63'],
  [pllcfgr(8, 336, 2, 1), 'PLLCFGR.PLLQ is 1; allowed are 2 to 15'],
  [pllcfgr(8, 433, 2, 7), 'PLLCFGR.PLLN is 433; allowed are 50 to 432'],
  [pllcfgr(4, 432, 2, 7), "the PLL's VCO would run at 864 MHz; allowed are 100 to 432"],
  [pllcfgr(2, 100, 2, 7), 'the PLL input is 4 MHz; allowed are 0.95 to 2.10 MHz'],
])('PLLCFGR %#x: %s', (config, fault) => {
  expect(pllFault({ num: 8_000_000, den: 1 }, config)).toBe(fault);
});
