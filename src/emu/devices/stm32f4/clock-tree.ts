import { bits } from '../../bits.js';

/**
 * The clock tree of an STM32F405/407 as plain arithmetic: RM0090 section 7.2 and figure 21.
 * Frequencies are exact ratios; all numerators stay below 2^53 (26 MHz × 432).
 */

export interface Ratio {
  readonly num: number;
  readonly den: number;
}

/** RM0090 7.2.2. */
export const HSI_HERTZ = 16_000_000;
/** STM32F405/407 data sheet, LSI oscillator characteristics: 17 to 47 kHz, 32 typical. */
export const LSI_HERTZ = 32_000;

export const STOPPED: Ratio = { num: 0, den: 1 };

export function divided(by: Ratio, divisor: number): Ratio {
  return { num: by.num, den: by.den * divisor };
}

export function multiplied(by: Ratio, factor: number): Ratio {
  return { num: by.num * factor, den: by.den };
}

export function hertz(ratio: Ratio): number {
  return ratio.num / ratio.den;
}

/** CFGR.HPRE, RM0090 7.3.3: 0xxx none, then 2, 4, 8, 16, 64, 128, 256, 512 (32 is left out). */
export function ahbDivisor(hpre: number): number {
  return hpre < 8 ? 1 : [2, 4, 8, 16, 64, 128, 256, 512][hpre - 8]!;
}

/** CFGR.PPRE1/PPRE2, RM0090 7.3.3: 0xx none, then 2, 4, 8, 16. */
export function apbDivisor(ppre: number): number {
  return ppre < 4 ? 1 : 2 << (ppre - 4);
}

/** RM0090 7.2: timers run at the APB clock when its prescaler is 1, otherwise at twice that clock. */
export function timerFactor(ppre: number): number {
  return ppre < 4 ? 1 : 2;
}

export interface PllOutputs {
  /** The reference after /M. */
  readonly input: Ratio;
  readonly vco: Ratio;
  /** VCO / P: a candidate for SYSCLK. */
  readonly system: Ratio;
  /** VCO / Q: USB OTG FS, SDIO, RNG. */
  readonly usb48: Ratio;
}

/** RM0090 7.3.2: VCO = input × N / M, SYSCLK = VCO / P (2, 4, 6, 8), 48 MHz clock = VCO / Q. */
export function mainPll(source: Ratio, pllcfgr: number): PllOutputs {
  const input = divided(source, Math.max(1, bits(pllcfgr, 0, 6)));
  const vco = multiplied(input, bits(pllcfgr, 6, 9));
  return {
    input,
    vco,
    system: divided(vco, 2 * (bits(pllcfgr, 16, 2) + 1)),
    usb48: divided(vco, Math.max(1, bits(pllcfgr, 24, 4))),
  };
}

/** RM0090 7.3.23: the same reference and M as the main PLL, N and R of its own. */
export function i2sPll(source: Ratio, pllcfgr: number, plli2scfgr: number): { vco: Ratio; i2s: Ratio } {
  const vco = multiplied(divided(source, Math.max(1, bits(pllcfgr, 0, 6))), bits(plli2scfgr, 6, 9));
  return { vco, i2s: divided(vco, Math.max(1, bits(plli2scfgr, 28, 3))) };
}

/**
 * What keeps the main PLL from locking, in words, or undefined. RM0090 7.3.2: M 2–63, N 50–432, Q 2–15,
 * VCO 100–432 MHz; the input may be 0.95–2.10 MHz (STM32F405/407 data sheet, main PLL characteristics).
 */
export function pllFault(source: Ratio, pllcfgr: number): string | undefined {
  const m = bits(pllcfgr, 0, 6);
  const n = bits(pllcfgr, 6, 9);
  const q = bits(pllcfgr, 24, 4);
  if (m < 2) return `PLLCFGR.PLLM is ${m}; allowed are 2 to 63`;
  if (q < 2) return `PLLCFGR.PLLQ is ${q}; allowed are 2 to 15`;
  return vcoFault('PLLCFGR.PLLN', hertz(source) / m, n);
}

/** The same for PLLI2S: RM0090 7.3.23: N 50–432, R 2–7. */
export function i2sPllFault(source: Ratio, pllcfgr: number, plli2scfgr: number): string | undefined {
  const m = bits(pllcfgr, 0, 6);
  const r = bits(plli2scfgr, 28, 3);
  if (m < 2) return `PLLCFGR.PLLM is ${m}; allowed are 2 to 63`;
  if (r < 2) return `PLLI2SCFGR.PLLI2SR is ${r}; allowed are 2 to 7`;
  return vcoFault('PLLI2SCFGR.PLLI2SN', hertz(source) / m, bits(plli2scfgr, 6, 9));
}

function vcoFault(field: string, input: number, n: number): string | undefined {
  if (n < 50 || n > 432) return `${field} is ${n}; allowed are 50 to 432`;
  if (input < 950_000 || input > 2_100_000) {
    return `the PLL input is ${input / 1e6} MHz; allowed are 0.95 to 2.10 MHz`;
  }
  const vco = input * n;
  return vco < 100e6 || vco > 432e6 ? `the PLL's VCO would run at ${vco / 1e6} MHz; allowed are 100 to 432` : undefined;
}
