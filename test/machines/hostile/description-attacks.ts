import { fromFlags, type MachineFlags } from '../../../src/machine-file/flags.js';
import { machineFrom } from '../../../src/machine-file/index.js';
import { parseYaml, type Source } from '../../../src/machine-file/load-yaml.js';
import { mutant, type Random } from '../mutants.js';
import type { Attack } from './attack.js';
import { damagedDescription, listedDescriptions, withYamlTricks, yamlText } from './description-mutants.js';
import { damagedFlags, FLAGS, listedFlags } from './flag-mutants.js';

/** Broken and hostile descriptions, as files and as flags. */

const BIG = `machine: none
name: m
cpus: { cpu0: { type: rv32, clock: core, resetVector: 0x8000_0000, count: 2 } }
clocks: { xtal: 12MHz, core: { from: xtal, multiply: 25, divide: 3 }, u: { from: core, gate: a.irq } }
containers: { soc: { at: 0x4000_0000, size: 64K } }
memory:
  ram: { at: 0x8000_0000, size: 64K, fill: 0x5a }
  low: { kind: alias, of: ram, offset: 4K, size: 4K, at: 0 }
  bg: { in: soc, at: 0, size: 64K, kind: rom, contents: AAAA }
devices:
  uart0: { type: ns16550, in: soc, at: 0x100, priority: 1, irq: plic.10, clock: u, lineControl: 3 }
  a: { type: mmio-calculator, at: 0x1000_0000, irq: [3, 4], wires: { irq: cpu.hart1.msip } }
  gpioa: { type: stm32-gpio, at: 0x5000_0000 }
parts: { l: { type: led }, k: { type: keypad, rows: [PA1, PA2], columns: [PA3], keys: "12" } }
wires: [gpioa.5 = l.in, PA6 = PA7]
absent: { X: { at: 0x6000_0000, size: 4K } }
pinNames: { D1: PA9 }
boot: elf-entry
`;
const SMALL = `machine: none
cpus: { cpu0: { type: rv32, clock: 100MHz } }
memory: { ram: { at: 0x80000000, size: 64K } }
devices: { uart0: { type: ns16550, at: 0x10000000 } }
`;
/** As they are. */
export const GOOD_YAML = [SMALL, BIG] as const;
export const GOOD_FLAGS = JSON.stringify(FLAGS);

const [small, big] = [SMALL, BIG].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array];
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function yaml(random: Random): string {
  const sort = random(16);
  if (sort === 0) return text(mutant(big, random));
  if (sort < 4) return text(mutant(small, random));
  const description = yamlText(damagedDescription(random));
  return sort < 7 ? withYamlTricks(description, random) : description;
}

/** The machine; of a few also that it can be built and started. */
function make(source: Source, round: number): void {
  const { board } = machineFrom([source]);
  if (round % 100 === 0) board.createMachine();
}

export const yamlAttack = (folder: string): Attack<string> => ({
  what: 'YAML',
  seed: 1,
  few: 300,
  listed: listedDescriptions(),
  input: yaml,
  read: (input, round) => make(parseYaml(input, 'm.yaml', folder), round),
  place: /^m\.yaml:\d+:\d+$/,
});

export const flagAttack = (folder: string): Attack<string> => ({
  what: 'flags',
  seed: 2,
  few: 250,
  listed: listedFlags(),
  input: (random) => JSON.stringify(damagedFlags(random)),
  read: (input, round) => make(fromFlags(JSON.parse(input) as MachineFlags, folder), round),
  place: /^--[a-z-]+( #\d+)?( and --[a-z-]+( #\d+)?)?$|^the command line$/,
});
