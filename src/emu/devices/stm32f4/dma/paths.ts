/** The ways from the two ports of a DMA controller to the rest of the chip: RM0090 2.1, figure 1, and AN4031 3.1.1. */

export type PortKind = 'peripheral' | 'memory';

const within = (address: number, from: number, to: number): boolean => address >= from && address < to;
const onApb1 = (address: number): boolean => within(address, 0x4000_0000, 0x4000_8000);
const onApb2 = (address: number): boolean => within(address, 0x4001_0000, 0x4001_5800);

/** Peripherals, whose registers change by themselves: everything else at these addresses is memory (RM0090 2.3, table 1). */
export function isPeripheral(address: number): boolean {
  return within(address, 0x4000_0000, 0x6000_0000);
}

/** The CCM RAM hangs on the core's data bus only (RM0090 2.3.1). */
export function isCcm(address: number): boolean {
  return within(address, 0x1000_0000, 0x1001_0000);
}

/** RM0090 10.3.1: the peripheral port of DMA1 is not connected to the bus matrix; it reaches the bridge to APB1, nothing else. */
export function reaches(controller: string, port: PortKind, address: number): boolean {
  if (isCcm(address)) return false;
  return controller !== 'dma1' || port !== 'peripheral' || onApb1(address);
}

/** HCLK cycles an APB cycle takes, by bus. */
export interface ApbRatios {
  apb1(): number;
  apb2(): number;
}

/**
 * HCLK cycles for `beats` transfers in a row, from arbitration to the end of the last data phase (AN4031 tables 4 and 5): one
 * for the address, one for the arbitration of the port, one for that of the bus matrix if the way leads through it; then a cycle
 * a beat, or two cycles of the APB, and one before the bus is idle behind a bridge.
 */
export function cyclesOf(
  controller: string,
  port: PortKind,
  address: number,
  beats: number,
  ratios: ApbRatios,
): number {
  const apb = onApb1(address) ? ratios.apb1() : onApb2(address) ? ratios.apb2() : 0;
  if (apb === 0) return 3 + beats;
  const direct = port === 'peripheral' && (controller === 'dma1' ? onApb1(address) : onApb2(address));
  return (direct ? 2 : 3) + beats * 2 * apb + 1;
}
