import { expect, test } from 'vitest';
import { stm32f4Discovery } from '../../../src/boards/stm32f4-discovery.js';
import { uartJumper } from '../../../src/emu/parts/uart-jumper.js';
import { boot, finish } from '../boot.js';

test('two ports of one chip speak with each other over jumpers, both ways at once', () => {
  const board = boot('usart/firmware/jumper.elf', stm32f4Discovery.with({ jumper: uartJumper('usart1', 'usart6') }));
  const [errors1, errors6] = finish(board, '5ms');
  const bytes = Array.from(board.memory.bytes('in', 64));
  expect(bytes.slice(0, 32)).toEqual(Array.from({ length: 32 }, (_, i) => 0x80 + i));
  expect(bytes.slice(32)).toEqual(Array.from({ length: 32 }, (_, i) => i + 1));
  expect([errors1, errors6]).toEqual([0, 0]);
  expect(board.guestErrors).toEqual([]);
});
