import type { Registers } from '../../../register-file.js';
import { CR1, type I2C, SR1, SR2 } from './i2c-registers.js';

export type I2cRegisters = Registers<typeof I2C>;

/** Reserved addresses that SMBus devices answer to: 27.3.7. */
const ALERT_RESPONSE = 0b0001100;
const DEVICE_DEFAULT = 0b1100001;
const HOST = 0b0001000;

const EVENTS = SR1.SB | SR1.ADDR | SR1.ADD10 | SR1.STOPF | SR1.BTF;
const BUFFER_EVENTS = SR1.TXE | SR1.RXNE;
const ERRORS = SR1.BERR | SR1.ARLO | SR1.AF | SR1.OVR | SR1.PECERR | SR1.TIMEOUT | SR1.SMBALERT;

/** What the registers say, in words: RM0090 27.3. */
export class I2cSettings {
  readonly #regs: I2cRegisters;

  constructor(regs: I2cRegisters) {
    this.#regs = regs;
  }

  get enabled(): boolean {
    return (this.#regs.CR1.value & CR1.PE) !== 0;
  }
  get acknowledges(): boolean {
    return (this.#regs.CR1.value & CR1.ACK) !== 0;
  }
  get stretches(): boolean {
    return this.#regs.CR1.NOSTRETCH === 0;
  }
  get smbus(): boolean {
    return this.#regs.CR1.SMBUS === 1;
  }
  get pec(): boolean {
    return this.#regs.CR1.ENPEC === 1;
  }

  /** 27.6.8: the least value of CCR. */
  get leastCcr(): number {
    return this.#regs.CCR.FS && this.#regs.CCR.DUTY ? 1 : 4;
  }
  get #ccr(): number {
    return Math.max(this.#regs.CCR.CCR, this.leastCcr);
  }
  /** PCLK1 cycles that SCL is low and high, 27.6.8. */
  get low(): number {
    const { FS, DUTY } = this.#regs.CCR;
    return this.#ccr * (FS === 0 ? 1 : DUTY === 0 ? 2 : 16);
  }
  get high(): number {
    return this.#ccr * (this.#regs.CCR.FS && this.#regs.CCR.DUTY ? 9 : 1);
  }
  get bit(): number {
    return this.low + this.high;
  }

  /** 27.3.2: 10-bit own address. */
  get wide(): boolean {
    return this.#regs.OAR1.ADDMODE === 1;
  }
  /** The first byte's seven bits of a 10-bit own address: 0b11110, then its two upper bits. */
  get header(): number {
    return 0b1111000 | (this.#regs.OAR1.ADD >>> 8);
  }
  get lowByte(): number {
    return this.#regs.OAR1.ADD & 0xff;
  }

  /** What the flags of SR2 say of an address of seven bits that is this port's; undefined if it is not (27.3.2, 27.3.7). */
  match(address: number, read: boolean): number | undefined {
    const { CR1: control, OAR1, OAR2 } = this.#regs;
    if (!this.wide && address === ((OAR1.ADD >>> 1) & 0x7f)) return 0;
    if (!this.wide && OAR2.ENDUAL && address === OAR2.ADD2) return SR2.DUALF;
    if (control.ENGC && address === 0 && !read) return SR2.GENCALL;
    if (!control.SMBUS) return undefined;
    if (control.ENARP && !control.SMBTYPE && address === DEVICE_DEFAULT) return SR2.SMBDEFAULT;
    if (control.ENARP && control.SMBTYPE && address === HOST) return SR2.SMBHOST;
    return control.ALERT && address === ALERT_RESPONSE && read ? 0 : undefined;
  }
  isAlertResponse(address: number, read: boolean): boolean {
    return this.smbus && this.#regs.CR1.ALERT === 1 && address === ALERT_RESPONSE && read;
  }

  /** 27.4. */
  get eventInterrupt(): boolean {
    const { CR2, SR1: status } = this.#regs;
    const flags = EVENTS | (CR2.ITBUFEN ? BUFFER_EVENTS : 0);
    return CR2.ITEVTEN === 1 && (status.value & flags) !== 0;
  }
  get errorInterrupt(): boolean {
    return this.#regs.CR2.ITERREN === 1 && (this.#regs.SR1.value & ERRORS) !== 0;
  }
}
