import { defineDevice } from '../../../device.js';
import type { I2sPeer } from '../../../i2s-link.js';
import type { Link } from '../../../link.js';
import type { SpiSlave } from '../../../spi-link.js';
import { APB_NARROW } from '../apb.js';
import type { I2sDriveOptions } from './i2s-driver.js';
import { I2S_STATE, type I2sContext, I2sUnit } from './i2s-unit.js';
import type { SpiTransfer, SpiTransferOptions } from './spi-driver.js';
import type { I2sSample, SpiWord } from './spi-log.js';
import { SPI_I2S, SPI_ONLY, SR } from './spi-registers.js';
import { SPI_STATE, type SpiContext, SpiUnit, spiNames } from './spi-unit.js';

/**
 * Serial peripheral interface and I2S: RM0090 chapter 28.
 *
 * Words are carried whole, with the times their bits take: RXNE comes with the end of the last bit. NSS and I2S's WS show their edges;
 * SCK of a master shows its idle level and, with MOSI, the bits while somebody looks at one of the pins (`Net.observe`). MISO shows none.
 *
 * Wires: outputs `irq`, `rxDma`, `txDma`; inputs `rxDma.ack`, `txDma.ack` (3 at the last transfer, for the CRC). With I2S also
 * `i2sBegin`, `i2sEnd`, `i2sBitPs` to the extension. Pin functions: `<label>_SCK`, `_MISO`, `_MOSI`, `_NSS`; `I2Sx_MCK`.
 */

/** Flags that a read of SR may clear, or that it begins to. */
const CLEARED_BY_READ = SR.OVR | SR.MODF | SR.UDR | SR.FRE;

export function hookSpi(d: SpiContext, unit: SpiUnit): void {
  const { CR1, CR2, SR: status, DR } = d.regs;
  d.onRead(status, () => {
    const flags = status.value;
    if ((flags & CLEARED_BY_READ) !== 0) {
      unit.buffers.statusRead();
      unit.update();
    }
    return flags;
  });
  d.onWrite(status, () => {
    unit.buffers.statusWritten();
    unit.update();
  });
  d.onRead(DR, () => unit.read());
  d.onWrite(DR, (_value, _old, written) => {
    DR.value = 0;
    unit.written(written & 0xffff);
  });
  d.onWrite(CR1, (_value, old) => unit.controlled(old));
  d.onWrite(CR2, () => unit.configured());
}

function spiHandle(unit: SpiUnit) {
  return {
    links: ['spi'] as readonly Link[],
    /** Puts a slave on the bus that this port clocks as master; returns what takes it off again. */
    attach: (slave: SpiSlave) => unit.slaves.add(slave),
    /** The port as a slave, for another master. */
    asSlave: unit.asSlave as SpiSlave,
    /** Clocks words through the port, which is a slave, as its master would; they go as the machine runs. */
    transfer: (words: Iterable<number>, options: SpiTransferOptions = {}): SpiTransfer =>
      unit.driver.transfer(words, options),
    /** Every word that went over the bus since power-on or `clear()`, as far as it is kept. */
    get words(): SpiWord[] {
      return unit.log.words;
    },
    /** Forgets what went over the bus so far. */
    clear: () => unit.log.clear(),
    /** Another frame begins in the middle of one: TI mode and I2S slaves set FRE (28.3.10, 28.4.8). */
    injectFrameError(): void {
      unit.buffers.set(SR.FRE);
      unit.update();
    },
    /** Why nothing goes out, as far as the port can tell. */
    get hint(): string | undefined {
      return unit.hint;
    },
  };
}

function i2sHandle(unit: SpiUnit, i2s: I2sUnit) {
  return {
    links: ['spi', 'i2s'] as readonly Link[],
    /** Puts a converter, a microphone or a test on the I2S bus; returns what takes it off again. */
    attachI2s: (peer: I2sPeer) => unit.peers.add(peer),
    /** Samples that were sent and received in I2S mode since power-on or `clear()`, as far as they are kept. */
    get samples(): I2sSample[] {
      return unit.log.samples;
    },
    /** Clocks the bus as its master, for a port that is a slave: one slot a sample, left and right in turn. */
    driveI2s: (samples: Iterable<number>, options: I2sDriveOptions = {}) => i2s.driver.drive(samples, options),
    /** Frames a second, as I2SPR and the I2S clock make them; 0 while that clock stands. */
    get sampleRate(): number {
      return i2s.sampleRate;
    },
  };
}

/** One handle with the members of two; getters stay getters. */
function both<A extends object, B extends object>(one: A, other: B): A & B {
  return Object.defineProperties(one, Object.getOwnPropertyDescriptors(other)) as A & B;
}

/** `spi('SPI1', 42e6)`: a port without I2S; the second number is the data sheet's limit of SCK in Hz. */
export function spi(label: string, limit: number) {
  return defineDevice({
    name: 'stm32-spi',
    size: 0x400,
    registers: SPI_ONLY,
    narrow: APB_NARROW,
    state: SPI_STATE,
    setup(d) {
      const unit = new SpiUnit(d, spiNames(label), limit, { i2s: () => false, written: () => {} });
      hookSpi(d, unit);
      d.onReset(() => {
        unit.configured();
        unit.driver.resume();
      });
      return spiHandle(unit);
    },
  });
}

function setUpI2s(d: I2sContext, label: string, limit: number): { unit: SpiUnit; i2s: I2sUnit } {
  let i2s: I2sUnit | undefined;
  const unit = new SpiUnit(d as unknown as SpiContext, spiNames(label), limit, {
    i2s: () => d.regs.I2SCFGR.I2SMOD === 1,
    written: () => i2s?.written(),
  });
  i2s = new I2sUnit(d, label, unit);
  hookSpi(d as unknown as SpiContext, unit);
  d.onWrite(d.regs.I2SCFGR, (value, old) => i2s.configured(value, old));
  d.onWrite(d.regs.I2SPR, () => i2s.configured(d.regs.I2SCFGR.value, d.regs.I2SCFGR.value));
  d.onReset(() => {
    i2s.configured(0, 0);
    unit.driver.resume();
    i2s.driver.resume();
  });
  return { unit, i2s };
}

/** `spiWithI2s('SPI2', 21e6)`: SPI2 and SPI3. */
export function spiWithI2s(label: string, limit: number) {
  return defineDevice({
    name: 'stm32-spi-i2s',
    size: 0x400,
    registers: SPI_I2S,
    narrow: APB_NARROW,
    state: I2S_STATE,
    setup(d) {
      const { unit, i2s } = setUpI2s(d as unknown as I2sContext, label, limit);
      return both(spiHandle(unit), i2sHandle(unit, i2s));
    },
  });
}
