import { join } from 'node:path';
import type { Board, DeviceRows, PartRows } from '../../src/boards/define.js';
import type { Duration } from '../../src/emu/duration.js';
import type { BoardHandle } from '../../src/runner/board-handle.js';
import { createStation } from '../../src/runner/station.js';

const HOST_TIMEOUT = 60_000;

/** `boot('sifive-e/firmware/hello.elf', sifiveE)`: a board with that program, at reset; paths are relative to this folder. */
export function boot<B extends Board<DeviceRows, PartRows>>(elf: string, board: B): BoardHandle<B> {
  const path = join(import.meta.dirname, elf);
  return createStation(board, path, { hostTimeout: HOST_TIMEOUT }).board as unknown as BoardHandle<B>;
}

interface Finishing {
  readonly memory: { read32(where: string): number; bytes(where: string, length: number): Uint8Array };
  runUntil(condition: () => boolean, options: { within: Duration }): unknown;
}

/** Runs until the program sets `finished`, and gives the words of its `results`. */
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
