import type { Attachments } from '../../../attachments.js';
import type { I2cSlave } from '../../../i2c-link.js';
import type { PinFunction } from '../../../net.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { I2cContext } from './i2c.js';

/** Bits of `command` (OpenCores I2C 3.2.4). */
const [STA, STO, RD, WR, NACK] = [0x80, 0x40, 0x20, 0x10, 0x08];
const PHASE = { idle: 0, start: 1, data: 2, acknowledge: 3, stop: 4, stretched: 5 } as const;
const CLOCKS_OF_A_BIT = 5;

/** The order of a command: START, a byte with its acknowledge, STOP (3.2.4, 3.3). */
export class I2cTransfers {
  readonly #d: I2cContext;
  readonly #slaves: Attachments<I2cSlave>;
  /** SDA is low from START to STOP: the bus shows its state, not its bits. */
  readonly #sda: PinFunction | undefined;
  readonly #step: TimedEvent;
  readonly #changed: () => void;

  constructor(d: I2cContext, slaves: Attachments<I2cSlave>, sda: PinFunction | undefined, changed: () => void) {
    this.#d = d;
    this.#slaves = slaves;
    this.#sda = sda;
    this.#changed = changed;
    this.#step = d.event('step', () => this.#stepped());
  }

  get active(): boolean {
    return this.#d.state.phase[0] !== PHASE.idle;
  }

  command(bits: number): void {
    const { state } = this.#d;
    if ((bits & (STA | STO | RD | WR)) === 0) return;
    if (this.active) {
      this.#d.report({
        kind: 'misuse',
        rule: 'sequence',
        what: `${this.#d.name}.command was written while a transfer is in progress: it is lost`,
        remedy: 'wait until status.TIP (bit 1) is 0',
        section: 'OpenCores I2C 3.2.4',
      });
      return;
    }
    state.commands[0] = bits;
    if (bits & STA) this.#enter(PHASE.start, 1);
    else this.#byte();
  }
  /** A slave holds SCL no longer. */
  released(): void {
    if (this.#d.state.phase[0] === PHASE.stretched) this.#byte();
  }

  #enter(phase: number, bits: number): void {
    const { prescale_low, prescale_high } = this.#d.regs;
    this.#d.state.phase[0] = phase;
    const prescale = prescale_low.prescale | (prescale_high.prescale << 8);
    this.#step.after(bits * CLOCKS_OF_A_BIT * (prescale + 1));
  }

  #stepped(): void {
    const { phase } = this.#d.state;
    if (phase[0] === PHASE.start) this.#started();
    else if (phase[0] === PHASE.data) this.#transferred();
    else if (phase[0] === PHASE.acknowledge) this.#acknowledged();
    else this.#stopped();
  }

  #started(): void {
    const { state } = this.#d;
    state.busy[0] = 1;
    state.addressing[0] = 1;
    state.taking[0] = 0;
    this.#sda?.drive('low');
    for (const slave of this.#slaves) slave.started?.();
    this.#byte();
  }

  /** The byte of the command, if it has one; a slave may hold SCL before it. */
  #byte(): void {
    const { state } = this.#d;
    const commands = state.commands[0]!;
    if ((commands & (RD | WR)) === 0) {
      this.#end();
      return;
    }
    if ([...this.#slaves].some((slave) => slave.stretching?.() === true)) {
      state.phase[0] = PHASE.stretched;
      return;
    }
    if (commands & RD) state.received[0] = this.#taking().reduce((byte, slave) => byte & slave.read(), 0xff);
    this.#enter(PHASE.data, 8);
  }

  /** The eighth bit is over: who listens acknowledges. */
  #transferred(): void {
    const { state } = this.#d;
    if (state.commands[0]! & WR) state.noAck[0] = this.#written(state.transmit[0]!) ? 0 : 1;
    this.#enter(PHASE.acknowledge, 1);
  }
  #written(byte: number): boolean {
    const { state } = this.#d;
    if (state.addressing[0] === 0) return this.#taking().reduce((ack, slave) => slave.write(byte) || ack, false);
    state.addressing[0] = 0;
    let taking = 0;
    for (const [index, slave] of [...this.#slaves].entries()) {
      if (slave.start(byte >> 1, (byte & 1) !== 0)) taking |= 1 << index;
    }
    state.taking[0] = taking;
    this.#d.emit('i2c', { event: 'address', byte, ack: taking ? 1 : 0 });
    return taking !== 0;
  }
  #acknowledged(): void {
    const { commands } = this.#d.state;
    if (commands[0]! & RD) {
      for (const slave of this.#taking()) slave.acknowledged?.((commands[0]! & NACK) === 0);
    }
    this.#end();
  }

  #end(): void {
    if (this.#d.state.commands[0]! & STO) this.#enter(PHASE.stop, 1);
    else this.#done();
  }
  #stopped(): void {
    const { state } = this.#d;
    state.busy[0] = 0;
    state.taking[0] = 0;
    this.#sda?.drive('high');
    for (const slave of this.#slaves) slave.stop?.();
    this.#done();
  }
  #done(): void {
    const { state } = this.#d;
    state.phase[0] = PHASE.idle;
    state.commands[0] = 0;
    state.flag[0] = 1;
    this.#changed();
  }

  #taking(): I2cSlave[] {
    return [...this.#slaves].filter((_, index) => (this.#d.state.taking[0]! >>> index) & 1);
  }
}
