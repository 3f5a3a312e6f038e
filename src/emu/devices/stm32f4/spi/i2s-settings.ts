import type { I2sChannel } from '../../../i2s-link.js';
import type { Registers } from '../../../register-file.js';
import type { SPI_I2S } from './spi-registers.js';

export type I2sRegisters = Registers<typeof SPI_I2S>;

/** 28.5.8, I2SSTD. */
export const STANDARD = { philips: 0, msb: 1, lsb: 2, pcm: 3 } as const;
/** Bits that go over the wire between two accesses to DR. */
export const HALF_WORD = 16;

/** What the registers say of I2S mode, in words: RM0090 28.4. */
export class I2sSettings {
  readonly #regs: I2sRegisters;

  constructor(regs: I2sRegisters) {
    this.#regs = regs;
  }

  get enabled(): boolean {
    const { I2SMOD, I2SE } = this.#regs.I2SCFGR;
    return I2SMOD === 1 && I2SE === 1;
  }
  /** 28.5.8: I2SCFG is slave transmit, slave receive, master transmit, master receive. */
  get master(): boolean {
    return this.#regs.I2SCFGR.I2SCFG >= 2;
  }
  get sends(): boolean {
    return (this.#regs.I2SCFGR.I2SCFG & 1) === 0;
  }
  get standard(): number {
    return this.#regs.I2SCFGR.I2SSTD;
  }
  get dataBits(): 16 | 24 | 32 {
    return ([16, 24, 32, 32] as const)[this.#regs.I2SCFGR.DATLEN]!;
  }
  /** 28.5.8: more than 16 bits of data take 32 whatever CHLEN says. */
  get slotBits(): 16 | 32 {
    return this.#regs.I2SCFGR.CHLEN === 1 || this.#regs.I2SCFGR.DATLEN !== 0 ? 32 : 16;
  }
  /** Half-words of a slot, padding included. */
  get phases(): 1 | 2 {
    return this.slotBits === 16 ? 1 : 2;
  }
  /** Which half-word of the data goes in a phase of a slot; −1 for padding (28.4.3). */
  partOf(phase: number): number {
    if (this.dataBits !== 16) return phase;
    const first = this.slotBits === 32 && this.standard === STANDARD.lsb ? 1 : 0;
    return phase === first ? 0 : -1;
  }
  /** I2SxCLK ticks of a bit, 28.4.4; 0 where I2SDIV is not allowed. */
  get bitTicks(): number {
    const { I2SDIV, ODD, MCKOE } = this.#regs.I2SPR;
    if (I2SDIV < 2) return 0;
    return (2 * I2SDIV + ODD) * (MCKOE ? (this.slotBits === 16 ? 8 : 4) : 1);
  }
  /** WS during a channel's slot; 28.4.3: low is left in the Philips standard, high in the justified ones. */
  wordSelect(channel: number): 'high' | 'low' {
    return (channel === 0) === (this.standard === STANDARD.philips) ? 'low' : 'high';
  }
  /** Bits that PCM's synchronisation lasts. */
  get pcmSync(): number {
    return this.#regs.I2SCFGR.PCMSYNC ? 13 : 1;
  }
}

/** Side 0 is left, which comes first. */
export function channelOf(side: number): I2sChannel {
  return side === 0 ? 'left' : 'right';
}

/** A half-word of a sample as DR has it: 28.4.3, figures of the standards. */
export function halfWord(sample: number, part: number, bits: number, standard: number): number {
  if (bits === 16) return sample & 0xffff;
  const left = bits === 24 && standard !== STANDARD.lsb ? sample << 8 : sample;
  return (part === 0 ? left >>> 16 : left) & 0xffff;
}

/** The sample that two half-words make. */
export function sampleOf(first: number, second: number, bits: number, standard: number): number {
  if (bits === 16) return first & 0xffff;
  const word = ((first << 16) | (second & 0xffff)) >>> 0;
  if (bits === 32) return word;
  return standard === STANDARD.lsb ? word & 0xff_ffff : word >>> 8;
}
