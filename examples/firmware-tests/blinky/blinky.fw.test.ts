import { expect, firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';

const test = firmwareTest({ board: stm32f4Discovery, firmware: './blinky.elf' });

test('starts with all LEDs off', ({ board, expectGpioLow }) => {
  expect(board).toReach('main', { within: '1ms' });
  board.run('10ms');
  for (const pin of ['PD12', 'PD13', 'PD14', 'PD15'] as const) expectGpioLow(pin);
});

test('lights the green LED after half a second', ({ board, expectGpioHigh, expectGpioLow }) => {
  board.run('499ms');
  expectGpioLow('PD12');
  board.run('2ms');
  expectGpioHigh('PD12');
});

test('blinks each LED at its own rate', ({ board }) => {
  expect(board.green).toBlink({ hz: 1 });
  expect(board.orange).toBlink({ hz: 2 });
  expect(board.red).toBlink({ hz: 5 });
  expect(board.blue).toBlink({ hz: 10 });
});

test('leaves the other half of port D alone', ({ board }) => {
  board.run('1ms');
  expect(board.gpiod).toHaveRegister('MODER', 0x5500_0000);
});

test('does nothing the chip would mind', ({ board }) => {
  board.run('1s');
  expect(board).toHaveNoGuestErrors();
});
