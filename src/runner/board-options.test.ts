import { expect, test } from 'vitest';
import { machineOf } from './machine-choice.js';
import { fromQemu } from './qemu-spelling.js';

const messageOf = (board: string, option?: readonly string[]) =>
  machineOf({ board, ...(option && { option }) }, 'fwtest boot').then(
    () => 'no mistake',
    (error: Error) => error.message,
  );

test('options behind a name are those of the board', async () => {
  const { model } = await machineOf({ board: 'sifive-u,harts=4' }, 'fwtest boot');
  expect(model?.cpus.get('cpu0')?.value.options['harts']).toBe(5);
  expect((await machineOf({ machine: 'virt,ram=64M,virtconsole' }, 'fwtest boot')).board.name).toBe('riscv-virt64');
});

test('those that it does not have are said', async () => {
  expect(await messageOf('sifive-u,hart=4')).toContain("did you mean 'harts'?");
  expect(await messageOf('param,harts=4')).toContain("board 'param' has no option 'harts'");
  expect(await messageOf('none,harts=4')).toContain("board 'none' has no option 'harts'");
  expect(await messageOf('virt,dumpdtb=x.dtb')).toContain('--dump-config machine.yaml');
});

test('sizes are said as they were typed, without names of our own', async () => {
  const message = await messageOf('virt', ['ram=3G']);
  expect(message).toContain('RAM of 3G');
  expect(message).not.toContain('riscvVirtBoard');
});

test("QEMU's spellings are those of serve, too", () => {
  const args = ['serve', '-Mvirt', '-m', '256', '-smp', '2', '-nographic'];
  expect(fromQemu(args)).toEqual(['serve', '--machine', 'virt', '--option', 'ram=256M', '--option', 'harts=2']);
  expect(() => fromQemu(['serve', '-s'])).toThrow('fwtest serve');
});
