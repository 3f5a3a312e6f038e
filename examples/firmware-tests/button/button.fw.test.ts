import { expect, firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';

const test = firmwareTest({
  board: stm32f4Discovery,
  firmware: './button.elf',
  bootedTo: (board) => board.usart2.waitFor(/ready\r\n/, { within: '10ms' }),
});

test('lights the green LED at the first press and counts it', ({ board, expectGpioHigh, expectGpioLow }) => {
  expectGpioLow('PD12');
  board.button.press({ for: '50ms' });
  expect(board.usart2).toWriteUart('press 1\r\n', { within: '100ms' });
  expectGpioHigh('PD12');
});

test('turns the LED off at the second press', ({ board }) => {
  for (const count of [1, 2]) {
    board.button.press();
    expect(board.usart2).toWriteUart(`press ${count}\r\n`, { within: '50ms' });
    board.button.release();
    board.run('50ms');
  }
  expect(board.green).toBeLow();
});

test('waits 20 ms before it believes the button', ({ board }) => {
  board.button.press();
  expect(board.green).not.toGoHigh({ within: '18ms' });
  expect(board.green).toGoHigh({ within: '3ms' });
});

test('takes a bouncing contact as one press', ({ board }) => {
  for (let bounce = 0; bounce < 10; bounce++) {
    board.button.press();
    board.run('1ms');
    board.button.release();
    board.run('1ms');
  }
  board.button.press();
  board.run('100ms');
  expect(board.usart2.text).toBe('ready\r\npress 1\r\n');
});

test('ignores a spike', ({ board }) => {
  board.button.press();
  board.run('1ms');
  board.button.release();
  expect(board.usart2).not.toWriteUart('press', { within: '100ms' });
});

test('counts a held button once', ({ board }) => {
  board.button.press();
  board.run('1s');
  expect(board.usart2.text).toBe('ready\r\npress 1\r\n');
  expect(board).toHaveNoGuestErrors();
});
