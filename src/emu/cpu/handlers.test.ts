import { expect, test } from 'vitest';
import { Handlers } from '../isa/handlers.js';
import { armv7em } from './armv7m/isa.js';
import { rv32gc, rv32imac, rv64gc } from './riscv/isa.js';

test.each([armv7em, rv32imac, rv32gc, rv64gc])('$name: numbers are places in the list of handlers', (isa) => {
  const handlers = new Handlers(isa);
  for (const { variant, number } of handlers.all) {
    const { row, statics, inItBlock } = variant;
    const { outside, inside } = handlers.numbers(row, statics);
    expect([inItBlock ? inside : outside, row.text]).toEqual([number, row.text]);
    const isAlone = isa.predication === undefined || !row.text.includes('{s}');
    if (isAlone) expect(inside).toBe(outside);
  }
});
