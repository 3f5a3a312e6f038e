import { describe, expect, test } from 'vitest';
import { boot, finish, results } from '../boot.js';

const [IACCVIOL, DACCVIOL, MSTKERR, MMARVALID] = [1, 2, 0x10, 0x80] as const;

describe('a kernel with unprivileged tasks', () => {
  const board = boot('core/firmware/kernel.elf');
  const start = board.snapshot();
  const deaths = (words: readonly number[]) => [8, 12, 16].map((at) => words.slice(at, at + 4));

  test('ends those that reach beyond what is theirs, and goes on with the others', () => {
    board.restore(start);
    const words = finish(board, '200ms');
    const [, died, memory, kernelOnly] = words as [number, number, number, number];
    expect(died).toBe(3);
    const byTask = deaths(words).sort((a, b) => a[0]! - b[0]!);
    const [overflow, curious, trespasser] = byTask as [number[], number[], number[]];
    // the stack of task 1 ends 96 bytes above its memory; what is below is nobody's
    expect(overflow.slice(0, 2)).toEqual([1, DACCVIOL | MMARVALID | MSTKERR]);
    expect(overflow[2]).toBeGreaterThanOrEqual(memory + 1024 + 64);
    expect(overflow[2]).toBeLessThan(memory + 1024 + 96);
    expect(curious.slice(0, 3)).toEqual([2, DACCVIOL | MMARVALID, memory]);
    expect(trespasser).toEqual([3, IACCVIOL, 0, kernelOnly]);
    // 100 ms of task 0
    expect(words[24]).toBeGreaterThan(10_000);
    expect(words[0]).toBeGreaterThan(100);
    expect([words[27], board.guestErrors]).toEqual([8999, []]);
  });

  test('does the same from a snapshot in the middle, to the last bit', () => {
    board.restore(start);
    board.run('3ms');
    const middle = board.snapshot();
    const ends = [0, 1].map(() => {
      board.restore(middle);
      board.run('20ms');
      return [board.hash(), ...results(board)];
    });
    expect(ends[0]).toEqual(ends[1]);
  });
});
