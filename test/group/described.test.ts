import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { defineBoard } from '../../src/boards/define.js';
import { cpuGroup } from '../../src/emu/cpu/group/group.js';
import { yamlOf } from '../../src/machine-file/dump.js';
import { fromFlags, type MachineFlags } from '../../src/machine-file/flags.js';
import { modelOf } from '../../src/machine-file/from-board.js';
import { machineFrom } from '../../src/machine-file/index.js';
import { cortexM4 } from '../../src/machine-file/kinds/cpus.js';
import { parseYaml } from '../../src/machine-file/load-yaml.js';
import { rawOf } from '../../src/machine-file/to-raw.js';
import { createStation } from '../../src/runner/station.js';
import { FIRST, mailOf, pairOf, segmentsOf } from './pair.js';

/** Several processors in files and on the command line. */

const FIRMWARE = join(import.meta.dirname, 'firmware');
const folder = mkdtempSync(join(tmpdir(), 'processors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const REST = `
memory:
  flash: { at: 0x08000000, size: 512K, kind: flash }
  sram: { at: 0x20000000, size: 192K }
devices:
  uart: { type: ns16550, at: 0x40010000 }
`;
const YAML = {
  'two Cortex-M4': `
machine: none
cpus:
  cpu0: { type: cortex-m4, clock: 16MHz, irqs: 16 }
  cpu1: { type: cortex-m4, irqs: 16 }
${REST}  calc: { type: mmio-calculator, at: 0x50000000, busyCycles: 200, irq: cpu1.5 }
images: [console.elf, second.elf]
`,
  'Cortex-M4 and RV32': `
machine: none
cpus:
  app: { type: cortex-m4, clock: 16MHz, irqs: 16 }
  io: { type: rv32, timebase: 1MHz }
${REST}  calc: { type: mmio-calculator, at: 0x50000000, busyCycles: 200, wires: { irq: io.meip } }
images:
  - { file: riscv.elf, cpu: io }
  - console.elf
`,
  'RV32 at half the clock first': `
machine: none
cpus:
  io: { type: rv32, timebase: 1MHz, clock: 8MHz }
  app: { type: cortex-m4, clock: 16MHz, irqs: 16 }
${REST}  calc: { type: mmio-calculator, at: 0x50000000, busyCycles: 200, wires: { irq: cpu.meip } }
images: [console.elf, riscv.elf]
`,
};

const MACHINE: MachineFlags = {
  machine: 'none',
  memory: ['flash@0x08000000:512K:flash', 'sram@0x20000000:192K'],
};
const FLAGS: Record<keyof typeof YAML, MachineFlags> = {
  'two Cortex-M4': {
    cpu: ['cortex-m4,clock=16MHz,irqs=16', 'cortex-m4,irqs=16'],
    device: ['uart=ns16550@0x40010000', 'calc=mmio-calculator@0x50000000,busyCycles=200,irq=cpu1.5'],
    image: ['console.elf', 'second.elf'],
  },
  'Cortex-M4 and RV32': {
    cpu: ['app=cortex-m4,clock=16MHz,irqs=16', 'io=rv32,timebase=1MHz'],
    device: ['uart=ns16550@0x40010000', 'calc=mmio-calculator@0x50000000,busyCycles=200'],
    wire: ['calc.irq = io.meip'],
    image: ['riscv.elf,cpu=io', 'console.elf'],
  },
  'RV32 at half the clock first': {
    cpu: ['io=rv32,timebase=1MHz,clock=8MHz', 'app=cortex-m4,clock=16MHz,irqs=16'],
    device: ['uart=ns16550@0x40010000', 'calc=mmio-calculator@0x50000000,busyCycles=200'],
    wire: ['calc.irq = cpu.meip'],
    image: ['console.elf', 'riscv.elf'],
  },
};

const stationOf = ({ board }: ReturnType<typeof machineFrom>) =>
  createStation(board, undefined, { hostTimeout: 60_000 });

describe.each(Object.entries(YAML))('%s', (name, yaml) => {
  const described = () => machineFrom([parseYaml(yaml, 'machine.yaml', FIRMWARE)]);
  const flagged = () => machineFrom([fromFlags({ ...MACHINE, ...FLAGS[name as keyof typeof YAML] }, FIRMWARE)]);

  test('a file makes them, and each executes its own program', () => {
    const { board, machine } = stationOf(described());
    board.run('60ms');
    expect((machine.handle('uart') as { text: string }).text).toBe('answers: 42925\n');
    expect(board.faults).toEqual([]);
  });

  test('flags make the same, and so does what is written out', () => {
    const boards = [described(), flagged()];
    const dumped = yamlOf(rawOf(boards[0]!.model));
    writeFileSync(join(folder, 'dumped.yaml'), dumped);
    boards.push(machineFrom([parseYaml(dumped, 'dumped.yaml', folder)]));
    const hashes = boards.map((one) => {
      const station = stationOf(one);
      station.board.run('5ms');
      return station.board.hash();
    });
    expect(new Set(hashes).size).toBe(1);
  });
});

test('a core is looked at by its name', () => {
  const { board } = stationOf(machineFrom([parseYaml(YAML['Cortex-M4 and RV32'], 'machine.yaml', FIRMWARE)]));
  board.run('1ms');
  const [app, io] = board.cpus;
  expect([app!.name, io!.name]).toEqual(['cortex-m4', 'rv32imac']);
  expect(board.cpu.pc).toBe(app!.pc);
  expect(['first.c', 'm4.h']).toContain(app!.line?.file.split('/').at(-1));
  expect(io!.line?.file).toContain('riscv.c');
  expect(io!.register('sp')).toBeGreaterThan(0x2001_0000);
  expect(board.cpu.harts.map((one) => one.name)).toEqual(['app', 'io']);
  io!.setRegister('a0', 77);
  expect(io!.register('a0')).toBe(77);
});

test('a board in TypeScript is written out with all of them', () => {
  const cpu = cpuGroup([
    { name: 'app', cpu: cortexM4({ irqs: 16, priorityBits: 4, vtor: 0x0800_0000 }) },
    { name: 'io', cpu: cortexM4({ irqs: 16, priorityBits: 4, vtor: 0x0804_0000 }), rate: { num: 3, den: 4 } },
  ]);
  const board = defineBoard({ name: 'pair', chip: { ...pairOf(FIRST, 'io.5'), cpu } });
  const again = machineFrom([parseYaml(yamlOf(rawOf(modelOf(board))), 'dumped.yaml', folder)]).board;
  const hashes = [board, again].map((one) => {
    const machine = one.createMachine({ image: segmentsOf('first', 'second') });
    machine.runCycles(50_000);
    expect(mailOf(machine)['replies']).toBeGreaterThan(5);
    return machine.hash();
  });
  expect(hashes[1]).toBe(hashes[0]);
});

test('a processor is added to a board', () => {
  // lui a1,0x2001c; 1: addi a0,a0,1; sw a0,0(a1); j 1b
  const counting = Uint32Array.of(0x2001_c5b7, 0x0015_0513, 0x00a5_a023, 0xff9f_f06f);
  const contents = Buffer.from(counting.buffer).toString('base64');
  const yaml = `
board: stm32f4-discovery
cpus:
  cpu0: { type: cortex-m4 }
  io: { type: rv32, clock: 8MHz, resetVector: 0x08040000 }
contents:
  - { at: 0x08040000, contents: ${contents} }
`;
  const echo = join(import.meta.dirname, '../../examples/firmware-tests/uart-echo/uart-echo.elf');
  const ends = (['cold', 'hot', 'auto'] as const).map((engine) => {
    const { board } = machineFrom([parseYaml(yaml, 'machine.yaml', FIRMWARE)]);
    const station = createStation(board, echo, { hostTimeout: 60_000, engine });
    const { machine } = station;
    const { text, type } = { text: () => uart().text, type: (line: string) => uart().type(line) };
    const uart = () => machine.handle('usart2') as { text: string; type(text: string): void };
    station.board.run('2ms');
    type('hello\n');
    station.board.run('10ms');
    expect(text()).toContain('hello');
    // four cycles a round at half the clock of the first one's 16 MHz
    expect(machine.bus.peek(0x2001_c000, 4)).toBeGreaterThan(0.012 * 8e6 * 0.2);
    return machine.hash();
  });
  expect(new Set(ends).size).toBe(1);
});
