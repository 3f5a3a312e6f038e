import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/stm32f4-discovery.js';
import { createStation } from '../../src/runner/station.js';
import { finish, results } from '../stm32f407/boot.js';

/** Programs that a compiler made with -mfloat-abi=hard -mfpu=fpv4-sp-d16, on the whole board. */

const boot = (name: string) =>
  createStation(stm32f4Discovery, join(import.meta.dirname, 'firmware', `${name}.elf`), { hostTimeout: 60_000 }).board;

const f = Math.fround;
const bits = (value: number): number => new Uint32Array(new Float32Array([value]).buffer)[0]!;

/** The same formulas in the same order, each operation rounded once. */
function polynomial(x: number): number {
  const square = f(x * x);
  const tail = f(f(square * square) * f(1 / 120));
  return f(x * f(f(1 - f(square * f(1 / 6))) + tail));
}

describe('numerics', () => {
  const board = boot('numerics');
  const all = finish(board, '10ms');

  test('arithmetic, conversions and comparisons', () => {
    expect(all.slice(0, 7)).toEqual([
      bits(f(1 / 3)),
      bits(polynomial(0.5)),
      bits(f(f(f(1 + 3) + f(1e-38)) / 3)),
      bits(f(-16777217)),
      bits(f(4294967295)),
      // saturated, and toward zero
      0x7fff_ffff,
      -2 >>> 0,
    ]);
    // 3 × (1/3 as a single) − 1, exact before it is rounded
    expect(all[7]).toBe(bits(3 * f(1 / 3) - 1));
    // one < three, one == one, 0 == −0; not one > three, not NaN == NaN; NaN < one is false
    expect(all[8]).toBe(0b101101);
  });

  test('flags', () => {
    // IXC; IOC of 0 ÷ 0, of comparing a NaN by order and of a number too large to convert
    expect(all[9]).toBe(0x11);
    expect(all.slice(10, 12)).toEqual([0x14, 0x18]);
  });

  test('rounding modes: 1 ÷ 3 and −1 ÷ 3 to nearest, up, down, toward zero', () => {
    const [down, up] = [bits(f(1 / 3)) - 1, bits(f(1 / 3))];
    const minus = (word: number) => (word | 0x8000_0000) >>> 0;
    expect(all.slice(12, 20)).toEqual([up, minus(up), up, minus(down), down, minus(up), down, minus(down)]);
  });

  test('flush-to-zero: a result and an operand that are denormal', () => {
    expect(all.slice(20, 24)).toEqual([0, 0x08, 0, 0x88]);
  });

  test('the board reports nothing', () => expect(board.guestErrors).toEqual([]));
});

/** What a task calculates: ten values, each from two others. */
function turn(seed: number, rounds: number): number {
  const v = Array.from({ length: 10 }, (_, i) => f(seed + i));
  for (let n = 0; n < rounds; n++) {
    for (let i = 0; i < 10; i++) v[i] = f(f(f(v[i]! * 0.75) + f(v[(i + 3) % 10]! * 0.1875)) + f(0.0625 * seed));
  }
  return v.reduce((sum, value) => f(sum + value), 0);
}

test('two tasks with floating-point registers, one without, and interrupts that calculate in between', () => {
  const board = boot('tasks');
  board.runUntil(() => board.memory.read32('done') === 3, { within: '30s' });
  const found = results(board);
  expect(board.memory.read32('wrong')).toBe(0);
  expect(found[0]).toBe(bits(turn(1.5, 20)));
  // toward zero
  expect(found[1]).not.toBe(bits(turn(-2.25, 20)));
  expect(found[2]).toBe(1);
  expect(board.memory.read32('switches')).toBeGreaterThan(1000);
  expect(board.guestErrors).toEqual([]);
});

test('the FPU interrupt comes for DZC, IOC and OFC, and not for IXC; its handler clears the frame (PM0214 4.6.7)', () => {
  const board = boot('interrupt');
  const found = finish(board, '1ms');
  // IXC was there before, and comes with an overflow
  expect(found.slice(0, 3)).toEqual([0x12, 0x11, 0x14]);
  expect(found.slice(8, 13)).toEqual([0, 1, 2, 3, 0x10]);
  expect(board.guestErrors).toEqual([]);
});
