import { join } from 'node:path';
import { describe, test, expect as vitestExpect } from 'vitest';
import { stm32f4Discovery } from '../boards/index.js';
import { type FirmwareMatchers, matchers } from '../matchers/index.js';
import { createStation } from './station.js';

vitestExpect.extend(matchers as never);
const expect = vitestExpect as unknown as (actual: unknown) => FirmwareMatchers & { not: FirmwareMatchers };
const example = (elf: string) => join(import.meta.dirname, '../../examples/firmware-tests', elf);

describe('toTakeCycles of a handler', () => {
  test('ends with its exception', () => {
    const { board } = createStation(stm32f4Discovery, example('blinky/blinky.elf'), { hostTimeout: 60_000 });
    let left = Number.NaN;
    board.on('irq', ({ name, change }) => {
      if (name === 'SysTick' && change === 'leave') left = board.cycles;
    });
    expect(board).toTakeCycles({ of: 'SysTick_Handler', min: 5, max: 100 });
    // The exit itself takes 10 clocks (Arm DDI 0439D 3.9.1), which belong to the return.
    vitestExpect(board.cycles - left).toBe(10);
    vitestExpect(() => expect(board).not.toTakeCycles({ of: 'SysTick_Handler', max: 100 })).toThrow('Taken');
  });

  test('that is not called fails either way', () => {
    const { board } = createStation(stm32f4Discovery, example('blinky/blinky.elf'), { hostTimeout: 60_000 });
    const never = { of: 'Reset_Handler', max: 100, within: '1ms' } as const;
    board.run('1ms');
    vitestExpect(() => expect(board).toTakeCycles(never)).toThrow('it did not begin');
    vitestExpect(() => expect(board).not.toTakeCycles(never)).toThrow('it did not begin');
  });
});
