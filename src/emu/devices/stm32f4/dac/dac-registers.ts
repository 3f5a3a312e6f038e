import { type FieldSpec, r, rc_w1, reg, registers, rw, w } from '../../../registers.js';

/** Registers of the digital-to-analog converter: RM0090 14.5. */

/** Control bits of channel `n`: 14.5.1. */
function control(n: 1 | 2): Record<string, FieldSpec> {
  const low = (n - 1) * 16;
  return {
    [`EN${n}`]: rw(low),
    [`BOFF${n}`]: rw(low + 1),
    [`TEN${n}`]: rw(low + 2),
    [`TSEL${n}`]: rw(low + 3, 3),
    [`WAVE${n}`]: rw(low + 6, 2),
    [`MAMP${n}`]: rw(low + 8, 4),
    [`DMAEN${n}`]: rw(low + 12),
    [`DMAUDRIE${n}`]: rw(low + 13),
  };
}

const holding = (offset: number, low: number, width: number, n: 1 | 2, section: string) =>
  reg(offset, { [`DACC${n}DHR`]: rw(low, width) }, 0, section);

export const DAC = registers({
  CR: reg(0x00, { ...control(1), ...control(2) }, 0, 'RM0090 14.5.1'),
  SWTRIGR: reg(0x04, { SWTRIG1: w(0), SWTRIG2: w(1) }, 0, 'RM0090 14.5.2'),
  DHR12R1: holding(0x08, 0, 12, 1, 'RM0090 14.5.3'),
  DHR12L1: holding(0x0c, 4, 12, 1, 'RM0090 14.5.4'),
  DHR8R1: holding(0x10, 0, 8, 1, 'RM0090 14.5.5'),
  DHR12R2: holding(0x14, 0, 12, 2, 'RM0090 14.5.6'),
  DHR12L2: holding(0x18, 4, 12, 2, 'RM0090 14.5.7'),
  DHR8R2: holding(0x1c, 0, 8, 2, 'RM0090 14.5.8'),
  DHR12RD: reg(0x20, { DACC1DHR: rw(0, 12), DACC2DHR: rw(16, 12) }, 0, 'RM0090 14.5.9'),
  DHR12LD: reg(0x24, { DACC1DHR: rw(4, 12), DACC2DHR: rw(20, 12) }, 0, 'RM0090 14.5.10'),
  DHR8RD: reg(0x28, { DACC1DHR: rw(0, 8), DACC2DHR: rw(8, 8) }, 0, 'RM0090 14.5.11'),
  DOR1: reg(0x2c, { DACC1DOR: r(0, 12) }, 0, 'RM0090 14.5.12'),
  DOR2: reg(0x30, { DACC2DOR: r(0, 12) }, 0, 'RM0090 14.5.13'),
  SR: reg(0x34, { DMAUDR1: rc_w1(13), DMAUDR2: rc_w1(29) }, 0, 'RM0090 14.5.14'),
});

/** Bits of a channel's half of CR. */
export const CONTROL = { EN: 1, BOFF: 2, TEN: 4, DMAEN: 1 << 12, DMAUDRIE: 1 << 13 } as const;
/** DMAUDR in a channel's half of SR. */
export const DMAUDR = 1 << 13;

/** Triggers in the order of TSEL, RM0090 table 75; the last is SWTRIGR. */
export const DAC_TRIGGERS = [
  'tim6.trgo',
  'tim8.trgo',
  'tim7.trgo',
  'tim5.trgo',
  'tim2.trgo',
  'tim4.trgo',
  'exti.trigger9',
] as const;
export const SOFTWARE = 7;
