import { expect, test } from 'vitest';
import { boot, finish } from '../boot.js';

test('option bytes act after the next reset: nRST_STOP and WDG_SW', () => {
  const board = boot('flash/firmware/options.elf');
  const resets: string[] = [];
  board.on('reset', ({ cause }) => void resets.push(cause));
  board.run('1s');
  const words = finish(board, '2s');
  expect(resets).toEqual(['software', 'low-power', 'software', 'watchdog']);
  expect(words.slice(0, 5).map((word) => word >>> 24)).toEqual([0x0e, 0x14, 0x84, 0x14, 0x24]);
  // WDG_SW and nRST_STOP are 0
  expect(words[5]! & 0xff).toBe(0x8d);
});
