import { expect, test } from 'vitest';
import { fromFlags, type MachineFlags } from './flags.js';
import { machineFrom } from './index.js';

const machine = (flags: MachineFlags) => machineFrom([fromFlags(flags, '.')]);
function messageOf(flags: MachineFlags): string {
  try {
    machine(flags);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no mistake';
}
const members = (flags: MachineFlags) => machine(flags).board.chip.cpu.members?.map(({ name }) => name);

test('a processor of a name that the board does not have is added to it', () => {
  expect(members({ machine: 'param', cpu: ['io=cortex-m4,clock=16MHz,vtor=0x80000000'] })).toEqual(['cpu0', 'io']);
  expect(members({ machine: 'stm32f4-discovery', cpu: ['io=rv32,clock=8MHz'] })).toEqual(['cpu0', 'io']);
});

test('one of the same name replaces it, and keeps what the board says', () => {
  const { model } = machine({ machine: 'param', cpu: ['cpu0=rv32gc'] });
  expect([...model.cpus.keys()]).toEqual(['cpu0']);
  expect(model.cpus.get('cpu0')?.value).toMatchObject({ type: 'rv32gc', clock: 50e6 });
});

test('what is removed is gone', () => {
  const cpu = ['io=rv32,clock=8MHz,resetVector=0x80000000'];
  expect([...machine({ machine: 'param', cpu, remove: ['cpu0'] }).model.cpus.keys()]).toEqual(['io']);
});

test('a wrong processor is one mistake', () => {
  const message = messageOf({ machine: 'riscv-virt', cpu: ['rv23gc'] });
  expect(message).toContain("there is no CPU type 'rv23gc'");
  expect(message).not.toContain('halt');
  expect(message).not.toContain('mistakes');
});
