import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stm32f4Discovery } from '../boards/index.js';
import { createStation } from './station.js';

const elf = join(import.meta.dirname, '../../examples/firmware-tests/blinky/blinky.elf');

/** The stack pointer leaves the RAM, and SysTick is pushed there. */
function faultWith(stackPointer: 'sp' | 'msp'): string {
  const { board } = createStation(stm32f4Discovery, elf, { hostTimeout: 60_000 });
  board.run('1ms');
  board.cpu.setRegister(stackPointer, 0x1fff_ff00);
  board.run('2ms');
  return board.faults[0]!.text;
}

test('a fault after an overflow tells where that was', () => {
  expect(faultWith('sp')).toMatch(/, after the main stack had overflowed at 0x08000236 main\+0x56 /);
});

test('a fault on a stack that nothing is known of tells where that is', () => {
  expect(faultWith('msp')).toMatch(/, sp 0x1ffffee0: the stack has overflowed, or was never set$/);
});
