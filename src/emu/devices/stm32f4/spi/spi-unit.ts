import { Attachments } from '../../../attachments.js';
import type { DeviceContext } from '../../../device.js';
import type { I2sPeer } from '../../../i2s-link.js';
import type { SpiSlave } from '../../../spi-link.js';
import { mirrored } from '../../../spi-link.js';
import { f64, i32, u8 } from '../../../state.js';
import { SpiBuffers } from './spi-buffers.js';
import { SpiDriver } from './spi-driver.js';
import { SpiLog } from './spi-log.js';
import { SpiMaster, type SpiPins } from './spi-master.js';
import { CR1, type SPI_ONLY, SR } from './spi-registers.js';
import { SAID, SpiReports } from './spi-reports.js';
import { SpiSelect } from './spi-select.js';
import { type SpiRegisters, SpiSettings } from './spi-settings.js';
import { SpiSlavePort } from './spi-slave.js';
import { SpiWords } from './spi-words.js';

export const SPI_STATE = {
  txBuffer: i32(),
  txFull: i32(),
  rxBuffer: i32(),
  overrunRead: i32(),
  faultSeen: i32(),
  crcFrame: i32(),
  crcDue: i32(),
  active: i32(),
  out: i32(),
  in: i32(),
  left: i32(),
  piece: i32(),
  taking: i32(),
  waveWord: i32(),
  waveBits: i32(),
  waveStep: i32(),
  position: i32(),
  shiftOut: i32(),
  shiftIn: i32(),
  lastBit: i32(),
  driverPhase: i32(),
  driverBits: i32(),
  driverIn: i32(),
  driverTakes: i32(),
  driverLeft: i32(),
  driverStart: f64(),
  said: u8(16),
};
/** What an instance without I2S has; one with I2S has more. */
export type SpiContext = DeviceContext<typeof SPI_ONLY, typeof SPI_STATE>;

/** What an instance is called, and its pin functions. */
export interface SpiNames {
  readonly label: string;
  readonly sck: string;
  readonly miso: string;
  readonly mosi: string;
  readonly nss: string;
}
export function spiNames(label: string): SpiNames {
  return { label, sck: `${label}_SCK`, miso: `${label}_MISO`, mosi: `${label}_MOSI`, nss: `${label}_NSS` };
}

/** What is told to what stands around SPI mode. */
export interface SpiSurroundings {
  i2s(): boolean;
  /** A half-word was written to DR in I2S mode. */
  written(): void;
}

/** An SPI port in SPI mode: RM0090 28.3. */
export class SpiUnit {
  readonly #d: SpiContext;
  readonly #label: string;
  readonly #regs: SpiRegisters;
  readonly #words: SpiWords;
  readonly #select: SpiSelect;
  readonly #master: SpiMaster;
  readonly #around: SpiSurroundings;
  readonly #wires: { irq: Wire; rxDma: Wire; txDma: Wire };
  /** Data sheet (DS8626), SPI characteristics: Hz of SCK at most. */
  readonly #limit: number;
  readonly settings: SpiSettings;
  readonly buffers: SpiBuffers;
  readonly reports: SpiReports;
  readonly pins: SpiPins;
  readonly slaves: Attachments<SpiSlave>;
  readonly peers: Attachments<I2sPeer>;
  readonly asSlave: SpiSlavePort;
  readonly driver: SpiDriver;
  readonly log: SpiLog;

