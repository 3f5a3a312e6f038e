import { defineBoard } from '../../../src/boards/define.js';
import { MHz } from '../../../src/boards/rows.js';
import { stm32f407 } from '../../../src/boards/stm32f407.js';
import { button } from '../../../src/emu/parts/button.js';

/** A board with a 32 kHz crystal, which the Discovery board has no room for. */
export const lseBoard = defineBoard({
  name: 'lse-board',
  chip: stm32f407({ hse: MHz(8), lse: 32_768 }),
  parts: { button: button('PA0', { activeHigh: true }) },
});
