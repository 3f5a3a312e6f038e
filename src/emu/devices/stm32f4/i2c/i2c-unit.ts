import { Attachments } from '../../../attachments.js';
import type { DeviceContext } from '../../../device.js';
import type { I2cSlave } from '../../../i2c-link.js';
import type { TimedEvent } from '../../../scheduler.js';
import { f64, i32, u8 } from '../../../state.js';
import { I2cBus } from './i2c-bus.js';
import { I2cData } from './i2c-data.js';
import { I2cDriver } from './i2c-driver.js';
import { I2cLines } from './i2c-lines.js';
import { BUS_EVENT, I2cLog } from './i2c-log.js';
import { I2cMaster, PHASE } from './i2c-master.js';
import { CR1, type I2C, SR1, SR2 } from './i2c-registers.js';
import { I2cReports } from './i2c-reports.js';
import { type I2cRegisters, I2cSettings } from './i2c-settings.js';
import { I2cSlavePort } from './i2c-slave.js';
import { type Holder, I2cTimeout } from './i2c-timeout.js';

export const I2C_STATE = {
  data: i32(),
  dataFull: i32(),
  shift: i32(),
  shiftFull: i32(),
  seen: i32(),
  dummy: i32(),
  sentByte: i32(),
  pecByte: i32(),
  endOfTransfer: i32(),
  taking: i32(),
  phase: i32(),
  byte: i32(),
  wanted: i32(),
  acknowledge: i32(),
  cooling: i32(),
  waveLeft: i32(),
  role: i32(),
  wideMatch: i32(),
  outgoing: i32(),
  foreign: i32(),
  driving: i32(),
  driverSkips: i32(),
  driverByte: i32(),
  driverInside: i32(),
  lowSince: f64(),
  extended: f64(),
  /** The slave holds SCL low. */
  held: i32(),
  /** PE was cleared in the middle of a byte. */
  closing: i32(),
  /** The next byte loses arbitration, by a test. */
  outvoted: i32(),
  said: u8(16),
};
export type I2cContext = DeviceContext<typeof I2C, typeof I2C_STATE>;

/** Bits of CR1 that go when PE does: 27.6.1. */
const CLEARED_WITH_PE = CR1.START | CR1.ACK | CR1.POS | CR1.PEC | CR1.ALERT;
/** Phases in which the master holds SCL low until firmware does something. */
const HELD: ReadonlySet<number> = new Set([
  PHASE.select,
  PHASE.ten,
  PHASE.addressed,
  PHASE.sendHeld,
  PHASE.receiveHeld,
  PHASE.nacked,
]);

/** An I2C interface: RM0090 27.3, master and slave, whose registers they share. */
export class I2cUnit {
  readonly #d: I2cContext;
  readonly #regs: I2cRegisters;
  readonly #wires: { ev: Wire; er: Wire; rxDma: Wire; txDma: Wire };
  readonly #reports: I2cReports;
  readonly #timeout: I2cTimeout;
  readonly #rival: TimedEvent;
  readonly #master: I2cMaster;
  /** Who wants to know when the slave lets go of SCL: set at the machine's making. */
  readonly #releases: (() => void)[] = [];
  readonly settings: I2cSettings;
  readonly data: I2cData;
  readonly lines: I2cLines;
  readonly slaves: Attachments<I2cSlave>;
  readonly bus: I2cBus;
  readonly log: I2cLog;
  readonly asSlave: I2cSlavePort;
  readonly driver: I2cDriver;

