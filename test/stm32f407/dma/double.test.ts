import { expect, test } from 'vitest';
import { boot, finish } from '../boot.js';

const TEXT = 'The quick brown fox jumps over 32 lazy dogs';

test('two buffers in turn hold every byte of a stream', () => {
  const board = boot('dma/firmware/double.elf');
  board.run('1ms');
  board.usart2.type(TEXT);
  const [blocks, others, first, second, flags, left] = finish(board, '20ms');
  expect(new TextDecoder().decode(board.memory.bytes('text', 32))).toBe(TEXT.slice(0, 32));
  // four blocks, from each buffer two; after EN is cleared TCIF is set again (RM0090 10.3.14), and NDTR is a whole block
  expect([blocks, others, first, second, flags, left]).toEqual([4, 0, 2, 2, 32, 8]);
  expect(board.guestErrors).toEqual([]);
});

test('is the same from a snapshot in the middle of a block', () => {
  const board = boot('dma/firmware/double.elf');
  board.run('1ms');
  board.usart2.type(TEXT);
  board.run('700us');
  const middle = board.snapshot();
  const ends = [0, 1].map(() => {
    board.restore(middle);
    board.run('5ms');
    return board.hash();
  });
  expect(ends[0]).toBe(ends[1]);
});
