import { DeviceHarness } from '../../../device-harness.js';
import type { SpiFrame, SpiSlave } from '../../../spi-link.js';
import { spi, spiWithI2s } from './spi.js';

/** For the tests of SPI: one port, its pins routed, and slaves that say what they heard. */

export const REG = {
  CR1: 0x00,
  CR2: 0x04,
  SR: 0x08,
  DR: 0x0c,
  CRCPR: 0x10,
  RXCRCR: 0x14,
  TXCRCR: 0x18,
  I2SCFGR: 0x1c,
  I2SPR: 0x20,
} as const;

export const [CPHA, CPOL, MSTR, SPE, LSBFIRST, SSI, SSM, RXONLY, DFF, CRCNEXT, CRCEN, BIDIOE, BIDIMODE] = [
  1 << 0,
  1 << 1,
  1 << 2,
  1 << 6,
  1 << 7,
  1 << 8,
  1 << 9,
  1 << 10,
  1 << 11,
  1 << 12,
  1 << 13,
  1 << 14,
  1 << 15,
] as const;
export const BR = (exponent: number): number => exponent << 3;
/** A master that selects its slaves by GPIO, as most programs have it. */
export const MASTER = MSTR | SSM | SSI | SPE;

export const I2S_HERTZ = 86_000_000;

export function spi1() {
  return routed(new DeviceHarness(spi('SPI1', 42e6), { name: 'spi1' }), 'SPI1');
}
export function spi2() {
  // The I2S clock is the CPU's, so that tests can count its ticks.
  const options = { name: 'spi2', cpu: I2S_HERTZ, clocks: { i2s: I2S_HERTZ } };
  return routed(new DeviceHarness(spiWithI2s('SPI2', 21e6), options), 'SPI2');
}

/** NSS rests high, MISO has a pull-up. */
function routed<T extends object>(h: DeviceHarness<T>, label: string): DeviceHarness<T> {
  for (const role of ['SCK', 'MISO', 'MOSI', 'NSS']) h.pinFunction(`${label}_${role}`).setInput(1);
  return h;
}

/** A slave that answers with the words given, and keeps what it heard. */
export function recorder(answers: readonly (number | undefined)[] = [], unit?: number) {
  const heard: number[] = [];
  const frames: { bits: number; mode: number; bitNs: number }[] = [];
  let next = 0;
  const slave: SpiSlave = {
    name: 'recorder',
    ...(unit === undefined ? {} : { unit }),
    selected: () => true,
    begin: ({ bits, mode, bitNs }: SpiFrame) => {
      frames.push({ bits, mode, bitNs });
      return answers[next++];
    },
    end: (mosi) => void heard.push(mosi),
  };
  return { slave, heard, frames };
}
