import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CONFIG_FILE } from '../../src/runner/commands/init-templates.js';
import { unknownFlag } from '../../src/runner/vitest-flags.js';
import { fwtest, linkedFolder, ROOT, run } from './workspace.js';

const passing = `import { test, expect } from 'vitest';
test('passes', () => expect(1).toBe(1));
`;
const failing = `import { test as failingTest, expect as expectTo } from 'vitest';
failingTest('fails', () => expectTo(1).toBe(2));
`;
const throwing = (error: string) => `import { test } from 'vitest';
import { InternalError, UsageError } from 'fwtest';
test('throws', () => { throw new ${error}({ what: 'as asked' }); });
`;

describe('fwtest run', () => {
  test('runs *.fw.test.ts and nothing else, without any configuration', () => {
    const cwd = linkedFolder({ 'a.fw.test.ts': passing, 'sub/b.fw.test.mts': passing, 'other.test.ts': failing });
    const { code, stdout } = fwtest(cwd);
    expect(stdout).toContain('Tests  2 passed (2)');
    expect(code).toBe(0);
  });

  test('takes filters and vitest’s own flags', () => {
    const cwd = linkedFolder({ 'a.fw.test.ts': passing + failing, 'b.fw.test.ts': failing });
    expect(fwtest(cwd, 'a.fw', '-t', 'passes').code).toBe(0);
    expect(fwtest(cwd, 'run', 'a.fw', '--testNamePattern=passes', '--reporter=dot').code).toBe(0);
  });

  test('joins a configuration of the user, and runs only firmware tests', () => {
    const config = `import { defineConfig } from 'vitest/config';
export default defineConfig({ resolve: { alias: { '@': import.meta.dirname } }, test: { include: ['*.test.ts'] } });
`;
    const aliased = `import { test, expect } from 'vitest';
import { isMainThread } from 'node:worker_threads';
import { one } from '@/one';
test('aliased', () => expect([one, isMainThread]).toEqual([1, false]));
`;
    const files = { 'vitest.config.ts': config, 'one.ts': 'export const one = 1;', 'a.fw.test.ts': aliased };
    const { code, stdout } = fwtest(linkedFolder({ ...files, 'other.test.ts': failing }));
    expect(stdout).toContain('Tests  1 passed (1)');
    expect(code).toBe(0);
  });
});

test('a mistake of the test’s own is shown at its line', () => {
  const lines = [
    "import { expect, firmwareTest } from 'fwtest';",
    "import { stm32f4Discovery as board } from 'fwtest/boards';",
    "const test = firmwareTest({ board, firmware: './app.elf' });",
    "test('1', ({ board }) => expect(board).toReach('mian', { within: '1ms' }));",
    "test('2', ({ board }) => expect(board).toTakeCycles({ of: 'mian', max: 5 }));",
    "test('3', ({ board }) => expect(board).toTakeCycles({ of: () => void board.memory.read32('mian'), max: 5 }));",
    "firmwareTest({ board, firmware: './none.elf' })('4', ({ board }) => board.run('1ms'));",
    "firmwareTest({ board, firmware: './other.elf' })('5', ({ board }) => board.run('1ms'));",
    "firmwareTest({ board: './bad.yaml', firmware: './app.elf' })('6', ({ board }) => board.run('1ms'));",
  ];
  const cwd = linkedFolder({ 'a.fw.test.ts': lines.join('\n'), 'bad.yaml': 'machine: none\nmemory: 1\n' });
  const examples = join(ROOT, 'examples/firmware-tests');
  copyFileSync(join(examples, 'blinky/blinky.elf'), join(cwd, 'app.elf'));
  copyFileSync(join(examples, 'calc-test/calc_test-riscv-virt.elf'), join(cwd, 'other.elf'));
  const { code, stderr } = fwtest(cwd);
  const shown = new Set([...stderr.matchAll(/❯ .*a\.fw\.test\.ts:(\d+):/g)].map(([, line]) => Number(line)));
  expect([...shown]).toEqual([4, 5, 6, 7, 8, 9]);
  expect(stderr.match(/ {2}\^$|\| +\^/gm)).toHaveLength(6);
  expect(code).toBe(2);
});

describe('exit codes', () => {
  test.each([
    ['a failed test', { 'a.fw.test.ts': failing }, 1],
    ['a usage error in a worker', { 'a.fw.test.ts': throwing('UsageError'), 'b.fw.test.ts': failing }, 2],
    [
      'an emulator failure in a worker',
      { 'a.fw.test.ts': throwing('InternalError'), 'b.fw.test.ts': throwing('UsageError') },
      3,
    ],
    ['a file that cannot be loaded', { 'a.fw.test.ts': "import './nowhere.js';" }, 1],
    ['no test file', {}, 2],
  ])('%s', (_, files, expected) => {
    expect(fwtest(linkedFolder(files)).code).toBe(expected);
  });

  test('no test file: says what to do, and what may have been meant', () => {
    const cwd = linkedFolder();
    expect(fwtest(cwd).stderr).toContain('there are no firmware tests');
    expect(fwtest(cwd, 'board').stderr).toContain('did you mean `fwtest boards`?');
    expect(fwtest(cwd, '--passWithNoTests').code).toBe(0);
  });

  test('an unknown option or value is a usage error with a suggestion', () => {
    const cwd = linkedFolder({ 'a.fw.test.ts': passing });
    const option = fwtest(cwd, '--reportr=junit');
    expect(option.code).toBe(2);
    expect(option.stderr).toContain('did you mean --reporter?');
    const other = fwtest(cwd, 'boards', '--jsn');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('Did you mean --json?');
  });
});

