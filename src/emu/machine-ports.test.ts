import { expect, test, vi } from 'vitest';
import { defineBoard, defineChip } from '../boards/define.js';
import { at, KiB, MHz, ram } from '../boards/rows.js';
import { rv32 } from './cpu/riscv/core.js';
import { defineDevice } from './device.js';
import type { Machine } from './machine.js';
import { r, rc_r, reg, registers, rw, w } from './registers.js';

/** Registers that the engine reads without asking give what the machine would have given. */

const RAM = 0x8000_0000;
const PROBE = 0x4000_0000;

const probe = () =>
  defineDevice({
    name: 'probe',
    size: 0x20,
    registers: registers({
      PLAIN: reg(0x00, { A: rw(0, 32) }, 0x8765_4321),
      RESERVED: reg(0x04, { A: r(4) }, 0x10),
      CLEARED: reg(0x08, { A: rc_r(0) }, 1),
      HIDDEN: reg(0x0c, { A: rw(0, 8), B: w(8, 8) }, 0xab12),
      COMPUTED: reg(0x10, { A: r(0, 32) }),
      HOOKED: reg(0x14, { A: r(0, 32) }),
    }),
    setup(d) {
      d.computed(d.regs.COMPUTED, () => d.clock.now());
      d.onRead(d.regs.HOOKED, () => d.regs.PLAIN.reads);
      return { hookLate: () => d.onRead(d.regs.PLAIN, () => 1) };
    },
  });

// RISC-V unprivileged ISA, chapter 2
const load = (f3: number) => (rd: number, rs1: number, offset: number) =>
  ((offset << 20) | (rs1 << 15) | (f3 << 12) | (rd << 7) | 0x03) >>> 0;
const [lhu, lw] = [load(5), load(2)];
const lui = (rd: number, page: number) => ((page << 12) | (rd << 7) | 0x37) >>> 0;
const PROGRAM = [
  lui(5, PROBE >>> 12),
  lui(6, (PROBE >>> 12) + 1),
  ...[0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18].map((offset, i) => lw(8 + i, 5, offset)),
  lhu(20, 5, 2),
  lw(21, 6, 0),
  lw(22, 6, 0x10),
  0xfd9ff06f, // j -40: to the first load
];

const board = defineBoard({
  name: 'ports',
  chip: defineChip({
    name: 'ports',
    cpu: rv32({ resetVector: RAM, timebase: MHz(1), clint: 0x200_0000, plic: 0xc00_0000 }),
    hertz: MHz(100),
    memories: { ram: ram(RAM, KiB(64)) },
    devices: { probe: at(PROBE, probe()), other: at(PROBE + 0x1000, probe()) },
  }),
});

function machineOf(engine: 'cold' | 'hot'): Machine {
  const data = new Uint8Array(Uint32Array.from(PROGRAM).buffer);
  return board.createMachine({ engine, image: [{ physicalAddress: RAM, virtualAddress: RAM, data }] as never });
}
const registersOf = ({ cpu }: Machine) => cpu.registerNames.map((name) => [name, cpu.register(name)]);

test.each(['cold', 'hot'] as const)('with and without a watch the %s engine reads the same', (engine) => {
  const [direct, asked] = [machineOf(engine), machineOf(engine)];
  let seen = 0;
  asked.bus.watch(PROBE, 4, 'read', () => void seen++);
  for (const gate of [true, false, true]) {
    for (const machine of [direct, asked]) machine.assembly.devices.get('other')!.setEnabled(gate);
    for (let run = 0; run < 50; run++) {
      for (const machine of [direct, asked]) machine.runCycles(17);
      expect(registersOf(direct)).toEqual(registersOf(asked));
    }
    expect(direct.hash()).toBe(asked.hash());
    expect(direct.guestErrors).toEqual(asked.guestErrors);
  }
  expect(seen).toBeGreaterThan(100);
  const { PLAIN } = direct.handle('probe') as { PLAIN: { reads: number } };
  expect(PLAIN.reads).toBe(seen);
});

test('only what a read does more to than show comes to the bus', () => {
  const machine = machineOf('cold');
  const read = vi.spyOn(machine.bus, 'read');
  machine.runCycles(500);
  const asked = new Set(read.mock.calls.map(([address]) => (address >>> 0) - PROBE));
  // the halfword at 2 too: what a narrow access does is the device's to say
  expect([...asked].sort((a, b) => a - b)).toEqual([0x02, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1010]);
});

test('a restore takes values, counts and gates back', () => {
  const machine = machineOf('cold');
  machine.runCycles(100);
  const before = machine.snapshot();
  machine.runCycles(100);
  const [hash, registers] = [machine.hash(), registersOf(machine)];
  machine.assembly.devices.get('probe')!.setEnabled(false);
  machine.bus.write(PROBE + 0x1000, 4, 7);
  machine.runCycles(100);
  machine.restore(before);
  machine.runCycles(100);
  expect(machine.hash()).toBe(hash);
  expect(registersOf(machine)).toEqual(registers);
});

test('a hook that comes too late is an error', () => {
  const { hookLate } = machineOf('cold').handle('probe') as unknown as { hookLate: () => void };
  expect(hookLate).toThrow('probe.PLAIN gets a read hook while the machine runs');
});
