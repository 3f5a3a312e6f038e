import { expect, test } from 'vitest';
import { biggerIsBetter, comparedSpeed, describe, figure, improvement, readBy, toJson } from './result.js';

const mips = (value: number) => ({ name: 'cold.m4.mips', value, unit: 'M instructions/s' });
const restore = (value: number) => ({ name: 'f407.restore.us', value, unit: 'us' });
const versus = comparedSpeed('cold.m4.vs_singlestep', 420, 100, 'M instructions/s');

test('the JSON file is an array of name, value, unit, and where there is one, against and ratio', () => {
  const text = toJson([mips(431.27854), versus]);
  expect(JSON.parse(text)).toEqual([
    { name: 'cold.m4.mips', value: 431.3, unit: 'M instructions/s' },
    { name: 'cold.m4.vs_singlestep', value: 420, unit: 'M instructions/s', against: 100, ratio: 4.2 },
  ]);
  expect(text.split('\n')).toHaveLength(5);
  expect(JSON.parse(toJson([]))).toEqual([]);
});

test('names with .vs_ or .share are read by their ratio, others by their value', () => {
  expect(readBy('cold.m4.vs_singlestep')).toBe('ratio');
  expect(readBy('hot.m4.share')).toBe('ratio');
  expect(readBy('cold.m4.mips')).toBe('value');
  expect(figure(versus)).toBe(4.2);
  expect(figure(mips(300))).toBe(300);
  expect(() => figure({ name: 'a.vs_b', value: 1, unit: 's' })).toThrow('has none');
});

test('speeds and ratios are better when bigger, times when smaller', () => {
  expect(biggerIsBetter(mips(1))).toBe(true);
  expect(biggerIsBetter(versus)).toBe(true);
  expect(biggerIsBetter(restore(1))).toBe(false);
});

test('an improvement is above 1 for both', () => {
  expect(improvement(mips(400), mips(200))).toBe(2);
  expect(improvement(restore(5), restore(10))).toBe(2);
  expect(() => improvement(mips(1), restore(1))).toThrow('is compared with');
});

test('a line for people', () => {
  expect(describe(versus)).toBe('cold.m4.vs_singlestep                420 M instructions/s, 4.2 × 100');
  expect(describe({ name: 'cli.hundred.overhead.ms', value: 1234.5, unit: 'ms' })).toContain('1,235 ms');
});
