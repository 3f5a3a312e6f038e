import type { I2cSlave } from '../../../i2c-link.js';
import type { I2cData } from './i2c-data.js';
import { BUS_EVENT } from './i2c-log.js';
import { CR1, SR1, SR2 } from './i2c-registers.js';
import type { I2cRegisters, I2cSettings } from './i2c-settings.js';

/** What the slave does with the bytes on the bus. */
const ROLE = { none: 0, receives: 1, sends: 2, lowByte: 3 } as const;

export interface SlaveState {
  readonly role: Int32Array;
  /** A 10-bit address matched since the last START that was none but repeated: its read header alone selects again. */
  readonly wideMatch: Int32Array;
  /** A byte is on its way out. */
  readonly outgoing: Int32Array;
  /** Another master has the bus. */
  readonly foreign: Int32Array;
}

export interface SlaveListener {
  /** The port can hear the bus: enabled, clocked, its pins connected. */
  hears(): boolean;
  noted(event: number, byte: number, ack: boolean): void;
  alerted(): void;
  flagsChanged(): void;
}

/** Slave mode, clocked by another master: RM0090 27.3.2. */
export class I2cSlavePort implements I2cSlave {
  readonly name: string;
  readonly #regs: I2cRegisters;
  readonly #settings: I2cSettings;
  readonly #data: I2cData;
  readonly #state: SlaveState;
  readonly #listener: SlaveListener;

  constructor(
    name: string,
    unit: { regs: I2cRegisters; settings: I2cSettings; data: I2cData },
    state: SlaveState,
    listener: SlaveListener,
  ) {
    this.name = name;
    this.#regs = unit.regs;
    this.#settings = unit.settings;
    this.#data = unit.data;
    this.#state = state;
    this.#listener = listener;
  }

  get active(): boolean {
    return this.#state.role[0] !== ROLE.none;
  }
  get foreign(): boolean {
    return this.#state.foreign[0] !== 0;
  }
  /** A byte is on the wire: what is written to DR waits. */
  get sendsByte(): boolean {
    return this.#state.outgoing[0] !== 0;
  }

