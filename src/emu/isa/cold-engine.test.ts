import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rv32imac } from '../cpu/riscv/isa.js';
import { assemble } from './disassembler.js';
import { type FlatMachine, flatMachine } from './engine-harness.js';
import { CHUNK_COUNT, CHUNK_SIZE } from './layout.js';

/** Puts assembly lines at an address, 4 bytes each. */
function put(machine: FlatMachine, at: number, ...lines: readonly string[]): void {
  for (const [index, line] of lines.entries()) {
    const pc = (machine.base + at + 4 * index) >>> 0;
    const found = assemble(rv32imac, line, pc).find(({ row }) => row.pattern.length === 32);
    if (!found) throw new Error(`cannot assemble '${line}'`);
    new DataView(machine.ram.buffer, machine.ram.byteOffset).setUint32(at + 4 * index, found.word, true);
  }
}
const register = (machine: FlatMachine, index: number) =>
  machine.words[(machine.engine.layout.registers >> 2) + index]! >>> 0;
function setRegister(machine: FlatMachine, index: number, value: number): void {
  machine.words[(machine.engine.layout.registers >> 2) + index] = value;
}
function run(machine: FlatMachine, at: number, cycles: number) {
  machine.engine.pc = machine.base + at;
  machine.engine.budget = cycles;
  return machine.engine.run();
}

describe('the cold engine', () => {
  test('runs until the budget is used up, and no instruction further', () => {
    const machine = flatMachine(rv32imac, 0x1000);
    put(machine, 0, 'addi t0, t0, 1', 'addi t0, t0, 1', 'addi t0, t0, 1', 'addi t0, t0, 1');
    expect(run(machine, 0, 3)).toEqual({ kind: 'budget' });
    expect([register(machine, 5), machine.engine.pc, machine.engine.budget]).toEqual([3, machine.base + 12, 0]);
  });

  test('a store into a decoded instruction takes effect at once', () => {
    const machine = flatMachine(rv32imac, 0x2000);
    put(machine, 0, 'addi t0, t0, 1', 'sw t1, 0(t2)', 'jal zero, 0x80000000');
    setRegister(machine, 7, machine.base + 0x1000);
    run(machine, 0, 5);
    put(machine, 0x100, 'addi t0, t0, 100');
    setRegister(machine, 6, new DataView(machine.ram.buffer, machine.ram.byteOffset).getUint32(0x100, true));
    setRegister(machine, 7, machine.base);
    setRegister(machine, 5, 0);
    // sw rewrites the addi; the next round must add 100
    run(machine, 4, 3);
    expect(register(machine, 5)).toBe(100);
    expect(machine.calls).toEqual([]);
  });

  test('data beside code is stored without a call into the host', () => {
    const machine = flatMachine(rv32imac, 0x1000);
    put(machine, 0, 'sw t1, 64(t2)', 'sh t1, 68(t2)', 'sb t1, 71(t2)');
    setRegister(machine, 6, 0x0a0b0c0d);
    setRegister(machine, 7, machine.base);
    run(machine, 0, 3);
    expect([...machine.ram.subarray(64, 72)]).toEqual([0x0d, 0x0c, 0x0b, 0x0a, 0x0d, 0x0c, 0, 0x0d]);
    expect(machine.calls).toEqual([]);
  });

  test('an unaligned access within a page stays in the engine, one across pages goes to the host', () => {
    const machine = flatMachine(rv32imac, 0x3000);
    put(machine, 0, 'lw t0, 1(t2)', 'lw t0, -1(t3)');
    machine.ram.set([1, 2, 3, 4, 5], 0x1000);
    setRegister(machine, 7, machine.base + 0x1000);
    setRegister(machine, 28, machine.base + 0x2000);
    run(machine, 0, 1);
    expect(register(machine, 5)).toBe(0x05040302);
    expect(machine.calls).toEqual([]);
    run(machine, 4, 1);
    expect(machine.calls).toEqual(['load4 8191']);
  });

  test('a guest fault leaves pc and registers at the instruction', () => {
    const machine = flatMachine(rv32imac, 0x1000);
    put(machine, 0, 'addi t0, t0, 7', 'lw t0, 0(zero)');
    expect(() => run(machine, 0, 100)).toThrow(/no memory at 0x0$/);
    expect([register(machine, 5), machine.engine.pc]).toEqual([7, machine.base + 4]);
  });

  test('stops at a breakpoint before executing, steps over it, and stops again', () => {
    const machine = flatMachine(rv32imac, 0x1000);
    put(machine, 0, 'addi t0, t0, 1', 'addi t0, t0, 1', 'jal zero, 0x80000000');
    run(machine, 0, 2);
    machine.engine.addBreakpoint(machine.base + 4);
    expect(run(machine, 0, 100)).toEqual({ kind: 'breakpoint' });
    const before = machine.engine.budget;
    expect(machine.engine.step()).toEqual({ kind: 'budget' });
    expect([machine.engine.pc, before - machine.engine.budget]).toEqual([machine.base + 8, 1]);
    expect(machine.engine.run()).toEqual({ kind: 'breakpoint' });
    machine.engine.deleteBreakpoint(machine.base + 4);
    expect(machine.engine.run()).toEqual({ kind: 'budget' });
  });

  test('reports an undefined instruction with its halfwords', () => {
    const machine = flatMachine(rv32imac, 0x1000);
    machine.ram.set([0xff, 0xff, 0xff, 0xff]);
    expect(run(machine, 0, 5)).toEqual({ kind: 'undefined', first: 0xffff, second: 0xffff });
    expect(machine.engine.budget).toBe(5);
  });

  test('code in more places than there are chunks of records still runs', () => {
    const places = CHUNK_COUNT + 3;
    const machine = flatMachine(rv32imac, places * CHUNK_SIZE);
    for (let i = 0; i < places; i++) {
      const next = ((machine.base + ((i + 1) % places) * CHUNK_SIZE) >>> 0).toString(16);
      const target = i === places - 1 ? 'jalr zero, 0(t2)' : `jal zero, 0x${next}`;
      put(machine, i * CHUNK_SIZE, 'addi t0, t0, 1', target);
    }
    setRegister(machine, 7, machine.base);
    expect(run(machine, 0, places * 4)).toEqual({ kind: 'budget' });
    expect(register(machine, 5)).toBe(places * 2);
  });

  test('ends in the same state however the run is sliced', () => {
    const program = [
      'addi t0, t0, 1',
      'mul t1, t1, t0',
      'sw t1, 512(t2)',
      'lw t3, 512(t2)',
      'xor t4, t4, t3',
      'bne t0, t5, 0x80000000',
      'addi t0, zero, 0',
      'jal zero, 0x80000000',
    ];
    const finish = (slices: readonly number[]) => {
      const machine = flatMachine(rv32imac, 0x1000);
      put(machine, 0, ...program);
      for (const [index, value] of [
        [6, 3],
        [7, machine.base],
        [30, 9],
      ] as const)
        setRegister(machine, index, value);
      machine.engine.pc = machine.base;
      let left = 0;
      for (const slice of slices) {
        machine.engine.budget = left + slice;
        machine.engine.run();
        left = machine.engine.budget;
      }
      return [
        machine.engine.pc,
        left,
        ...Array.from({ length: 32 }, (_, i) => register(machine, i)),
        ...machine.ram.subarray(512, 516),
      ];
    }; // prettier-ignore
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }), (slices) => {
        const total = slices.reduce((sum, slice) => sum + slice, 0);
        expect(finish(slices)).toEqual(finish([total]));
      }),
    );
  });
});
