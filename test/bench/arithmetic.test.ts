import fc from 'fast-check';
import { expect, test } from 'vitest';
import { geometricMean, median, significant, steadySecondsPerUnit } from './arithmetic.js';

test('the median is the middle value, whatever the order', () => {
  expect(median([5])).toBe(5);
  expect(median([30, 10, 20])).toBe(20);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow('median of no values');
});

test('one wild sample does not move the median', () => {
  expect(median([10, 11, 12, 9, 1e9])).toBe(11);
});

test('the geometric mean multiplies', () => {
  expect(geometricMean([2, 8])).toBeCloseTo(4, 12);
  expect(geometricMean([1, 10, 100])).toBeCloseTo(10, 12);
  expect(() => geometricMean([])).toThrow('no values');
  expect(() => geometricMean([1, 0])).toThrow('geometric mean of 1, 0');
});

test('a geometric mean of ratios is the ratio of geometric means', () => {
  const speeds = fc.array(fc.tuple(fc.double({ min: 1e-3, max: 1e6 }), fc.double({ min: 1e-3, max: 1e6 })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(
      speeds.filter((all) => all.flat().every(Number.isFinite)),
      (all) => {
        const [ours, theirs] = [all.map(([a]) => a), all.map(([, b]) => b)];
        const ratio = geometricMean(all.map(([a, b]) => a / b));
        expect(ratio / (geometricMean(ours) / geometricMean(theirs))).toBeCloseTo(1, 9);
      },
    ),
  );
});

test('steady state leaves start-up out', () => {
  // 0.25 s of start-up, then 1 ms a unit.
  const run = (work: number) => ({ work, seconds: 0.25 + work * 1e-3 });
  expect(steadySecondsPerUnit(run(100), run(5100))).toBeCloseTo(1e-3, 12);
});

test('runs that cannot be told apart are refused', () => {
  expect(() => steadySecondsPerUnit({ work: 5, seconds: 1 }, { work: 5, seconds: 2 })).toThrow('does not do more');
  expect(() => steadySecondsPerUnit({ work: 1, seconds: 1 }, { work: 5, seconds: 1 })).toThrow('took no longer');
});

test('figures are rounded to significant digits', () => {
  expect(significant(431.27854)).toBe(431.3);
  expect(significant(0.00123456)).toBe(0.001235);
});
