import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linkedFolder, ROOT } from './workspace.js';

const READY = 'the guest runs now';

/** A test that is in one call of `run` for hours of the host's time. */
const ENDLESS = `import { writeSync } from 'node:fs';
import { firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';
const test = firmwareTest({ board: stm32f4Discovery, firmware: './app.elf', hostTimeout: 3_600_000 });
test('never ends', ({ board }) => {
  writeSync(1, '${READY}\\n');
  board.run('1000000s');
});
`;

test.skipIf(process.platform === 'win32')('and `fwtest boot`, which says where (needs signals)', async () => {
  const image = join(ROOT, 'examples/firmware-tests/calc-test/calc_test-riscv-virt.elf');
  const args = ['boot', image, '--board', 'riscv-virt', '--until', 'never'];
  const child = spawn(process.execPath, [join(ROOT, 'bin/fwtest.js'), ...args]);
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said += String(data);
  });
  child.stdout.once('data', () => child.kill('SIGINT'));
  const code = await new Promise((done) => child.on('exit', (status, signal) => done(signal ?? status)));
  expect(said).toMatch(/fwtest: ended by Ctrl-C at pc .* of machine time/);
  expect(code).toBe(130);
});

test.skipIf(process.platform === 'win32')('Ctrl-C ends a run whose guest never ends (needs signals)', async () => {
  const cwd = linkedFolder({ 'endless.fw.test.ts': ENDLESS });
  copyFileSync(join(ROOT, 'examples/firmware-tests/blinky/blinky.elf'), join(cwd, 'app.elf'));
  const child = spawn(process.execPath, [join(ROOT, 'bin/fwtest.js')], { cwd, env: { ...process.env, CI: '1' } });
  const ended = new Promise((done) => child.on('exit', (code, signal) => done(signal ?? code)));
  let shown = '';
  let interruptedAt = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      shown += String(data);
      if (interruptedAt > 0 || !shown.includes(READY)) return;
      interruptedAt = performance.now();
      child.kill('SIGINT');
    });
  }
  const last = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const code = await ended;
  clearTimeout(last);
  expect(shown).toContain(READY);
  expect(code).toBe(130);
  expect(performance.now() - interruptedAt).toBeLessThan(10_000);
});
