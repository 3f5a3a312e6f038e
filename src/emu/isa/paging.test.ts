import { describe, expect, test } from 'vitest';
import { rv32gc, rv64gc } from '../cpu/riscv/isa.js';
import { assemble } from './disassembler.js';
import type { Isa } from './instruction.js';
import { PagedMachine, RAM } from './paged-harness.js';

const A = RAM + 0x1000;
const B = RAM + 0x2000;
const C = RAM + 0x3000;
const D = RAM + 0x4000;
const V = 0x4000_0000n;
const W = 0x4000_1000n;

const [KERNEL, USER] = [1, 2];

describe.each([
  ['RV32, cold', rv32gc, 'cold'],
  ['RV32, hot', rv32gc, 'hot'],
  ['RV64, cold', rv64gc, 'cold'],
  ['RV64, hot', rv64gc, 'hot'],
] as const)('paging: %s', (_, isa, mode) => {
  const machine = () => new PagedMachine(isa, mode);
  const code = (m: PagedMachine, physical: number, ...lines: string[]) => m.write(physical, encode(isa, lines));
  const x = (m: PagedMachine, index: number) => {
    const { registers, registerSize } = m.engine.layout;
    return m.words[(registers + index * registerSize) >> 2]!;
  };
  const set = (m: PagedMachine, index: number, value: number) => {
    const { registers, registerSize } = m.engine.layout;
    m.words[(registers + index * registerSize) >> 2] = value;
    if (registerSize === 8) m.words[((registers + index * registerSize) >> 2) + 1] = 0;
  };
  const accesses = (m: PagedMachine) => m.calls.filter((call) => !call.startsWith('fetch'));
  const fetches = (m: PagedMachine) => m.calls.filter((call) => call.startsWith('fetch'));

  test('a page is asked for once', () => {
    const m = machine();
    code(m, A, 'lw a0,0(s0)', 'lw a1,4(s0)', 'sw a1,8(s0)', 'lw a2,8(s0)', 'ebreak');
    m.map(KERNEL, V, B);
    m.ram.setInt32(B - RAM, 77, true);
    m.ram.setInt32(B - RAM + 4, 78, true);
    m.enter(0, KERNEL);
    set(m, 8, Number(V));
    m.run(BigInt(A));
    m.run(BigInt(A));
    expect([x(m, 10), x(m, 11), x(m, 12)]).toEqual([77, 78, 78]);
    expect(accesses(m)).toEqual([`load ${B.toString(16)}`]);
  });

  test('every way of seeing memory has its own pages, which are there when it comes back', () => {
    const m = machine();
    code(m, A, 'lw a0,0(s0)', 'ebreak');
    m.map(KERNEL, V, B);
    m.map(USER, V, C);
    m.ram.setInt32(B - RAM, 1, true);
    m.ram.setInt32(C - RAM, 2, true);
    set(m, 8, Number(V));
    const seen = [];
    for (const space of [KERNEL, USER, KERNEL, USER]) {
      m.enter(0, space);
      m.run(BigInt(A));
      seen.push(x(m, 10));
    }
    expect(seen).toEqual([1, 2, 1, 2]);
    expect(accesses(m)).toHaveLength(2);
  });

  test('more ways than there is room for are seen rightly', () => {
    const m = machine();
    code(m, A, 'lw a0,0(s0)', 'ebreak');
    for (let space = 1; space <= 12; space++) m.map(space, V, RAM + 0x1000 * space);
    for (let space = 2; space <= 12; space++) m.ram.setInt32(0x1000 * space, space, true);
    set(m, 8, Number(V));
    for (const space of [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 2, 12, 3]) {
      m.enter(0, space);
      m.run(BigInt(A));
      expect(x(m, 10)).toBe(space);
    }
  });

  test('a page that cannot be written faults', () => {
    const m = machine();
    code(m, A, 'lw a0,0(s0)', 'sw a0,0(s0)', 'ebreak');
    m.map(KERNEL, V, B, false);
    m.enter(0, KERNEL);
    set(m, 8, Number(V));
    expect(() => m.run(BigInt(A))).toThrow('write 40000000');
    expect(m.engine.pc).toBe(A + 4);
  });

  test('a change of its entry changes the page, and one of another does not', () => {
    const m = machine();
    code(m, A, 'lw a0,0(s0)', 'lw a1,0(s1)', 'ebreak');
    m.map(KERNEL, V, B);
    m.map(KERNEL, W, C);
    m.ram.setInt32(B - RAM, 1, true);
    m.ram.setInt32(C - RAM, 2, true);
    m.ram.setInt32(D - RAM, 3, true);
    m.enter(0, KERNEL);
    set(m, 8, Number(V));
    set(m, 9, Number(W));
    m.run(BigInt(A));
    m.map(KERNEL, V, D);
    m.run(BigInt(A));
    expect([x(m, 10), x(m, 11)]).toEqual([3, 2]);
    expect(accesses(m).map((call) => call.slice(-4))).toEqual(['2000', '3000', '4000']);
    m.unmap(KERNEL, V);
    expect(() => m.run(BigInt(A))).toThrow('40000000');
  });

  test('a page of tables is tracked while an entry is in use', () => {
    const m = machine();
    code(m, A, 'lw a0,0(s0)', 'ebreak');
    m.map(KERNEL, V, B);
    m.enter(0, KERNEL);
    set(m, 8, Number(V));
    expect(m.tracked.size).toBe(0);
    m.run(BigInt(A));
    expect(m.tracked.has(0x100)).toBe(true);
    m.unmap(KERNEL, V);
    expect(m.tracked.has(0x100)).toBe(false);
  });

  test('code lies at the same address in every space', () => {
    const m = machine();
    code(m, A, 'addi a0,zero,1', 'ebreak');
    code(m, B, 'addi a0,zero,2', 'ebreak');
    m.map(KERNEL, V, A);
    m.map(USER, V, B);
    const [seen, fetched]: [number[], number[]] = [[], []];
    for (const space of [KERNEL, USER, KERNEL, USER]) {
      m.enter(space, space);
      expect(m.run(V)).toBe(V + 4n);
      seen.push(x(m, 10));
      fetched.push(fetches(m).length);
    }
    expect(seen).toEqual([1, 2, 1, 2]);
    // nothing is decoded again
    expect(fetched[3]).toBe(fetched[1]);
  });

  test('code that changed is decoded anew wherever it is seen', () => {
    const m = machine();
    code(m, A, 'addi a0,zero,1', 'ebreak');
    m.map(KERNEL, V, A);
    m.map(USER, W, A);
    for (const [space, pc] of [
      [KERNEL, V],
      [USER, W],
      [0, BigInt(A)],
    ] as const) {
      m.enter(space, space);
      m.run(pc);
    }
    code(m, A, 'addi a0,zero,5');
    for (const [space, pc] of [
      [KERNEL, V],
      [USER, W],
      [0, BigInt(A)],
    ] as const) {
      set(m, 10, 0);
      m.enter(space, space);
      m.run(pc);
      expect(x(m, 10)).toBe(5);
    }
  });

  test('a store of the program reaches code that it sees at another address', () => {
    const m = machine();
    const [word] = encode(isa, ['addi a0,zero,9']);
    code(m, A, 'addi a0,zero,1', 'sw s1,0(s0)', 'ebreak');
    m.map(KERNEL, V, A);
    m.map(KERNEL, W, A);
    m.enter(KERNEL, KERNEL);
    set(m, 8, Number(W));
    set(m, 9, word!);
    m.run(V);
    m.run(V);
    expect(x(m, 10)).toBe(9);
  });

  test('a page of code is another one once its entry is', () => {
    const m = machine();
    code(m, A, 'addi a0,zero,1', 'ebreak');
    code(m, B, 'addi a0,zero,2', 'ebreak');
    m.map(KERNEL, V, A);
    m.enter(KERNEL, KERNEL);
    m.run(V);
    m.map(KERNEL, V, B);
    m.run(V);
    expect(x(m, 10)).toBe(2);
    m.unmap(KERNEL, V);
    expect(() => m.run(V)).toThrow('40000000');
  });

  test('after a change of translations that is of no consequence nothing is decoded again', () => {
    const m = machine();
    code(m, A, 'addi a0,zero,1', 'ebreak');
    code(m, B, 'addi a0,zero,2', 'ebreak');
    m.map(KERNEL, V, A);
    m.enter(KERNEL, KERNEL);
    m.run(V);
    const before = fetches(m).length;
    m.engine.translationsChanged();
    m.run(V);
    expect(fetches(m)).toHaveLength(before);
    // without a word of it, as another set of tables would have it
    m.map(KERNEL, V, B);
    m.engine.translationsChanged();
    m.run(V);
    expect(x(m, 10)).toBe(2);
  });

  test('an instruction keeps its operands while its own page becomes another', () => {
    const m = machine();
    for (const page of [A, B]) code(m, page, 'lw a0,0(s0)', 'ebreak');
    m.map(KERNEL, V, A);
    m.map(KERNEL, W, C);
    m.ram.setInt32(C - RAM, 7, true);
    m.enter(KERNEL, KERNEL);
    set(m, 8, Number(W));
    m.onAccess = () => m.map(KERNEL, V, B);
    m.run(V);
    expect([x(m, 0), x(m, 10)]).toEqual([0, 7]);
  });

  test('a loop over two pages goes on in what the second one is now', () => {
    const m = machine();
    const lines = ['addi a0,a0,1', 'bne a0,s2,0xff8'];
    // the branch at the end of the first page leads over its end
    m.write(A + 0xff8, encode(isa, lines, 0xff8));
    code(m, B, 'addi a1,zero,1', 'ebreak');
    code(m, C, 'addi a1,zero,2', 'ebreak');
    m.map(KERNEL, V, A);
    m.map(KERNEL, W, B);
    m.enter(KERNEL, KERNEL);
    set(m, 18, 100);
    m.run(V + 0xff8n);
    expect([x(m, 10), x(m, 11)]).toEqual([100, 1]);
    m.map(KERNEL, W, C);
    set(m, 10, 0);
    m.run(V + 0xff8n);
    expect([x(m, 10), x(m, 11)]).toEqual([100, 2]);
  });
});

