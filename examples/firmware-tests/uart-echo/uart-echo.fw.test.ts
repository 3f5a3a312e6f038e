import { expect, firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';

const test = firmwareTest({
  board: stm32f4Discovery,
  firmware: './uart-echo.elf',
  bootedTo: (board) => board.usart2.waitFor(/ready\r\n/, { within: '10ms' }),
});

test.fromReset('says that it is ready', ({ board }) => {
  expect(board.usart2).toWriteUart('ready\r\n', { within: '10ms' });
});

test('echoes a line', ({ board }) => {
  board.usart2.type('hello\n');
  expect(board.usart2).toWriteUart('hello\r\n', { within: '5ms' });
});

test('takes CR, LF and both as the end of a line', ({ board }) => {
  board.usart2.type('one\rtwo\nthree\r\n');
  board.run('10ms');
  expect(board.usart2.text).toBe('ready\r\none\r\ntwo\r\nthree\r\n');
});

test('keeps quiet until the line is complete', ({ board }) => {
  board.usart2.type('half a li');
  expect(board.usart2).not.toWriteUart('half', { within: '10ms' });
  board.usart2.type('ne\n');
  expect(board.usart2).toWriteUart('half a line\r\n', { within: '10ms' });
});

test('cuts a line at 80 bytes', ({ board }) => {
  board.usart2.type(`${'x'.repeat(100)}\n`);
  board.run('50ms');
  expect(board.usart2.text).toBe(`ready\r\n${'x'.repeat(80)}\r\n`);
});

// Each answer is a byte longer than its line and starts when the line is over, so both directions are busy at once.
test('loses nothing of lines that come back to back', ({ board }) => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  board.usart2.type(`${lines.join('\n')}\n`);
  board.run('50ms');
  expect(board.usart2.text).toBe(['ready', ...lines, ''].join('\r\n'));
  expect(board.memory.read32('serial_dropped')).toBe(0);
});

test('sleeps between bytes: an interrupt a byte, none for nothing', ({ board }) => {
  let interrupts = 0;
  board.on('irq', () => interrupts++);
  board.run('100ms');
  expect(interrupts).toBe(0);
});

test('runs at 115200 baud from the 16 MHz bus', ({ board }) => {
  expect(board.usart2).toHaveRegister('BRR', 139);
  expect(board).toHaveNoGuestErrors();
});
