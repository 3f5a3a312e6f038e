import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readElf } from '../../src/emu/debug/elf.js';
import { folder, ROOT, run } from './workspace.js';

/** How `fwtest boot` ends, and what it refuses. */

const BIN = join(ROOT, 'bin/fwtest.js');
const ECHO = [join(ROOT, 'examples/firmware-tests/uart-echo/uart-echo.elf'), '--board', 'stm32f4-discovery'];
const boot = (...args: string[]) =>
  run(folder({ junk: 'no kernel' }), process.execPath, [BIN, 'boot', ...args], {}, '');
/** With a file of these bytes as last argument. */
function bootFile(content: Uint8Array | Uint32Array, ...args: string[]) {
  const cwd = folder();
  writeFileSync(join(cwd, 'image.bin'), content);
  return run(cwd, process.execPath, [BIN, 'boot', ...args, 'image.bin'], {}, '');
}

describe('fwtest boot', () => {
  test('a hart without a trap handler ends it, with the first fault', () => {
    const { code, stderr } = boot('--board', 'riscv-virt64', '--kernel', 'junk');
    expect(stderr).toContain('neither --for nor --until');
    expect(stderr).toMatch(/faulted: .* at 0x80000.*again and again: mtvec was never set/);
    expect(stderr).not.toContain('stack');
    expect(code).toBe(1);
  });
  describe('firmware that has another trap handler than at its fault', () => {
    const STEPS_OVER = [
      0x0000_0297, // auipc t0, 0
      0x0142_8293, // addi t0, t0, 0x14
      0x3052_9073, // csrw mtvec, t0
      0x7c10_5073, // csrwi 0x7c1, 0: SiFive's start-up code tries whether it is there
      0x0000_0013, // nop
      0x0182_8293, // 0x14: addi t0, t0, 0x18
      0x3052_9073, // csrw mtvec, t0
    ];
    const run = (...words: number[]) =>
      bootFile(Uint32Array.from([...STEPS_OVER, ...words]), '--board', 'riscv-virt', '--for', '200ms', '--kernel');

    test('has handled it', () => {
      const { code, stderr } = run(0x0000_006f); // j .
      expect([code, stderr]).toEqual([0, '']);
    });
    test('may fault again, of which it is told', () => {
      // a wait of 100 ms, a load from address 0, and j . at the handler, 0x2c
      const { code, stderr } = run(0x0050_0337, 0xfff3_0313, 0xfe03_1ee3, 0x0000_2303, 0x0000_006f);
      expect(stderr).toContain('the firmware faulted: load access fault');
      expect(code).toBe(1);
    });
  });
  test('the first flash is something to run', () => {
    const elf = join(ROOT, 'test/riscv/virt/firmware/pflash-rv32.elf');
    const image = new Uint8Array(0x200);
    for (const { physicalAddress, data } of readElf(elf).segments) image.set(data, physicalAddress - 0x2000_0000);
    const { code, stdout } = bootFile(image, '--board', 'riscv-virt', '--pflash');
    expect([code, stdout]).toEqual([0, 'from flash 47']);
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
