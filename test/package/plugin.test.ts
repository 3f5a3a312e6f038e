import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { linkedFolder, ROOT, run } from './workspace.js';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const vitest = (cwd: string, ...args: string[]) => run(cwd, process.execPath, [VITEST, 'run', ...args]);

/** A test that tells where it runs. */
const told = (inMain: boolean) => `import { expect, test } from 'vitest';
import { isMainThread } from 'node:worker_threads';
import { one } from '@/one';
test('runs', () => expect([one, isMainThread]).toEqual([1, ${inMain}]));
`;

function config(rest: string): string {
  return `import { fwtest } from 'fwtest/vitest';
import { defineConfig } from 'vitest/config';
export default defineConfig({ plugins: [fwtest()], resolve: { alias: { '@': import.meta.dirname } }${rest} });
`;
}

const files = (rest: string) => ({
  'vitest.config.ts': config(rest),
  'one.ts': 'export const one = 1;',
  'a.fw.test.ts': told(false),
  'plain.test.ts': told(true),
});

describe('the vitest plugin', () => {
  test('adds firmware tests, in threads, beside tests that stay as they are', () => {
    const cwd = linkedFolder(files(''));
    const both = vitest(cwd);
    expect(both.stdout).toMatch(/✓ .firmware. a\.fw\.test\.ts/);
    expect(both.stdout).toContain('Tests  2 passed (2)');
    const only = vitest(cwd, '--project', 'firmware');
    expect(only.stdout + only.stderr).toContain('Tests  1 passed (1)');
  });

  test('joins projects, whatever their globs match', () => {
    const rest = ", test: { projects: [{ extends: true, test: { name: 'unit', include: ['**/*.test.ts'] } }] }";
    const both = vitest(linkedFolder(files(rest)));
    expect(both.stdout).toMatch(/✓ .firmware. a\.fw\.test\.ts/);
    expect(both.stdout).toMatch(/✓ .unit. plain\.test\.ts/);
    expect(both.stdout).toContain('Tests  2 passed (2)');
  });
});

test('the command line takes the options of the plugin in the configuration', () => {
  const cwd = linkedFolder({
    ...files(''),
    'vitest.config.ts': config('').replace('fwtest()', "fwtest({ include: ['checks/*.ts'] })"),
    'checks/b.ts': told(false),
  });
  const { stdout, code } = run(cwd, process.execPath, [join(ROOT, 'bin/fwtest.js')]);
  expect(stdout).toMatch(/✓ .firmware. checks\/b\.ts/);
  expect(stdout).toContain('Tests  1 passed (1)');
  expect(code).toBe(0);
});

/** What a process says, so far and from now on. */
class Listener {
  text = '';
  #heard = () => {};
  hear(data: Buffer): void {
    this.text += data.toString();
    this.#heard();
  }
  /** Waits for a text behind a position; fails after half a minute with what there was instead. */
  async until(wanted: string, from = 0): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!this.text.slice(from).includes(wanted)) {
      if (Date.now() > deadline) throw new Error(`waited for ${wanted} in:\n${this.text}`);
      await new Promise<void>((done) => {
        this.#heard = done;
        setTimeout(done, 500);
      });
    }
  }
}

test('fwtest watch runs the tests of a firmware again when it was built anew', async () => {
  const image = (name: string) => join(ROOT, 'examples/firmware-tests', name);
  const images = linkedFolder();
  copyFileSync(image('uart-echo/uart-echo.elf'), join(images, 'app.elf'));
  const cwd = linkedFolder({
    'a.fw.test.ts': `import { expect, firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';
const test = firmwareTest({ board: stm32f4Discovery, firmware: ${JSON.stringify(join(images, 'app.elf'))} });
test('greets', ({ board }) => expect(board.usart2).toWriteUart('ready', { within: '10ms' }));
`,
  });
  const env = { ...process.env, NO_COLOR: '1', CI: '', VITEST: undefined };
  const child = spawn(process.execPath, [join(ROOT, 'bin/fwtest.js'), 'watch', '--stats'], { cwd, env });
  try {
    const listener = new Listener();
    child.stdout.on('data', (data) => listener.hear(data));
    child.stderr.on('data', (data) => listener.hear(data));
    await listener.until('Waiting for file changes');
    expect(listener.text).toContain('1 passed');
    await listener.until('Statistics');
    const from = listener.text.length;
    copyFileSync(image('blinky/blinky.elf'), join(images, 'app.elf'));
    await listener.until('Watching for file changes', from);
    expect(listener.text.slice(from)).toContain('1 failed');
    await listener.until('Statistics', from);
  } finally {
    child.kill();
  }
});
