import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { boardNamed } from '../machine-file/boards.js';
import { machineOf } from './machine-choice.js';
import { QUICK_BOARDS } from './quick-boards.js';

test.each(Object.entries(QUICK_BOARDS))('%s is the board of that name', async (name, load) => {
  expect(await load()).toBe(boardNamed(name));
});

/** `j .` of RV32 and RV64, where firmware of raw bytes begins. */
const LOOP = Uint8Array.of(0x6f, 0, 0, 0);

test.each(['riscv-virt', 'riscv-virt64', 'virt', 'virt32'])(
  '%s starts files as its description does',
  async (board) => {
    const folder = mkdtempSync(join(tmpdir(), 'fwtest-quick-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [bios, kernel] = [join(folder, 'fw.bin'), join(folder, 'kernel.bin')];
    for (const file of [bios, kernel]) writeFileSync(file, LOOP);
    const choice = { board, bios, kernel, append: 'quiet' };
    const quick = await machineOf(choice, 'a test');
    const { board: described } = await machineOf(choice, 'a test', { model: true });
    expect(quick).toMatchObject({ startsItself: true });
    const machines = [quick.board, described].map((one) => one.createMachine());
    for (const machine of machines) machine.runCycles(10_000);
    expect(machines[0]!.hash()).toBe(machines[1]!.hash());
  },
);

test('what is wrong with a file is said as for a description', async () => {
  await expect(machineOf({ board: 'riscv-virt64', bios: '/is/not/there' }, 'a test')).rejects.toThrow(/--bios|there/);
});
