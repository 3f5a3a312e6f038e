import type { DeviceContext } from '../../../device.js';
import type { I2sSlot } from '../../../i2s-link.js';
import type { PinFunction } from '../../../net.js';
import { f64, i32 } from '../../../state.js';
import { I2sClock } from './i2s-clock.js';
import { I2sDriver } from './i2s-driver.js';
import { type I2sRegisters, I2sSettings, STANDARD } from './i2s-settings.js';
import { I2sStream } from './i2s-stream.js';
import { type SPI_I2S, SR } from './spi-registers.js';
import { SAID } from './spi-reports.js';
import { SPI_STATE, type SpiUnit } from './spi-unit.js';

export const I2S_STATE = {
  ...SPI_STATE,
  side: i32(),
  phase: i32(),
  halves: i32(2),
  synced: i32(),
  bitNs: f64(),
  clocking: i32(),
  nextSide: i32(),
  nextPhase: i32(),
  i2sDriving: i32(),
  i2sDrivenPhase: i32(),
};
export type I2sContext = DeviceContext<typeof SPI_I2S, typeof I2S_STATE>;

/**
 * I2S mode: RM0090 28.4. Whoever clocks the bus, this port's own generator or a test, is heard by the extension (I2Sxext) too, by the
 * wires `i2sBegin` (1 + side + 2 × phase, then 0), `i2sEnd` (1, then 0) and `i2sBitPs` (length of a bit in ps).
 */
export class I2sUnit {
  readonly #d: I2sContext;
  readonly #label: string;
  readonly #spi: SpiUnit;
  readonly #regs: I2sRegisters;
  readonly #pins: { ck: PinFunction; ws: PinFunction; sd: PinFunction; mck: PinFunction };
  readonly #bus: { begin: Wire; end: Wire; bitPs: Wire };
  readonly #clock: I2sClock;
  readonly settings: I2sSettings;
  readonly stream: I2sStream;
  readonly driver: I2sDriver;

  constructor(d: I2sContext, label: string, spi: SpiUnit) {
    this.#d = d;
    this.#label = label;
    this.#spi = spi;
    this.#regs = d.regs;
    this.settings = new I2sSettings(this.#regs);
    const { sck, nss, mosi } = spi.pins;
    this.#pins = { ck: sck, ws: nss, sd: mosi, mck: d.pinFunction(`${label.replace('SPI', 'I2S')}_MCK`) };
    this.#bus = { begin: d.output('i2sBegin'), end: d.output('i2sEnd'), bitPs: d.output('i2sBitPs') };
    this.stream = new I2sStream(this.settings, spi.buffers, d.state, spi.peers, {
      sample: (sample, slot, sent) => this.#sample(sample, slot, sent),
      flagsChanged: () => spi.update(),
    });
    this.#clock = this.#makeClock();
    this.driver = new I2sDriver(
      this.settings,
      d.state,
      {
        begins: (side, phase, bitNs, given) => this.#driven(side, phase, bitNs, given),
        ends: () => {
          this.stream.slaveEnds();
          this.#pulse(this.#bus.end, 1);
        },
      },
      d,
    );
  }

  #makeClock(): I2sClock {
    const { stream, settings } = this;
    const unit = { settings, buffers: this.#spi.buffers, stream, ws: this.#pins.ws };
    const listener = {
      begins: (side: number, phase: number, bitNs: number) => this.#tell(side, phase, bitNs),
      ends: () => this.#pulse(this.#bus.end, 1),
      stands: (what: string, remedy: string, section: string) =>
        this.#spi.reports.once(SAID.i2s, {
          rule: 'configuration',
          what: `${this.#label} is enabled as an I2S master and its clock cannot run: ${what}`,
          remedy,
          section,
        }),
      flagsChanged: () => this.#spi.update(),
    };
    const clock = this.#d.clockNamed('i2s');
    return new I2sClock(unit, this.#d.state, clock, listener, (name, fire) => this.#d.event(name, fire, clock));
  }

