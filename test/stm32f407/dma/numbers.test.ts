import { expect, test } from 'vitest';
import { defineBoard } from '../../../src/boards/define.js';
import { stm32f407 } from '../../../src/boards/stm32f407.js';
import { boot, finish } from '../boot.js';

/** CRC-32/MPEG-2 over words, most significant bit first (RM0090 4.2), bit by bit. */
function crcOf(words: readonly number[]): number {
  let crc = 0xffff_ffffn;
  for (const word of words) {
    for (let bit = 31n; bit >= 0n; bit--) {
      const top = ((crc >> 31n) ^ (BigInt(word) >> bit)) & 1n;
      crc = ((crc << 1n) & 0xffff_ffffn) ^ (top ? 0x04c1_1db7n : 0n);
    }
  }
  return Number(crc);
}

test('CRC by hand and by DMA', () => {
  const board = boot('dma/firmware/numbers.elf');
  const [byHand, byDma] = finish(board, '10ms');
  const expected = crcOf(Array.from({ length: 16 }, (_, i) => (0x0102_0304 * i) >>> 0));
  expect([byHand, byDma]).toEqual([expected, expected]);
  expect(board.guestErrors).toEqual([]);
});

test('random numbers follow from the seed', () => {
  const numbers = (rngSeed?: number) => {
    const board = defineBoard({ name: 'dice', chip: stm32f407({ rngSeed }) });
    return finish(boot('dma/firmware/numbers.elf', board), '10ms').slice(4, 12);
  };
  const first = numbers();
  expect(new Set(first).size).toBe(8);
  expect(numbers()).toEqual(first);
  expect(numbers(7)).not.toEqual(first);
});

test('a test gives the seed, and breaks the generator', () => {
  const board = boot('dma/firmware/numbers.elf');
  board.rng.seed(7);
  const seeded = finish(board, '10ms').slice(4, 12);
  const other = defineBoard({ name: 'dice', chip: stm32f407({ rngSeed: 7 }) });
  expect(seeded).toEqual(finish(boot('dma/firmware/numbers.elf', other), '10ms').slice(4, 12));
  board.rng.injectClockError();
  expect(board.rng.SR.CEIS).toBe(0); // the program has switched it off
});
