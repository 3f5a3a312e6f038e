import { defineDevice } from '../../../device.js';
import type { I2sPeer, I2sSlot } from '../../../i2s-link.js';
import type { Link } from '../../../link.js';
import { f64, i32 } from '../../../state.js';
import { APB_NARROW } from '../apb.js';
import { I2sSettings } from './i2s-settings.js';
import { I2sStream } from './i2s-stream.js';
import type { I2sContext } from './i2s-unit.js';
import { hookSpi } from './spi.js';
import type { I2sSample } from './spi-log.js';
import { SPI_I2S, SR } from './spi-registers.js';
import { SAID } from './spi-reports.js';
import { SPI_STATE, type SpiContext, SpiUnit } from './spi-unit.js';

/**
 * The second half of a full-duplex I2S, I2S2ext and I2S3ext: RM0090 28.4.2. It is always a slave, of the clock and word select of its I2S.
 *
 * Wires: outputs `irq`, `rxDma`, `txDma`; inputs `i2sBegin`, `i2sEnd`, `i2sBitPs`. Pin function `<label>_SD`.
 */

const STATE = { ...SPI_STATE, side: i32(), phase: i32(), halves: i32(2), synced: i32(), bitNs: f64(), bitPs: i32() };

class Extension {
  readonly #d: I2sContext;
  readonly #label: string;
  readonly settings: I2sSettings;
  readonly unit: SpiUnit;
  readonly stream: I2sStream;

  constructor(d: I2sContext, label: string) {
    this.#d = d;
    this.#label = label;
    // The other roles have no pins: no alternate function has these names.
    const names = { label, sck: `${label}_CK`, miso: `${label}_none`, mosi: `${label}_SD`, nss: `${label}_WS` };
    this.settings = new I2sSettings(d.regs);
    this.unit = new SpiUnit(d as unknown as SpiContext, names, Number.POSITIVE_INFINITY, {
      i2s: () => d.regs.I2SCFGR.I2SMOD === 1,
      written: () => {},
    });
    this.stream = new I2sStream(this.settings, this.unit.buffers, d.state, this.unit.peers, {
      sample: (sample, slot, sent) => this.#sample(sample, slot, sent),
      flagsChanged: () => this.unit.update(),
    });
    const bitPs = d.input('i2sBitPs');
    d.input('i2sBegin', (level) => {
      if (level !== 0 && d.clock.running)
        this.stream.slaveBegins((level - 1) & 1, (level - 1) >> 1, bitPs.level / 1000);
    });
    d.input('i2sEnd', (level) => {
      if (level !== 0 && d.clock.running) this.stream.slaveEnds();
    });
  }

  configured(old: number): void {
    const { I2SCFG, I2SE, I2SMOD } = this.#d.regs.I2SCFGR;
    if (I2SMOD && I2SE && (old & 0xc00) !== 0xc00) this.stream.enabled();
    if (!I2SE) this.unit.buffers.clear(SR.BSY);
    this.unit.buffers.enable(I2SMOD === 0 || I2SE === 1);
    if (I2SMOD && I2SCFG >= 2) {
      this.unit.reports.once(SAID.changedI2s, {
        rule: 'configuration',
        what: `${this.#label}.I2SCFGR.I2SCFG makes it a master: the extension has no clock of its own`,
        remedy: 'set it to slave transmit (0) or slave receive (1)',
        section: 'RM0090 28.4.2',
      });
    }
    this.unit.pins.mosi.drive(this.settings.enabled && this.settings.sends ? 'low' : 'none');
    this.unit.update();
  }

  #sample(sample: number, slot: I2sSlot, sent: boolean): void {
    if (sent && !this.unit.pins.mosi.routed) this.unit.reports.unrouted(SAID.sd, this.unit.pins.mosi.name);
    this.unit.log.sample(sample, slot.channel === 'left' ? 0 : 1, sent, this.#d.time.ns());
    this.#d.emit('i2s', { sample, channel: slot.channel, sent: sent ? 1 : 0 });
  }
}

/** `i2sExtension('I2S2ext')`. */
export function i2sExtension(label: string) {
  return defineDevice({
    name: 'stm32-i2s-extension',
    size: 0x400,
    registers: SPI_I2S,
    narrow: APB_NARROW,
    state: STATE,
    setup(d) {
      const extension = new Extension(d as unknown as I2sContext, label);
      const { unit } = extension;
      hookSpi(d as unknown as SpiContext, unit);
      d.onWrite(d.regs.I2SCFGR, (_value, old) => extension.configured(old));
      d.onReset(() => extension.configured(0));
      return {
        links: ['i2s'] as readonly Link[],
        /** Puts a converter, a microphone or a test on the data line; returns what takes it off again. */
        attachI2s: (peer: I2sPeer) => unit.peers.add(peer),
        /** Samples that were sent and received since power-on or `clear()`, as far as they are kept. */
        get samples(): I2sSample[] {
          return unit.log.samples;
        },
        clear: () => unit.log.clear(),
      };
    },
  });
}