  constructor(d: SpiContext, names: SpiNames, limit: number, around: SpiSurroundings) {
    this.#d = d;
    this.#label = names.label;
    this.#limit = limit;
    this.#around = around;
    this.#regs = d.regs as unknown as SpiRegisters;
    const pin = (role: keyof SpiPins) => d.pinFunction(names[role]);
    this.pins = { sck: pin('sck'), miso: pin('miso'), mosi: pin('mosi'), nss: pin('nss') };
    this.settings = new SpiSettings(this.#regs, around.i2s);
    this.buffers = new SpiBuffers(this.#regs, d.state);
    this.reports = new SpiReports(d.state.said, (problem) => d.report(problem));
    this.#words = new SpiWords(this.#regs, this.settings, this.buffers, d.state);
    this.#select = new SpiSelect(this.#regs, this.settings, this.pins.nss);
    this.slaves = new Attachments(d.log('slaves'));
    this.peers = new Attachments(d.log('peers'));
    this.log = new SpiLog((name, options) => d.log(name, options));
    this.#wires = { irq: d.output('irq'), rxDma: d.output('rxDma'), txDma: d.output('txDma') };
    this.#master = this.#makeMaster();
    this.asSlave = this.#makeSlave();
    this.driver = new SpiDriver(this.asSlave, d.state, d, () => this.settings.mode);
    this.pins.nss.onLevel(() => this.selectionChanged());
    d.input('txDma.ack', (level) => level === 3 && this.#words.dmaSent());
    d.input('rxDma.ack', (level) => level === 3 && this.#words.dmaReceived(this.busy));
  }

  get busy(): boolean {
    return this.#master.active || this.#d.state.position[0] !== 0;
  }

  #makeMaster(): SpiMaster {
    const parts = { settings: this.settings, buffers: this.buffers, words: this.#words, pins: this.pins };
    const listener = {
      done: (sent: number, received: number) => this.#done(sent, received, true),
      begins: () => this.#checkPins(),
      contended: (names: string) =>
        this.reports.once(SAID.contended, {
          rule: 'configuration',
          what: `${this.#label}: ${names} drive MISO at once`,
          remedy: 'select one slave at a time',
          section: 'RM0090 28.3.1',
        }),
      flagsChanged: () => this.update(),
    };
    return new SpiMaster(parts, this.#d.state, this.slaves, listener, this.#d.clock, (name, fire) =>
      this.#d.event(name, fire),
    );
  }

  #checkPins(): void {
    if (!this.pins.sck.routed) this.reports.unrouted(SAID.sck, `${this.#label}_SCK`);
    if (this.#select.misses) this.reports.missesSelect(this.#label);
  }

  #makeSlave(): SpiSlavePort {
    const parts = { settings: this.settings, buffers: this.buffers, words: this.#words, pins: this.pins };
    const select = this.#select;
    const { clock } = this.#d;
    const selection = {
      get selected() {
        return clock.running && select.selected;
      },
      get hertz() {
        return clock.hertz;
      },
    };
    return new SpiSlavePort(this.#d.name, parts, this.#d.state, selection, {
      done: (sent, received) => this.#done(sent, received, false),
      wrongMode: (mode) => this.#reportMode(mode),
      unrouted: (role) => this.reports.unrouted(role === 'SCK' ? SAID.sck : SAID.mosi, `${this.#label}_${role}`),
      tooFast: (hertz) =>
        this.reports.once(SAID.fast, {
          rule: 'clock-limit',
          what: `${this.#label} is clocked with ${hertz / 1e6} MHz as a slave, more than half of its ${clock.hertz / 1e6} MHz`,
          remedy: 'slow the master down or raise the APB clock',
          section: 'DS8626 SPI characteristics',
        }),
      flagsChanged: () => this.update(),
    });
  }

  #reportMode(mode: number): void {
    const own = this.settings.mode;
    this.reports.once(SAID.mode, {
      rule: 'configuration',
      what: `the master clocks in mode ${mode}, ${this.#label} is set to mode ${own} (CPOL ${own >> 1}, CPHA ${own & 1})`,
      remedy: 'set CPOL and CPHA as the master has them',
      section: 'RM0090 28.3.1',
    });
  }

  #done(sent: number, received: number, master: boolean): void {
    this.#words.done(sent, received);
    const { bits, lsbFirst } = this.settings;
    const order = (word: number) => (lsbFirst ? mirrored(word, bits) : word);
    const [mosi, miso] = (master ? [sent, received] : [received, sent]).map(order) as [number, number];
    this.log.word(mosi, miso, bits, this.#d.time.ns());
    this.#d.emit('spi', { mosi, miso, bits });
  }

  /** Brings interrupt and DMA requests in line with registers and flags. */
  update(): void {
    const { CR2 } = this.#regs;
    const { irq, rxDma, txDma } = this.#wires;
    irq.set(this.settings.interrupt ? 1 : 0);
    rxDma.set(CR2.RXDMAEN && this.buffers.has(SR.RXNE) ? 1 : 0);
    txDma.set(CR2.TXDMAEN && this.buffers.has(SR.TXE) ? 1 : 0);
  }

  written(word: number): void {
    if (this.buffers.waiting) {
      this.reports.once(SAID.dataLost, {
        rule: 'sequence',
        what: `${this.#label}.DR was written while TXE is 0: the word before it is lost`,
        remedy: 'wait for TXE first',
        section: 'RM0090 28.3.7',
      });
    }
    const { MSTR, SPE, DFF } = this.#regs.CR1;
    const i2s = this.settings.i2s;
    // 28.3.9: DMA may fill DR first, as drivers do that enable the port last.
    if (MSTR && !SPE && !i2s && !this.#regs.CR2.TXDMAEN) {
      this.reports.once(SAID.disabledData, {
        rule: 'sequence',
        what: `${this.#label}.DR was written while CR1.SPE is 0: nothing is sent until it is set`,
        remedy: 'set SPE first',
        section: 'RM0090 28.3.5',
      });
    }
    this.buffers.load(i2s || DFF ? word & 0xffff : word & 0xff);
    this.#master.kick();
    this.#around.written();
    this.update();
  }
  read(): number {
    const word = this.buffers.read();
    this.update();
    return word;
  }

  /** A write to CR1. */
  controlled(old: number): void {
    this.buffers.controlWritten();
    // 28.3.10: while MODF is set neither SPE nor MSTR can be.
    if (this.buffers.has(SR.MODF)) this.#regs.CR1.value &= ~(CR1.SPE | CR1.MSTR);
    const value = this.#regs.CR1.value;
    if ((value & CR1.CRCEN) !== 0 && (old & CR1.CRCEN) === 0) this.#words.restart();
    this.#checkChange(value ^ old, old);
    if ((old & CR1.SPE) !== 0 && (value & CR1.SPE) === 0) this.#disabled(old);
    if ((old & CR1.MSTR) !== 0 && (value & CR1.MSTR) === 0) this.#master.lost();
    this.configured();
  }

  /** 28.3.8: a master that only receives finishes its word; any other stops where it is. */
  #disabled(old: number): void {
    this.asSlave.disabled();
    const onlyReceives = (old & CR1.BIDIMODE) !== 0 ? (old & CR1.BIDIOE) === 0 : (old & CR1.RXONLY) !== 0;
    if (!this.#master.active) this.buffers.clear(SR.BSY);
    if (!this.#master.active || onlyReceives) return;
    this.#master.lost();
    this.reports.once(SAID.cut, {
      rule: 'sequence',
      what: `${this.#label}.CR1.SPE was cleared in the middle of a word`,
      remedy: 'wait for TXE = 1 and then BSY = 0 first',
      section: 'RM0090 28.3.8',
    });
  }

  /** 28.5.1: what must not change while a word is on the wire, and the word's length not while SPE is set. */
  #checkChange(changed: number, old: number): void {
    const { CPHA, CPOL, BR, DFF, LSBFIRST, CRCEN, BIDIMODE } = FIELDS;
    const names = [CPHA, CPOL, BR, DFF, LSBFIRST, CRCEN, BIDIMODE].filter(({ bits }) => (changed & bits) !== 0);
    const enabled = (old & this.#regs.CR1.value & CR1.SPE) !== 0;
    if (names.length === 0 || !enabled || !(this.busy || (changed & CR1.DFF) !== 0)) return;
    this.reports.once(SAID.changed, {
      rule: 'sequence',
      what: `${this.#label}.CR1.${names.map(({ name }) => name).join(', ')} changed while ${this.busy ? 'a word was on the wire' : 'SPE is set'}`,
      remedy: 'clear SPE first',
      section: 'RM0090 28.5.1',
    });
  }

  /** After CR1, CR2 or I2SCFGR changed. */
  configured(): void {
    this.#idleLevels();
    // In I2S mode the pin is WS.
    if (!this.settings.i2s) this.#select.drive();
    this.#checkClock();
    this.selectionChanged();
    this.#master.kick();
    this.update();
  }

  /** 28.3.1: the clock rests at CPOL. Data pins show no bits unless somebody looks: words are carried whole. */
  #idleLevels(): void {
    if (this.settings.i2s || this.#master.wave.showing) return;
    const drives = this.settings.enabled && this.settings.master;
    this.pins.sck.drive(!drives ? 'none' : this.settings.mode >= 2 ? 'high' : 'low');
    this.pins.mosi.drive(drives && this.settings.sends ? 'low' : 'none');
    this.pins.miso.drive('none');
  }

  #checkClock(): void {
    if (!this.settings.enabled || !this.settings.master) return;
    const hertz = this.#d.clock.hertz / this.settings.divider;
    if (hertz <= this.#limit) return;
    this.reports.once(SAID.limit, {
      rule: 'clock-limit',
      what: `${this.#label} clocks SCK with ${hertz / 1e6} MHz; the part allows ${this.#limit / 1e6} MHz`,
      remedy: 'set a larger CR1.BR',
      section: 'DS8626 SPI characteristics',
    });
  }

  selectionChanged(): void {
    if (!this.#select.fault) return;
    // 28.3.10: mode fault: the port stops and becomes a slave.
    this.buffers.modeFault();
    this.#regs.CR1.value &= ~(CR1.SPE | CR1.MSTR);
    this.#master.lost();
    this.#idleLevels();
    this.#select.drive();
    this.update();
  }

  get hint(): string | undefined {
    if (!this.buffers.waiting) return undefined;
    if (!this.#d.clock.running) return `a word waits to be sent: ${this.#label} has no clock`;
    if (!this.settings.enabled) return `a word waits to be sent: ${this.#label}.CR1.SPE is 0`;
    if (this.buffers.has(SR.MODF)) return `a word waits to be sent: a mode fault made ${this.#label} a slave`;
    return this.settings.master ? undefined : `a word waits for the master to clock it: ${this.#label} is a slave`;
  }
}

type Wire = { set(level: number): void };

const FIELDS = {
  CPHA: { name: 'CPHA', bits: 1 << 0 },
  CPOL: { name: 'CPOL', bits: 1 << 1 },
  BR: { name: 'BR', bits: 7 << 3 },
  LSBFIRST: { name: 'LSBFIRST', bits: 1 << 7 },
  DFF: { name: 'DFF', bits: CR1.DFF },
  CRCEN: { name: 'CRCEN', bits: CR1.CRCEN },
  BIDIMODE: { name: 'BIDIMODE', bits: 1 << 15 },
} as const;
