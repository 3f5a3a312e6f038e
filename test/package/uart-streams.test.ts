import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, ROOT, run } from './workspace.js';

const BIN = join(ROOT, 'bin/fwtest.js');
const ECHO = [join(ROOT, 'examples/firmware-tests/uart-echo/uart-echo.elf'), '--board', 'stm32f4-discovery'];

function boot(cwd: string, ...args: string[]) {
  return run(cwd, process.execPath, [BIN, 'boot', ...ECHO, ...args], {}, 'hi\n');
}

describe('fwtest boot --uart', () => {
  test('a file instead of the terminal, which then types nothing', () => {
    const cwd = folder();
    const { code, stdout } = boot(cwd, '--for', '50ms', '--uart', 'console=file:log.txt');
    expect([code, stdout]).toEqual([0, '']);
    expect(readFileSync(join(cwd, 'log.txt'), 'utf8')).toBe('ready\r\n');
  });
  test('the terminal for one, nothing for another', () => {
    expect(boot(folder(), '--for', '50ms', '--uart', 'usart2=stdio', '--uart', 'usart3=null').stdout).toBe(
      'ready\r\nhi\r\n',
    );
    expect(boot(folder(), '--for', '50ms', '--uart', 'usart3=stdio').stdout).toBe('');
    expect(boot(folder(), '--for', '50ms', '--uart', 'usart2=null').stdout).toBe('');
  });
  test.skipIf(process.platform === 'win32').each(['socket', 'tcp'])('a %s, both ways', async (kind) => {
    const path = join(folder(), 'uart.sock');
    const where = kind === 'tcp' ? 'tcp:0' : `socket:${path}`;
    const child = spawn(process.execPath, [BIN, 'boot', ...ECHO, '--uart', `usart2=${where}`]);
    try {
      const at = await new Promise<string>((done) => {
        child.stderr.on('data', (data) => {
          const found = /usart2 is on (\S+)/.exec(String(data));
          if (found) done(found[1]!);
        });
      });
      const socket = kind === 'tcp' ? connect(Number(at.split(':')[1]), '127.0.0.1') : connect(at);
      let text = '';
      const heard = new Promise<void>((done) => {
        socket.on('data', (data) => {
          text += data;
          if (text.includes('hello\r\n')) done();
        });
      });
      socket.write('hello\n');
      await heard;
      socket.destroy();
    } finally {
      const ended = new Promise((done) => child.on('exit', done));
      child.kill('SIGINT');
      await ended;
    }
  });
  test.each([
    ['usart2', 'this is no UART and a place for it'],
    ['usrt2=null', "there is no UART 'usrt2'"],
    ['usart2=pty', "there is no place 'pty'"],
    ['usart2=file', "'file:' needs more"],
    ['usart2=null:x', "'null' takes nothing more"],
    ['usart2=tcp:x', "'x' is no port"],
    ['usart2=file:/no/such/folder/x', 'the file cannot be written'],
  ])('%s is refused', (spec, text) => {
    const { code, stderr } = boot(folder(), '--for', '1ms', '--uart', spec);
    expect(stderr).toContain(text);
    expect(code).toBe(2);
  });
  test('one UART has one place', () => {
    const { code, stderr } = boot(folder(), '--for', '1ms', '--uart', 'usart2=null', '--uart', 'console=null');
    expect([code, stderr]).toEqual([2, expect.stringContaining('usart2 has a place already')]);
    expect(existsSync('uart.sock')).toBe(false);
  });
});
