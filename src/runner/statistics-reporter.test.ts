import { expect, test } from 'vitest';
import { NOTHING, type RunStatistics } from './run-statistics.js';
import { statisticsReport } from './statistics-reporter.js';
import { hostTimeText, shareText, speedText } from './statistics-text.js';

const plain = { title: String, dim: String };

const counted: RunStatistics = {
  instructions: 1_234_567_890,
  hotInstructions: 1_200_000_000,
  cycles: 1_500_000_000,
  nanoseconds: 93_750_000_000,
  hostMilliseconds: 640.1234,
  regions: 57,
  reused: 12,
  compiledInstructions: 4321,
  compiledBytes: 178_000,
  compileMilliseconds: 87.4,
  exits: { budget: 1234, access: 567, target: 12, instruction: 3, event: 0 },
  engines: ['auto'],
};
const half = (file: string) => ({
  file,
  counted: { ...NOTHING, instructions: 1e6, hostMilliseconds: 1, nanoseconds: 5e5, engines: ['cold' as const] },
});

test('the table of one file', () => {
  expect(statisticsReport([{ file: 'a.fw.test.ts', counted }], plain)).toMatchInlineSnapshot(`
    "Statistics  counting costs speed: without --stats this runs faster
      machine time  93.75 s
      CPU cycles    1,500,000,000
      instructions  1,234,567,890
      host time     640 ms
      speed         1,930 M instructions a second, 146 times real time
      engine        auto
      run hot       97.2 % of the instructions
      regions       57, 12 of them made before (4,321 instructions, 174 KiB of WebAssembly)
      compile time  87.4 ms (13.7 % of the host time)
      exits         budget 1,234, access 567, target 12, instruction 3"
  `);
});

test('several files stand below it, the slowest first, ten of them', () => {
  const files = [half('b.fw.test.ts'), { file: 'deep/a.fw.test.ts', counted }];
  expect(statisticsReport(files, plain)).toMatchInlineSnapshot(`
    "Statistics  counting costs speed: without --stats this runs faster
      machine time  93.751 s
      CPU cycles    1,500,000,000
      instructions  1,235,567,890
      host time     641 ms
      speed         1,930 M instructions a second, 146 times real time
      engine        cold, auto
      run hot       97.1 % of the instructions
      regions       57, 12 of them made before (4,321 instructions, 174 KiB of WebAssembly)
      compile time  87.4 ms (13.6 % of the host time)
      exits         budget 1,234, access 567, target 12, instruction 3

      deep/a.fw.test.ts    640 ms  1,930 M instructions a second, 97.2 % hot
      b.fw.test.ts           1 ms  1,000 M instructions a second, 0 % hot"
  `);
  const many = Array.from({ length: 13 }, (_, i) => half(`${i}.fw.test.ts`));
  expect(statisticsReport(many, plain)).toMatch(/9\.fw\.test\.ts .*\n {2}and 3 files that took less$/);
});

test('nothing counted is said', () => {
  expect(statisticsReport([], plain)).toBe('Statistics  nothing was counted: no firmware ran with --stats');
});

test('only all is 100 %, and only nothing is 0 %', () => {
  expect([0, 1, 500, 999_999, 1_000_000].map((part) => shareText(part, 1_000_000))).toEqual([
    '0 %',
    '0.1 %',
    '0.1 %',
    '99.9 %',
    '100 %',
  ]);
  expect(shareText(0, 0)).toBe('0 %');
});

test('host time and speed have three digits', () => {
  expect(hostTimeText(640.1234)).toBe('640 ms');
  expect(hostTimeText(1929.9)).toBe('1.93 s');
  expect(speedText({ ...NOTHING, instructions: 1_929_900, hostMilliseconds: 1 })).toBe('1,930 M instructions a second');
  expect(speedText(NOTHING)).toBe('no instructions');
});