  #pulse(wire: Wire, level: number): void {
    wire.set(level);
    wire.set(0);
  }
  #tell(side: number, phase: number, bitNs: number): void {
    this.#bus.bitPs.set(Math.round(bitNs * 1000));
    this.#pulse(this.#bus.begin, 1 + side + 2 * phase);
  }
  #driven(side: number, phase: number, bitNs: number, given: number): void {
    this.stream.slaveBegins(side, phase, bitNs, given);
    this.#tell(side, phase, bitNs);
  }

  #sample(sample: number, slot: I2sSlot, sent: boolean): void {
    if (sent && !this.#pins.sd.routed) this.#spi.reports.unrouted(SAID.sd, this.#pins.sd.name);
    this.#spi.log.sample(sample, slot.channel === 'left' ? 0 : 1, sent, this.#d.time.ns());
    this.#d.emit('i2s', { sample, channel: slot.channel, sent: sent ? 1 : 0 });
  }

  /** DR was written. */
  written(): void {
    if (this.settings.enabled) this.#clock.kick();
  }

  /** A write to I2SCFGR. */
  configured(value: number, old: number): void {
    const was = (old & ENABLED) === ENABLED;
    const changed = (value ^ old) & CONFIGURATION;
    if (was && changed !== 0) this.#reportChange();
    if (this.#regs.I2SCFGR.DATLEN === 3) {
      this.#spi.reports.once(SAID.changedI2s, {
        rule: 'configuration',
        what: `${this.#label}.I2SCFGR.DATLEN is 3, which is not allowed`,
        section: 'RM0090 28.5.8',
      });
    }
    if (this.settings.enabled && !was) this.#enabled();
    if (!this.settings.enabled && was) this.#disabled();
    this.#spi.buffers.enable(this.settings.enabled || this.#regs.I2SCFGR.I2SMOD === 0);
    this.#idleLevels();
    this.#spi.configured();
    this.#clock.kick();
  }

  #reportChange(): void {
    this.#spi.reports.once(SAID.changedI2s, {
      rule: 'sequence',
      what: `${this.#label}.I2SCFGR was changed while I2SE is set`,
      remedy: 'clear I2SE first',
      section: 'RM0090 28.5.8',
    });
  }

  #enabled(): void {
    this.stream.enabled();
    this.#clock.enabled();
    if (this.settings.master && !this.#pins.ck.routed) this.#spi.reports.unrouted(SAID.sck, this.#pins.ck.name);
  }
  #disabled(): void {
    this.#clock.disabled();
    if (!this.settings.master) this.#spi.buffers.clear(SR.BSY);
  }

  #idleLevels(): void {
    const { ck, ws, sd, mck } = this.#pins;
    if (this.#regs.I2SCFGR.I2SMOD === 0) {
      mck.drive('none');
      return;
    }
    const drives = this.settings.enabled && this.settings.master;
    ck.drive(!drives ? 'none' : this.#regs.I2SCFGR.CKPOL ? 'high' : 'low');
    if (!drives) ws.drive('none');
    else if (ws.output === 'none') ws.drive(this.settings.standard === STANDARD.philips ? 'high' : 'low');
    sd.drive(this.settings.enabled && this.settings.sends ? 'low' : 'none');
    mck.drive(drives && this.#regs.I2SPR.MCKOE ? 'low' : 'none');
  }

  /** Frames a second that the registers ask for: 28.4.4. */
  get sampleRate(): number {
    const ticks = this.settings.bitTicks * this.settings.slotBits * 2;
    return ticks === 0 ? 0 : this.#d.clockNamed('i2s').hertz / ticks;
  }
}

type Wire = { set(level: number): void };

/** I2SMOD and I2SE, and what must not change while both are set. */
const ENABLED = 0xc00;
const CONFIGURATION = 0x3bf;
