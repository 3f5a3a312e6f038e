import { pecAfter } from './i2c-pec.js';
import { CR1, SR1, SR2 } from './i2c-registers.js';
import type { I2cRegisters, I2cSettings } from './i2c-settings.js';

export interface DataState {
  /** DR, and whether it holds a byte that is to be sent. */
  readonly data: Int32Array;
  readonly dataFull: Int32Array;
  /** The shift register, and whether it holds a byte: to be sent next, or received and not yet taken by DR. */
  readonly shift: Int32Array;
  readonly shiftFull: Int32Array;
  /** Flags of SR1 that a read of it has shown: the second access of a sequence clears them. */
  readonly seen: Int32Array;
  /** The byte written last came behind START or STOP. */
  readonly dummy: Int32Array;
  /** The byte that went on the wire last. */
  readonly sentByte: Int32Array;
  /** The byte in the shift register is the packet error code. */
  readonly pecByte: Int32Array;
  /** DMA has said that one byte more is to come, or none. */
  readonly endOfTransfer: Int32Array;
}

/** Data register, shift register and the flags that follow from them: RM0090 27.3.2, 27.3.3, 27.6.6, 27.6.7. */
export class I2cData {
  readonly #regs: I2cRegisters;
  readonly #settings: I2cSettings;
  readonly #state: DataState;

  constructor(regs: I2cRegisters, settings: I2cSettings, state: DataState) {
    this.#regs = regs;
    this.#settings = settings;
    this.#state = state;
  }

