import { expect, test } from 'vitest';
import { boot, finish, results } from '../boot.js';

/** The program in one of its modes, once it has got where it waits for the test. */
function inMode(mode: number) {
  const board = boot('usart/firmware/modes.elf');
  board.run('100us');
  board.memory.write32('mode', mode);
  return board;
}

test('LIN: break detection by interrupt, response, and a header of its own (RM0090 30.3.8)', () => {
  const board = inMode(1);
  board.runUntil(() => results(board)[0] === 1, { within: '5ms' });
  board.usart3.sendBreak();
  board.usart3.type([0x55, 0x3c]);
  const [, sync, id, breaks] = finish(board, '20ms');
  expect([sync, id, breaks]).toEqual([0x55, 0x3c, 1]);
  expect([board.usart3.words, board.usart3.breaks]).toEqual([[0x77, 0x88, 0x55, 0x3c], 1]);
  expect(board.guestErrors).toEqual([]);
});

test('mute mode: only what follows the own address is heard (30.3.6)', () => {
  const board = inMode(2);
  board.runUntil(() => results(board)[0] === 1, { within: '5ms' });
  board.usart3.type([0x84, 1, 2, 0x85, 3, 4, 0x86, 5, 6, 0x85, 7]);
  expect(finish(board, '20ms').slice(1, 6)).toEqual([0x85, 3, 4, 0x85, 7]);
  expect(board.guestErrors).toEqual([]);
});

test('synchronous mode: a word in for each word out, both by DMA, with a clock (30.3.9)', () => {
  const board = inMode(3);
  const ck = board.pin('PB12');
  board.usart3.type([11, 12, 13, 14, 15, 16]);
  expect(finish(board, '20ms')[0]! & 32).toBe(32);
  expect([...board.memory.bytes('in', 6)]).toEqual([11, 12, 13, 14, 15, 16]);
  expect(board.usart3.words).toEqual([1, 2, 3, 4, 5, 6]);
  // eight pulses a word; one edge before, when the pin is given to the port
  expect([...ck.edges].filter(({ level }) => level === 'high')).toHaveLength(48);
  expect(board.guestErrors).toEqual([]);
});

test('smartcard: a refused byte is sent again, and the card answers (30.3.11)', () => {
  const board = inMode(4);
  board.usart3.nackNext(2);
  board.runUntil(() => results(board)[2] === 1, { within: '20ms' });
  expect(board.usart3.cardClock).toBe(2_000_000);
  board.usart3.type([0x3b]);
  const [tries, answer] = finish(board, '20ms');
  // the parity of 0x3b (five ones) makes it even: bit 8 is 1
  expect([tries, answer]).toEqual([3, 0x13b]);
  expect(board.guestErrors).toEqual([]);
});
