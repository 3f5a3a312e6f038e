import { expect, test } from 'vitest';
import { SOFT_DOUBLES, SOFT_SINGLES, type SoftFunction } from './float-functions.js';
import { FLAG, ROUND } from './float-status.js';

const run = (fn: SoftFunction, ...args: number[]): number => ('packed' in fn ? fn.packed : fn.value).run(...args);
const flagsOf = (fn: SoftFunction, ...args: number[]): number => ('flags' in fn ? fn.flags.run(...args) : 0);

/** 1 and 3 as doubles' words, low first. */
const ONE = [0, 0x3ff0_0000] as const;
const THREE = [0, 0x4008_0000] as const;

test('a double and its flags are those of their operands, whatever was computed in between', () => {
  const third = [...ONE, ...THREE, ROUND.nearestEven] as const;
  const single = [0x3f80_0000, 0x4040_0000, ROUND.up] as const;
  expect(run(SOFT_DOUBLES.div, ...third)).toBe(1 / 3);
  run(SOFT_SINGLES.div, ...single);
  expect(flagsOf(SOFT_DOUBLES.div, ...third)).toBe(FLAG.NX);
  expect(run(SOFT_DOUBLES.div, ...third)).toBe(1 / 3);
  expect(run(SOFT_DOUBLES.mul, ...third)).toBe(3);
  expect(flagsOf(SOFT_DOUBLES.div, ...third)).toBe(FLAG.NX);
  expect(flagsOf(SOFT_DOUBLES.mul, ...third)).toBe(0);
});

test('each rounding mode: 1 ÷ 3 as a single', () => {
  const third = (mode: number) => run(SOFT_SINGLES.div, 0x3f80_0000, 0x4040_0000, mode) | 0;
  const { nearestEven, towardZero, down, up, nearestAway } = ROUND;
  const modes = [nearestEven, towardZero, down, up, nearestAway];
  expect(modes.map(third)).toEqual([0x3eaa_aaab, 0x3eaa_aaaa, 0x3eaa_aaaa, 0x3eaa_aaab, 0x3eaa_aaab]);
});