  has(flag: number): boolean {
    return (this.#regs.SR1.value & flag) !== 0;
  }
  set(flag: number): void {
    this.#regs.SR1.value |= flag;
    this.#state.seen[0] = this.#state.seen[0]! & ~flag;
  }
  clear(flag: number): void {
    this.#regs.SR1.value &= ~flag;
  }
  status(flag: number): boolean {
    return (this.#regs.SR2.value & flag) !== 0;
  }
  setStatus(flag: number, on = true): void {
    const { SR2: status } = this.#regs;
    status.value = on ? status.value | flag : status.value & ~flag;
  }

  /** A read of SR1: the first access of the sequences that clear SB, ADDR, ADD10, STOPF. */
  statusRead(): void {
    this.#state.seen[0] = this.#regs.SR1.value;
  }
  /** The second access. @returns whether the flag was set, and is no more */
  acknowledge(flag: number): boolean {
    if ((this.#state.seen[0]! & this.#regs.SR1.value & flag) === 0) return false;
    this.clear(flag);
    return true;
  }

  /** The shift register has a byte to send. */
  get loaded(): boolean {
    return this.#state.shiftFull[0] !== 0;
  }
  /** A byte waits in DR behind the one that is being sent. */
  get waiting(): boolean {
    return this.#state.dataFull[0] !== 0;
  }
  /**
   * A write to DR while sending. 27.6.6: an empty shift register takes the byte at once, and TXE stays.
   * @param busy a byte is on the wire
   */
  load(byte: number, busy: boolean): void {
    this.clear(SR1.BTF);
    // Drivers write a byte behind START or STOP to get rid of TXE and BTF: it is not meant to be sent.
    this.#state.dummy[0] = (this.#regs.CR1.value & (CR1.START | CR1.STOP)) === 0 ? 0 : 1;
    if (!busy && !this.loaded) {
      this.#state.shift[0] = byte;
      this.#state.shiftFull[0] = 1;
      return;
    }
    this.#state.data[0] = byte;
    this.#state.dataFull[0] = 1;
    this.clear(SR1.TXE);
  }
  /** The byte in the shift register goes on the wire. */
  send(): number {
    this.#state.shiftFull[0] = 0;
    const byte = this.#state.shift[0]!;
    this.#state.sentByte[0] = byte;
    this.code(byte);
    return byte;
  }
  get sent(): number {
    return this.#state.sentByte[0]!;
  }
  /** The shift register takes the next byte to send: what waits in DR, or the packet error code. @returns whether there is one */
  next(): boolean {
    const { CR1: control } = this.#regs;
    if (this.waiting) {
      this.#state.shift[0] = this.#state.data[0]!;
      this.#state.dataFull[0] = 0;
      this.set(SR1.TXE);
    } else if (this.#settings.pec && (control.PEC || this.#state.endOfTransfer[0] === LAST)) {
      control.value &= ~CR1.PEC;
      this.#state.endOfTransfer[0] = 0;
      this.#state.shift[0] = this.code();
      this.clear(SR1.BTF);
    } else return false;
    this.#state.shiftFull[0] = 1;
    return true;
  }
  /** A byte that was written is not sent: there was a NACK, a START or a STOP. @returns whether one was lost */
  flush(): boolean {
    const lost = (this.waiting || this.loaded) && this.#state.dummy[0] === 0;
    this.#state.dataFull[0] = 0;
    this.#state.shiftFull[0] = 0;
    this.clear(SR1.TXE | SR1.BTF);
    return lost;
  }

  /** A byte came in. With DR full it stays in the shift register: BTF (27.6.6). */
  receive(byte: number): void {
    this.#checkCode(byte);
    if (!this.has(SR1.RXNE)) {
      this.#state.data[0] = byte;
      this.set(SR1.RXNE);
      return;
    }
    if (!this.#settings.stretches && !this.status(SR2.MSL)) {
      // 27.3.4: overrun.
      this.set(SR1.OVR);
      return;
    }
    this.#state.shift[0] = byte;
    this.#state.shiftFull[0] = 1;
    this.set(SR1.BTF);
  }
  /** A read of DR. */
  read(): number {
    const byte = this.#state.data[0]!;
    this.clear(SR1.BTF);
    if (this.has(SR1.RXNE) && this.loaded) {
      this.#state.data[0] = this.#state.shift[0]!;
      this.#state.shiftFull[0] = 0;
    } else this.clear(SR1.RXNE);
    return byte;
  }

  /** The byte that comes next, or is coming, is the packet error code (27.3.9). */
  get codeExpected(): boolean {
    return this.#state.pecByte[0] !== 0;
  }
  expectCode(): void {
    this.#state.pecByte[0] = 1;
  }
  /** The running packet error code, with one more byte. */
  code(byte?: number): number {
    const { SR2: status } = this.#regs;
    if (byte !== undefined && this.#settings.pec) status.PEC = pecAfter(status.PEC, byte);
    return status.PEC;
  }
  /** A START. The packet error code goes on over a repeated one. */
  restart(repeated: boolean): void {
    if (!repeated) this.#regs.SR2.PEC = 0;
    this.#state.pecByte[0] = 0;
    this.#state.endOfTransfer[0] = 0;
  }
  #checkCode(byte: number): void {
    if (!this.codeExpected) {
      this.code(byte);
      return;
    }
    this.#state.pecByte[0] = 0;
    this.#regs.CR1.value &= ~CR1.PEC;
    if (this.#settings.pec && byte !== this.code()) this.set(SR1.PECERR);
  }

  /** 27.3.8: the DMA controller's end of transfer EOT_1: one byte more is to come. */
  dmaFetched(level: number): void {
    if (level === 5) this.#state.endOfTransfer[0] = LAST_BUT_ONE;
  }
  /** 27.3.9: the last byte is there: what goes behind it is the packet error code. */
  dmaGave(level: number): void {
    if (level === 3) this.#state.endOfTransfer[0] = LAST;
  }
  /** The byte that is coming is the last one that DMA fetches. */
  takeLastButOne(): boolean {
    if (this.#state.endOfTransfer[0] !== LAST_BUT_ONE) return false;
    this.#state.endOfTransfer[0] = 0;
    return true;
  }

  /** PE was cleared. */
  disable(): void {
    this.flush();
    this.clear(SR1.SB | SR1.ADDR | SR1.ADD10 | SR1.STOPF | SR1.RXNE);
    this.clear(SR1.BERR | SR1.ARLO | SR1.AF | SR1.OVR | SR1.PECERR | SR1.TIMEOUT | SR1.SMBALERT);
    const { BUSY } = SR2;
    this.#regs.SR2.value &= BUSY;
    this.#state.pecByte[0] = 0;
    this.#state.endOfTransfer[0] = 0;
  }
}

const LAST_BUT_ONE = 1;
const LAST = 2;
