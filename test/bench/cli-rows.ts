import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './arithmetic.js';
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

/** The median of differences between neighbours in time: what else the computer does meets both. */
function overheadMilliseconds(files: number, pairs: number): number {
  const base = mkdtempSync(join(tmpdir(), 'fwtest-bench-'));
  try {
    const [firmware, empty] = [join(base, 'firmware'), join(base, 'empty')];
    makeProject(firmware, files, 'fw.test.ts', FIRMWARE_TEST);
    makeProject(empty, files, 'test.ts', EMPTY_TEST);
    const pair = () =>
      wallMilliseconds(firmware, [FWTEST], files) -
      wallMilliseconds(empty, [VITEST, 'run', '--pool=threads', '--no-isolate'], files);
    pair();
    return median(Array.from({ length: pairs }, pair));
  } finally {
    rmSync(base, { recursive: true });
  }
}

function row(name: string, files: number, pairs: number): BenchRow {
  return {
    name,
    measure: ({ progress }) => {
      progress(`fwtest on ${files === 1 ? 'one file' : `${files} files`}`);
      return { name, value: overheadMilliseconds(files, pairs), unit: 'ms' };
    },
  };
}

export const cliRows: readonly BenchRow[] = [row('cli.one.overhead.ms', 1, 7), row('cli.hundred.overhead.ms', 100, 5)];
