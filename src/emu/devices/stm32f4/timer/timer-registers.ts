import { mask } from '../../../bits.js';
import {
  type FieldSpec,
  type FieldSpecs,
  type RegisterSpec,
  r,
  rc_w0,
  reg,
  registers,
  rw,
  w,
} from '../../../registers.js';

/**
 * Registers of the timers: RM0090 17.4 (TIM1, TIM8), 18.4 (TIM2 to TIM5), 19.4 (TIM9, TIM12), 19.5 (TIM10, 11, 13, 14)
 * and 20.4 (TIM6, TIM7). What a kind of timer lacks is reserved. CCMR1 and CCMR2 carry the names of output compare; of
 * an input the same bits are ICxPSC (OCxFE, OCxPE) and ICxF (OCxM, OCxCE).
 */

const CR1_BASIC = { CEN: rw(0), UDIS: rw(1), URS: rw(2), OPM: rw(3), ARPE: rw(7) };
/** RM0090 rev. 12 added OPM to TIM10, 11, 13 and 14. */
const CR1_UP = { ...CR1_BASIC, CKD: rw(8, 2) };
const CR1_FULL = { ...CR1_UP, DIR: rw(4), CMS: rw(5, 2) };

const CR2_MASTER = { MMS: rw(4, 3) };
const CR2_GENERAL = { CCDS: rw(3), ...CR2_MASTER, TI1S: rw(7) };
const CR2_ADVANCED = {
  CCPC: rw(0),
  CCUS: rw(2),
  ...CR2_GENERAL,
  OIS1: rw(8),
  OIS1N: rw(9),
  OIS2: rw(10),
  OIS2N: rw(11),
  OIS3: rw(12),
  OIS3N: rw(13),
  OIS4: rw(14),
};

const SMCR_TWO = { SMS: rw(0, 3), TS: rw(4, 3), MSM: rw(7) };
const SMCR_FULL = { ...SMCR_TWO, ETF: rw(8, 4), ETPS: rw(12, 2), ECE: rw(14), ETP: rw(15) };

const DIER_ONE = { UIE: rw(0), CC1IE: rw(1) };
const DIER_TWO = { ...DIER_ONE, CC2IE: rw(2), TIE: rw(6) };
const DIER_GENERAL = {
  ...DIER_TWO,
  CC3IE: rw(3),
  CC4IE: rw(4),
  UDE: rw(8),
  CC1DE: rw(9),
  CC2DE: rw(10),
  CC3DE: rw(11),
  CC4DE: rw(12),
  TDE: rw(14),
};
const DIER_ADVANCED = { ...DIER_GENERAL, COMIE: rw(5), BIE: rw(7), COMDE: rw(13) };

const SR_ONE = { UIF: rc_w0(0), CC1IF: rc_w0(1), CC1OF: rc_w0(9) };
const SR_TWO = { ...SR_ONE, CC2IF: rc_w0(2), TIF: rc_w0(6), CC2OF: rc_w0(10) };
const SR_FOUR = { ...SR_TWO, CC3IF: rc_w0(3), CC4IF: rc_w0(4), CC3OF: rc_w0(11), CC4OF: rc_w0(12) };
const SR_ADVANCED = { ...SR_FOUR, COMIF: rc_w0(5), BIF: rc_w0(7) };

/** Clearing one flag means writing ones everywhere else, reserved bits included: those have names, and do nothing. */
function withUnused<const F extends FieldSpecs>(fields: F): F {
  const taken = bitsOf(Object.values(fields));
  const unused: Record<string, FieldSpec> = {};
  for (let low = 0; low < 32; low++) {
    let width = 0;
    while (low + width < 32 && ((taken >>> (low + width)) & 1) === 0) width++;
    if (width > 0) unused[`UNUSED${low}`] = r(low, width);
    low += width;
  }
  return { ...fields, ...unused };
}

const EGR_ONE = { UG: w(0), CC1G: w(1) };
const EGR_TWO = { ...EGR_ONE, CC2G: w(2), TG: w(6) };
const EGR_GENERAL = { ...EGR_TWO, CC3G: w(3), CC4G: w(4) };
const EGR_ADVANCED = { ...EGR_GENERAL, COMG: w(5), BG: w(7) };

