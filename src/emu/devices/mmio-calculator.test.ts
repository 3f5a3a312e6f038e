import { expect, test } from 'vitest';
import { DeviceHarness } from '../device-harness.js';
import { mmioCalculator } from './mmio-calculator.js';

const [A, B, OP, CTRL, RESULT, STATUS] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14] as const;
const [BUSY, DONE, ERROR] = [1, 2, 3] as const;
const BUSY_CYCLES = 16;

function calculator(busyCycles = 0) {
  const h = new DeviceHarness(mmioCalculator({ busyCycles }));
  const start = (a: number, op: number, b: number): void => {
    h.write(A, a);
    h.write(B, b);
    h.write(OP, op);
    h.write(CTRL, 1);
  };
  return { h, start, irq: () => h.signal('irq').level };
}

test.each([
  [0x7fff_ffff, 0, 1, -0x8000_0000],
  [-0x8000_0000, 1, 1, 0x7fff_ffff],
  [0x1_0001, 2, 0x1_0001, 0x2_0001],
  [-7, 3, 2, -3],
  [-0x8000_0000, 3, -1, -0x8000_0000],
])('%i (operation %i) %i gives %i', (a, op, b, result) => {
  const { h, start } = calculator();
  start(a, op, b);
  expect([h.read(STATUS), h.read(RESULT) | 0]).toEqual([DONE, result]);
});

test.each([
  ['division by 0', 3, 0],
  ['operation 4', 4, 1],
  ['operation 0xffffffff', 0xffff_ffff, 1],
])('%s is an error', (_, op, b) => {
  const { h, start } = calculator();
  start(6, op, b);
  expect(h.read(STATUS)).toBe(ERROR);
});

test('a start takes its operands: changes while it is busy are for the next', () => {
  const { h, start } = calculator(BUSY_CYCLES);
  start(6, 2, 7);
  h.write(A, 100);
  h.write(B, 0);
  h.write(OP, 3);
  h.run(BUSY_CYCLES);
  expect([h.read(STATUS), h.read(RESULT)]).toEqual([DONE, 42]);
  expect([h.read(A), h.read(B), h.read(OP)]).toEqual([100, 0, 3]);
  h.write(CTRL, 1);
  h.run(BUSY_CYCLES);
  expect(h.read(STATUS)).toBe(ERROR);
});

test('a start while busy is ignored and reported', () => {
  const { h, start } = calculator(BUSY_CYCLES);
  start(6, 2, 7);
  h.run(BUSY_CYCLES - 1);
  h.write(CTRL, 1);
  expect(h.problems.map(({ kind }) => kind)).toEqual(['guest-error']);
  expect(h.read(STATUS)).toBe(BUSY);
  h.run(1);
  expect([h.read(STATUS), h.read(RESULT)]).toEqual([DONE, 42]);
});

test('the interrupt line is high while STATUS is done or error, until the next start or a reset', () => {
  const { h, start, irq } = calculator(BUSY_CYCLES);
  expect(irq()).toBe(0);
  start(6, 2, 7);
  h.run(BUSY_CYCLES - 1);
  expect(irq()).toBe(0);
  h.run(1);
  expect(irq()).toBe(1);
  h.read(RESULT);
  h.write(CTRL, 0);
  expect(irq()).toBe(1);
  start(6, 3, 0);
  expect(irq()).toBe(0);
  h.run(BUSY_CYCLES);
  expect([h.read(STATUS), irq()]).toEqual([ERROR, 1]);
  h.instance.reset('peripheral');
  expect([h.read(STATUS), irq()]).toEqual([0, 0]);
});

test('bytes and half-words fault', () => {
  const { h } = calculator();
  for (const size of [1, 2] as const) {
    expect(() => h.write(CTRL, 1, size)).toThrow('word accesses only');
    expect(() => h.read(STATUS, size)).toThrow('word accesses only');
  }
});
