import type { Narrow } from '../../device.js';

/** RM0090 2.1, AHB/APB bridges: a byte or half-word written to an APB register is duplicated to fill all 32 bits. */
export const APB_NARROW: Narrow = 'widen';

/** Whether an address is on APB1 or APB2 (RM0090 table 1). */
export function onApb(address: number): boolean {
  return address >= 0x4000_0000 && address < 0x4002_0000;
}
