import { mirrored } from '../../../spi-link.js';
import type { SpiBuffers } from './spi-buffers.js';
import { crcAfter } from './spi-crc.js';
import { CR1 } from './spi-registers.js';
import type { SpiRegisters, SpiSettings } from './spi-settings.js';

export interface WordState {
  /** The word on the wire is a CRC. */
  readonly crcFrame: Int32Array;
  /** DMA has served its last transfer: the CRC is due, without CRCNEXT (28.3.9). */
  readonly crcDue: Int32Array;
}

/** What goes into the shift register next and what becomes of what came out of it, CRC included: RM0090 28.3.5, 28.3.6. */
export class SpiWords {
  readonly #regs: SpiRegisters;
  readonly #settings: SpiSettings;
  readonly #buffers: SpiBuffers;
  readonly #state: WordState;

  constructor(regs: SpiRegisters, settings: SpiSettings, buffers: SpiBuffers, state: WordState) {
    this.#regs = regs;
    this.#settings = settings;
    this.#buffers = buffers;
    this.#state = state;
  }

  get #crcNext(): boolean {
    return this.#settings.crc && ((this.#regs.CR1.value & CR1.CRCNEXT) !== 0 || this.#state.crcDue[0] !== 0);
  }
  /** Something is there for a master to send, or it clocks without. */
  get ready(): boolean {
    return !this.#settings.sends || this.#buffers.waiting || this.#crcNext;
  }

  /** The next word in the order of the wire; without new data `idle`, or else the Tx buffer's last word again. */
  next(idle?: number): number {
    const { bits } = this.#settings;
    this.#state.crcFrame[0] = 0;
    // 28.3.6: data that waits goes first.
    if (this.#settings.sends && this.#buffers.waiting) return this.#ordered(this.#buffers.take(), bits);
    if (this.#crcNext) {
      this.#state.crcFrame[0] = 1;
      this.#state.crcDue[0] = 0;
      this.#regs.CR1.value &= ~CR1.CRCNEXT;
      return this.#ordered(this.#regs.TXCRCR.value, bits);
    }
    if (idle !== undefined) return idle & ((1 << bits) - 1);
    return this.#ordered(this.#buffers.last, bits);
  }

  /** A word went over the wire; both in the order of the wire. */
  done(sent: number, received: number): void {
    const { bits, crc, receives, sends } = this.#settings;
    const isCrc = this.#state.crcFrame[0] !== 0;
    if (crc && !isCrc) {
      const { RXCRCR, TXCRCR, CRCPR } = this.#regs;
      if (sends) TXCRCR.value = crcAfter(TXCRCR.value, sent, bits, CRCPR.value);
      if (receives) RXCRCR.value = crcAfter(RXCRCR.value, received, bits, CRCPR.value);
    }
    if (!receives) return;
    const word = this.#ordered(received, bits);
    if (crc && isCrc && word !== (this.#regs.RXCRCR.value & ((1 << bits) - 1))) this.#regs.SR.CRCERR = 1;
    this.#buffers.receive(word);
  }

  /** 28.3.9: the stream that sends has served its last transfer: the CRC follows. */
  dmaSent(): void {
    if (this.#settings.crc && this.#settings.sends) this.#state.crcDue[0] = 1;
  }
  /** The stream that receives has, and nothing sends: the word on the wire, or else the next, is the CRC. */
  dmaReceived(busy: boolean): void {
    if (!this.#settings.crc || this.#regs.CR2.TXDMAEN === 1) return;
    if (busy) this.#state.crcFrame[0] = 1;
    else this.#state.crcDue[0] = 1;
  }
  /** 28.3.6: setting CRCEN clears both CRC registers. */
  restart(): void {
    this.#regs.RXCRCR.value = 0;
    this.#regs.TXCRCR.value = 0;
    this.#state.crcDue[0] = 0;
  }

  /** A word between the order of DR and that of the wire. */
  #ordered(word: number, bits: number): number {
    const kept = word & ((1 << bits) - 1);
    return this.#settings.lsbFirst ? mirrored(kept, bits) : kept;
  }
}
