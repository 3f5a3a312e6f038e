import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stm32f4Discovery } from '../../../src/boards/stm32f4-discovery.js';
import { LATENCY_NS } from '../../../src/emu/system/lockstep.js';
import { uartWire } from '../../../src/emu/system/uart-wire.js';
import { createSystem } from '../../../src/runner/system.js';
import { results } from '../boot.js';

const elf = (path: string) => join(import.meta.dirname, '..', path);
const console = { board: stm32f4Discovery, firmware: 'dma/firmware/uart.elf' };
const make = () =>
  createSystem({ a: console, b: console }, [uartWire('a.usart2', 'b.usart2')], elf, { hostTimeout: 60_000 });
const GREETING = 'Hello from the DMA controller\n';

test('two boards greet each other by their UARTs, and each sends back what it heard', () => {
  const system = make();
  const { a, b } = system.boards;
  system.run('10ms');
  // Each hears the greeting of the other one, line and all, and sends it back.
  for (const board of [a, b]) {
    expect(board.usart2.text).toBe(GREETING + GREETING);
    // By the time the answer has gone out, the other one's has come in.
    expect(results(board)[5]).toBe(2 * GREETING.length);
    expect(board.guestErrors).toEqual([]);
  }
});

test('ends in the same state however the run is cut, and from a snapshot in the middle of a frame', () => {
  const whole = make();
  whole.run('7ms');
  const cut = make();
  cut.run('1234567ns');
  const middle = cut.snapshot();
  cut.run('2ms');
  cut.restore(middle);
  for (const piece of ['1us', '999us', '3ms'] as const) cut.boards.b.run(piece);
  cut.run(`${7_000_000 - cut.time}ns`);
  expect(cut.hash()).toBe(whole.hash());
  expect(LATENCY_NS).toBe(1_000);
});
