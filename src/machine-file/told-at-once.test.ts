import { expect, test } from 'vitest';
import { fromFlags, type MachineFlags } from './flags.js';
import { machineFrom } from './index.js';
import { parseYaml, type Source } from './load-yaml.js';
import { MachineMistakes } from './mistakes.js';

function placesOf(source: Source): string[] {
  try {
    machineFrom([source]);
  } catch (error) {
    if (!(error instanceof MachineMistakes)) throw error;
    return error.mistakes.map(({ where, what }) => `${where}: ${what}`);
  }
  return [];
}
const ofFile = (text: string) => placesOf(parseYaml(text, 'm.yaml', '.'));
const ofFlags = (flags: MachineFlags) => placesOf(fromFlags(flags, '.'));

test('the shape of one device hides nothing of the others, of the CPU and of the wires', () => {
  const told = ofFile(`machine: none
cpus: { cpu0: { type: rv32, clok: 100MHz } }
memory: { ram: { at: 0x80000000, size: 1M }, none: { at: -4, size: 0 } }
devices:
  y: { at: 0x10000000 }
  u: { type: ns16650, at: 0x10001000, irq: plic.3 }
wires: [ a ]`);
  expect(told.sort()).toEqual([
    "m.yaml:2:29: there is no option 'clok'",
    "m.yaml:3:54: 'memory.none.at' is too small: at least 0",
    "m.yaml:3:62: 'memory.none.size' is wrong: a memory has 1 byte at least",
    "m.yaml:5:3: 'devices.y.type' is missing",
    "m.yaml:6:8: u: there is no device type 'ns16650'",
    "m.yaml:7:10: 'a' is no wire",
  ]);
});

test('nor does that of a CPU', () => {
  const told = ofFile(`machine: none
cpus: { cpu0: { clock: 100MHz } }
memory: { a: { at: 0x80000000, size: 1M }, b: { at: 0x80000000, size: 1M } }
devices: { u: { type: ns16550, at: 0x10000000, irq: plic.3, bogus: 1 } }`);
  expect(told.map((one) => one.split(':')[1])).toEqual(['2', '4', '3']);
});

test('a flag that cannot be read hides no other', () => {
  const told = ofFlags({ machine: 'none', cpu: ['rv33'], memory: ['ram@0x80000000'], wire: ['a'], clock: ['x'] });
  expect(told).toEqual([
    "--clock #1: 'x' is no clock",
    "--memory #1: 'ram@0x80000000' is no memory",
    "--cpu #1: cpu0: there is no CPU type 'rv33'",
    "--wire #1: 'a' is no wire",
  ]);
});
