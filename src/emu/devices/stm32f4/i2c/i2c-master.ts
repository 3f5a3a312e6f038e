import type { TimedEvent } from '../../../scheduler.js';
import type { I2cBus } from './i2c-bus.js';
import type { I2cData } from './i2c-data.js';
import type { I2cLines } from './i2c-lines.js';
import { BUS_EVENT } from './i2c-log.js';
import { CR1, SR1, SR2 } from './i2c-registers.js';
import type { I2cRegisters, I2cSettings } from './i2c-settings.js';
import { I2cWave, type WaveState } from './i2c-wave.js';

/** Where the master is. */
export const PHASE = {
  /** It is none. */
  idle: 0,
  /** A START or STOP is on the wire. */
  start: 1,
  stop: 2,
  /** A byte is on the wire: address, low byte of a 10-bit address, data out, data in. */
  address: 3,
  lowByte: 4,
  sending: 5,
  receiving: 6,
  /** SCL is low and waits for firmware: SB, ADD10, ADDR, a byte to send, a byte to be read, the end after a NACK. */
  select: 7,
  ten: 8,
  addressed: 9,
  sendHeld: 10,
  receiveHeld: 11,
  nacked: 12,
} as const;

export interface MasterState extends WaveState {
  readonly phase: Int32Array;
  /** The byte on the wire. */
  readonly byte: Int32Array;
  /** What goes on the wire when SCL is released, 0 for nothing. */
  readonly wanted: Int32Array;
  /** What ACK said one byte ago: POS (27.6.1). */
  readonly acknowledge: Int32Array;
  /** The bus is free, but not for long enough. */
  readonly cooling: Int32Array;
}

export interface MasterListener {
  noted(event: number, byte: number, ack: boolean): void;
  /** A START is on its way. */
  starting(): void;
  /** Another master has won the byte on the wire; the port has been told (27.3.4). */
  outvoted(): boolean;
  lost(): void;
  /** Somebody holds SCL low, or does no longer. */
  stretched(): void;
  /** A STOP, or PE, ended it. */
  free(): void;
  flagsChanged(): void;
}

/** Bits of a byte with its acknowledge. */
const BYTE_BITS = 9;
/** 0b11110xx0: the header of a 10-bit address (27.3.3). */
const isHeader = (byte: number) => (byte & 0xf9) === 0xf0;

/** Master mode: RM0090 27.3.3. Every bit takes what CCR says; bytes and conditions go one by one, SCL low in between as needed. */
export class I2cMaster {
  readonly #regs: I2cRegisters;
  readonly #settings: I2cSettings;
  readonly #data: I2cData;
  readonly #bus: I2cBus;
  readonly #lines: I2cLines;
  readonly #state: MasterState;
  readonly #listener: MasterListener;
  readonly #event: TimedEvent;
  readonly #wave: I2cWave;

  constructor(
    unit: { regs: I2cRegisters; settings: I2cSettings; data: I2cData; bus: I2cBus; lines: I2cLines },
    state: MasterState,
    listener: MasterListener,
    event: (name: string, fire: () => void) => TimedEvent,
  ) {
    this.#regs = unit.regs;
    this.#settings = unit.settings;
    this.#data = unit.data;
    this.#bus = unit.bus;
    this.#lines = unit.lines;
    this.#state = state;
    this.#listener = listener;
    this.#event = event('bits', () => this.#over());
    this.#wave = new I2cWave(unit.settings, unit.lines, state, (fire) => event('wave', fire));
  }

  get phase(): number {
    return this.#state.phase[0]!;
  }
  /** Something is on the wire, or waits for SCL to be. */
  get moving(): boolean {
    return this.#event.armed || this.#state.wanted[0] !== 0;
  }
  get sendsByte(): boolean {
    return this.phase === PHASE.sending;
  }

  #control(bit: number): boolean {
    return (this.#regs.CR1.value & bit) !== 0;
  }