  constructor(d: I2cContext, label: string) {
    this.#d = d;
    this.#regs = d.regs;
    const { state } = d;
    this.#wires = { ev: d.output('ev'), er: d.output('er'), rxDma: d.output('rxDma'), txDma: d.output('txDma') };
    this.#reports = new I2cReports(label, state.said, (problem) => d.report(problem));
    this.settings = new I2cSettings(this.#regs);
    this.data = new I2cData(this.#regs, this.settings, state);
    this.lines = new I2cLines((name) => d.pinFunction(name), label);
    this.slaves = new Attachments(d.log('slaves'));
    this.bus = new I2cBus(this.slaves, state, () => this.lines.routed);
    this.log = new I2cLog((name, options) => d.log(name, options));
    this.#master = this.#makeMaster();
    this.asSlave = this.#makeSlave();
    this.driver = new I2cDriver(this.asSlave, state, d, () => this.data.status(SR2.BUSY));
    const ns = d.clockNamed('ns');
    this.#timeout = new I2cTimeout(
      state,
      ns,
      (fire) => d.event('timeout', fire, ns),
      () => this.#timedOut(),
    );
    this.#rival = d.event('rival', () => this.#rivalStops());
    for (const line of [this.lines.scl, this.lines.sda]) line.onLevel(() => this.#linesChanged());
    this.lines.smba.onLevel(() => this.#alertChanged());
    d.input('rxDma.ack', (level) => this.data.dmaFetched(level));
    d.input('txDma.ack', (level) => this.data.dmaGave(level));
  }

  #makeMaster(): I2cMaster {
    const parts = { regs: this.#regs, settings: this.settings, data: this.data, bus: this.bus, lines: this.lines };
    const listener = {
      noted: (event: number, byte: number, ack: boolean) => this.#note(event, byte, ack),
      starting: () => this.#reports.pins(this.lines),
      outvoted: () => this.#outvoted(),
      lost: () => this.#reports.lost(),
      stretched: () => this.#watchScl(),
      free: () => this.#freed(),
      flagsChanged: () => this.update(),
    };
    return new I2cMaster(parts, this.#d.state, listener, (name, fire) => this.#d.event(name, fire));
  }

  #makeSlave(): I2cSlavePort {
    const parts = { regs: this.#regs, settings: this.settings, data: this.data };
    return new I2cSlavePort(this.#d.name, parts, this.#d.state, {
      hears: () => this.settings.enabled && this.#d.clock.running && this.lines.routed,
      noted: (event, byte, ack) => this.#note(event, byte, ack),
      alerted: () => this.data.set(SR1.SMBALERT),
      flagsChanged: () => {
        this.#linesSettled();
        this.update();
      },
    });
  }

  #note(event: number, byte: number, ack: boolean): void {
    this.log.note(event, byte, ack, this.#d.time.ns());
    this.#d.emit('i2c', { event: EVENT_NAMES[event]!, byte, ack: ack ? 1 : 0 });
  }

  /** Brings interrupts, DMA requests and SCL in line with registers and flags. */
  update(): void {
    const { state } = this.#d;
    if (state.closing[0] !== 0 && !this.#master.moving) this.#disable();
    const { ev, er, rxDma, txDma } = this.#wires;
    ev.set(this.settings.eventInterrupt ? 1 : 0);
    er.set(this.settings.errorInterrupt ? 1 : 0);
    const { DMAEN } = this.#regs.CR2;
    rxDma.set(DMAEN && this.data.has(SR1.RXNE) ? 1 : 0);
    txDma.set(DMAEN && this.data.has(SR1.TXE) ? 1 : 0);
    this.#holdScl();
    this.#watchScl();
  }

  /** The slave's clock stretching, and who waits for its end. */
  #holdScl(): void {
    const { held } = this.#d.state;
    const holds = this.asSlave.stretching();
    if (holds === (held[0] !== 0)) return;
    held[0] = holds ? 1 : 0;
    this.lines.hold(holds);
    if (holds) return;
    this.driver.resume();
    for (const released of this.#releases) released();
  }
  onRelease(fn: () => void): void {
    this.#releases.push(fn);
  }

  get #holder(): Holder {
    if (this.#d.state.held[0] !== 0) return 'slave';
    if (this.#d.state.wanted[0] !== 0 || this.lines.sclHeld) return 'other';
    return HELD.has(this.#master.phase) ? 'master' : undefined;
  }
  #watchScl(): void {
    this.#timeout.watch(this.settings.smbus && this.settings.enabled ? this.#holder : undefined);
  }

  /** 27.6.6: TIMEOUT: a slave lets go of the lines, a master sends a STOP. */
  #timedOut(): void {
    this.data.set(SR1.TIMEOUT);
    if (this.asSlave.active) this.asSlave.abandon();
    else if (this.#master.phase !== PHASE.idle) {
      this.#regs.CR1.value |= CR1.STOP;
      this.#master.giveUp();
    }
    this.#timeout.restart();
    this.update();
  }

  /** 27.6.7: BUSY comes with a low level on SDA or SCL and goes with a STOP. */
  #linesChanged(): void {
    if (this.lines.low) this.data.setStatus(SR2.BUSY);
    else this.#linesSettled();
    if (!this.lines.sclHeld) this.#master.released();
    this.#master.kick();
    this.driver.resume();
    this.update();
  }
  #linesSettled(): void {
    const used = this.lines.low || this.asSlave.foreign || this.#master.phase !== PHASE.idle || this.#rival.armed;
    this.data.setStatus(SR2.BUSY, used);
  }
  #freed(): void {
    this.#timeout.restart();
    this.#linesSettled();
    this.driver.resume();
  }
  /** An attached slave has let go of SCL. */
  slaveReleased(): void {
    this.#master.released();
    this.update();
  }

  #alertChanged(): void {
    const { SMBUS, SMBTYPE } = this.#regs.CR1;
    if (this.settings.enabled && SMBUS && SMBTYPE && this.lines.alert) this.data.set(SR1.SMBALERT);
    this.update();
  }

