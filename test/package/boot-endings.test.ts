import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readElf } from '../../src/emu/debug/elf.js';
import { folder, linkedFolder, ROOT, run } from './workspace.js';

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
  describe('a handler that', () => {
    const PROBES = [
      0x0000_0297, // auipc t0, 0
      0x0402_8293, // addi t0, t0, 0x40
      0x3052_9073, // csrw mtvec, t0
      0x5c00_2373, // csrr t1, 0x5c0, which there is not
      0x0500_0413, // li s0, 80
      0x1000_05b7, // lui a1, 0x10000
      0x0055_c603, // 0x18: lbu a2, 5(a1)
      0x0206_7613, // andi a2, a2, 0x20
      0xfe06_0ce3, // beqz a2, 0x18
      0x00c5_8023, // sb a2, 0(a1)
      0x0010_06b7, // lui a3, 0x100: a wait of some 30 ms
      0xfff6_8693, // addi a3, a3, -1
      0xfe06_9ee3, // bnez a3, .-4
      0xfff4_0413, // addi s0, s0, -1
      0xfe04_10e3, // bnez s0, 0x18
      0x0000_006f, // j .
    ];
    const HANDLER = [0x3410_22f3, 0x0042_8293, 0x3412_9073]; // csrr t0, mepc; addi t0, t0, 4; csrw mepc, t0
    const MRET = 0x3020_0073;
    const run = (...handler: number[]) =>
      bootFile(Uint32Array.from([...PROBES, ...handler]), '--board', 'riscv-virt', '--for', '200ms', '--kernel');

    test('returns behind the fault has handled it, in however small a loop the firmware is then', () => {
      const { code, stdout, stderr } = run(...HANDLER, MRET);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.length).toBeGreaterThan(2);
    });
    test('returns to the fault traps again and again', () => {
      const { code, stdout, stderr } = run(MRET);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('the firmware faulted: illegal instruction');
    });
    test('never returns ends it', () => {
      const { code, stderr } = run(0x0000_006f);
      expect(code).toBe(1);
      expect(stderr).toContain('the firmware faulted: illegal instruction');
    });
  });
  describe('a board in TypeScript', () => {
    const MACHINE = {
      machine: 'none',
      cpus: { cpu0: { type: 'rv32', clock: '100MHz' } },
      memory: { ram: { kind: 'ram', at: 0x8000_0000, size: '1M' } },
      devices: { fin: { type: 'test-finisher', at: 0x10_0000, wires: { halt: 'cpu.halt' } } },
    };
    const text = JSON.stringify(MACHINE);
    const cwd = linkedFolder({
      'same.json': text,
      'same.ts': `import { defineBoard } from 'fwtest/boards';\nexport default defineBoard(${text});\n`,
    });
    // lui a0, 0x100; lui a1, 5; addi a1, a1, 0x555; sw a1, 0(a0)
    const code = Uint32Array.of(0x0010_0537, 0x0000_55b7, 0x5555_8593, 0x00b5_2023);
    writeFileSync(join(cwd, 'app.bin'), code);
    const fwtest = (...args: string[]) => run(cwd, process.execPath, [BIN, 'boot', ...args], {}, '');

    test('starts where the image does, as one in a file', () => {
      const started = (...board: string[]) => fwtest(...board, 'app.bin@0x80000000', '--for', '1ms', '--stats');
      const inFile = started('--config', './same.json');
      expect(inFile.code).toBe(0);
      expect(inFile.stderr).toContain('taken to be at 0x80000000');
      const { code, stdout, stderr } = started('--board', './same.ts');
      const atEnd = /^ *at .*$/m;
      expect(stderr).toContain('taken to be at 0x80000000');
      expect([code, stdout, atEnd.exec(stderr)?.[0]]).toEqual([0, inFile.stdout, atEnd.exec(inFile.stderr)?.[0]]);
    });
    test('is written out as one in a file', () => {
      const inFile = fwtest('--config', './same.json', '--dump-config').stdout;
      expect(fwtest('--board', './same.ts', '--dump-config').stdout).toBe(inFile);
      expect(inFile).not.toContain('resetVector');
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
  test.skipIf(process.platform === 'win32').each([
    [['boot', '--help'], 0],
    [['devices'], 0],
    [['devices', '--json'], 0],
    [['boot', '--board', 'riscv-virt', '--dump-config'], 0],
    [['boot', '--no-such-flag'], 2],
  ] as const)('nobody reads what %j says', async (args, expected) => {
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let said = '';
    if (expected === 0) child.stderr.on('data', (data) => (said += String(data)));
    else child.stderr.destroy();
    expect(await new Promise((done) => child.on('exit', done))).toBe(expected);
    expect(said).toBe('');
  });
});
