import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, ROOT, run } from './workspace.js';

/** How `fwtest boot` ends, and what it refuses. */

const BIN = join(ROOT, 'bin/fwtest.js');
const ECHO = [join(ROOT, 'examples/firmware-tests/uart-echo/uart-echo.elf'), '--board', 'stm32f4-discovery'];
const boot = (...args: string[]) =>
  run(folder({ junk: 'no kernel' }), process.execPath, [BIN, 'boot', ...args], {}, '');

describe('fwtest boot', () => {
  test('a hart without a trap handler ends it, with the first fault', () => {
    const { code, stderr } = boot('--board', 'riscv-virt64', '--kernel', 'junk');
    expect(stderr).toContain('neither --for nor --until');
    expect(stderr).toMatch(/faulted: .* at 0x80000.*again and again: mtvec was never set/);
    expect(stderr).not.toContain('stack');
    expect(code).toBe(1);
  });
  test('nothing to run', () => {
    const { code, stderr } = boot('--board', 'riscv-virt64', '--append', 'x');
    expect([code, stderr]).toEqual([2, expect.stringContaining('there is no image to run')]);
  });
  test('a description that cannot be written', () => {
    const { code, stderr } = boot('--board', 'riscv-virt64', '--dump-config', '/no/such/folder/x.yaml');
    expect([code, stderr]).toEqual([2, expect.stringContaining('the file cannot be written')]);
    expect(stderr).toContain('--dump-config /no/such/folder/x.yaml');
  });
  test('a console by its name', () => {
    const named = (name: string) => boot(...ECHO, '--for', '20ms', '--console', name);
    expect(named('usart2').stdout).toBe('ready\r\n');
    expect(named('usart3').stdout).toBe('');
    const { code, stderr } = named('usart99');
    expect([code, stderr]).toEqual([2, expect.stringContaining("there is no UART 'usart99'")]);
    expect(stderr).toContain('--console');
  });
  test.skipIf(process.platform === 'win32')('a reader that goes away ends it quietly', async () => {
    const child = spawn(process.execPath, [BIN, 'boot', ...ECHO], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data) => (said += String(data)));
    child.stdout.once('data', () => {
      child.stdout.destroy();
      child.stdin.write('more\nand more\n');
    });
    const code = await new Promise((done) => child.on('exit', done));
    expect(code).toBe(0);
    expect(said).not.toMatch(/EPIPE| at /);
  });
});
