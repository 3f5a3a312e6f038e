import { describe, expect, test } from 'vitest';
import { canWire } from '../../../src/emu/system/can-wire.js';
import { results } from '../boot.js';
import { board, rig, setJumpers } from './rig.js';

const SILENT = 32;
const LEC_ACK = 3;

/** Three nodes with such numbers. */
function three(numbers: readonly [number, number, number]) {
  const members = { a: board('can_node'), b: board('can_node'), c: board('can_node') };
  const system = rig(members, [canWire('a.can1', 'b.can1', 'c.can1')]);
  const { a, b, c } = system.boards;
  for (const [i, one] of [a, b, c].entries()) setJumpers(one, numbers[i]!);
  system.run('31ms');
  return system;
}

describe('three boards on one CAN bus', () => {
  const orders: (readonly [number, number, number])[] = [
    [1, 2, 3],
    [3, 1, 2],
  ];
  test.each(orders.map((numbers) => ({ numbers })))('the lowest identifier of $numbers goes first', ({ numbers }) => {
    const { a, b, c } = three(numbers).boards;
    const frames = a.can1.bus.frames.map(({ id }) => id);
    // A board that is later in the list is heard a microsecond later: its frame may find the bus taken once.
    const first = [...frames].slice(0, 3).sort();
    expect(new Set(frames)).toEqual(new Set([0x101, 0x102, 0x103, 0x7ed, 0x7ee, 0x7ef]));
    expect(first).toEqual([0x101, 0x102, 0x103]);
    expect(frames.slice(3)).toEqual([0x7ed, 0x7ee, 0x7ef]);
    for (const one of [a, b, c]) {
      const heard = Array.from(
        { length: 4 },
        (_, i) => new Uint32Array(one.memory.bytes('heard', 64).slice().buffer)[i]!,
      );
      const own = results(one)[0];
      expect(own).toBe(4);
      expect(heard.filter((id) => frames.includes(id))).toEqual(heard);
      // RQCP and TXOK of both mailboxes, no error (RM0090 32.9.2).
      expect(results(one)[1]! & 0x303).toBe(0x303);
      expect(results(one)[2]).toBe(0);
      expect(one.guestErrors).toEqual([]);
    }
  });
});

test('alone on the bus, or with one that only listens, a frame is not acknowledged', () => {
  const system = rig({ a: board('can_node'), b: board('can_node') }, [canWire('a.can1', 'b.can1')]);
  setJumpers(system.boards.b, 1 | SILENT);
  system.run('31ms');
  const esr = results(system.boards.a)[2]!;
  expect((esr >> 4) & 7).toBe(LEC_ACK);
  // Error passive at 128, and no further: RM0090 32.7.6.
  expect((esr >>> 16) & 0xff).toBe(128);
  expect(results(system.boards.b)[0]).toBe(0);
  expect(system.boards.a.can1.bus.frames).toEqual([]);
});
