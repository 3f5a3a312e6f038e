import { expect, it } from 'vitest';
import { DeviceHarness } from '../emu/device-harness.js';
import { uart } from '../emu/devices/stm32f4/usart.js';
import { stm32f4Discovery } from './stm32f4-discovery.js';

/** Registers that no driver has much to do with: after reset, and after all ones were written. */
it.each([
  ['RCC.AHB1LPENR (RM0090 7.3.15)', 0x4002_3850, 0x7e67_91ff, 0x7e67_91ff],
  ['RCC.AHB2LPENR (RM0090 7.3.16)', 0x4002_3854, 0x0000_00f1, 0x0000_00f1],
  ['RCC.AHB3LPENR (RM0090 7.3.17)', 0x4002_3858, 0x0000_0001, 0x0000_0001],
  ['SPI1.I2SCFGR (RM0090 28.5.8: SPI1 has no I2S)', 0x4001_301c, 0, 0],
  ['SPI1.I2SPR (RM0090 28.5.9), which nothing changes', 0x4001_3020, 2, 2],
  ['the word between unique id and flash size', 0x1fff_7a1c, 0xffff_ffff, 0xffff_ffff],
  ['the word behind the flash size', 0x1fff_7a24, 0xffff_ffff, 0xffff_ffff],
  ['SCB.AFSR (ARMv7-M B3.2.19), of which a Cortex-M4 has nothing', 0xe000_ed3c, 0, 0],
  ['SCB.ID_AFR0 (DDI 0439D table 4-1)', 0xe000_ed4c, 0, 0],
  ['DCRDR (ARMv7-M C1.6.4)', 0xe000_edf8, 0, 0xffff_ffff],
  ['DCRSR (ARMv7-M C1.6.3), write only', 0xe000_edf4, 0, 0],
  ['DHCSR (ARMv7-M C1.6.2): code cannot set C_DEBUGEN', 0xe000_edf0, 0, 0],
  ['ITM.IRR (DDI 0439D table 9-3)', 0xe000_0efc, 0, 0],
  ['MEMTYPE of the ROM table (ARMv7-M C1.2.2): system memory is there', 0xe00f_ffcc, 1, 1],
])('%s', (_name, address, reset, written) => {
  const { bus } = stm32f4Discovery.createMachine();
  bus.write(0x4002_3844, 4, 1 << 12); // RCC.APB2ENR.SPI1EN
  expect(bus.read(address, 4) >>> 0).toBe(reset);
  // The signature is in read-only memory: a write is a bus error, and so what is read stays.
  if (address < 0x1fff_0000 || address >= 0x2000_0000) bus.write(address, 4, 0xffff_ffff);
  expect(bus.read(address, 4) >>> 0).toBe(written);
});

it.each(['UART4', 'UART5'])('%s sends a frame in ten bits of BRR cycles each (RM0090 30.3.4)', (label) => {
  const [SR, DR, BRR, CR1] = [0x00, 0x04, 0x08, 0x0c];
  const h = new DeviceHarness(uart(label), { name: label.toLowerCase() });
  for (const role of ['TX', 'RX']) h.pinFunction(`${label}_${role}`).setInput(1);
  expect(h.read(SR)).toBe(0xc0);
  h.write(BRR, 0x8b);
  expect(h.read(BRR)).toBe(0x8b);
  h.write(CR1, 0x2008); // UE, TE
  h.run(20 * 0x8b); // the idle frame
  h.write(DR, 0x41);
  h.run(10 * 0x8b - 1);
  expect(h.read(SR) & 0x40).toBe(0);
  h.run(1);
  expect(h.read(SR) & 0x40).toBe(0x40);
  expect(h.handle.text).toBe('A');
});

it('CAN2 receives what it sends in loopback mode, in the FIFO that CAN1.FFA1R names (RM0090 32.5.2, 32.7.4, 32.9)', () => {
  const machine = stm32f4Discovery.createMachine();
  const { bus } = machine;
  const [CAN1, CAN2] = [0x4000_6400, 0x4000_6800];
  const write = (address: number, value: number) => bus.write(address, 4, value >>> 0);
  const read = (address: number) => bus.read(address, 4) >>> 0;
  write(0x4002_3840, 3 << 25); // RCC.APB1ENR: CAN1EN, CAN2EN
  write(CAN1 + 0x214, 1 << 14); // FFA1R: bank 14, the first of CAN2, to FIFO 1
  write(CAN1 + 0x20c, 1 << 14); // FS1R: one 32-bit mask, of zeros: everything
  write(CAN1 + 0x21c, 1 << 14); // FA1R
  write(CAN1 + 0x200, read(CAN1 + 0x200) & ~1); // FMR.FINIT
  write(CAN2, 1); // MCR.INRQ
  write(CAN2 + 0x1c, 0x402b_0001); // BTR: LBKM, a bit of 32 cycles
  write(CAN2, 0);
  machine.runCycles(1_000);
  write(CAN2 + 0x184, 6); // DLC
  write(CAN2 + 0x188, 0x4433_2211);
  write(CAN2 + 0x18c, 0x6655);
  write(CAN2 + 0x180, (0x123 << 21) | 1);
  machine.runCycles(6_000);
  expect(read(CAN2 + 0x08) & 0xf).toBe(3); // TSR: RQCP0, TXOK0
  expect([read(CAN2 + 0x0c) & 3, read(CAN2 + 0x10) & 3]).toEqual([0, 1]); // FMP0, FMP1
  expect([read(CAN2 + 0x1c0), read(CAN2 + 0x1c4) & 0xffff]).toEqual([(0x123 << 21) >>> 0, 6]);
  expect([read(CAN2 + 0x1c8), read(CAN2 + 0x1cc)]).toEqual([0x4433_2211, 0x6655]);
  write(CAN2 + 0x10, 1 << 5); // RFOM1
  machine.runCycles(10);
  expect(read(CAN2 + 0x10) & 3).toBe(0);
});
