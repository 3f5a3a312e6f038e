import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Ended, fwtest, linkedFolder, ROOT, run } from './workspace.js';

const elf = (name: string) => join(ROOT, 'examples/firmware-tests', name);

/** A file with two tests that run for 3 ms and 2 ms from reset: 80,000 cycles at the 16 MHz of the HSI. */
const five = (options = '') => `import { firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';
const firmware = ${JSON.stringify(elf('uart-echo/uart-echo.elf'))};
const test = firmwareTest({ board: stm32f4Discovery, firmware, ${options} });
test('runs for three', ({ board }) => board.run('3ms'));
test('runs for two', ({ board }) => board.run('2ms'));
`;
const passing = "import { test } from 'vitest'; test('passes', () => {});\n";

/** The rows of the table, by label. */
function rows({ stderr }: Ended): Record<string, string> {
  const table = stderr.slice(stderr.indexOf('Statistics'));
  return Object.fromEntries(
    [...table.matchAll(/^ {2}(\S+(?: \S+)?) {2,}(\S.*)$/gm)].map(([, label, text]) => [label, text]),
  );
}

describe('fwtest run --stats', () => {
  test('prints sums over all tests and files at the end, the same with each engine', () => {
    const cwd = linkedFolder({ 'a.fw.test.ts': five(), 'sub/b.fw.test.ts': five(), 'c.fw.test.ts': passing });
    const tables = ['auto', 'cold', 'hot'].map((engine) => {
      const ended = fwtest(cwd, '--engine', engine, '--stats', '--reporter=dot');
      expect(ended.code).toBe(0);
      const table = rows(ended);
      expect(table['engine']).toBe(engine);
      expect(ended.stderr).toMatch(/^Statistics {2}counting costs speed: without --stats this runs faster$/m);
      expect(ended.stderr).toMatch(/^ {2}sub\/b\.fw\.test\.ts .* hot$/m);
      expect(ended.stderr).not.toContain('c.fw.test.ts');
      expect(ended.stderr).not.toContain('\u001b');
      return table;
    });
    for (const table of tables) {
      expect(table['machine time']).toBe('10 ms');
      expect(table['CPU cycles']).toBe('160,000');
      expect(table['instructions']).toBe(tables[0]!['instructions']);
    }
    const [, cold, hot] = tables;
    expect(cold).toMatchObject({ 'run hot': '0 % of the instructions', regions: 'none', exits: 'none' });
    expect(hot!['run hot']).toMatch(/^[1-9][\d.]* % of the instructions$/);
    expect(hot!['regions']).toMatch(/^\d+/);
    expect(hot!['exits']).toMatch(/\b(budget|access|target|instruction|event) \d/);
  });

  test('without it nothing is counted or said', () => {
    const ended = fwtest(linkedFolder({ 'a.fw.test.ts': five() }));
    expect(ended.stdout + ended.stderr).not.toContain('Statistics');
    expect(ended.code).toBe(0);
  });

  test('says so when nothing ran', () => {
    const { stderr } = fwtest(linkedFolder({ 'a.fw.test.ts': passing }), '--stats');
    expect(stderr).toContain('Statistics  nothing was counted');
  });

  test('leaves what reporters write alone, and is in the JSON one', () => {
    const { stdout, stderr } = fwtest(linkedFolder({ 'a.fw.test.ts': five() }), '--stats', '--reporter=json');
    expect(stderr).toContain('Statistics');
    const report = JSON.parse(stdout) as { testResults: { assertionResults: { meta: object }[] }[] };
    expect(report.testResults[0]!.assertionResults.map(({ meta }) => meta)).toMatchObject([
      { fwtestStatistics: { cycles: 48_000, nanoseconds: 3e6 } },
      { fwtestStatistics: { cycles: 32_000, nanoseconds: 2e6 } },
    ]);
  });

  test('shards that counted are summed up when their reports merge', () => {
    const cwd = linkedFolder({ 'a.fw.test.ts': five(), 'b.fw.test.ts': five() });
    for (const index of [1, 2]) fwtest(cwd, '--stats', '--reporter=blob', `--shard=${index}/2`);
    const merged = fwtest(cwd, '--stats', '--merge-reports', '--reporter=dot');
    expect(rows(merged)['CPU cycles']).toBe('160,000');
    expect(merged.code).toBe(0);
  });
});

