import { expect, test } from 'vitest';
import { boot, finish } from '../boot.js';

test('a program counts its cycles and says when it is done', () => {
  const board = boot('core/firmware/cycles.elf');
  const [before, after] = finish(board, '1ms');
  // TRM (DDI 0439D) table 3-1 and 3.3.2, flash without wait states, from the read of CYCCNT to the next: LDR 1 (the STR after it is
  // pipelined), STR 1, MOVS 1; 100 rounds of NOP 1, SUBS 1, BNE 1 + P with P = 1, the last of which is not taken and costs 1.
  expect(after! - before!).toBe(1 + 1 + 1 + 100 * (1 + 1 + 2) - 1);
  expect(board.guestErrors).toEqual([]);
});