test('every option that vitest lists passes through', () => {
  const help = run(ROOT, process.execPath, [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--help',
    '--expand-help',
  ]);
  const flags = [...help.stdout.matchAll(/^ +(?:-\w, )?(--[a-zA-Z][\w-]*)/gm)].map((match) => match[1]!);
  expect(flags.length).toBeGreaterThan(50);
  expect(flags.filter((flag) => unknownFlag([flag]) !== undefined)).toEqual([]);
  expect(unknownFlag(['--no-isolate', '--coverage.enabled', '-t', 'x', '--', '--anything'])).toBe(undefined);
  expect(unknownFlag(['a', '--reportr=x'])).toBe('--reportr');
});

describe('in a pipeline', () => {
  const files = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${name}.fw.test.ts`, passing]));

  test('writes JUnit', () => {
    const cwd = linkedFolder({ ...files, 'e.fw.test.ts': failing });
    expect(fwtest(cwd, '--reporter=junit', '--outputFile=report.xml').code).toBe(1);
    const report = readFileSync(join(cwd, 'report.xml'), 'utf8');
    expect(report).toContain('tests="5" failures="1"');
    expect(report).toContain('name="a.fw.test.ts"');
  });

  test('shards run apart, and their blob reports merge into one', () => {
    const cwd = linkedFolder({ ...files, 'e.fw.test.ts': failing });
    const codes = [1, 2].map((index) => fwtest(cwd, '--reporter=blob', `--shard=${index}/2`).code);
    expect(codes.sort()).toEqual([0, 1]);
    expect(readdirSync(join(cwd, '.vitest-reports'))).toHaveLength(2);
    const merged = fwtest(
      cwd,
      '--merge-reports',
      '--reporter=junit',
      '--outputFile.junit=merged.xml',
      '--reporter=default',
    );
    expect(merged.stdout).toContain('1 failed | 4 passed (5)');
    expect(merged.code).toBe(1);
    expect(readFileSync(join(cwd, 'merged.xml'), 'utf8')).toContain('tests="5" failures="1"');
    expect(existsSync(join(cwd, 'report.xml'))).toBe(false);
  });

  test('an emulator failure in a shard is still one after the merge', () => {
    const cwd = linkedFolder({ ...files, 'e.fw.test.ts': throwing('InternalError') });
    for (const index of [1, 2]) fwtest(cwd, '--reporter=blob', `--shard=${index}/2`);
    expect(fwtest(cwd, '--merge-reports').code).toBe(3);
  });

  test.each([
    ['without configuration', {}],
    ['as init writes it', { 'vitest.config.mts': CONFIG_FILE }],
  ])('a project with fewer files than shards passes, and its reports merge: %s', (_, config) => {
    const cwd = linkedFolder({ 'a.fw.test.ts': passing, ...config });
    const ended = [1, 2].map((index) => fwtest(cwd, '--reporter=default', '--reporter=blob', `--shard=${index}/2`));
    expect(ended.map((one) => one.code)).toEqual([0, 0]);
    expect(ended[0]!.stdout).toContain('1 passed (1)');
    expect(ended[1]!.stdout).toMatch(/^shard 2\/2 has no test files: there are 1 in all$/m);
    expect(readdirSync(join(cwd, '.vitest-reports'))).toHaveLength(2);
    const merged = fwtest(cwd, '--merge-reports', '--reporter=default');
    expect(merged.stdout).toContain('1 passed (1)');
    expect(merged.code).toBe(0);
  });

  test('shards of no test files at all are still refused', () => {
    const { code, stderr } = fwtest(linkedFolder(), '--shard=1/2');
    expect(stderr).toContain('there are no firmware tests');
    expect(code).toBe(2);
    expect(fwtest(linkedFolder(), '--shard=1/2', '--passWithNoTests').code).toBe(0);
  });

  test.each([
    ['--shard=3/2', '"3/2" is not a shard'],
    ['--shard=0/2', '"0/2" is not a shard'],
    ['--shard=1', '"1" is not a shard'],
    ['--merge-reports=nodir', 'nodir does not exist'],
    ['--merge-reports', '.vitest-reports does not exist'],
    ['--merge-reports=a.fw.test.ts', 'a.fw.test.ts is not a folder'],
  ])('%s is a usage error', (option, text) => {
    const { code, stderr } = fwtest(linkedFolder({ 'a.fw.test.ts': passing }), option);
    expect(stderr).toContain(text);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(code).toBe(2);
  });
});
