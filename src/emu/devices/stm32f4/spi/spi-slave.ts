import type { SpiFrame, SpiSlave } from '../../../spi-link.js';
import type { SpiBuffers } from './spi-buffers.js';
import type { SpiPins } from './spi-master.js';
import { SR } from './spi-registers.js';
import type { SpiSettings } from './spi-settings.js';
import type { SpiWords } from './spi-words.js';

export interface SlaveState {
  /** Bits of the word in the shift register that are over. */
  readonly position: Int32Array;
  readonly shiftOut: Int32Array;
  readonly shiftIn: Int32Array;
  /** The bit before the piece, for a master that samples at the other edge. */
  readonly lastBit: Int32Array;
}

export interface SlaveListener {
  done(sent: number, received: number): void;
  /** The master's clock polarity or phase is another than CPOL and CPHA say. */
  wrongMode(mode: number): void;
  /** A word passes by because no pin carries the function. */
  unrouted(role: 'SCK' | 'MOSI'): void;
  tooFast(hertz: number): void;
  flagsChanged(): void;
}

/** Slave mode, clocked from outside: RM0090 28.3.2, 28.3.5. */
export class SpiSlavePort implements SpiSlave {
  readonly name: string;
  readonly #settings: SpiSettings;
  readonly #buffers: SpiBuffers;
  readonly #words: SpiWords;
  readonly #pins: SpiPins;
  readonly #state: SlaveState;
  readonly #selection: { readonly selected: boolean; readonly hertz: number };
  readonly #listener: SlaveListener;

  constructor(
    name: string,
    unit: { settings: SpiSettings; buffers: SpiBuffers; words: SpiWords; pins: SpiPins },
    state: SlaveState,
    selection: { readonly selected: boolean; readonly hertz: number },
    listener: SlaveListener,
  ) {
    this.name = name;
    this.#settings = unit.settings;
    this.#buffers = unit.buffers;
    this.#words = unit.words;
    this.#pins = unit.pins;
    this.#state = state;
    this.#selection = selection;
    this.#listener = listener;
  }

  /** A master's words are longer or shorter than DFF says: bits up to the end of the word in the shift register. */
  get unit(): number {
    return this.#settings.bits - this.#state.position[0]!;
  }

  selected(): boolean {
    if (!this.#settings.enabled || this.#settings.master || !this.#selection.selected) return false;
    if (!this.#pins.sck.routed) this.#listener.unrouted('SCK');
    return this.#pins.sck.routed;
  }

  begin(frame: SpiFrame): number | undefined {
    const { position, shiftOut, shiftIn } = this.#state;
    if (frame.mode !== this.#settings.mode) this.#listener.wrongMode(frame.mode);
    // DS8626, SPI characteristics: a slave follows up to half of its own clock.
    if (2e9 / frame.bitNs > this.#selection.hertz * 1.000_001) this.#listener.tooFast(1e9 / frame.bitNs);
    if (position[0] === 0) {
      // 28.3.1: there is one shift register. With nothing new in DR the word that came last goes out of it, by which masters tell a slave that
      // is not ready yet (ST's examples of two boards that wait for each other's bytes).
      shiftOut[0] = this.#words.next(shiftIn[0]!);
      shiftIn[0] = 0;
      this.#buffers.set(SR.BSY);
      this.#listener.flagsChanged();
    }
    if (!this.#settings.sends || !this.#pins.miso.routed) return undefined;
    return (shiftOut[0]! >>> (this.unit - frame.bits)) & ((1 << frame.bits) - 1);
  }

  end(mosi: number, frame: SpiFrame): void {
    const { position, shiftOut, shiftIn } = this.#state;
    shiftIn[0] = (shiftIn[0]! << frame.bits) | this.#sampled(mosi, frame);
    position[0] = position[0]! + frame.bits;
    if (position[0] < this.#settings.bits) return;
    position[0] = 0;
    this.#buffers.clear(SR.BSY);
    this.#listener.done(shiftOut[0]!, shiftIn[0]!);
    this.#listener.flagsChanged();
  }

  /** SPE was cleared: a word that was under way is lost. */
  disabled(): void {
    this.#state.position[0] = 0;
    this.#state.lastBit[0] = 0;
  }

  /** A slave that samples where the master's data changes gets the bit before each bit. */
  #sampled(mosi: number, frame: SpiFrame): number {
    const input = this.#settings.oneWire ? this.#pins.miso : this.#pins.mosi;
    const mask = (1 << frame.bits) - 1;
    if (!input.routed) {
      if (this.#settings.receives && !this.#settings.sends) this.#listener.unrouted('MOSI');
      return input.level === 1 ? mask : 0;
    }
    const before = this.#state.lastBit[0]!;
    this.#state.lastBit[0] = mosi & 1;
    if (edge(frame.mode) === edge(this.#settings.mode)) return mosi & mask;
    return ((before << (frame.bits - 1)) | (mosi >>> 1)) & mask;
  }
}

/** 1 where data is sampled at falling edges of SCK. */
function edge(mode: number): number {
  return (mode >>> 1) ^ (mode & 1);
}
