import { expect, test } from 'vitest';
import { boot, finish, results } from '../boot.js';

const [HTIF, TCIF] = [16, 32];

test('two receivers and a copy share one controller, and nobody loses anything', () => {
  const board = boot('dma/firmware/mixed.elf');
  board.runUntil(() => results(board)[0] === 1, { within: '5ms' });
  const [a, b] = [0, 100].map((base) => Uint8Array.from({ length: 64 }, (_, i) => base + i)) as [
    Uint8Array,
    Uint8Array,
  ];
  board.usart1.type(a);
  board.usart6.type(b);
  const [, copies, different, overrun1, overrun6, flags2, flags1, left] = finish(board, '20ms');
  expect(board.memory.bytes('first', 64)).toEqual(a);
  expect(board.memory.bytes('second', 64)).toEqual(b);
  expect(copies).toBeGreaterThan(2);
  expect([different, overrun1, overrun6, left]).toEqual([0, 0, 0, 0]);
  expect([flags2, flags1]).toEqual([HTIF | TCIF, HTIF | TCIF]);
  expect(board.guestErrors).toEqual([]);
});

test('goes on the same way from a snapshot in the middle of all three', () => {
  const board = boot('dma/firmware/mixed.elf');
  board.runUntil(() => results(board)[0] === 1, { within: '5ms' });
  board.usart1.type('x'.repeat(64));
  board.usart6.type('y'.repeat(64));
  board.run('137us');
  const middle = board.snapshot();
  const ends = [0, 1].map(() => {
    board.restore(middle);
    board.run('2ms');
    return board.hash();
  });
  expect(ends[0]).toBe(ends[1]);
  expect(board.memory.read32('finished')).toBe(1);
});
