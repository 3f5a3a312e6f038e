import { expect, test } from 'vitest';
import { boot, finish } from '../boot.js';

test('what the DAC puts on PA4 the ADC reads back; a triangle by software triggers', () => {
  const board = boot('dac/firmware/dac_loop.elf');
  const values = finish(board, '5ms');
  expect(values.slice(0, 8)).toEqual([0, 585, 1170, 1755, 2340, 2925, 3510, 4095]);
  expect(values.slice(8, 16)).toEqual([1000, 1001, 1002, 1003, 1002, 1001, 1000, 1001]);
  expect(board.dac.voltage(1)).toBeCloseTo(3.3);
  expect(board.pin('PA4').voltage).toBeCloseTo(3.3);
  expect(board.pin('PA5').voltage).toBeCloseTo((3.3 * 1001) / 4095);
  expect(board.dac.samples(1).map(({ value }) => value)).toEqual([585, 1170, 1755, 2340, 2925, 3510, 4095]);
  expect(board.guestErrors).toEqual([]);
});

test('a wave by DMA at the pace of TIM6, noise, and an underrun', () => {
  const board = boot('dac/firmware/dac_sine.elf');
  const values = finish(board, '10ms');
  const sine = [2048, 2737, 3321, 3711, 3848, 3711, 3321, 2737, 2048, 1359, 775, 385, 248, 385, 775, 1359];
  const samples = board.dac.samples(1);
  // the first trigger finds the holding register at 0: the table begins behind it
  expect(samples.slice(0, 32).map(({ value }) => value)).toEqual([...sine, ...sine]);
  const gaps = samples.slice(1, 32).map(({ ns }, i) => ns - samples[i]!.ns);
  // 160 cycles of 16 MHz, to the cycle
  expect(gaps.every((gap) => gap === 10_000)).toBe(true);
  expect(board.dac.samples(2)[0]!.value).toBe(0xaaa);
  expect(board.dac.samples(2)[1]!.value).toBe(0xd55);
  expect([values[0], values[1], values[2]]).toEqual([1 << 13, 0, 0]);
  expect(board.guestErrors).toEqual([]);
});

test('goes on from a snapshot in the middle of a wave', () => {
  const board = boot('dac/firmware/dac_sine.elf');
  board.run('333us');
  const middle = board.snapshot();
  const seen = [0, 1].map(() => {
    board.restore(middle);
    board.run('777us');
    return `${board.dac.voltage(1)} ${board.hash()}`;
  });
  expect(seen[0]).toBe(seen[1]);
});