const CCMR1_ONE = { CC1S: rw(0, 2), OC1FE: rw(2), OC1PE: rw(3), OC1M: rw(4, 3) };
const CCMR1_TWO = { ...CCMR1_ONE, CC2S: rw(8, 2), OC2FE: rw(10), OC2PE: rw(11), OC2M: rw(12, 3) };
/** Without OCxCE, bit 3 of ICxF stands alone. */
const IC1F = { IC1F_3: rw(7) };
const IC2F = { IC2F_3: rw(15) };
const CCMR1_FULL = { ...CCMR1_TWO, OC1CE: rw(7), OC2CE: rw(15) };
const CCMR2_FULL = {
  CC3S: rw(0, 2),
  OC3FE: rw(2),
  OC3PE: rw(3),
  OC3M: rw(4, 3),
  OC3CE: rw(7),
  CC4S: rw(8, 2),
  OC4FE: rw(10),
  OC4PE: rw(11),
  OC4M: rw(12, 3),
  OC4CE: rw(15),
};

const CCER_ONE = { CC1E: rw(0), CC1P: rw(1), CC1NP: rw(3) };
const CCER_TWO = { ...CCER_ONE, CC2E: rw(4), CC2P: rw(5), CC2NP: rw(7) };
const CCER_FOUR = { ...CCER_TWO, CC3E: rw(8), CC3P: rw(9), CC3NP: rw(11), CC4E: rw(12), CC4P: rw(13) };
const CCER_GENERAL = { ...CCER_FOUR, CC4NP: rw(15) };
const CCER_ADVANCED = { ...CCER_FOUR, CC1NE: rw(2), CC2NE: rw(6), CC3NE: rw(10) };

const BDTR = {
  DTG: rw(0, 8),
  LOCK: rw(8, 2),
  OSSI: rw(10),
  OSSR: rw(11),
  BKE: rw(12),
  BKP: rw(13),
  AOE: rw(14),
  MOE: rw(15),
};

/** 16 bits of a name, and the upper half, which firmware may fill: `ARR = 0xffffffff`. */
const half = <N extends string>(name: N) =>
  ({ [name]: rw(0, 16), UNUSED: r(16, 16) }) as unknown as Readonly<Record<N, FieldSpec>>;
const value = <N extends string>(name: N, width: 16 | 32) =>
  width === 32 ? ({ [name]: rw(0, 32) } as unknown as Readonly<Record<N, FieldSpec>>) : half(name);

const timeBase = (width: 16 | 32, section: string, first: number) => ({
  CNT: reg(0x24, value('CNT', width), 0, `${section}.${first}`),
  PSC: reg(0x28, half('PSC'), 0, `${section}.${first + 1}`),
  ARR: reg(0x2c, value('ARR', width), width === 32 ? 0xffff_ffff : 0xffff, `${section}.${first + 2}`),
});
const compare = <const N extends 1 | 2 | 3 | 4>(n: N, width: 16 | 32, section: string) =>
  reg(0x30 + 4 * n, value(`CCR${n}`, width), 0, section);
const burst = (section: string, first: number) => ({
  DCR: reg(0x48, { DBA: rw(0, 5), DBL: rw(8, 5) }, 0, `${section}.${first}`),
  DMAR: reg(0x4c, half('DMAB'), 0, `${section}.${first + 1}`),
});

