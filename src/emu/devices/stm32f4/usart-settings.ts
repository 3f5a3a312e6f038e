import type { Register, Registers } from '../../register-file.js';
import type { FieldSpec } from '../../registers.js';
import type { FrameFormat, Sampling } from './usart-frame.js';
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
  LBD: 1 << 8,
  CTS: 1 << 9,
} as const;

/** CR2 and CR3 bits a UART lacks: they stay 0 there. */
const LBCL = 1 << 8;
const CPHA = 1 << 9;
const CPOL = 1 << 10;
const CLKEN = 1 << 11;
const NACK = 1 << 4;
const SCEN = 1 << 5;
const RTSE = 1 << 8;
const CTSE = 1 << 9;
const CTSIE = 1 << 10;

/** What CR1–CR3 and BRR say, in words. */
export class UsartSettings {
  readonly #regs: UsartRegisters;
  readonly #guard: Register<{ PSC: FieldSpec; GT: FieldSpec }> | undefined;
  /** `guard` is GTPR, which UARTs lack. */
  constructor(regs: UsartRegisters, guard?: Register<{ PSC: FieldSpec; GT: FieldSpec }>) {
    this.#regs = regs;
    this.#guard = guard;
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
  /** 30.3.10, 30.3.11: one wire for both directions, at the TX pin; the port hears what it sends. */
  get oneWire(): boolean {
    return this.halfDuplex || this.smartcard;
  }
  get lin(): boolean {
    return this.#regs.CR2.LINEN === 1;
  }
  /** Bits of 0 in a row that are a break: 30.3.8. */
  get breakBits(): number {
    return this.#regs.CR2.LBDL ? 11 : 10;
  }
  get irda(): boolean {
    return this.#regs.CR3.IREN === 1;
  }
  get smartcard(): boolean {
    return (this.#regs.CR3.value & SCEN) !== 0;
  }
  /** 30.3.11: a frame with wrong parity is answered with a low line. */
  get nacks(): boolean {
    return this.smartcard && (this.#regs.CR3.value & NACK) !== 0;
  }
  /** Bit times from the last stop bit to TC in smartcard mode. */
  get guardTime(): number {
    return this.smartcard ? (this.#guard?.GT ?? 0) : 0;
  }
  /** GTPR.PSC, where there is one. */
  get prescaler(): number | undefined {
    return this.#guard?.PSC;
  }
  /** CR2.CLKEN: the CK pin is on. */
  get clocked(): boolean {
    return (this.#regs.CR2.value & CLKEN) !== 0;
  }
  /** 30.3.9: the port clocks each bit out and one in. */
  get synchronous(): boolean {
    return this.clocked && !this.smartcard;
  }
  get clockPolarity(): number {
    return this.#regs.CR2.value & CPOL ? 1 : 0;
  }
  get clockPhase(): number {
    return this.#regs.CR2.value & CPHA ? 1 : 0;
  }
  /** The last data bit has a clock pulse, too. */
  get lastClock(): boolean {
    return (this.#regs.CR2.value & LBCL) !== 0;
  }
  get sampling(): Sampling {
    const { CR1, CR3 } = this.#regs;
    return { oversampling: CR1.OVER8 ? 8 : 16, oneBit: CR3.ONEBIT === 1 };
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
    const { SR, CR1, CR2, CR3 } = this.#regs;
    let enabled = 0;
    if (CR1.TXEIE) enabled |= FLAG.TXE;
    if (CR1.TCIE) enabled |= FLAG.TC;
    if (CR1.RXNEIE) enabled |= FLAG.RXNE | FLAG.ORE;
    if (CR1.IDLEIE) enabled |= FLAG.IDLE;
    if (CR1.PEIE) enabled |= FLAG.PE;
    if (CR2.LBDIE) enabled |= FLAG.LBD;
    if (CR3.value & CTSIE) enabled |= FLAG.CTS;
    // Noise, framing and overrun interrupt by EIE in DMA reception only.
    if (CR3.EIE && CR3.DMAR) enabled |= FLAG.NF | FLAG.FE | FLAG.ORE;
    return (SR.value & enabled) !== 0;
  }
}
