import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Duration } from '../../src/emu/duration.js';
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
function consoleOf(tree: string, image: string, span: Duration = '20ms'): string {
  const imported = importDevicetree(readTreeFile(tree), { path: tree, boardNamed: (name) => boardNamed(name, {}) });
  const station = createStation(machineFrom([imported]).board, isAbsolute(image) ? image : example(image), {
    hostTimeout: 60_000,
  });
  station.bench.run(span);
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

const has = (tool: string) => spawnSync(tool, ['--version']).status === 0;

/** The tree that QEMU makes for one of its machines. */
function qemuTree(bits: 32 | 64, machine: string): string {
  const path = join(folder, `${machine}${bits}.dtb`);
  spawnSync(`qemu-system-riscv${bits}`, ['-M', `${machine},dumpdtb=${path}`, '-bios', 'none', '-display', 'none']);
  return path;
}

test.skipIf(!has('qemu-system-riscv32'))('the tree of QEMU’s virt, 32 bits (needs qemu-system-riscv32)', () => {
  expect(consoleOf(qemuTree(32, 'virt'), 'hello/hello.elf')).toBe('hello from rv32\n');
});

const OPENSBI = '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.elf';

describe.skipIf(!has('qemu-system-riscv64') || !existsSync(OPENSBI))(
  'OpenSBI on the trees of QEMU’s RV64 machines (needs qemu-system-riscv64 and opensbi)',
  () => {
    test.each<[string, string, Duration]>([
      ['virt', 'riscv-virtio,qemu', '400ms'],
      ['sifive_u', 'SiFive HiFive Unleashed A00', '150ms'],
    ])('%s', (machine, name, span) => {
      const text = consoleOf(qemuTree(64, machine), OPENSBI, span);
      expect(text).toContain('OpenSBI v1.1');
      expect(text).toMatch(new RegExp(`Platform Name +: ${name}`));
      expect(text).toContain('Boot HART MEDELEG');
    });
  },
);