  /** CR1 was written, a flag was cleared or DR was accessed: goes on if there is a reason to. */
  kick(): void {
    if (this.moving || !this.#settings.enabled) return;
    const { phase } = this;
    if (phase === PHASE.idle) this.#kickIdle();
    else if (phase === PHASE.addressed) return;
    else if (this.#control(CR1.STOP)) this.#want(PHASE.stop);
    else if (this.#control(CR1.START) && phase !== PHASE.select) this.#want(PHASE.start);
    else if (phase === PHASE.sendHeld && this.#data.loaded) this.#want(PHASE.sending);
    else if (phase === PHASE.receiveHeld && !this.#data.loaded) this.#want(PHASE.receiving);
  }
  #kickIdle(): void {
    if (!this.#control(CR1.START) || this.#data.status(SR2.BUSY) || this.#state.cooling[0] !== 0) return;
    this.#listener.starting();
    this.#lines.occupy(true);
    this.#state.phase[0] = PHASE.start;
    this.#event.after(this.#settings.high);
  }

  /** DR was written after SB or ADD10: the address goes out. */
  select(byte: number): void {
    this.#state.byte[0] = byte;
    this.#want(this.phase === PHASE.select ? PHASE.address : PHASE.lowByte);
  }
  /** ADDR was cleared. */
  addressTaken(): void {
    if (this.phase !== PHASE.addressed) return;
    if (!this.#data.status(SR2.TRA)) {
      this.#want(PHASE.receiving);
      return;
    }
    this.#state.phase[0] = PHASE.sendHeld;
    this.kick();
  }

  /** SCL is free again. */
  released(): void {
    const wanted = this.#state.wanted[0]!;
    if (wanted === 0) return;
    this.#state.wanted[0] = 0;
    this.#want(wanted);
  }

  /** Puts something on the wire as soon as nobody holds SCL low. */
  #want(what: number): void {
    const stretched = this.#bus.stretched;
    if (!stretched && !this.#lines.sclHeld) {
      this.#begin(what);
      return;
    }
    // An attached slave has no driver at the pin: the port shows SCL low in its place. Whoever drives the pin low does so itself.
    this.#lines.hold(stretched);
    this.#state.wanted[0] = what;
    this.#listener.stretched();
  }

  #begin(what: number): void {
    const { low, high, bit } = this.#settings;
    this.#state.phase[0] = what;
    if (!this.#wave.shown) this.#lines.hold(false);
    this.#listener.stretched();
    if (what === PHASE.start || what === PHASE.stop) this.#wave.condition();
    else this.#wave.byte();
    if (what === PHASE.start) this.#event.after(low + 2 * high);
    else if (what === PHASE.stop) this.#event.after(bit);
    else {
      if (what === PHASE.sending) this.#state.byte[0] = this.#data.send();
      if (what === PHASE.receiving) this.#state.byte[0] = this.#bus.read();
      this.#event.after(BYTE_BITS * bit);
    }
  }

  #over(): void {
    switch (this.phase) {
      case PHASE.start:
        this.#started();
        break;
      case PHASE.stop:
        this.#stopped();
        break;
      case PHASE.address:
        if (!this.#listener.outvoted()) this.#addressSent(this.#bus.address(this.#state.byte[0]!));
        break;
      case PHASE.lowByte:
        this.#lowByteSent(this.#bus.write(this.#state.byte[0]!));
        break;
      case PHASE.sending:
        if (!this.#listener.outvoted()) this.#byteSent(this.#bus.write(this.#state.byte[0]!));
        break;
      case PHASE.receiving:
        this.#byteReceived();
        break;
      default:
        this.#cooled();
    }
    this.#listener.flagsChanged();
  }

  #started(): void {
    const repeated = this.#data.status(SR2.MSL);
    this.#regs.CR1.value &= ~CR1.START;
    if (this.#data.status(SR2.TRA) && this.#data.flush()) this.#listener.lost();
    this.#data.restart(repeated);
    this.#data.setStatus(SR2.TRA, false);
    this.#data.setStatus(SR2.MSL | SR2.BUSY);
    this.#data.set(SR1.SB);
    this.#state.phase[0] = PHASE.select;
    this.#wave.rest();
    this.#listener.noted(repeated ? BUS_EVENT.restart : BUS_EVENT.start, 0, true);
    this.#bus.started();
    this.kick();
  }

  #addressSent(ack: boolean): void {
    const byte = this.#state.byte[0]!;
    this.#data.code(byte);
    this.#listener.noted(BUS_EVENT.address, byte, ack);
    if (!ack) this.#nack();
    else if (isHeader(byte)) {
      this.#data.set(SR1.ADD10);
      this.#state.phase[0] = PHASE.ten;
    } else this.#addressed((byte & 1) === 0);
  }
  #lowByteSent(ack: boolean): void {
    const byte = this.#state.byte[0]!;
    this.#data.code(byte);
    this.#listener.noted(BUS_EVENT.byte, byte, ack);
    if (ack) this.#addressed(true);
    else this.#nack();
  }
  /** EV6. The transmitter finds DR empty: TXE comes with ADDR. */
  #addressed(sends: boolean): void {
    this.#state.phase[0] = PHASE.addressed;
    this.#data.set(sends ? SR1.ADDR | SR1.TXE : SR1.ADDR);
    this.#data.setStatus(SR2.TRA, sends);
    this.#state.acknowledge[0] = this.#settings.acknowledges ? 1 : 0;
  }

  #nack(): void {
    this.#data.set(SR1.AF);
    if (this.#data.status(SR2.TRA)) this.#data.flush();
    this.#hold(PHASE.nacked);
  }
  #hold(phase: number): void {
    this.#state.phase[0] = phase;
    this.kick();
  }

  #byteSent(ack: boolean): void {
    this.#listener.noted(BUS_EVENT.byte, this.#state.byte[0]!, ack);
    if (!ack) {
      this.#nack();
      return;
    }
    // 27.6.1: STOP and START come after the byte that is on the wire.
    if (this.#control(CR1.STOP | CR1.START)) {
      this.#hold(PHASE.sendHeld);
      return;
    }
    if (!this.#data.next()) this.#data.set(SR1.BTF);
    this.#hold(PHASE.sendHeld);
  }

  #byteReceived(): void {
    const byte = this.#state.byte[0]!;
    const { POS, PEC } = this.#regs.CR1;
    const { pec } = this.#settings;
    const last = this.#data.takeLastButOne();
    if (pec && (last || (PEC && !POS))) this.#data.expectCode();
    const isCode = this.#data.codeExpected;
    // 27.3.9: the master receiver ends with a NACK behind the packet error code, whatever it is.
    const ack = this.#acknowledges() && !isCode && !(last && this.#regs.CR2.LAST === 1);
    this.#data.receive(byte);
    if (pec && PEC && POS && !isCode) this.#data.expectCode();
    this.#bus.acknowledged(ack);
    this.#listener.noted(BUS_EVENT.byte, byte, ack);
    if (this.#control(CR1.STOP | CR1.START) || !ack) this.#hold(PHASE.nacked);
    else if (this.#data.loaded) this.#hold(PHASE.receiveHeld);
    else this.#want(PHASE.receiving);
  }

  /** ACK is about this byte, or, with POS, about the next one (27.6.1). */
  #acknowledges(): boolean {
    const own = this.#settings.acknowledges;
    const ack = this.#regs.CR1.POS ? this.#state.acknowledge[0] !== 0 : own;
    this.#state.acknowledge[0] = own ? 1 : 0;
    return ack;
  }

  #stopped(): void {
    this.#regs.CR1.value &= ~CR1.STOP;
    this.#listener.noted(BUS_EVENT.stop, 0, true);
    this.#bus.stop();
    this.#free();
  }

