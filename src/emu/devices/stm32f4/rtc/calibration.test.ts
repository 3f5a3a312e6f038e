import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coarseSkew, countAfter, pulsesTo, smoothSkew } from './calibration.js';

const WINDOW = 2 ** 20;

it('masks and inserts as many pulses as RM0090 26.3.11 says, over any number of windows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 511 }),
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: 1, max: 900 }),
      (calm, calp, windows) => {
        const skew = smoothSkew(calm, calp);
        // f_CAL = f × [1 + (CALP × 512 − CALM) / (2^20 + CALM − CALP × 512)]
        const pulses = windows * (WINDOW + calm - calp * 512);
        expect(countAfter(pulses, skew)).toBe(windows * WINDOW);
        expect(pulsesTo(windows * WINDOW, skew)).toBeLessThanOrEqual(pulses);
      },
    ),
  );
});

it('masks a single pulse in the middle of the window with CALM 1, two with CALM 2', () => {
  // cal_cnt 0x80000; 0x40000 and 0xC0000
  const at = (calm: number, count: number) => smoothSkew(calm, 0)(count);
  expect([at(1, 0x80000), at(1, 0x80001), at(1, WINDOW)]).toEqual([0, 1, 1]);
  expect([at(2, 0x40000), at(2, 0x40001), at(2, 0xc0000), at(2, 0xc0001)]).toEqual([0, 1, 1, 2]);
  expect(at(256, 0x801) - at(256, 0x800)).toBe(1);
});

it('is the inverse of itself', () => {
  const skews = [
    smoothSkew(511, 0),
    smoothSkew(0, 1),
    smoothSkew(137, 1),
    coarseSkew(31, true, 15_360),
    coarseSkew(31, false, 15_360),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...skews), fc.integer({ min: 0, max: 2 ** 33 }), (skew, pulses) => {
      const count = countAfter(pulses, skew);
      expect(pulsesTo(count, skew)).toBeLessThanOrEqual(pulses);
      expect(pulsesTo(count + 1, skew)).toBeGreaterThan(pulses);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  // RM0090 26.6.7: −2 ppm and +4 ppm a step, at most −63 and +126 ppm, with 256 Hz of ck_apre
  [1, true, -2.03],
  [31, true, -63.07],
  [1, false, 4.07],
  [31, false, 126.14],
])('coarse calibration of %i (negative: %s) is %f ppm', (dc, negative, ppm) => {
  const minute = 60 * 256;
  const counts = 64 * minute;
  const pulses = counts + coarseSkew(dc, negative, minute)(counts);
  expect(((counts - pulses) / counts) * 1e6).toBeCloseTo(ppm, 2);
});