/** TIM1 and TIM8. */
export const ADVANCED = registers({
  CR1: reg(0x00, CR1_FULL, 0, 'RM0090 17.4.1'),
  CR2: reg(0x04, CR2_ADVANCED, 0, 'RM0090 17.4.2'),
  SMCR: reg(0x08, SMCR_FULL, 0, 'RM0090 17.4.3'),
  DIER: reg(0x0c, DIER_ADVANCED, 0, 'RM0090 17.4.4'),
  SR: reg(0x10, withUnused(SR_ADVANCED), 0, 'RM0090 17.4.5'),
  EGR: reg(0x14, EGR_ADVANCED, 0, 'RM0090 17.4.6'),
  CCMR1: reg(0x18, CCMR1_FULL, 0, 'RM0090 17.4.7'),
  CCMR2: reg(0x1c, CCMR2_FULL, 0, 'RM0090 17.4.8'),
  CCER: reg(0x20, CCER_ADVANCED, 0, 'RM0090 17.4.9'),
  ...timeBase(16, 'RM0090 17.4', 10),
  RCR: reg(0x30, { REP: rw(0, 8) }, 0, 'RM0090 17.4.13'),
  CCR1: compare(1, 16, 'RM0090 17.4.14'),
  CCR2: compare(2, 16, 'RM0090 17.4.15'),
  CCR3: compare(3, 16, 'RM0090 17.4.16'),
  CCR4: compare(4, 16, 'RM0090 17.4.17'),
  BDTR: reg(0x44, BDTR, 0, 'RM0090 17.4.18'),
  ...burst('RM0090 17.4', 19),
});

const general = (width: 16 | 32) => ({
  CR1: reg(0x00, CR1_FULL, 0, 'RM0090 18.4.1'),
  CR2: reg(0x04, CR2_GENERAL, 0, 'RM0090 18.4.2'),
  SMCR: reg(0x08, SMCR_FULL, 0, 'RM0090 18.4.3'),
  DIER: reg(0x0c, DIER_GENERAL, 0, 'RM0090 18.4.4'),
  SR: reg(0x10, withUnused(SR_FOUR), 0, 'RM0090 18.4.5'),
  EGR: reg(0x14, EGR_GENERAL, 0, 'RM0090 18.4.6'),
  CCMR1: reg(0x18, CCMR1_FULL, 0, 'RM0090 18.4.7'),
  CCMR2: reg(0x1c, CCMR2_FULL, 0, 'RM0090 18.4.8'),
  CCER: reg(0x20, CCER_GENERAL, 0, 'RM0090 18.4.9'),
  ...timeBase(width, 'RM0090 18.4', 10),
  CCR1: compare(1, width, 'RM0090 18.4.13'),
  CCR2: compare(2, width, 'RM0090 18.4.14'),
  CCR3: compare(3, width, 'RM0090 18.4.15'),
  CCR4: compare(4, width, 'RM0090 18.4.16'),
  ...burst('RM0090 18.4', 17),
});

/** TIM3 and TIM4. */
export const GENERAL_16 = registers(general(16));
export const TIM2 = registers({ ...general(32), OR: reg(0x50, { ITR1_RMP: rw(10, 2) }, 0, 'RM0090 18.4.19') });
export const TIM5 = registers({ ...general(32), OR: reg(0x50, { TI4_RMP: rw(6, 2) }, 0, 'RM0090 18.4.20') });

/** TIM9 and TIM12. CR2 is in ST's register description, and not in the manual; nothing listens to the trigger output. */
export const TWO_CHANNELS = registers({
  CR1: reg(0x00, CR1_UP, 0, 'RM0090 19.4.1'),
  CR2: reg(0x04, CR2_MASTER, 0, 'RM0090 19.4'),
  SMCR: reg(0x08, SMCR_TWO, 0, 'RM0090 19.4.2'),
  DIER: reg(0x0c, DIER_TWO, 0, 'RM0090 19.4.3'),
  SR: reg(0x10, withUnused(SR_TWO), 0, 'RM0090 19.4.4'),
  EGR: reg(0x14, EGR_TWO, 0, 'RM0090 19.4.5'),
  CCMR1: reg(0x18, { ...CCMR1_TWO, ...IC1F, ...IC2F }, 0, 'RM0090 19.4.6'),
  CCER: reg(0x20, CCER_TWO, 0, 'RM0090 19.4.7'),
  ...timeBase(16, 'RM0090 19.4', 8),
  CCR1: compare(1, 16, 'RM0090 19.4.11'),
  CCR2: compare(2, 16, 'RM0090 19.4.12'),
});

