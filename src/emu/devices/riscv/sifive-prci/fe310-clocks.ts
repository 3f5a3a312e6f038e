/** The clock tree of the FE310-G002 as plain arithmetic: manual v19p05, chapter 6. Frequencies are exact ratios. */

export interface Ratio {
  readonly num: number;
  readonly den: number;
}
export const STOPPED: Ratio = { num: 0, den: 1 };

export const hertz = ({ num, den }: Ratio): number => num / den;

/**
 * 6.3: trim 16 and divider 5 give 13.8 MHz nominally, so the ring runs at 69 MHz; a higher trim is faster. The manual does not say
 * by how much: here by 0.6 MHz a step, so that trim 21, which the OTP names, gives the 72 MHz that the part is calibrated to.
 */
const RING_HERTZ = 69_000_000;
const RING_STEP = 600_000;
const MIDDLE = 16;
export const CALIBRATED_TRIM = 21;

export function hfrosc(trim: number, div: number): Ratio {
  return { num: RING_HERTZ + RING_STEP * (trim - MIDDLE), den: div + 1 };
}

/** 6.5: fields of pllcfg. */
export interface PllSettings {
  readonly r: number;
  readonly f: number;
  readonly q: number;
}
export interface PllRates {
  /** The reference behind its divider. */
  readonly reference: Ratio;
  readonly vco: Ratio;
  readonly output: Ratio;
}

/** 6.5: reference ÷ (pllr + 1), × 2 (pllf + 1), ÷ 2^pllq. */
export function pll(reference: Ratio, { r, f, q }: PllSettings): PllRates {
  const divided = { num: reference.num, den: reference.den * (r + 1) };
  const vco = { num: divided.num * 2 * (f + 1), den: divided.den };
  return { reference: divided, vco, output: { num: vco.num, den: vco.den * 2 ** q } };
}

/** 6.5: what the PLL's own dividers bear, in Hz. */
export const PLL_LIMITS = {
  reference: [6e6, 12e6],
  vco: [384e6, 768e6],
  output: [48e6, 384e6],
} as const;

/** What is wrong with a setting of the PLL, in words; undefined if nothing is. */
export function pllFault(settings: PllSettings, rates: PllRates): string | undefined {
  if (settings.r > 3) return `pllr = ${settings.r}: the reference divider goes up to 4 (pllr = 3)`;
  if (settings.q === 0) return 'pllq = 0 is not supported';
  for (const key of ['reference', 'vco', 'output'] as const) {
    const [least, most] = PLL_LIMITS[key];
    const rate = hertz(rates[key]);
    if (rate < least || rate > most)
      return `the PLL's ${NAMES[key]} is ${megahertz(rate)}, outside ${megahertz(least)} to ${megahertz(most)}`;
  }
  return undefined;
}

const NAMES = { reference: 'divided reference', vco: 'VCO', output: 'output' } as const;

export function megahertz(rate: number): string {
  return `${Number((rate / 1e6).toFixed(3))} MHz`;
}
