import { describe, expect, it } from 'vitest';
import { stm32f4Discovery } from '../boards/index.js';
import { bridgeWaits } from './bridges.js';
import type { MachineOptions } from './machine.js';

/** Reads of APB registers (RM0090 2.1, 7.3.3: HPRE, PPRE1, PPRE2). */

const [RCC_CFGR, USART2_SR, USART1_SR, GPIOA_IDR] = [0x4002_3808, 0x4000_4400, 0x4001_1000, 0x4002_0010] as const;

/** Cycles of `ldr r0, [r1]` at an address, with USARTs clocked; 2 of them are the load's own. */
function readTakes(address: number, cfgr: number, options: MachineOptions = {}): number {
  const bytes = new Uint8Array(0x200);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x2001_0000, true);
  view.setUint32(4, 0x0800_0101, true);
  // ldr r0, [r1]; movs r2, #0; b back
  for (const [i, half] of [0x6808, 0x2200, 0xe7fc].entries()) view.setUint16(0x100 + 2 * i, half, true);
  const machine = stm32f4Discovery.createMachine({
    ...options,
    image: [{ physicalAddress: 0x0800_0000, data: bytes }],
  });
  machine.bus.write(0x4002_3840, 4, 1 << 17);
  machine.bus.write(0x4002_3844, 4, 1 << 4);
  machine.bus.write(RCC_CFGR, 4, cfgr);
  machine.cpu.setRegister('r1', address);
  const before = machine.cycles;
  machine.step();
  return machine.cycles - before;
}

describe('a read of a register', () => {
  it.each([
    ['on AHB takes no longer', GPIOA_IDR, 0, 0],
    ['on APB1 at the core clock', USART2_SR, 0, bridgeWaits(1, 1)],
    ['on APB1 at half of it', USART2_SR, 0b100 << 10, bridgeWaits(2, 1)],
    ['on APB1 at a quarter', USART2_SR, 0b101 << 10, bridgeWaits(4, 1)],
    ['on APB2, whatever APB1 does', USART1_SR, 0b101 << 10, bridgeWaits(1, 1)],
    ['on APB2 at a sixteenth', USART1_SR, 0b111 << 13, bridgeWaits(16, 1)],
  ])('%s', (_, address, cfgr, waits) => {
    for (const engine of ['cold', 'hot'] as const) expect(readTakes(address, cfgr, { engine })).toBe(2 + waits);
    expect(readTakes(address, cfgr, { timing: 'ideal' })).toBe(2);
  });
  it('takes two cycles of the bus, and half of one until it begins', () => {
    expect([1, 2, 4, 16].map((ratio) => bridgeWaits(ratio, 1))).toEqual([2, 5, 10, 40]);
  });
});
