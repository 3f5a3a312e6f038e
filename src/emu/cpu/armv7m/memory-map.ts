import { MAY, Protection } from './protection.js';

/** The default memory map of ARMv7-M (B3.1): what the architecture itself says of an address. */

/** 1 MiB. */
export const PPB_BASE = 0xe000_0000;
export const STIR_ADDRESS = 0xe000_ef00;

/** Peripheral, external device and system regions are execute never (B3.1, table B3-1). */
export function executeNever(address: number): boolean {
  const region = address >>> 29;
  return region === 2 || region >= 5;
}

/** Peripheral, external device and system regions are Device memory, or Strongly-ordered (B3.1, table B3-1). */
export const isDeviceMemory = executeNever;

const EVERYTHING = MAY.privilegedRead | MAY.privilegedWrite | MAY.userRead | MAY.userWrite;
/** What the default map lets through at an address: everything but execution in some of it. */
export function defaultBits(address: number): number {
  const execute = executeNever(address) ? 0 : MAY.privilegedExecute | MAY.userExecute;
  return EVERYTHING | execute | (isDeviceMemory(address) ? MAY.device : 0);
}
/** Addresses at which the default map changes. */
export const DEFAULT_BOUNDARIES: readonly number[] = Array.from({ length: 8 }, (_, i) => i * 0x2000_0000);
export const DEFAULT_PROTECTION = new Protection(DEFAULT_BOUNDARIES, defaultBits);

export function inPrivatePeripheralBus(address: number): boolean {
  return address >>> 20 === PPB_BASE >>> 20;
}

/** ITM_STIM0–31, which unprivileged code reaches, too (C1.7.3). */
export function isStimulusPort(address: number): boolean {
  return address >>> 7 === PPB_BASE >>> 7;
}

/** Ranges of the System Control Space and the ITM that take byte and halfword accesses: [first, last, narrowest in bytes]. */
const NARROW: readonly (readonly [number, number, number])[] = [
  [0xe000_0000, 0xe000_007f, 1], // ITM stimulus ports (C1.7.3)
  [0xe000_e400, 0xe000_e5ef, 1], // NVIC_IPRn (B3.4.9)
  [0xe000_ed18, 0xe000_ed23, 1], // SHPRn (B3.2.10–12)
  [0xe000_ed28, 0xe000_ed2b, 1], // MMFSR, BFSR, UFSR (B3.2.15)
  [0xe000_eda0, 0xe000_eda3, 2], // MPU_RASR and its aliases: attributes, and size with sub-regions (B3.5.9)
  [0xe000_eda8, 0xe000_edab, 2],
  [0xe000_edb0, 0xe000_edb3, 2],
  [0xe000_edb8, 0xe000_edbb, 2],
];

/** Whether the private peripheral bus takes an access of this size here; all others are word accesses (B3.1.1). */
export function privateAccessFits(address: number, size: number): boolean {
  const a = address >>> 0;
  if (size === 4) return (a & 3) === 0;
  return (a & (size - 1)) === 0 && NARROW.some(([first, last, least]) => size >= least && a >= first && a <= last);
}