const ONE = {
  CR1: reg(0x00, CR1_UP, 0, 'RM0090 19.5.1'),
  DIER: reg(0x0c, DIER_ONE, 0, 'RM0090 19.5.2'),
  SR: reg(0x10, withUnused(SR_ONE), 0, 'RM0090 19.5.3'),
  EGR: reg(0x14, EGR_ONE, 0, 'RM0090 19.5.4'),
  CCMR1: reg(0x18, { ...CCMR1_ONE, ...IC1F }, 0, 'RM0090 19.5.5'),
  CCER: reg(0x20, CCER_ONE, 0, 'RM0090 19.5.6'),
  ...timeBase(16, 'RM0090 19.5', 7),
  CCR1: compare(1, 16, 'RM0090 19.5.10'),
};
/** TIM10, TIM13 and TIM14. */
export const ONE_CHANNEL = registers(ONE);
export const TIM11 = registers({ ...ONE, OR: reg(0x50, { TI1_RMP: rw(0, 2) }, 0, 'RM0090 19.5.11') });

/** TIM6 and TIM7. */
export const BASIC = registers({
  CR1: reg(0x00, CR1_BASIC, 0, 'RM0090 20.4.1'),
  CR2: reg(0x04, CR2_MASTER, 0, 'RM0090 20.4.2'),
  DIER: reg(0x0c, { UIE: rw(0), UDE: rw(8) }, 0, 'RM0090 20.4.3'),
  SR: reg(0x10, withUnused({ UIF: rc_w0(0) }), 0, 'RM0090 20.4.4'),
  EGR: reg(0x14, { UG: w(0) }, 0, 'RM0090 20.4.5'),
  ...timeBase(16, 'RM0090 20.4', 6),
});

function bitsOf(fields: readonly FieldSpec[]): number {
  return fields.reduce((bits, { low, width }) => (bits | mask(low, width)) >>> 0, 0);
}
/** The bits of a register that take what is written. */
export function writableBits(fields: FieldSpecs): number {
  return bitsOf(Object.values(fields).filter(({ access }) => access !== 'r'));
}

type Masks<F extends FieldSpecs> = { readonly [K in keyof F]: number };

/** The masks of a register's fields, by name. */
function masksOf<F extends FieldSpecs>(fields: F): Masks<F> {
  const masks = Object.entries(fields).map(([name, { low, width }]) => [name, mask(low, width)]);
  return Object.fromEntries(masks) as Masks<F>;
}

/** Masks by register and field; the other kinds of timers have some of these. */
export const BIT = {
  CR1: masksOf(CR1_FULL),
  CR2: masksOf(CR2_ADVANCED),
  SMCR: masksOf(SMCR_FULL),
  DIER: masksOf(DIER_ADVANCED),
  SR: masksOf(SR_ADVANCED),
  EGR: masksOf(EGR_ADVANCED),
  BDTR: masksOf(BDTR),
} as const;

/** Where a register lies among a timer's words: its offset divided by 4. */
const at = (spec: RegisterSpec): number => spec.offset >> 2;
export const REG = {
  CR1: at(ADVANCED.CR1),
  CR2: at(ADVANCED.CR2),
  SMCR: at(ADVANCED.SMCR),
  DIER: at(ADVANCED.DIER),
  SR: at(ADVANCED.SR),
  EGR: at(ADVANCED.EGR),
  CCMR1: at(ADVANCED.CCMR1),
  CCMR2: at(ADVANCED.CCMR2),
  CCER: at(ADVANCED.CCER),
  CNT: at(ADVANCED.CNT),
  PSC: at(ADVANCED.PSC),
  ARR: at(ADVANCED.ARR),
  RCR: at(ADVANCED.RCR),
  CCR1: at(ADVANCED.CCR1),
  CCR2: at(ADVANCED.CCR2),
  CCR3: at(ADVANCED.CCR3),
  CCR4: at(ADVANCED.CCR4),
  BDTR: at(ADVANCED.BDTR),
  DCR: at(ADVANCED.DCR),
  DMAR: at(ADVANCED.DMAR),
  OR: at(TIM2.OR),
} as const;
