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
