import { expect, test } from 'vitest';
import { boot, finish } from '../boot.js';

test('a program counts its cycles and says when it is done', () => {
  const board = boot('core/firmware/cycles.elf');
  const [before, after] = finish(board, '1ms');
  // 100 rounds of a loop of at least four instructions
  expect(after! - before!).toBeGreaterThanOrEqual(400);
  expect(board.guestErrors).toEqual([]);
});