  /** The master lets go of the bus; the next START waits for the time that the bus must be free. */
  #free(): void {
    if (this.#data.status(SR2.TRA) && this.#data.flush()) this.#listener.lost();
    this.#data.setStatus(SR2.MSL | SR2.TRA, false);
    this.#state.phase[0] = PHASE.idle;
    this.#state.wanted[0] = 0;
    this.#wave.end();
    this.#lines.hold(false);
    this.#lines.occupy(false);
    this.#state.cooling[0] = 1;
    this.#event.after(this.#settings.low);
    this.#listener.free();
  }
  #cooled(): void {
    this.#state.cooling[0] = 0;
    this.kick();
  }

  /** It drops out at once: arbitration lost, PE cleared, a time-out. The bus stays as it is. */
  abandon(): void {
    this.#event.cancel();
    this.#wave.end();
    this.#state.phase[0] = PHASE.idle;
    this.#state.wanted[0] = 0;
    this.#state.cooling[0] = 0;
    if (this.#data.status(SR2.TRA)) this.#data.flush();
    this.#data.clear(SR1.SB | SR1.ADDR | SR1.ADD10);
    this.#data.setStatus(SR2.MSL | SR2.TRA, false);
    this.#lines.hold(false);
    this.#lines.occupy(false);
  }
  /** A time-out, with CR1.STOP set: whatever SCL was held for is over. */
  giveUp(): void {
    this.#data.clear(SR1.SB | SR1.ADDR | SR1.ADD10);
    if (this.phase === PHASE.addressed) this.#state.phase[0] = PHASE.nacked;
    this.kick();
  }
  /** PE was cleared while SCL waits for firmware: the lines go, which is a STOP to everybody else. */
  disabled(): void {
    const wasMaster = this.phase !== PHASE.idle;
    this.abandon();
    if (wasMaster) this.#bus.stop();
  }
}
