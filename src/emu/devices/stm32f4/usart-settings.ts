import type { Registers } from '../../register-file.js';
import type { FrameFormat } from './usart-frame.js';
import type { UART } from './usart-registers.js';

/** Registers that both kinds have; the fields that only USARTs have are read as bits. */
export type UsartRegisters = Registers<typeof UART>;

export const FLAG = {
  PE: 1 << 0,
  FE: 1 << 1,
  NF: 1 << 2,
  ORE: 1 << 3,
  IDLE: 1 << 4,
  RXNE: 1 << 5,
  TC: 1 << 6,
  TXE: 1 << 7,
  CTS: 1 << 9,
} as const;

/** CR3 bits a UART lacks: they stay 0 there. */
const RTSE = 1 << 8;
const CTSE = 1 << 9;
const CTSIE = 1 << 10;

/** What CR1–CR3 and BRR say, in words. */
export class UsartSettings {
  readonly #regs: UsartRegisters;
  constructor(regs: UsartRegisters) {
    this.#regs = regs;
  }

  get format(): FrameFormat {
    const { CR1, CR2 } = this.#regs;
    return {
      wordBits: CR1.M ? 9 : 8,
      parity: CR1.PCE ? (CR1.PS ? 'odd' : 'even') : 'none',
      // 30.6.5: 1, 0.5, 2, 1.5 stop bits.
      stopHalves: [2, 1, 4, 3][CR2.STOP]!,
    };
  }

  /**
   * Bus clocks a bit, 30.3.4: 16 × USARTDIV is BRR itself; with OVER8 the fraction has 3 bits and the bit lasts
   * 8 × USARTDIV. 0 while USARTDIV is below 1: no baud clock.
   */
  get bitTime(): number {
    const { BRR, CR1 } = this.#regs;
    if (BRR.DIV_Mantissa === 0) return 0;
    return CR1.OVER8 ? BRR.DIV_Mantissa * 8 + (BRR.DIV_Fraction & 7) : BRR.value & 0xffff;
  }

  get transmits(): boolean {
    return this.#regs.CR1.UE === 1 && this.#regs.CR1.TE === 1;
  }
  get receives(): boolean {
    return this.#regs.CR1.UE === 1 && this.#regs.CR1.RE === 1;
  }
  get halfDuplex(): boolean {
    return this.#regs.CR3.HDSEL === 1;
  }
  get rtsEnabled(): boolean {
    return (this.#regs.CR3.value & RTSE) !== 0;
  }
  get ctsEnabled(): boolean {
    return (this.#regs.CR3.value & CTSE) !== 0;
  }

  /** 30.3.13: a word is there for the DMA controller to fetch. */
  get receiveRequest(): boolean {
    const { SR, CR1, CR3 } = this.#regs;
    return CR1.UE === 1 && CR3.DMAR === 1 && (SR.value & FLAG.RXNE) !== 0;
  }
  /** It may bring the next word. */
  get transmitRequest(): boolean {
    const { SR, CR1, CR3 } = this.#regs;
    return CR1.UE === 1 && CR3.DMAT === 1 && (SR.value & FLAG.TXE) !== 0;
  }

  /** Whether any enabled interrupt is asked for: table 148. */
  get interrupt(): boolean {
    const { SR, CR1, CR3 } = this.#regs;
    let enabled = 0;
    if (CR1.TXEIE) enabled |= FLAG.TXE;
    if (CR1.TCIE) enabled |= FLAG.TC;
    if (CR1.RXNEIE) enabled |= FLAG.RXNE | FLAG.ORE;
    if (CR1.IDLEIE) enabled |= FLAG.IDLE;
    if (CR1.PEIE) enabled |= FLAG.PE;
    if (CR3.value & CTSIE) enabled |= FLAG.CTS;
    // Noise, framing and overrun interrupt by EIE in DMA reception only.
    if (CR3.EIE && CR3.DMAR) enabled |= FLAG.NF | FLAG.FE | FLAG.ORE;
    return (SR.value & enabled) !== 0;
  }
}