describe('--engine', () => {
  const config = (options: string) => `import { fwtest } from 'fwtest/vitest';
import { defineConfig } from 'vitest/config';
export default defineConfig({ plugins: [fwtest({ ${options} })] });
`;

  test('the command line comes before the test file, and that before the plugin', () => {
    const files = {
      'vitest.config.ts': config("engine: 'auto'"),
      'a.fw.test.ts': five("engine: 'hot'"),
      'b.fw.test.ts': five(),
    };
    const cwd = linkedFolder(files);
    expect(rows(fwtest(cwd, '--stats', 'a.fw'))['engine']).toBe('hot');
    expect(rows(fwtest(cwd, '--stats', 'b.fw'))['engine']).toBe('auto');
    expect(rows(fwtest(cwd, '--stats', '--engine=cold'))['engine']).toBe('cold');
  });

  test('the command line also counts for machines that a test makes itself', () => {
    const own = `${five()}
import { expect } from 'vitest';
test('own', ({ board }) => expect(stm32f4Discovery.createMachine().engine).toBe('hot'));
`;
    expect(fwtest(linkedFolder({ 'a.fw.test.ts': own }), '--engine', 'hot').code).toBe(0);
  });

  test('both are options of the plugin, in a plain run of vitest', () => {
    const files = { 'vitest.config.ts': config("engine: 'hot', stats: true"), 'a.fw.test.ts': five() };
    const vitest = run(linkedFolder(files), process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run']);
    expect(rows(vitest)).toMatchObject({ engine: 'hot', 'CPU cycles': '80,000' });
    const projects = config('stats: true').replace(
      '] })',
      "], test: { projects: [{ extends: true, test: { name: 'unit', include: ['*.test.ts'] } }] } })",
    );
    const both = linkedFolder({ 'vitest.config.ts': projects, 'a.fw.test.ts': five(), 'b.test.ts': passing });
    const ended = run(both, process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run']);
    expect(rows(ended)['CPU cycles']).toBe('80,000');
    expect(ended.stderr.match(/Statistics/g)).toHaveLength(1);
    expect(fwtest(both, '--stats').stderr.match(/Statistics/g)).toHaveLength(1);
  });

  test.each([
    ['run', ['--engine', 'fast']],
    ['run', ['run', '--engine=fast', '--reporter=dot']],
    ['watch', ['watch', '--engine', 'fast']],
    ['boot', ['boot', elf('hello/hello.elf'), '-b', 'riscv-virt', '--engine', 'fast']],
  ])('a wrong one is a usage error of %s that names those there are', (_, args) => {
    const { code, stderr } = fwtest(linkedFolder({ 'a.fw.test.ts': passing }), ...args);
    expect(stderr).toContain("'fast' is invalid. Allowed choices are auto, cold, hot.");
    expect(code).toBe(2);
  });

  test.each([
    ['in the test file', { 'a.fw.test.ts': five("engine: 'fast'") }],
    ['in the configuration', { 'vitest.config.ts': config("engine: 'fast'"), 'a.fw.test.ts': passing }],
  ])('a wrong one %s is a usage error as well', (_, files) => {
    const ended = fwtest(linkedFolder(files));
    expect(ended.stdout + ended.stderr).toContain("give 'auto', 'cold', 'hot', or leave it out");
    expect(ended.code).toBe(2);
  });

  test('a misspelt option is told', () => {
    const { code, stderr } = fwtest(linkedFolder({ 'a.fw.test.ts': passing }), '--engin=hot');
    expect(stderr).toContain('did you mean --engine?');
    expect(code).toBe(2);
  });
});

describe('fwtest boot', () => {
  test('counts with --stats until the firmware ends, the same with each engine', () => {
    const counts = ['auto', 'cold', 'hot'].map((engine) => {
      const { code, stderr } = fwtest(
        ROOT,
        'boot',
        elf('hello/hello.elf'),
        '-b',
        'riscv-virt',
        '--stats',
        '--engine',
        engine,
      );
      expect(code).toBe(0);
      expect(stderr).toMatch(new RegExp(`^engine +${engine}\nrun hot +[\\d.]+ % of the instructions$`, 'm'));
      expect(stderr).toMatch(/^counting costs speed: without --stats this runs faster$/m);
      return stderr.match(/^(machine time|CPU cycles|instructions) .*$/gm);
    });
    expect(counts[0]).toHaveLength(3);
    expect(counts[1]).toEqual(counts[0]);
    expect(counts[2]).toEqual(counts[0]);
  });
});
