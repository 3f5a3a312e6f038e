import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './arithmetic.js';
import { firmwarePath } from './firmware-image.js';
import type { BenchRow } from './row.js';

/** What a person waits for `fwtest` beyond what vitest itself takes. */

const ROOT = process.cwd();
const FWTEST = join(ROOT, 'bin', 'fwtest.js');
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

const FIRMWARE_TEST = `import { firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';

const test = firmwareTest({ board: stm32f4Discovery, firmware: './blinky.elf' });

test('starts with the green LED off', ({ board, expectGpioLow }) => {
  board.run('10ms');
  expectGpioLow('PD12');
});
`;
/** 10,000 cycles of the 16 MHz HSI each, from the restored snapshot, of a program that is always busy. */
const THOUSAND_FIRMWARE_TESTS = `import { expect } from 'vitest';
import { firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';

const test = firmwareTest({ board: stm32f4Discovery, firmware: './crc.elf' });

for (let i = 0; i < 1000; i++) {
  test('test ' + i, ({ board }) => {
    board.run('625us');
    expect(board.cycles).toBeGreaterThanOrEqual(10_000);
  });
}
`;
const THOUSAND_EMPTY_TESTS = `import { expect, test } from 'vitest';

for (let i = 0; i < 1000; i++) test('test ' + i, () => expect(10_000).toBe(10_000));
`;
const EMPTY_TEST = `import { test } from 'vitest';

test('nothing', () => {});
`;

/** A user's project: so many test files, and fwtest and vitest installed. */
function makeProject(folder: string, files: number, suffix: string, text: string): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules', 'fwtest'), 'junction');
  symlinkSync(join(ROOT, 'node_modules', 'vitest'), join(folder, 'node_modules', 'vitest'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  copyFileSync(join(ROOT, 'examples', 'firmware-tests', 'blinky', 'blinky.elf'), join(folder, 'blinky.elf'));
  copyFileSync(firmwarePath('crc', 'm4'), join(folder, 'crc.elf'));
  for (let i = 0; i < files; i++) writeFileSync(join(folder, `t${i}.${suffix}`), text);
}

/** Milliseconds from start to end of a process that has to pass so many tests. */
function wallMilliseconds(folder: string, args: readonly string[], passed: number): number {
  const start = performance.now();
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, CI: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env });
  const milliseconds = performance.now() - start;
  if (status !== 0 || !new RegExp(`Tests.*\\b${passed} passed`).test(stdout)) {
    throw new Error(`${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  }
  return milliseconds;
}

interface Compared {
  readonly files: number;
  /** Text of each file, for fwtest and for vitest alone. */
  readonly firmware: string;
  readonly empty: string;
  readonly tests: number;
  readonly pairs: number;
}

/** The median of differences between neighbours in time: what else the computer does meets both. */
function overheadMilliseconds({ files, firmware, empty, tests, pairs }: Compared): number {
  const base = mkdtempSync(join(tmpdir(), 'fwtest-bench-'));
  try {
    const [ours, theirs] = [join(base, 'firmware'), join(base, 'empty')];
    makeProject(ours, files, 'fw.test.ts', firmware);
    makeProject(theirs, files, 'test.ts', empty);
    const pair = () =>
      wallMilliseconds(ours, [FWTEST], tests) -
      wallMilliseconds(theirs, [VITEST, 'run', '--pool=threads', '--no-isolate'], tests);
    pair();
    return median(Array.from({ length: pairs }, pair));
  } finally {
    rmSync(base, { recursive: true });
  }
}

function row(name: string, what: string, compared: Compared): BenchRow {
  return {
    name,
    measure: ({ progress }) => {
      progress(`fwtest on ${what}`);
      return { name, value: overheadMilliseconds(compared), unit: 'ms' };
    },
  };
}

const small = { firmware: FIRMWARE_TEST, empty: EMPTY_TEST };
const many = { firmware: THOUSAND_FIRMWARE_TESTS, empty: THOUSAND_EMPTY_TESTS };

export const cliRows: readonly BenchRow[] = [
  row('cli.one.overhead.ms', 'one file', { ...small, files: 1, tests: 1, pairs: 7 }),
  row('cli.hundred.overhead.ms', '100 files', { ...small, files: 100, tests: 100, pairs: 5 }),
  row('tests.1000.ms', '1,000 tests in one file', { ...many, files: 1, tests: 1000, pairs: 7 }),
];
