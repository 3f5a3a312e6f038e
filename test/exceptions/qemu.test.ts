import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runHere } from './qemu-programs.js';

/**
 * The same exception programs here and on QEMU's mps2-an386: stack frames, EXC_RETURN, status registers, order of
 * exceptions. Where QEMU departs from the manual the program says so and leaves the value out; the manual's value has
 * a test of its own.
 */

const present = (tool: string) => spawnSync(tool, ['--version']).status === 0;
const tools = ['arm-none-eabi-gcc', 'arm-none-eabi-objcopy', 'qemu-system-arm'].filter((tool) => !present(tool));
const folder = mkdtempSync(join(tmpdir(), 'fwtest-exceptions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SOURCES = join(import.meta.dirname, 'qemu');
const FLAGS = '-mcpu=cortex-m4 -mthumb -O1 -ffreestanding -nostdlib -Wall -Werror -Wno-array-bounds'.split(' ');

function build(program: string): string {
  const elf = join(folder, `${program}.elf`);
  const inputs = ['-T', join(SOURCES, 'link.ld'), join(SOURCES, 'start.S'), join(SOURCES, `${program}.c`)];
  execFileSync('arm-none-eabi-gcc', [...FLAGS, ...inputs, '-o', elf]);
  return elf;
}

function runInQemu(elf: string): string {
  const semihosting = 'enable=on,target=native,userspace=on';
  const options = ['-M', 'mps2-an386', '-nographic', '-semihosting-config', semihosting, '-kernel', elf];
  const { stderr, stdout } = spawnSync('qemu-system-arm', options, { input: '', timeout: 20_000, encoding: 'utf8' });
  return (stdout + stderr).replaceAll('\r', '');
}

const missing = tools.length > 0 ? ` (skipped: no ${tools.join(', ')})` : '';
for (const program of ['faults', 'priorities', 'frames', 'stacking', 'mpu', 'float']) {
  test.skipIf(tools.length > 0)(`${program}: as on QEMU${missing}`, () => {
    const elf = build(program);
    const image = join(folder, `${program}.bin`);
    execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', elf, image]);
    const there = runInQemu(elf);
    expect(there).toMatch(/done\n$/);
    expect(runHere(readFileSync(image)).split('\n')).toEqual(there.split('\n'));
  });
}
