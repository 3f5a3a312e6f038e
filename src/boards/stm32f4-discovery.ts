import { cs43l22, lis3dsh, mp45dt02 } from '../machine-file/kinds/bus-parts.js';
import { button, led, terminal } from '../machine-file/kinds/parts.js';
import { defineBoard } from './define.js';
import { MHz } from './rows.js';
import { stm32f407 } from './stm32f407.js';

/**
 * ST's STM32F4 Discovery (UM1472): four user LEDs, the user button with its pull-down resistor, the reset button, an
 * 8 MHz crystal. The 32 kHz crystal X3 is not fitted, so LSERDY never comes. The board has no serial converter of its
 * own; the console stands for one wired to PA2 and PA3. `with({ console: terminal('usart3') })` moves it. The accelerometer is the LIS3DSH of
 * boards from revision C on; `with({ accelerometer: lis302dl({ … }) })` makes it an earlier one.
 */
export const stm32f4Discovery = defineBoard({
  name: 'stm32f4-discovery',
  chip: () => stm32f407({ hse: MHz(8) }),
  checked: true,
  parts: {
    green: led('PD12'),
    orange: led('PD13'),
    red: led('PD14'),
    blue: led('PD15'),
    button: button('PA0', { activeHigh: true }),
    resetButton: button('NRST'),
    accelerometer: lis3dsh({ bus: 'spi1', select: 'PE3', int1: 'PE0', int2: 'PE1' }),
    audio: cs43l22({ control: 'i2c1', data: 'spi3', reset: 'PD4' }),
    microphone: mp45dt02('spi2'),
    console: terminal('usart2', { tx: 'PA2', rx: 'PA3' }),
  },
});
