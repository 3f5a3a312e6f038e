/** The default memory map of ARMv7-M (B3.1): what the architecture itself says of an address. */

/** 1 MiB. */
export const PPB_BASE = 0xe000_0000;
export const STIR_ADDRESS = 0xe000_ef00;

/** Peripheral, external device and system regions are execute never (B3.1, table B3-1). */
export function executeNever(address: number): boolean {
  const region = address >>> 29;
  return region === 2 || region >= 5;
}

export function inPrivatePeripheralBus(address: number): boolean {
  return address >>> 20 === PPB_BASE >>> 20;
}

/** Ranges of the System Control Space and the ITM that take byte and halfword accesses: [first, last]. */
const NARROW: readonly (readonly [number, number])[] = [
  [0xe000_0000, 0xe000_007f], // ITM stimulus ports (C1.7.3)
  [0xe000_e400, 0xe000_e5ef], // NVIC_IPRn (B3.4.9)
  [0xe000_ed18, 0xe000_ed23], // SHPRn (B3.2.10–12)
  [0xe000_ed28, 0xe000_ed2b], // MMFSR, BFSR, UFSR (B3.2.15)
];

/** Whether the private peripheral bus takes an access of this size here; all others are word accesses (B3.1.1). */
export function privateAccessFits(address: number, size: number): boolean {
  const a = address >>> 0;
  if (size === 4) return (a & 3) === 0;
  return (a & (size - 1)) === 0 && NARROW.some(([first, last]) => a >= first && a <= last);
}
