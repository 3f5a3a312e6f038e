import { SR } from './spi-registers.js';
import type { SpiRegisters } from './spi-settings.js';

export interface BufferState {
  /** The Tx buffer, and whether it holds a word that is to be sent. */
  readonly txBuffer: Int32Array;
  readonly txFull: Int32Array;
  /** The Rx buffer. */
  readonly rxBuffer: Int32Array;
  /** DR was read since OVR was set: a read of SR clears it. */
  readonly overrunRead: Int32Array;
  /** SR was accessed since MODF was set: a write to CR1 clears it. */
  readonly faultSeen: Int32Array;
}

/** Data register and flags, which SPI and I2S share: RM0090 28.3.7, 28.3.10, 28.4.7, 28.4.8. */
export class SpiBuffers {
  readonly #regs: SpiRegisters;
  readonly #state: BufferState;

  constructor(regs: SpiRegisters, state: BufferState) {
    this.#regs = regs;
    this.#state = state;
  }

  has(flag: number): boolean {
    return (this.#regs.SR.value & flag) !== 0;
  }
  set(flag: number): void {
    this.#regs.SR.value |= flag;
  }
  clear(flag: number): void {
    this.#regs.SR.value &= ~flag;
  }

  /** A word waits to be sent. */
  get waiting(): boolean {
    return this.#state.txFull[0] !== 0;
  }
  /** The Tx buffer as it is, sent or not. */
  get last(): number {
    return this.#state.txBuffer[0]!;
  }
  /** A write to DR. */
  load(word: number): void {
    this.#state.txBuffer[0] = word;
    this.#state.txFull[0] = 1;
    this.clear(SR.TXE);
  }
  /** The word goes to the shift register. */
  take(): number {
    this.#state.txFull[0] = 0;
    this.set(SR.TXE);
    return this.#state.txBuffer[0]!;
  }
  /** 28.4.7: TXE is 0 while I2S is chosen and switched off. */
  enable(on: boolean): void {
    if (on && !this.waiting) this.set(SR.TXE);
    else this.clear(SR.TXE);
  }

  /** A word came in. 28.3.10: with RXNE set it is lost, and the one before stays. */
  receive(word: number): void {
    if (this.has(SR.RXNE)) {
      this.set(SR.OVR);
      this.#state.overrunRead[0] = 0;
      return;
    }
    this.#state.rxBuffer[0] = word;
    this.set(SR.RXNE);
  }
  /** A read of DR. */
  read(): number {
    if (this.has(SR.OVR)) this.#state.overrunRead[0] = 1;
    this.clear(SR.RXNE);
    return this.#state.rxBuffer[0]!;
  }

  /** 28.3.10, 28.4.8: what a read of SR clears: OVR when DR was read before, UDR and FRE at once. */
  statusRead(): void {
    if (this.has(SR.MODF)) this.#state.faultSeen[0] = 1;
    if (this.#state.overrunRead[0] !== 0) {
      this.#state.overrunRead[0] = 0;
      this.clear(SR.OVR);
    }
    this.clear(SR.UDR | SR.FRE);
  }
  statusWritten(): void {
    if (this.has(SR.MODF)) this.#state.faultSeen[0] = 1;
  }
  modeFault(): void {
    this.#state.faultSeen[0] = 0;
    this.set(SR.MODF);
  }
  /** 28.3.10: a write to CR1 ends the sequence that clears MODF. */
  controlWritten(): void {
    if (this.#state.faultSeen[0] === 0) return;
    this.#state.faultSeen[0] = 0;
    this.clear(SR.MODF);
  }
}
