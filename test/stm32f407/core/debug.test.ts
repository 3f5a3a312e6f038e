import { describe, test } from 'vitest';
import { defineBoard } from '../../../src/boards/define.js';
import { stm32f407 } from '../../../src/boards/stm32f407.js';
import { expect } from '../../../src/runner/vitest-matchers.js';
import { boot, finish } from '../boot.js';

describe('debug units, as firmware uses them', () => {
  test('text by ITM_SendChar, words on other ports', () => {
    const board = boot('core/firmware/debug.elf');
    expect(board.itm).toWriteUart('ready\n', { within: '1ms' });
    expect(board.itm).toWriteUart(/do.e\n/, { within: '1ms' });
    expect(board.itm).toHaveWrittenUart('ready\ndone\n');
    expect(board.itm).not.toHaveWrittenUart('lost');
    expect(board.itm.lines).toEqual(['ready', 'done', '']);
    expect([board.itm.port(1).text, [...board.itm.port(2).bytes]]).toEqual(['AB', [0x78, 0x56, 0x34, 0x12]]);
    expect(board.guestErrors).toEqual([]);
  });

  test('what was written goes back with a restore, and the cursor too', () => {
    const board = boot('core/firmware/debug.elf');
    const start = board.snapshot();
    expect(board.itm.waitFor(/re(.)dy/, { within: '1ms' })[1]).toBe('a');
    board.restore(start);
    expect(board.itm.text).toBe('');
    expect(board.itm).toWriteUart('ready\n', { within: '1ms' });
  });

  test('a watchpoint on a variable by DebugMonitor: ten writes, no more once it is off', () => {
    const words = finish(boot('core/firmware/debug.elf'), '2ms');
    expect(words.slice(0, 4)).toEqual([10, 1 << 2, (1 << 24) | 6, 45]);
  });

  test('device number, unique id and size of flash', () => {
    expect(finish(boot('core/firmware/debug.elf'), '2ms').slice(4, 9)).toEqual([
      0x413, 0x0020_0010, 0x4657_0001, 0x7472_6976, 1024,
    ]); // prettier-ignore
    const chip = stm32f407({ uniqueId: [1, 2, 0xffff_fffe], flashKiB: 512 });
    const other = boot('core/firmware/debug.elf', defineBoard({ name: 'other', chip }));
    expect(finish(other, '2ms').slice(4, 9)).toEqual([0x413, 1, 2, 0xffff_fffe, 512]);
  });
});
