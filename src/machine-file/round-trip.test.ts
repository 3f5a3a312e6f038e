import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readElf } from '../emu/debug/elf.js';
import { SymbolTable } from '../emu/debug/symbols.js';
import type { LoadSegment } from '../emu/machine-description.js';
import type { SerialHandle } from '../emu/parts/terminal.js';
import { Rational } from '../emu/rational.js';
import { BOARDS, boardNamed } from './boards.js';
import { yamlOf } from './dump.js';
import { fromFlags } from './flags.js';
import { flagsFor } from './flags-for.js';
import { type AnyBoard, modelOf } from './from-board.js';
import { machineFrom } from './index.js';
import { parseYaml } from './load-yaml.js';
import type { RawMachine } from './schema.js';
import { rawOf } from './to-raw.js';
import { wiringOf } from './wiring-of.js';

const folder = mkdtempSync(join(tmpdir(), 'fwtest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** For RISC-V, at the start of RAM: counts in a register and in memory. */
const COUNTING = Uint32Array.of(
  0x0000_0317, // auipc t1, 0
  0x0012_8293, // addi t0, t0, 1
  0x0453_2023, // sw t0, 64(t1)
  0xff5f_f06f, // j -12
);

function imageFor({ chip }: AnyBoard): readonly LoadSegment[] {
  if (chip.cpu.name.startsWith('cortex')) return readElf('examples/firmware-tests/uart-echo/uart-echo.elf').segments;
  return [{ physicalAddress: 0x8000_0000, data: new Uint8Array(COUNTING.buffer) }];
}

/** State after some time with an image. */
function stateOf(board: AnyBoard): string {
  const machine = board.createMachine({ image: imageFor(board) });
  machine.runCycles(50_000);
  expect(machine.guestErrors).toEqual([]);
  return machine.hash();
}

interface Rebuilt {
  readonly yaml: AnyBoard;
  readonly flags: AnyBoard;
}

function rebuilt(raw: RawMachine): Rebuilt {
  return {
    yaml: machineFrom([parseYaml(yamlOf(raw), 'dump.yaml', '.')]).board,
    flags: machineFrom([fromFlags(flagsFor(raw, folder), '.')]).board,
  };
}

describe.each(BOARDS.map((one) => [one.name, one] as const))('%s', (_name, kind) => {
  const board = kind.make({});

  test('rebuilt by YAML alone it behaves the same', () => {
    const yaml = yamlOf(rawOf(modelOf(board)));
    const again = machineFrom([parseYaml(yaml, 'dump.yaml', '.')]);
    expect(stateOf(again.board)).toBe(stateOf(board));
    expect(yamlOf(rawOf(again.model))).toBe(yaml);
  });

  test('rebuilt by flags alone it behaves the same', () => {
    expect(stateOf(rebuilt(rawOf(modelOf(board))).flags)).toBe(stateOf(board));
  });

  test('every interrupt, wire, clock and place is the same', () => {
    const { yaml, flags } = rebuilt(rawOf(modelOf(board)));
    const wiring = wiringOf(board);
    expect(wiringOf(yaml)).toEqual(wiring);
    expect(wiringOf(flags)).toEqual(wiring);
  });
});

test.each([
  ['riscv-virt64', { harts: 4, ram: '256M', virtconsole: true, rng: true, modernVirtio: true }],
  ['riscv-virt', { harts: 4, ram: '64M', rng: true }],
  ['sifive-u', { harts: 4, ram: '64M', serial: 7 }],
  ['spike', { harts: 4, ram: '64M' }],
  ['spike32', { harts: 2, ram: '64M' }],
])('%s with %j is rebuilt the same', (name, options) => {
  const board = boardNamed(name, { options });
  const { yaml, flags } = rebuilt(rawOf(modelOf(board)));
  const [wiring, state] = [wiringOf(board), stateOf(board)];
  const text = yamlOf(rawOf(modelOf(board)));
  expect(text).toContain('harts');
  for (const again of [yaml, flags]) {
    expect(wiringOf(again)).toEqual(wiring);
    expect(yamlOf(rawOf(modelOf(again)))).toBe(text);
    expect(stateOf(again)).toBe(state);
  }
});

/** What `calc_test` was linked for: where its calculator is, and the interrupt it waits for. */
const CALCULATORS: Readonly<Record<string, readonly [address: number, irq: number | undefined, console: string]>> = {
  'stm32f4-discovery': [0x6000_0000, 81, 'usart2'],
  'riscv-virt': [0x0400_1000, 20, 'uart0'],
  'riscv-virt64': [0x0400_1000, 20, 'uart0'],
  'sifive-e': [0x0400_1000, undefined, 'uart0'],
  'sifive-u': [0x0400_1000, 32, 'uart0'],
  spike: [0x0400_1000, undefined, 'htif'],
  spike32: [0x0400_1000, undefined, 'htif'],
  'shakti-c': [0x0400_1000, 20, 'uart0'],
  'microchip-icicle-kit': [0x0400_1000, 120, 'mmuart0'],
  param: [0x0400_1000, 20, 'uart'],
};

interface Served {
  readonly said: string;
  readonly interrupts: number;
  readonly cycles: number;
  readonly hash: string;
}

/** Types a task that the firmware does by interrupt, and runs to its answer. */
function served(board: AnyBoard, name: string): Served {
  const file = name === 'stm32f4-discovery' ? 'stm32f407' : name;
  const program = readElf(`examples/firmware-tests/calc-test/calc_test-${file}.elf`);
  const symbols = new SymbolTable(program);
  const symbol = (wanted: string) => symbols.find(wanted)?.address;
  const [, , console] = CALCULATORS[name]!;
  const machine = board.createMachine({ image: program.segments, entry: program.entry, program, symbol });
  const uart = machine.handle(console) as SerialHandle;
  let interrupts = 0;
  machine.on('irq', () => interrupts++);
  const until = (text: string) => {
    for (let i = 0; i < 100 && !uart.text.includes(text); i++) machine.runFor(Rational.of(1, 1000));
  };
  until('A op B?');
  uart.type('irq 6 * 7\n');
  until('42');
  machine.runCycles(10_000);
  return { said: uart.text, interrupts, cycles: machine.cycles, hash: machine.hash() };
}

describe.each(Object.entries(CALCULATORS))('%s serves an interrupt', (name, [address, irq]) => {
  const line = irq === undefined ? 'wires.irq=cpu.meip' : `irq=${irq}`;
  const device = `calc=mmio-calculator@${address},${line},busyCycles=200`;
  const { board, model } = machineFrom([
    fromFlags({ machine: name, device: [device], sharedIrq: irq === undefined ? [] : [String(irq)] }, '.'),
  ]);

  test('the same in the board, its YAML and its flags', () => {
    const original = served(board, name);
    expect(original.said).toContain('6 * 7 = 42\r\n');
    expect(original.interrupts).toBeGreaterThan(0);
    const { yaml, flags } = rebuilt(rawOf(model));
    expect(served(yaml, name)).toEqual(original);
    expect(served(flags, name)).toEqual(original);
  });

  test('without its interrupt it is another machine, and no answer comes', () => {
    const raw = rawOf(model);
    const { irq: _irq, wires: _wires, ...calc } = raw.devices!['calc']!;
    const { flags } = rebuilt({ ...raw, devices: { ...raw.devices, calc } });
    expect(wiringOf(flags)).not.toEqual(wiringOf(board));
    expect(served(flags, name).said).not.toContain('= 42');
  });
});
