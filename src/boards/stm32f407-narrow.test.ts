import { describe, expect, test } from 'vitest';
import { stm32f4Discovery } from './stm32f4-discovery.js';

/** A board whose core only branches to itself, with the clocks of port A, USART2 and SYSCFG on. */
function board() {
  const machine = stm32f4Discovery.createMachine({
    image: [{ physicalAddress: 0x0800_0000, data: new Uint8Array([0, 0, 2, 0x20, 9, 0, 0, 8, 0xfe, 0xe7]) }],
  });
  machine.bus.write(0x4002_3830, 4, 1);
  machine.bus.write(0x4002_3840, 4, 1 << 17);
  machine.bus.write(0x4002_3844, 4, 1 << 14);
  return { machine, bus: machine.bus, handles: stm32f4Discovery.handlesOf(machine) };
}

const USART2 = 0x4000_4400;

describe('byte and half-word writes on an APB bus fill the register with copies (RM0090 2.1, AHB/APB bridges)', () => {
  test('a byte to USART_BRR, at any of its addresses', () => {
    const { bus } = board();
    bus.write(USART2 + 8, 1, 0x8b);
    expect(bus.read(USART2 + 8, 4)).toBe(0x8b8b);
    bus.write(USART2 + 9, 1, 0x12);
    expect(bus.read(USART2 + 8, 4)).toBe(0x1212);
    expect(bus.read(USART2 + 9, 1)).toBe(0x12);
  });

  test('a half-word to SYSCFG_EXTICR1 and EXTI_IMR', () => {
    const { bus, handles } = board();
    bus.write(0x4001_3808, 2, 0x1234);
    expect(bus.read(0x4001_3808, 4)).toBe(0x1234);
    bus.write(0x4001_3c00, 2, 0x8041);
    expect(bus.read(0x4001_3c00, 4)).toBe(0x0041_8041); // lines 0 to 22
    expect(handles.exti.IMR.value).toBe(0x0041_8041);
  });

  test('blocks that are named only have it, too', () => {
    const { bus } = board();
    bus.write(0x4002_3840, 4, 1); // TIM2
    bus.write(0x4000_002c, 2, 0x1234); // TIM2_ARR
    expect(bus.read(0x4000_002c, 4)).toBe(0x1234_1234);
  });

  test.each([
    ['8 bits', 0x200c],
    ['7 bits and even parity', 0x240c],
    ['8 bits and even parity', 0x340c],
  ])('a byte to USART_DR is sent as that byte: %s', (_, cr1) => {
    const { bus, machine, handles } = board();
    bus.write(0x4002_0000, 4, 0xa800_0020); // PA2 in alternate function mode
    bus.write(0x4002_0020, 4, 0x0000_0700); // AF7
    bus.write(USART2 + 8, 2, 0x8b);
    bus.write(USART2 + 12, 4, cr1);
    bus.write(USART2 + 4, 1, 0x41);
    machine.runCycles(16_000_000 / 100);
    expect([...handles.usart2.bytes]).toEqual([0x41]);
    expect(machine.guestErrors).toEqual([]);
  });
});

test('AHB registers take single bytes', () => {
  const { bus } = board();
  bus.write(0x4002_0014, 4, 0x1234);
  bus.write(0x4002_0015, 1, 0xab);
  expect(bus.read(0x4002_0014, 4)).toBe(0xab34);
});
