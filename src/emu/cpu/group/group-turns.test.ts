import { describe, expect, test } from 'vitest';
import { Rational } from '../../rational.js';
import { Turns, turnWords } from '../turns.js';
import { turnLengths } from './group-turns.js';

const rates = (...numbers: number[]) => numbers.map((one) => Rational.from(one));

describe('lengths of turns', () => {
  test.each([
    [
      [1, 1],
      [1024, 1024],
    ],
    [
      [1, 2],
      [512, 1024],
    ],
    [
      [168, 100],
      [1050, 625],
    ],
    [
      [1, 0.25, 4],
      [256, 64, 1024],
    ],
    [
      [168e6, 32_768],
      [328_125, 64],
    ],
  ])('%j: %j', (clocks, lengths) => {
    expect(turnLengths(rates(...clocks))).toEqual(lengths);
  });

  test('clocks without a simple ratio are refused', () => {
    expect(() => turnLengths(rates(16_777_259, 16_777_213))).toThrow('no simple ratio');
  });
});

test('cycles of those that sleep are the same whether or not turns were counted meanwhile', () => {
  let now = 0;
  const make = () => new Turns([1024, 256, 64], new Float64Array(turnWords(3)), { now: () => now });
  const [lazy, counted] = [make(), make()];
  for (const step of [0, 5, 1018, 1, 300, 1344, 5000, 63, 1, 1_000_000]) {
    now += step;
    counted.catchUp();
    for (const one of [0, 1, 2]) expect(lazy.ownAsleep(one), `${one} at ${now}`).toBe(counted.own(one));
  }
  expect([0, 1, 2].map((one) => counted.own(one)).reduce((sum, own) => sum + own)).toBe(now);
});
