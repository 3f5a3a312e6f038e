import type { Registers } from '../../../register-file.js';
import type { ADC } from './adc-registers.js';
import { SAMPLING_CYCLES } from './adc-timing.js';

type AdcRegisters = Registers<typeof ADC>;

/** Which channels are converted in which order, and for how long they are sampled: RM0090 13.3.3, 13.5. */
export class AdcSequence {
  readonly #regs: AdcRegisters;

  constructor(regs: AdcRegisters) {
    this.#regs = regs;
  }

  /** Conversions of the regular group: without SCAN it is the first channel only (13.3.8). */
  get regularLength(): number {
    return this.#regs.CR1.SCAN ? this.#regs.SQR1.L + 1 : 1;
  }
  /** Channel of rank `index` (from 0) of the regular group. */
  regularChannel(index: number): number {
    const { SQR1, SQR2, SQR3 } = this.#regs;
    const register = index < 6 ? SQR3 : index < 12 ? SQR2 : SQR1;
    return (register.value >>> ((index % 6) * 5)) & 0x1f;
  }

  get injectedLength(): number {
    return this.#regs.CR1.SCAN ? this.#regs.JSQR.JL + 1 : 1;
  }
  /** 13.13.12: a sequence shorter than four ends at JSQ4. */
  injectedChannel(index: number): number {
    const { JSQR } = this.#regs;
    const rank = 3 - JSQR.JL + index;
    return (JSQR.value >>> (rank * 5)) & 0x1f;
  }
  /** JOFR and JDR of rank `index`. */
  offset(index: number): number {
    const { JOFR1, JOFR2, JOFR3, JOFR4 } = this.#regs;
    return [JOFR1, JOFR2, JOFR3, JOFR4][index]!.JOFFSET;
  }
  setInjectedData(index: number, data: number): void {
    const { JDR1, JDR2, JDR3, JDR4 } = this.#regs;
    [JDR1, JDR2, JDR3, JDR4][index]!.value = data;
  }

  /** ADCCLK cycles. */
  samplingCycles(channel: number): number {
    const { SMPR1, SMPR2 } = this.#regs;
    const code = channel < 10 ? SMPR2.value >>> (channel * 3) : SMPR1.value >>> ((channel - 10) * 3);
    return SAMPLING_CYCLES[(code & 7) as 0]!;
  }
}
