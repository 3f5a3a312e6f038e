import { describe, expect, test } from 'vitest';
import { rv64gc } from '../cpu/riscv/isa.js';
import { assemble } from './disassembler.js';
import { flatMachine } from './engine-harness.js';
import type { EngineMode } from './engine-mode.js';

const BASE = 0xffff_f000;
const RA = 1;
const TOP = 2 ** 32;

/** Memory on both sides of a multiple of 4 GiB, filled with breakpoints, and some code at an address. */
function machine(mode: EngineMode, high: number, at: number, code: readonly string[]) {
  const { engine, ram, memory } = flatMachine(rv64gc, 0x2000, { base: BASE, mode });
  const view = new DataView(ram.buffer, ram.byteOffset);
  for (let offset = 0; offset < ram.length; offset += 2) view.setUint16(offset, 0x9002, true);
  let offset = at - BASE;
  for (const line of code) {
    const { word, row } = assemble(rv64gc, line, (BASE + offset) % TOP)[0]!;
    view.setUint16(offset, word & 0xffff, true);
    if (row.pattern.length === 32) view.setUint16(offset + 2, word >>> 16, true);
    offset += row.pattern.length / 8;
  }
  engine.pc = at % TOP;
  engine.pcHigh = at >= TOP ? high + 1 : high;
  const x = new BigInt64Array(memory.buffer, engine.layout.registers, 32);
  return { engine, x };
}

/** Runs to the first breakpoint; gives its address. */
function run({ engine }: ReturnType<typeof machine>): bigint {
  engine.budget = 1000;
  expect(engine.run()).toMatchObject({ kind: 'trap', trap: 'ebreak' });
  return (BigInt(engine.pcHigh) << 32n) + BigInt(engine.pc);
}

describe.each(['cold', 'hot'] as const)('about a multiple of 4 GiB, %s', (mode) => {
  test('code goes on behind it', () => {
    const m = machine(mode, 5, TOP - 4, ['c.addi ra,1', 'c.addi ra,1', 'c.addi ra,1', 'c.addi ra,1']);
    expect(run(m)).toBe(0x6_0000_0004n);
    expect(m.x[RA]).toBe(4n);
  });

  test('an instruction lies on both sides', () => {
    const m = machine(mode, 5, TOP - 2, ['auipc ra,0x1', 'c.nop']);
    expect(run(m)).toBe(0x6_0000_0004n);
    expect(m.x[RA]).toBe(0x6_0000_0ffen);
  });

  test('a jump leads forward over it, and links on this side', () => {
    const m = machine(mode, 5, TOP - 16, ['jal ra,0x20']);
    expect(run(m)).toBe(0x6_0000_0020n);
    expect(m.x[RA]).toBe(0x5_ffff_fff4n);
  });

  test('the last instruction before it links behind it', () => {
    const m = machine(mode, -1, TOP - 4, ['jal ra,0xffffff00']);
    expect(run(m)).toBe(-0x100n);
    expect(m.x[RA]).toBe(0n);
  });

  test('a jump leads back over it', () => {
    const m = machine(mode, 5, TOP + 8, ['c.j 0xfffffffc']);
    expect(run(m)).toBe(0x5_ffff_fffcn);
  });

  test.each([
    ['taken', 'beq zero,zero,0x40', 0x6_0000_0040n],
    ['not taken', 'bne zero,zero,0x40', 0x5_ffff_fff8n],
  ])('a branch over it is %s', (_, line, end) => {
    expect(run(machine(mode, 5, TOP - 12, [line]))).toBe(end);
  });

  test('a computed jump leads to another high word, and back', () => {
    const m = machine(mode, 5, TOP - 64, ['jalr ra,0(a0)']);
    m.x[10] = 0x77_0000_0010n;
    expect(run(m)).toBe(0x77_0000_0010n);
    expect(m.x[RA]).toBe(0x5_ffff_ffc4n);
  });

  test('one instruction is executed at a time', () => {
    const { engine } = machine(mode, 5, TOP - 2, ['c.nop', 'c.nop']);
    engine.step();
    expect([engine.pcHigh, engine.pc]).toEqual([6, 0]);
  });
});
