import { expect, firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';
import { lis302dl } from 'fwtest/devices';

const test = firmwareTest({
  board: stm32f4Discovery,
  firmware: './tilt.elf',
  bootedTo: (board) => board.usart2.waitFor('accelerometer', { within: '20ms' }),
});

test('knows its accelerometer', ({ board }) => {
  expect(board.usart2).toWriteUart(' 0x0000003f\r\n', { within: '20ms' });
  expect(board.spi1).toHaveSpiTransfer({ mosi: [0x8f, 0] });
});

test.for([
  ['green', { x: -0.5, y: 0, z: 0.9 }],
  ['orange', { x: 0, y: 0.5, z: 0.9 }],
  ['red', { x: 0.5, y: 0, z: 0.9 }],
  ['blue', { x: 0, y: -0.5, z: 0.9 }],
] as const)('lights the %s LED', ([name, acceleration], { board }) => {
  board.accelerometer.acceleration = acceleration;
  board.run('50ms');
  const lit = (['green', 'orange', 'red', 'blue'] as const).filter((led) => board[led].lit);
  expect(lit).toEqual([name]);
});

test('lies flat in the dark', ({ board, expectGpioLow }) => {
  board.run('100ms');
  for (const pin of ['PD12', 'PD13', 'PD14', 'PD15']) expectGpioLow(pin);
});

const olderBoard = firmwareTest({
  board: stm32f4Discovery.with({ accelerometer: lis302dl({ bus: 'spi1', select: 'PE3', int1: 'PE0', int2: 'PE1' }) }),
  firmware: './tilt.elf',
});

olderBoard('says which accelerometer an older board has', ({ board }) => {
  expect(board.usart2).toWriteUart('accelerometer 0x0000003b\r\n', { within: '20ms' });
});
