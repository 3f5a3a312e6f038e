import { describe, expect, it } from 'vitest';
import { defineBoard, defineChip } from '../boards/define.js';
import { at, KiB, ram } from '../boards/rows.js';
import { rv32imac } from './cpu/riscv/isa.js';
import type { Cpu, CpuSystem, CpuType } from './cpu.js';
import { bananaRom } from './devices/banana-rom.js';
import { mmioCalculator } from './devices/mmio-calculator.js';
import { ColdEngine } from './isa/cold-engine.js';

/** The machine under the real engine: a bare RV32 core without traps, just enough to execute from RAM. */

const RAM = 0x8000_0000;

function bareCore(system: CpuSystem): Cpu {
  const { bus } = system;
  const engine = new ColdEngine(rv32imac, system.memory, {
    load: (address, size, flags) => bus.read(address, size, flags),
    load64: () => 0n,
    store: (address, value, size, flags) => bus.write(address, size, value, flags),
    store64: () => {},
    fetch16: (address) => bus.fetch16(address),
    codeAt: () => undefined,
    constantWord: () => undefined,
    codeDecoded: (address, length) => bus.codeDecoded(address, length),
    helpers: Object.fromEntries(Object.keys(rv32imac.helpers).map((name) => [name, () => 0])),
  });
  const registers = new Int32Array(system.memory.buffer, engine.layout.registers, 32);
  return {
    slice: Number.POSITIVE_INFINITY,
    name: 'bare',
    isa: rv32imac,
    get pc() {
      return engine.pc;
    },
    set pc(pc) {
      engine.pc = pc;
    },
    sleeping: false,
    locked: false,
    run() {
      const exit = engine.run();
      if (exit.kind !== 'budget') throw new Error(`unexpected ${exit.kind}`);
      return 'slice';
    },
    step: () => void engine.step(),
    reset() {
      registers.fill(0);
      engine.pc = RAM;
    },
    registerNames: [],
    register: (name) => registers[Number(name.slice(1))]! >>> 0,
    setRegister: (name, value) => {
      registers[Number(name.slice(1))] = value;
    },
    describe: () => 'machine mode',
    interrupt: () => {
      throw new Error('no interrupts');
    },
    input: () => undefined,
    invalidate: (address, length) => engine.invalidate(address, length),
    remapped: () => engine.remapped(),
    restored: () => {},
    breakpoints: { add: (a) => engine.addBreakpoint(a), delete: (a) => engine.deleteBreakpoint(a) },
    devices: {},
  };
}

// RISC-V unprivileged ISA, chapter 2: encodings by format.
const imm = (value: number, rs1: number, f3: number, rd: number, op: number) =>
  ((value << 20) | (rs1 << 15) | (f3 << 12) | (rd << 7) | op) >>> 0;
const addi = (rd: number, rs1: number, value: number) => imm(value, rs1, 0, rd, 0x13);
const lw = (rd: number, rs1: number, offset: number) => imm(offset, rs1, 2, rd, 0x03);
const lui = (rd: number, page: number) => ((page << 12) | (rd << 7) | 0x37) >>> 0;
const sw = (rs2: number, rs1: number, offset: number) =>
  (((offset >> 5) << 25) | (rs2 << 20) | (rs1 << 15) | (2 << 12) | ((offset & 31) << 7) | 0x23) >>> 0;
const jBack = (words: number) => {
  const offset = -4 * words;
  return (
    ((((offset >> 20) & 1) << 31) |
      (((offset >> 1) & 0x3ff) << 21) |
      (((offset >> 11) & 1) << 20) |
      (((offset >> 12) & 0xff) << 12) |
      0x6f) >>>
    0
  ); // prettier-ignore
};

/** Counts in x1, stores over 4 pages of RAM, talks to the calculator, and patches its own instruction to add 2 instead of 1. */
const PROGRAM = [
  lui(5, 0x80000), // x5 = RAM
  lui(6, 0x60000), // x6 = calculator
  addi(1, 1, 1), // 2: the patched one
  sw(1, 5, 0x400),
  lui(7, 0x80003),
  sw(1, 7, 8),
  sw(1, 6, 0), // A
  lw(8, 6, 0),
  lw(9, 5, 0x7c0), // the other instruction
  sw(9, 5, 8), // over instruction 2
  jBack(8),
];

const bare: CpuType = { name: 'bare', create: bareCore };
const board = defineBoard({
  name: 'bare',
  chip: defineChip({
    name: 'bare',
    cpu: bare,
    hertz: 100_000_000,
    memories: { ram: ram(RAM, KiB(64)) },
    devices: { calc: at(0x6000_0000, mmioCalculator()), banana: at(0x0400_0000, bananaRom) },
  }),
});

function boot() {
  const machine = board.createMachine();
  for (const [i, word] of PROGRAM.entries()) machine.bus.poke(RAM + 4 * i, 4, word);
  machine.bus.poke(RAM + 0x7c0, 4, addi(1, 1, 2));
  machine.cpu.pc = RAM;
  return machine;
}

describe('a machine under the cold engine', () => {
  it('sees code that patches itself, also in a page just restored', () => {
    const machine = boot();
    const start = machine.snapshot();
    machine.runCycles(300);
    const count = machine.bus.read(RAM + 0x400, 4);
    expect(count % 2).toBe(1); // 1, then 2 a round
    expect(count).toBeGreaterThan(20);
    const hash = machine.hash();
    for (let i = 0; i < 3; i++) {
      machine.restore(start);
      expect(machine.bus.read(RAM + 8, 4)).toBe(addi(1, 1, 1));
      machine.runCycles(300);
      expect(machine.bus.read(RAM + 0x400, 4)).toBe(count);
      expect(machine.hash()).toBe(hash);
    }
  });

  it('ends in the same state however the run is sliced', () => {
    const whole = boot();
    whole.runCycles(5_000);
    for (const slice of [1, 13, 997]) {
      const machine = boot();
      for (let end = slice; end < 5_000; end += slice) machine.run({ cycles: end });
      machine.run({ cycles: 5_000 });
      expect(machine.hash()).toBe(whole.hash());
    }
    const stepped = boot();
    while (stepped.cycles < 5_000) stepped.step();
    expect(stepped.hash()).toBe(whole.hash());
  });

  it('takes host-side changes of code', () => {
    const machine = boot();
    machine.runCycles(50);
    machine.bus.poke(RAM + 0x7c0, 4, addi(1, 1, 100));
    machine.bus.poke(RAM + 8, 4, addi(1, 1, 100));
    const before = machine.bus.read(RAM + 0x400, 4);
    machine.runCycles(100);
    expect(machine.bus.read(RAM + 0x400, 4)).toBeGreaterThan(before + 200);
  });

  it('sees watched stores that the engine would do itself', () => {
    const machine = boot();
    const seen: number[] = [];
    machine.runCycles(100);
    const end = machine.bus.watch(0x8000_3008, 4, 'write', ({ value }) => seen.push(value));
    machine.runCycles(100);
    end();
    const count = seen.length;
    expect(count).toBeGreaterThan(3);
    expect(seen.every((value, i) => i === 0 || value === seen[i - 1]! + 2)).toBe(true);
    machine.runCycles(100);
    expect(seen.length).toBe(count);
  });
});
