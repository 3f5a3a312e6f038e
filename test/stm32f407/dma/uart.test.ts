import { expect, test } from 'vitest';
import { boot, results } from '../boot.js';

const [HTIF, TCIF] = [16, 32];

test('a console by DMA: interrupts, circular buffer, idle line', () => {
  const board = boot('dma/firmware/uart.elf');
  board.run('5ms');
  expect(board.usart2.text).toBe('Hello from the DMA controller\n');
  const [flags, enabled] = results(board);
  expect([flags, enabled]).toEqual([HTIF | TCIF, 0]);
  board.usart2.clear();
  board.usart2.type('0123456789abcdefghij\n');
  board.runUntil(() => board.memory.read32('finished') === 1, { within: '20ms' });
  expect(board.usart2.text).toBe('0123456789abcdefghij\n');
  // 21 bytes through a buffer of 8: half full three times, full twice; the line was idle after RE was set, and behind the last
  expect(results(board).slice(2, 6)).toEqual([3, 2, 2, 21]);
  expect(board.guestErrors).toEqual([]);
});

test('goes on from a snapshot in the middle of a transfer', () => {
  const board = boot('dma/firmware/uart.elf');
  board.run('1ms');
  const middle = board.snapshot();
  const seen = [0, 1].map(() => {
    board.restore(middle);
    board.usart2.type('snapshot\n');
    board.run('10ms');
    return `${board.usart2.text} ${board.hash()}`;
  });
  expect(seen[0]).toBe(seen[1]);
  expect(seen[0]).toContain('controller\nsnapshot\n');
});
