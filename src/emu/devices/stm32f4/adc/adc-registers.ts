import { type FieldSpec, r, rc_w0, reg, registers, rw } from '../../../registers.js';

/** Registers of the analog-to-digital converters: RM0090 13.13. */

/** `SMP10` … `SMP18`: three bits a channel. */
function sampleTimes(first: number, last: number): Record<string, FieldSpec> {
  const channels = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return Object.fromEntries(channels.map((channel) => [`SMP${channel}`, rw((channel - first) * 3, 3)]));
}

/** `SQ1` …: five bits a rank. */
function ranks(prefix: string, first: number, last: number): Record<string, FieldSpec> {
  const list = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return Object.fromEntries(list.map((rank) => [`${prefix}${rank}`, rw((rank - first) * 5, 5)]));
}

const offset = (n: number) => reg(0x10 + 4 * n, { JOFFSET: rw(0, 12) }, 0, 'RM0090 13.13.6');
const injectedData = (n: number) => reg(0x38 + 4 * n, { JDATA: r(0, 16) }, 0, 'RM0090 13.13.13');

export const ADC = registers({
  SR: reg(
    0x00,
    {
      AWD: rc_w0(0),
      EOC: rc_w0(1),
      JEOC: rc_w0(2),
      JSTRT: rc_w0(3),
      STRT: rc_w0(4),
      OVR: rc_w0(5),
      // Software clears one flag by writing ones everywhere else (`SR = ~EOC`): no mistake.
      UNUSED: r(6, 26),
    },
    0,
    'RM0090 13.13.1',
  ),
  CR1: reg(
    0x04,
    {
      AWDCH: rw(0, 5),
      EOCIE: rw(5),
      AWDIE: rw(6),
      JEOCIE: rw(7),
      SCAN: rw(8),
      AWDSGL: rw(9),
      JAUTO: rw(10),
      DISCEN: rw(11),
      JDISCEN: rw(12),
      DISCNUM: rw(13, 3),
      JAWDEN: rw(22),
      AWDEN: rw(23),
      RES: rw(24, 2),
      OVRIE: rw(26),
    },
    0,
    'RM0090 13.13.2',
  ),
  CR2: reg(
    0x08,
    {
      ADON: rw(0),
      CONT: rw(1),
      DMA: rw(8),
      DDS: rw(9),
      EOCS: rw(10),
      ALIGN: rw(11),
      JEXTSEL: rw(16, 4),
      JEXTEN: rw(20, 2),
      JSWSTART: rw(22),
      EXTSEL: rw(24, 4),
      EXTEN: rw(28, 2),
      SWSTART: rw(30),
    },
    0,
    'RM0090 13.13.3',
  ),
  SMPR1: reg(0x0c, sampleTimes(10, 18), 0, 'RM0090 13.13.4'),
  SMPR2: reg(0x10, sampleTimes(0, 9), 0, 'RM0090 13.13.5'),
  JOFR1: offset(1),
  JOFR2: offset(2),
  JOFR3: offset(3),
  JOFR4: offset(4),
  HTR: reg(0x24, { HT: rw(0, 12) }, 0xfff, 'RM0090 13.13.7'),
  LTR: reg(0x28, { LT: rw(0, 12) }, 0, 'RM0090 13.13.8'),
  SQR1: reg(0x2c, { ...ranks('SQ', 13, 16), L: rw(20, 4) }, 0, 'RM0090 13.13.9'),
  SQR2: reg(0x30, ranks('SQ', 7, 12), 0, 'RM0090 13.13.10'),
  SQR3: reg(0x34, ranks('SQ', 1, 6), 0, 'RM0090 13.13.11'),
  JSQR: reg(0x38, { ...ranks('JSQ', 1, 4), JL: rw(20, 2) }, 0, 'RM0090 13.13.12'),
  JDR1: injectedData(1),
  JDR2: injectedData(2),
  JDR3: injectedData(3),
  JDR4: injectedData(4),
  DR: reg(0x4c, { DATA: r(0, 16) }, 0, 'RM0090 13.13.14'),
});

/** The flags of all converters, as each SR has them. */
const flagsOf = (n: number): Record<string, FieldSpec> =>
  Object.fromEntries(
    ['AWD', 'EOC', 'JEOC', 'JSTRT', 'STRT', 'OVR'].map((flag, bit) => [`${flag}${n}`, r(8 * (n - 1) + bit)]),
  );

export const ADC_COMMON = registers({
  CSR: reg(0x00, { ...flagsOf(1), ...flagsOf(2), ...flagsOf(3) }, 0, 'RM0090 13.13.15'),
  CCR: reg(
    0x04,
    {
      MULTI: rw(0, 5),
      DELAY: rw(8, 4),
      DDS: rw(13),
      DMA: rw(14, 2),
      ADCPRE: rw(16, 2),
      VBATE: rw(22),
      TSVREFE: rw(23),
    },
    0,
    'RM0090 13.13.16',
  ),
  CDR: reg(0x08, { DATA1: r(0, 16), DATA2: r(16, 16) }, 0, 'RM0090 13.13.17'),
});

/** Flags of SR as bits. */
export const FLAG = { AWD: 1, EOC: 2, JEOC: 4, JSTRT: 8, STRT: 16, OVR: 32 } as const;
/** Where the wire `status` carries ADON, above the flags. */
export const STATUS_ON = 1 << 6;