  started(): void {
    const repeated = this.#state.foreign[0] !== 0;
    this.#state.foreign[0] = 1;
    if (!this.#listener.hears()) return;
    this.#data.setStatus(SR2.BUSY);
    this.#listener.noted(repeated ? BUS_EVENT.restart : BUS_EVENT.start, 0, true);
    if (!repeated) this.#state.wideMatch[0] = 0;
    this.#data.restart(repeated);
    this.#leave();
    this.#listener.flagsChanged();
  }

  start(address: number, read: boolean): boolean {
    const ack = this.#listener.hears() && this.#settings.acknowledges && this.#select(address, read);
    if (this.#listener.hears()) this.#listener.noted(BUS_EVENT.address, (address << 1) | (read ? 1 : 0), ack);
    if (ack) this.#data.code((address << 1) | (read ? 1 : 0));
    this.#listener.flagsChanged();
    return ack;
  }
  #select(address: number, read: boolean): boolean {
    if (this.#settings.wide && address === this.#settings.header) return this.#selectWide(read);
    const flags = this.#settings.match(address, read);
    if (flags === undefined) return false;
    if (this.#settings.isAlertResponse(address, read)) this.#listener.alerted();
    this.#addressed(read, flags);
    return true;
  }
  #selectWide(read: boolean): boolean {
    if (!read) {
      this.#state.role[0] = ROLE.lowByte;
      return true;
    }
    if (this.#state.wideMatch[0] === 0) return false;
    this.#addressed(true, 0);
    return true;
  }
  /** EV1: ADDR, and TXE with it in a transmitter. */
  #addressed(read: boolean, flags: number): void {
    this.#state.role[0] = read ? ROLE.sends : ROLE.receives;
    this.#data.set(read ? SR1.ADDR | SR1.TXE : SR1.ADDR);
    this.#data.setStatus(SR2.TRA, read);
    this.#data.setStatus(flags);
  }

  write(byte: number): boolean {
    const ack = this.#write(byte);
    this.#listener.noted(BUS_EVENT.byte, byte, ack);
    this.#listener.flagsChanged();
    return ack;
  }
  #write(byte: number): boolean {
    const { role } = this.#state;
    if (role[0] === ROLE.lowByte) {
      role[0] = ROLE.none;
      if (byte !== this.#settings.lowByte || !this.#settings.acknowledges) return false;
      this.#data.code(byte);
      this.#state.wideMatch[0] = 1;
      this.#addressed(false, 0);
      return true;
    }
    if (role[0] !== ROLE.receives) return false;
    const { POS, PEC } = this.#regs.CR1;
    const coded = this.#settings.pec && ((PEC === 1 && POS === 0) || this.#data.takeLastButOne());
    if (coded) this.#data.expectCode();
    // 27.3.9: a wrong packet error code gets a NACK.
    const wrong = this.#data.codeExpected && byte !== this.#data.code();
    this.#data.receive(byte);
    this.#release();
    return this.#settings.acknowledges && !wrong;
  }

  read(): number {
    if (this.#state.role[0] !== ROLE.sends) return 0xff;
    this.#state.outgoing[0] = 1;
    if (!this.#data.loaded) {
      // 27.3.4: underrun, which only NOSTRETCH lets happen: the byte before goes out again.
      this.#data.set(SR1.OVR);
    }
    const byte = this.#data.send();
    this.#listener.flagsChanged();
    return byte;
  }
  acknowledged(ack: boolean): void {
    if (this.#state.role[0] !== ROLE.sends) return;
    this.#state.outgoing[0] = 0;
    this.#listener.noted(BUS_EVENT.byte, this.#data.sent, ack);
    if (!ack) {
      this.#data.set(SR1.AF);
      this.#state.role[0] = ROLE.none;
      this.#data.flush();
    } else if (!this.#data.next() && this.#settings.stretches) this.#data.set(SR1.BTF);
    this.#release();
    this.#listener.flagsChanged();
  }

  stop(): void {
    this.#state.foreign[0] = 0;
    if (!this.#listener.hears()) return;
    this.#listener.noted(BUS_EVENT.stop, 0, true);
    // 27.6.6: STOPF comes after an acknowledge only.
    if (this.active && this.#settings.acknowledges) this.#data.set(SR1.STOPF);
    this.#leave();
    this.#state.wideMatch[0] = 0;
    this.#regs.CR1.value &= ~CR1.STOP;
    this.#listener.flagsChanged();
  }

  /** 27.3.2: SCL stays low until ADDR is cleared, a byte to be sent is there, or a received one was read. */
  stretching(): boolean {
    if (!this.#settings.enabled || !this.#settings.stretches || !this.active) return false;
    if (this.#data.has(SR1.ADDR)) return true;
    if (this.#state.role[0] === ROLE.sends) return !this.#data.loaded && !this.sendsByte;
    return this.#data.has(SR1.RXNE) && this.#data.loaded;
  }

  /** 27.6.1: a slave's STOP lets go of the lines after the byte on the wire. */
  #release(): void {
    if ((this.#regs.CR1.value & CR1.STOP) === 0) return;
    this.#regs.CR1.value &= ~CR1.STOP;
    this.#state.role[0] = ROLE.none;
  }
  /** The port's part in a transfer is over: STOP, repeated START, an error, PE. */
  #leave(): void {
    const { role, outgoing } = this.#state;
    if (role[0] === ROLE.sends || this.#data.status(SR2.TRA)) this.#data.flush();
    role[0] = ROLE.none;
    outgoing[0] = 0;
    this.#data.setStatus(SR2.TRA | SR2.GENCALL | SR2.SMBDEFAULT | SR2.SMBHOST | SR2.DUALF, false);
  }
  /** Drops out at once. */
  abandon(): void {
    this.#leave();
    this.#state.wideMatch[0] = 0;
  }
}
