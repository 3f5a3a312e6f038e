import { join } from 'node:path';
import type { Board, DeviceRows, PartRows } from '../../src/boards/define.js';
import { stm32f4Discovery } from '../../src/boards/stm32f4-discovery.js';
import type { Duration } from '../../src/emu/duration.js';
import type { BoardHandle } from '../../src/runner/board-handle.js';
import { createStation } from '../../src/runner/station.js';

const HOST_TIMEOUT = 60_000;

/** `boot('timer/firmware/pwm.elf')`: a board with that program, at reset; paths are relative to this folder. */
export function boot(elf: string): BoardHandle<typeof stm32f4Discovery>;
export function boot<B extends Board<DeviceRows, PartRows>>(elf: string, board: B): BoardHandle<B>;
export function boot(elf: string, board: Board<DeviceRows, PartRows> = stm32f4Discovery): unknown {
  return createStation(board, join(import.meta.dirname, elf), { hostTimeout: HOST_TIMEOUT }).board;
}

type Finishing = Pick<BoardHandle<typeof stm32f4Discovery>, 'memory' | 'runUntil'>;

/** Runs until the program calls `finish()`, and gives the words of its `results`. */
export function finish(board: Finishing, within: Duration): number[] {
  board.runUntil(() => board.memory.read32('finished') === 1, { within });
  return results(board);
}

/** The words of `results` as they stand. */
export function results(board: Pick<Finishing, 'memory'>): number[] {
  const words = board.memory.bytes('results', 256);
  const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
  return Array.from({ length: 64 }, (_, i) => view.getUint32(4 * i, true));
}
