import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import type { Link } from '../../../link.js';
import type { SpiSlave, SpiWindow } from '../../../spi-link.js';
import { i32 } from '../../../state.js';
import { Queue } from '../sifive-common/queue.js';
import { FlashWindow } from './flash-window.js';
import { type SifiveSpiWord, SpiBus } from './spi-bus.js';
import { spiPads } from './spi-pads.js';
import {
  FIFO_DEPTH,
  type SpiFlashRegisters,
  type SpiRegisters,
  spiFlashRegisters,
  spiRegisters,
} from './spi-registers.js';
import { SpiSequencer } from './spi-sequencer.js';

export interface SifiveSpiOptions {
  /** Names of its pins without their role: `SPI1` has SPI1_SCK, SPI1_DQ0, SPI1_DQ1, SPI1_CS0 … */
  readonly pins: string;
  /** They are functions of a pin multiplexer; otherwise pins of their own. */
  readonly multiplexed?: boolean;
  /** Chip-select lines; 1 if not given. */
  readonly selects?: number;
}

export const SPI_STATE = {
  transmit: i32(Queue.words(FIFO_DEPTH)),
  receive: i32(Queue.words(FIFO_DEPTH)),
  phase: i32(),
  /** Chip select is active; it is to go away. */
  active: i32(),
  clear: i32(),
  /** Levels of the chip selects. */
  selects: i32(),
  shiftOut: i32(),
  shiftIn: i32(),
  /** Whether the word on the wire goes to the receive FIFO; which slaves it concerns. */
  receives: i32(),
  taking: i32(),
  /** Half clocks of the word that the pins have shown. */
  edge: i32(),
  /** The FIFO has the bus, not the flash. */
  fifo: i32(),
  flashBusy: i32(),
  told: i32(),
} as const;

export type SpiContext = DeviceContext<SpiRegisters, typeof SPI_STATE>;

export interface SifiveSpiPort {
  readonly links: readonly Link[];
  /** Puts a slave on the bus. @returns what takes it off again */
  attach(slave: SpiSlave): () => void;
  /** SiFive's SPI is a master only: it answers nobody. */
  readonly asSlave: SpiSlave;
  /** Every word that went over the bus since power-on or `clear()`, as far as it is kept. */
  readonly words: SifiveSpiWord[];
  /** Forgets what went over the bus so far. */
  clear(): void;
  /** Where the port's flash is seen as memory. */
  readonly window?: SpiWindow;
}

/**
 * SiFive's SPI controller (FE310-G002 manual, chapter 19): a master with a FIFO of 8 words each way, chip selects that it drives
 * by itself, and one, two or four data lines. Words are carried whole, with the times their bits take. Wire `irq`: (ip & ie) ≠ 0.
 */
export function sifiveSpi(options: SifiveSpiOptions): DeviceType<Handle<SpiRegisters, SifiveSpiPort>> {
  return defineDevice({
    name: 'sifive-spi',
    size: 0x1000,
    registers: spiRegisters(options.selects ?? 1),
    state: SPI_STATE,
    setup: (d) => assemble(d, options, () => false).handle,
  });
}

/** The same with a flash that is seen as memory: the memory's row says `controller: '<name>.flash'`. */
export function sifiveSpiFlash(options: SifiveSpiOptions): DeviceType<Handle<SpiFlashRegisters, SifiveSpiPort>> {
  return defineDevice({
    name: 'sifive-spi-flash',
    size: 0x1000,
    registers: spiFlashRegisters(options.selects ?? 1),
    state: SPI_STATE,
    setup(d) {
      const { fctrl, ffmt } = d.regs;
      const enabled = () => fctrl.en !== 0;
      const window = new FlashWindow(d, enabled);
      const { handle, kick } = assemble(d, options, enabled);
      d.onWrite(fctrl, () => {
        kick();
        window.update();
      });
      d.onWrite(ffmt, () => window.check(ffmt));
      d.onReset(() => window.update());
      return Object.assign(handle, { window });
    },
  });
}

/** What both have in common; `flash` tells whether the flash has the bus. */
function assemble(d: SpiContext, options: SifiveSpiOptions, flash: () => boolean) {
  const { regs } = d;
  const irq = d.output('irq');
  const pads = spiPads(d, {
    prefix: options.pins,
    multiplexed: options.multiplexed ?? false,
    selects: options.selects ?? 1,
  });
  const bus = new SpiBus(d);
  const update = (): void => irq.set((pending() & regs.ie.value) !== 0 ? 1 : 0);
  const sequencer: SpiSequencer = new SpiSequencer(d, bus, pads, { changed: update, flash });
  const { transmit, receive } = sequencer;

  /** 19.15: below its mark the transmit FIFO asks for more, above its own the receive FIFO to be read. */
  const pending = (): number =>
    (transmit.length < regs.txmark.txmark ? 1 : 0) | (receive.length > regs.rxmark.rxmark ? 2 : 0);

  d.computed(regs.txdata, () => (transmit.full ? FLAG : 0));
  d.onWrite(regs.txdata, (value, _old, _written, bytes) => {
    regs.txdata.value = 0;
    if ((bytes & 0xff) === 0) return;
    if (!transmit.push(value & 0xff)) reportFull(d);
    sequencer.kick();
    update();
  });
  regs.rxdata.compute(() => (receive.empty ? FLAG : receive.front));
  d.onRead(regs.rxdata, () => {
    const word = receive.empty ? FLAG : receive.shift();
    update();
    return word;
  });
  d.computed(regs.ip, pending);
  for (const register of [regs.ie, regs.txmark, regs.rxmark]) d.onWrite(register, update);
  for (const register of [regs.csid, regs.csdef, regs.sckmode]) d.onWrite(register, () => sequencer.kick());
  d.onWrite(regs.csmode, (value, old) => value !== old && sequencer.modeChanged());
  d.onReset(() => {
    d.state.fifo[0] = flash() ? 0 : 1;
    sequencer.reset();
    update();
  });
  return { handle: handleOf(bus, d.name), kick: () => sequencer.kick() };
}

const FLAG = 0x8000_0000;

function handleOf(bus: SpiBus, name: string): SifiveSpiPort {
  return {
    links: ['spi'],
    attach: (slave) => bus.slaves.add(slave),
    asSlave: { name, selected: () => false, begin: () => undefined, end: () => {} },
    get words() {
      return bus.words;
    },
    clear: () => bus.clear(),
  };
}

function reportFull(d: SpiContext): void {
  d.report({
    kind: 'misuse',
    rule: 'sequence',
    what: `${d.name}.txdata was written while its FIFO is full: the word is lost`,
    remedy: 'wait until txdata.full (bit 31) is 0',
    section: 'FE310 19.11',
  });
}
