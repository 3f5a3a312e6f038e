import type { DeviceType } from '../emu/device.js';
import type { DeviceRow } from '../emu/device-row.js';
import type { MemoryRow, WindowRow } from '../emu/machine-description.js';

/** The rows that chips and boards are written in. */

/** Places a device: `at(0x4000_4400, usart(), { irq: 38, clock: 'apb1', enable: 'APB1ENR.17' })`. */
export function at<T extends object>(
  address: number,
  device: DeviceType<T>,
  options: Omit<DeviceRow, 'address' | 'device'> = {},
): DeviceRow<T> {
  return { ...options, address: address >>> 0, device };
}

/** Memory that stores can change. */
export function ram(address: number, size: number, options: Partial<Omit<MemoryRow, 'kind'>> = {}): MemoryRow {
  return { kind: 'ram', ...options, address: address >>> 0, size };
}

/** Memory that plain stores do not change: boot ROM, or (with `fill: 0xff`) flash. */
export function rom(address: number, size: number, options: Partial<Omit<MemoryRow, 'kind'>> = {}): MemoryRow {
  return { kind: 'rom', ...options, address: address >>> 0, size };
}

/** An address range that shows one of several memories. */
export function memoryWindow(address: number, size: number, rest: Pick<WindowRow, 'select' | 'shows'>): WindowRow {
  return { address: address >>> 0, size, ...rest };
}

export const KiB = (count: number): number => count * 1024;
export const MiB = (count: number): number => count * 1024 * 1024;
export const MHz = (count: number): number => count * 1_000_000;
