import { expect, test } from 'vitest';
import { stm32f4Discovery } from './stm32f4-discovery.js';

const RCC_AHB1RSTR = 0x4002_3810;
const RCC_APB2ENR = 0x4002_3844;
const RCC_AHB1ENR = 0x4002_3830;
const EXTI_RTSR = 0x4001_3c08;
const EXTI_FTSR = 0x4001_3c0c;
const EXTI_PR = 0x4001_3c14;

/** A board with port A's clock on, PA0 driven high by the button, and both edges of EXTI line 0 selected. */
function pressed() {
  const machine = stm32f4Discovery.createMachine({
    image: [{ physicalAddress: 0x0800_0000, data: new Uint8Array([0, 0, 2, 0x20, 9, 0, 0, 8, 0xfe, 0xe7]) }],
  });
  machine.bus.write(RCC_AHB1ENR, 4, 1);
  machine.bus.write(RCC_APB2ENR, 4, 1 << 14);
  const { button } = stm32f4Discovery.handlesOf(machine);
  button.press();
  machine.bus.write(EXTI_RTSR, 4, 1);
  machine.bus.write(EXTI_FTSR, 4, 1);
  machine.bus.write(EXTI_PR, 4, 1);
  return { bus: machine.bus, button };
}

test('resetting a GPIO port puts no edge on a pin that does not move (RM0090 12.2.5)', () => {
  const { bus } = pressed();
  bus.write(RCC_AHB1RSTR, 4, 1);
  bus.write(RCC_AHB1RSTR, 4, 0);
  expect(bus.read(EXTI_PR, 4)).toBe(0);
  expect(bus.read(0x4002_0010, 4) & 1).toBe(1);
});

test('the edge of a pin that does move is seen', () => {
  const { bus, button } = pressed();
  button.release();
  expect(bus.read(EXTI_PR, 4)).toBe(1);
});
