import { describe, expect, test } from 'vitest';
import { parseDuration } from './duration.js';

describe('a duration', () => {
  test.each([
    ['50ms', 50_000_000_000n],
    ['3us', 3_000_000n],
    ['3 µs', 3_000_000n],
    ['3μs', 3_000_000n],
    ['250ns', 250_000n],
    ['0.5ns', 500n],
    ['2s', 2_000_000_000_000n],
    ['1.5s', 1_500_000_000_000n],
    ['1min', 60_000_000_000_000n],
    ['1_000ms', 1_000_000_000_000n],
  ])('%s is exact machine time', (text, picoseconds) => {
    expect(parseDuration(text)).toEqual({ unit: 'time', picoseconds });
  });

  test.each([
    ['1200cycles', 1200],
    ['1 cycle', 1],
    ['1,000,000 cycles', 1_000_000],
  ])('%s counts CPU cycles', (text, cycles) => {
    expect(parseDuration(text)).toEqual({ unit: 'cycles', cycles });
  });

  test('without a unit is refused with what to write', () => {
    expect(() => parseDuration('50', '--for')).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: "50" is not a duration: number or unit is missing or unknown
        where: --for
        remedy: write a number and a unit: '50ms', '3us', '250ns', '2s' of machine time, or '1200cycles' of the CPU clock]
    `);
    expect(() => parseDuration(50 as never)).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: 50 is not a duration: it has no unit
        remedy: write a number and a unit: '50ms', '3us', '250ns', '2s' of machine time, or '1200cycles' of the CPU clock]
    `);
  });

  test.each(['', 'ms', '-3ms', '3 h', '1.5cycles', '0.0001ns', '5m', '1e3ms', '99999999999999999cycles'])(
    '%j is refused',
    (text) => {
      expect(() => parseDuration(text)).toThrow(/is not a duration/);
    },
  );
});
