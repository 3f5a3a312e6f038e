import type { Ns16550Context } from './ns16550.js';
import { LCR } from './ns16550-bits.js';

/**
 * Clock ticks of one character: start bit, data, parity, and 1, 1½ or 2 stop bits of 16 × divisor ticks each (8.1, 8.3), with the
 * sixty-fourths that some relatives add to the divisor.
 */
export function characterTicks({ state }: Ns16550Context): number {
  const lcr = state.lcr[0]!;
  const data = dataBits(lcr);
  const parity = lcr & LCR.parity ? 1 : 0;
  const halfStops = (lcr & LCR.stopBits) === 0 ? 2 : data === 5 ? 3 : 4;
  const divisor = (state.divisor[0]! || 1) + state.fraction[0]! / 64;
  return Math.round(8 * divisor * (2 * (1 + data + parity) + halfStops));
}

/** The bits of a byte that the line carries. */
export function dataMask(lcr: number): number {
  return (1 << dataBits(lcr)) - 1;
}

const dataBits = (lcr: number): number => 5 + (lcr & LCR.wordLength);
