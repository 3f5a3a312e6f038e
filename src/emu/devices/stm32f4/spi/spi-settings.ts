import type { Registers } from '../../../register-file.js';
import type { SPI_I2S, SPI_ONLY } from './spi-registers.js';
import { CR1, SR } from './spi-registers.js';

/** What both kinds of instance have. */
export type SpiRegisters = Pick<
  Registers<typeof SPI_I2S> & Registers<typeof SPI_ONLY>,
  'CR1' | 'CR2' | 'SR' | 'DR' | 'CRCPR' | 'RXCRCR' | 'TXCRCR'
>;

/** What the registers say of SPI mode, in words: RM0090 28.3. */
export class SpiSettings {
  readonly #regs: SpiRegisters;
  /** I2SMOD of instances that have it. */
  readonly #i2s: () => boolean;

  constructor(regs: SpiRegisters, i2s: () => boolean) {
    this.#regs = regs;
    this.#i2s = i2s;
  }

  get i2s(): boolean {
    return this.#i2s();
  }
  get enabled(): boolean {
    return (this.#regs.CR1.value & CR1.SPE) !== 0 && !this.#i2s();
  }
  get master(): boolean {
    return (this.#regs.CR1.value & CR1.MSTR) !== 0;
  }
  /** Bits of a word: 28.5.1, DFF. */
  get bits(): 8 | 16 {
    return (this.#regs.CR1.value & CR1.DFF) !== 0 ? 16 : 8;
  }
  /** PCLK cycles of a bit: 28.5.1, BR. */
  get divider(): number {
    return 2 << this.#regs.CR1.BR;
  }
  get ti(): boolean {
    return this.#regs.CR2.FRF === 1;
  }
  /** 28.3.1: TI mode shifts out on rising edges and samples on falling ones, whatever CPOL and CPHA say. */
  get mode(): 0 | 1 | 2 | 3 {
    const { CPOL, CPHA } = this.#regs.CR1;
    return this.ti ? 1 : ((2 * CPOL + CPHA) as 0 | 1 | 2 | 3);
  }
  get lsbFirst(): boolean {
    return this.#regs.CR1.LSBFIRST === 1 && !this.ti;
  }
  get crc(): boolean {
    return (this.#regs.CR1.value & CR1.CRCEN) !== 0;
  }
  /** One data wire for both directions (28.3.4). */
  get oneWire(): boolean {
    return this.#regs.CR1.BIDIMODE === 1;
  }
  /** Drives its data output. */
  get sends(): boolean {
    const { BIDIMODE, BIDIOE, RXONLY } = this.#regs.CR1;
    return BIDIMODE ? BIDIOE === 1 : RXONLY === 0;
  }
  get receives(): boolean {
    const { BIDIMODE, BIDIOE } = this.#regs.CR1;
    return BIDIMODE === 0 || BIDIOE === 0;
  }
  /** 28.5.2: an interrupt is asked for. */
  get interrupt(): boolean {
    const { CR2, SR: status } = this.#regs;
    const flags = status.value;
    if (CR2.TXEIE && (flags & SR.TXE) !== 0) return true;
    if (CR2.RXNEIE && (flags & SR.RXNE) !== 0) return true;
    return CR2.ERRIE === 1 && (flags & (SR.UDR | SR.CRCERR | SR.MODF | SR.OVR | SR.FRE)) !== 0;
  }
}
