import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { boot, finish } from '../boot.js';

const SOURCE = readFileSync(new URL('firmware/wrong.c', import.meta.url), 'utf8').split('\n');

/** The line of the program that is marked with a word. */
const line = (mark: string) => SOURCE.findIndex((text) => text.includes(`/* ${mark} */`)) + 1;

test.each([
  [1, 'ccm', 'dma-memory', 'DMA1.S5M0AR leads to 0x10000000, CCM RAM', 'put the buffer into SRAM'],
  [2, 'stream', 'dma-routing', 'DMA1.S6PAR points at USART2, but DMA1 stream 6', 'use DMA1 stream 5 channel 4'],
  [3, 'port', 'dma-memory', 'DMA1.S5PAR leads to 0x40020010', 'use DMA2'],
  [4, 'burst', 'dma-configuration', 'DMA2.S0CR.MBURST (4 beats of 4) does not fit', 'table 48'],
  [5, 'enabled', 'sequence', 'DMA1.S5NDTR was written while the stream is enabled', 'clear EN and wait'],
  [6, 'flags', 'sequence', 'DMA2 stream 0 was enabled while its TCIF flag is set', 'clear all flags'],
])('mode %i (%s): %s', (mode, mark, rule, what, remedy) => {
  const board = boot('dma/firmware/wrong.elf');
  board.run('100us');
  board.memory.write32('mode', mode);
  finish(board, '5ms');
  expect(board.guestErrors).toMatchObject([{ rule }]);
  const [report] = board.guestErrors;
  expect(report!.what).toContain(what);
  expect(report!.remedy).toContain(remedy);
  expect(report!.where).toContain(`wrong.c:${line(mark)}`);
});
