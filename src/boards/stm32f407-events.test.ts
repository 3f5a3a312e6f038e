import { expect, test } from 'vitest';
import { stm32f4Discovery } from './stm32f4-discovery.js';

/** Vector table (SP, reset handler at 0x08000009), then WFE, WFE, branch to self. */
const IMAGE = new Uint8Array([0x00, 0x00, 0x02, 0x20, 0x09, 0x00, 0x00, 0x08, 0x20, 0xbf, 0x20, 0xbf, 0xfe, 0xe7]);

test('an EXTI event wakes a core that waits with WFE, without an interrupt (RM0090 12.2.4)', () => {
  const machine = stm32f4Discovery.createMachine({ image: [{ physicalAddress: 0x0800_0000, data: IMAGE }] });
  const board = stm32f4Discovery.handlesOf(machine);
  machine.bus.write(0x4002_3844, 4, 1 << 14); // RCC_APB2ENR.SYSCFGEN
  machine.bus.write(0x4001_3c04, 4, 1); // EXTI_EMR.MR0
  machine.bus.write(0x4001_3c08, 4, 1); // EXTI_RTSR.TR0
  machine.runCycles(1000);
  expect([machine.cpu.sleeping, machine.cpu.pc]).toEqual([true, 0x0800_000a]);
  board.button.press();
  machine.runCycles(1000);
  expect([machine.cpu.sleeping, machine.cpu.pc]).toEqual([true, 0x0800_000c]);
  board.button.release();
  machine.runCycles(1000);
  expect(machine.cpu.pc).toBe(0x0800_000c);
});
