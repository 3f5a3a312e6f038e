import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { boardNamed } from '../../src/machine-file/boards.js';
import { ZEPHYR_STYLE } from '../../src/machine-file/devicetree/board-test-tree.js';
import { encodeDtb } from '../../src/machine-file/devicetree/dtb.js';
import { importDevicetree } from '../../src/machine-file/devicetree/import-tree.js';
import { readTreeFile } from '../../src/machine-file/devicetree/read-tree.js';
import { machineFrom } from '../../src/machine-file/index.js';
import { createStation } from '../../src/runner/station.js';

/** Machines made of devicetrees run firmware. */

const folder = mkdtempSync(join(tmpdir(), 'devicetree-'));
afterAll(() => rmSync(folder, { recursive: true }));

const example = (path: string) => fileURLToPath(new URL(`../../examples/firmware-tests/${path}`, import.meta.url));

/** Runs an example's image on the machine of a tree, and gives what its console wrote. */
function consoleOf(tree: string, image: string): string {
  const imported = importDevicetree(readTreeFile(tree), { path: tree, boardNamed: (name) => boardNamed(name, {}) });
  const station = createStation(machineFrom([imported]).board, example(image), { hostTimeout: 60_000 });
  station.bench.run('20ms');
  return (station.machine.handle('console') as { text: string }).text;
}

describe('a tree for Zephyr', () => {
  const write = (name: string, source: string) => {
    const path = join(folder, name);
    writeFileSync(path, source);
    return path;
  };

  test('of the Discovery board', () => {
    expect(consoleOf(write('disco.dts', ZEPHYR_STYLE), 'uart-echo/uart-echo.elf')).toBe('ready\r\n');
  });

  test('of a chip that fwtest does not know, as far as its blocks are the same', () => {
    const other = ZEPHYR_STYLE.replace('"st,stm32f407", "st,stm32f4"', '"st,stm32f215", "st,stm32f2"');
    expect(consoleOf(write('other.dts', other), 'uart-echo/uart-echo.elf')).toBe('ready\r\n');
  });

  test('as .dtb', () => {
    const path = join(folder, 'disco.dtb');
    writeFileSync(path, encodeDtb(readTreeFile(write('disco.dts', ZEPHYR_STYLE)).tree));
    expect(consoleOf(path, 'uart-echo/uart-echo.elf')).toBe('ready\r\n');
  });
});

const hasQemu = spawnSync('qemu-system-riscv32', ['--version']).status === 0;

describe.skipIf(!hasQemu)('the tree that QEMU hands over (needs qemu-system-riscv32)', () => {
  test('of virt', () => {
    const path = join(folder, 'virt.dtb');
    spawnSync('qemu-system-riscv32', ['-M', `virt,dumpdtb=${path}`, '-bios', 'none', '-display', 'none']);
    expect(consoleOf(path, 'hello/hello.elf')).toBe('hello from rv32\n');
  });
});
