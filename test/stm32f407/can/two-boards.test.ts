import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stm32f4Discovery } from '../../../src/boards/stm32f4-discovery.js';
import { frameBits, wordsOf } from '../../../src/emu/devices/stm32f4/can/can-frame.js';
import { canWire } from '../../../src/emu/system/can-wire.js';
import { createSystem } from '../../../src/runner/system.js';
import { results } from '../boot.js';

const member = (name: string) => ({ board: stm32f4Discovery, firmware: `can/firmware/${name}.elf` });
const BIT = 32;

/** The bus is on the first board; `order` says who that is. */
function system(first: string, second: string) {
  const members = { a: member(first), b: member(second) };
  const elf = (path: string) => join(import.meta.dirname, '..', path);
  return createSystem(members, [canWire('a.can1', 'b.can1')], elf, { hostTimeout: 60_000 });
}

describe('CAN controllers of two boards', () => {
  const answers = [0, 1, 2, 3].flatMap((i) => [0x301 + 2 * i, 0xa55a00 | i]);
  /** Four questions and answers, the space between included. */
  const shortest = [0, 1, 2, 3].reduce((cycles, i) => {
    const data = [i, 0x5a, 0xa5];
    const bits = (id: number) => frameBits(wordsOf({ id, data })).length + 3;
    return cycles + (bits(0x300 + 2 * i) + bits(0x301 + 2 * i)) * BIT;
  }, -3 * BIT);

  test.each([
    ['the echo', 'can_irq', 'can_ping', 'b'],
    ['the asking', 'can_ping', 'can_irq', 'a'],
  ] as const)('speak with each other, the bus on %s board', (_, first, second, asking) => {
    const both = system(first, second);
    both.run('10ms');
    const values = results(both.boards[asking]);
    expect(values.slice(0, 8)).toEqual(answers);
    expect(values[8]).toBeGreaterThan(shortest - 200);
    // the handler's time, and a microsecond for what the second board wants
    expect(values[8]).toBeLessThan(shortest + 4 * 400);
    expect(values[9]).toBe(0);
    expect(both.boards.b.can1.bus.frames).toHaveLength(8);
    for (const board of [both.boards.a, both.boards.b]) expect(board.guestErrors).toEqual([]);
  });

  test('share a bus with a third board', () => {
    const members = { a: member('can_irq'), b: member('can_ping'), c: member('can_irq') };
    const elf = (path: string) => join(import.meta.dirname, '..', path);
    const wires = [canWire('a.can1', 'b.can1'), canWire('a.can1', 'c.can1')];
    const three = createSystem(members, wires, elf, { hostTimeout: 60_000 });
    three.run('10ms');
    // both echo nodes answer with the same bits: often as one frame, else one behind the other
    const { frames } = three.boards.a.can1.bus;
    const from = (name: string) => frames.filter((frame) => frame.from === name).length;
    expect([from('b.can1'), from('can1'), from('c.can1')]).toEqual([4, 4, 4]);
    expect(results(three.boards.b)[9]! & 0xffff_0000).toBe(0);
  });

  test('end in the same state however the run is cut', () => {
    const both = system('can_irq', 'can_ping');
    const start = both.snapshot();
    both.run('1ms');
    const whole = both.hash();
    both.restore(start);
    for (const piece of ['1us', '123us', '7us', '400us'] as const) both.run(piece);
    both.boards.b.run('69us');
    both.run('400us');
    expect(both.hash()).toBe(whole);
  });
});