  #outvoted(): boolean {
    if (this.#d.state.outvoted[0] === 0) return false;
    this.#d.state.outvoted[0] = 0;
    this.#loseArbitration();
    return true;
  }
  /** 27.3.4: back to slave mode; the winner has the bus for a byte more. */
  #loseArbitration(): void {
    this.#master.abandon();
    this.data.set(SR1.ARLO);
    this.#rival.after(9 * this.settings.bit);
    this.#linesSettled();
    this.update();
  }
  #rivalStops(): void {
    this.bus.stop();
    this.#linesSettled();
    this.#master.kick();
    this.driver.resume();
    this.update();
  }
  /** Another master wins: at once if a byte is on its way, else the next time. */
  injectArbitrationLoss(): void {
    if (this.#master.phase === PHASE.address || this.#master.phase === PHASE.sending) this.#loseArbitration();
    else this.#d.state.outvoted[0] = 1;
  }
  /** 27.3.4: START or STOP in the middle of a byte. A slave lets go of the lines, a master goes on. */
  injectBusError(): void {
    this.data.set(SR1.BERR);
    if (this.asSlave.active) this.asSlave.abandon();
    this.update();
  }

  /** A write to CR1. */
  controlled(old: number): void {
    const { CR1: control } = this.#regs;
    if ((control.value & CR1.SWRST) !== 0) {
      this.#softwareReset();
      return;
    }
    this.#checkPending(old);
    this.data.acknowledge(SR1.STOPF);
    const was = (old & CR1.PE) !== 0;
    if (this.settings.enabled && !was) this.#enable();
    if (!this.settings.enabled && was) this.#close();
    if (!this.settings.enabled && this.#d.state.closing[0] === 0) control.value &= ~CLEARED_WITH_PE;
    if (control.ENPEC === 0) this.#regs.SR2.PEC = 0;
    // 27.3.9: the last byte is over already: the packet error code goes at once.
    if (control.PEC && this.data.status(SR2.TRA) && this.data.has(SR1.BTF)) this.data.next();
    this.#driveAlert();
    this.#master.kick();
    this.update();
  }
  /**
   * 27.6.1: no write to CR1 while STOP, START or PEC is set. Told where a read-modify-write asks for the next transfer and, by that,
   * for STOP once more; common drivers write ACK behind START, and ACK, POS or PE behind STOP, and live with it.
   */
  #checkPending(old: number): void {
    const { value } = this.#regs.CR1;
    if ((old & value & CR1.STOP) === 0 || (old & value & CR1.PE) === 0) return;
    if ((value & ~old & CR1.START) !== 0) this.#reports.pending();
  }
  #enable(): void {
    this.#d.state.closing[0] = 0;
    this.lines.enable(true);
    this.#linesChanged();
    this.#reports.timing(this.#regs, this.settings, this.#d.clock.hertz);
  }
  /** 27.6.1: PE goes at the end of what is on the wire. */
  #close(): void {
    if (this.#master.phase !== PHASE.idle && this.#master.moving) this.#d.state.closing[0] = 1;
    else this.#disable();
  }
  #disable(): void {
    this.#d.state.closing[0] = 0;
    this.#master.disabled();
    this.asSlave.abandon();
    this.data.disable();
    this.#regs.CR1.value &= ~CLEARED_WITH_PE;
    this.lines.enable(false);
    this.#linesSettled();
    this.#timeout.restart();
  }
  /** 27.6.1, SWRST: the registers have their reset values as long as it is set. */
  #softwareReset(): void {
    const { regs, state } = this.#d;
    this.#master.disabled();
    this.asSlave.abandon();
    this.lines.enable(false);
    this.lines.smba.drive('none');
    this.#rival.cancel();
    this.#timeout.restart();
    for (const register of [regs.CR2, regs.OAR1, regs.OAR2, regs.DR, regs.SR1, regs.SR2, regs.CCR, regs.TRISE]) {
      register.value = register.reset;
    }
    regs.CR1.value = CR1.SWRST;
    for (const word of [state.dataFull, state.shiftFull, state.seen, state.pecByte, state.endOfTransfer]) word[0] = 0;
    state.closing[0] = 0;
    this.update();
  }
  /** 27.3.7: a device asks for attention by SMBA. */
  #driveAlert(): void {
    const { SMBUS, SMBTYPE, ALERT } = this.#regs.CR1;
    const asks = this.settings.enabled && SMBUS === 1 && SMBTYPE === 0 && ALERT === 1;
    this.lines.smba.drive(asks ? 'low' : 'none');
  }

  /** A write to CCR or TRISE. */
  timed(register: 'CCR' | 'TRISE', changed: boolean): void {
    if (changed && this.settings.enabled) this.#reports.locked(register);
  }
  /** A read of SR2: the second access of the sequence that clears ADDR. */
  statusTaken(): void {
    if (!this.data.acknowledge(SR1.ADDR)) return;
    this.#master.addressTaken();
    this.update();
  }

  written(byte: number): void {
    if (this.#master.phase === PHASE.select || this.#master.phase === PHASE.ten) {
      const flag = this.#master.phase === PHASE.select ? SR1.SB : SR1.ADD10;
      if (this.data.acknowledge(flag)) this.#master.select(byte);
      else this.#reports.unseen(flag === SR1.SB ? 'SB' : 'ADD10');
    } else if (this.data.status(SR2.TRA) && this.#master.phase !== PHASE.nacked) {
      this.data.load(byte, this.#master.sendsByte || this.asSlave.sendsByte);
      this.#master.kick();
    }
    this.update();
  }
  read(): number {
    const byte = this.data.read();
    this.#master.kick();
    this.update();
    return byte;
  }

  reset(): void {
    this.lines.enable(false);
    this.lines.smba.drive('none');
    this.#linesSettled();
    this.driver.resume();
    this.update();
  }

  /** Why nothing goes on, as far as the port can tell. */
  get hint(): string | undefined {
    const { name } = this.#d;
    const { START } = this.#regs.CR1;
    if (START && this.#master.phase === PHASE.idle && this.data.status(SR2.BUSY)) {
      return `${name} waits with its START: BUSY is set${this.lines.low ? ', SDA or SCL is low' : ''}`;
    }
    if (this.#d.state.wanted[0] !== 0) return `${name} waits for SCL, which a slave or something at the pin holds low`;
    if (this.#master.phase === PHASE.nacked && this.data.has(SR1.AF))
      return `${name} got no acknowledge (AF) and waits for STOP or START`;
    return undefined;
  }
}

const EVENT_NAMES = Object.keys(BUS_EVENT);

type Wire = { set(level: number): void };