describe.each(['cold', 'hot'] as const)('64-bit addresses, %s', (mode) => {
  test('pages that share the low word of their address are told apart', () => {
    const m = new PagedMachine(rv64gc, mode);
    m.write(A, encode(rv64gc, ['ld a0,0(s0)', 'ld a1,0(s1)', 'ebreak']));
    const low = 0x1_4000_0000n;
    const top = 0xffff_ffd8_4000_0000n;
    m.map(KERNEL, low, B);
    m.map(KERNEL, top, C);
    m.ram.setBigInt64(B - RAM, 11n, true);
    m.ram.setBigInt64(C - RAM, 22n, true);
    m.enter(0, KERNEL);
    const registers = new BigUint64Array(m.memory.buffer, m.engine.layout.registers, 32);
    registers[8] = low;
    registers[9] = top;
    for (let i = 0; i < 3; i++) m.run(BigInt(A));
    expect([registers[10], registers[11]]).toEqual([11n, 22n]);
    registers[8] = 0x2_4000_0000n;
    expect(() => m.run(BigInt(A))).toThrow('240000000');
  });

  test('so is code', () => {
    const m = new PagedMachine(rv64gc, mode);
    m.write(A, encode(rv64gc, ['auipc a0,0x0', 'ebreak']));
    m.write(B, encode(rv64gc, ['auipc a0,0x1', 'ebreak']));
    const [low, top] = [0x1_4000_0000n, 0xffff_ffd8_4000_0000n];
    m.map(KERNEL, low, A);
    m.map(KERNEL, top, B);
    m.enter(KERNEL, KERNEL);
    const registers = new BigUint64Array(m.memory.buffer, m.engine.layout.registers, 32);
    for (let i = 0; i < 2; i++) {
      expect(m.run(low)).toBe(low + 4n);
      expect(registers[10]).toBe(low);
      expect(m.run(top)).toBe(top + 4n);
      expect(registers[10]).toBe(top + 0x1000n);
    }
  });

  test('a computed jump leads from one to the other', () => {
    const m = new PagedMachine(rv64gc, mode);
    m.write(A, encode(rv64gc, ['jalr ra,0(s0)', 'ebreak']));
    m.write(B, encode(rv64gc, ['addi a0,a0,1', 'jalr zero,0(ra)']));
    const [low, top] = [0x1_4000_0000n, 0xffff_ffd8_4000_0000n];
    m.map(KERNEL, low, A);
    m.map(KERNEL, top, B);
    m.enter(KERNEL, KERNEL);
    const registers = new BigUint64Array(m.memory.buffer, m.engine.layout.registers, 32);
    registers[8] = top;
    for (let i = 1; i < 4; i++) {
      expect(m.run(low)).toBe(low + 4n);
      expect(registers[10]).toBe(BigInt(i));
    }
  });
});

function encode(isa: Isa, lines: readonly string[], from = 0): number[] {
  return lines.map((line, i) => {
    const found = assemble(isa, line, from + 4 * i).find(({ row }) => row.pattern.length === 32);
    if (!found) throw new Error(`cannot assemble '${line}'`);
    return found.word;
  });
}
