import type { TimedEvent } from '../../../scheduler.js';
import type { SpiPins } from './spi-master.js';
import type { SpiSettings } from './spi-settings.js';

export interface WaveState {
  /** The word whose bits are shown, in the order of the wire, and its length; 0 while nothing is. */
  readonly waveWord: Int32Array;
  readonly waveBits: Int32Array;
  /** Half bits that are over. */
  readonly waveStep: Int32Array;
}

/** The edges of SCK and the bits on MOSI, RM0090 figure 248: shown only while somebody looks at the pins, since they cost time. */
export class SpiWave {
  readonly #settings: SpiSettings;
  readonly #pins: SpiPins;
  readonly #state: WaveState;
  readonly #event: TimedEvent;

  constructor(
    unit: { settings: SpiSettings; pins: SpiPins },
    state: WaveState,
    event: (fire: () => void) => TimedEvent,
  ) {
    this.#settings = unit.settings;
    this.#pins = unit.pins;
    this.#state = state;
    this.#event = event(() => this.#step());
  }

  get showing(): boolean {
    return this.#state.waveBits[0] !== 0;
  }

  /** A word begins after `lead` PCLK cycles. */
  begin(word: number, lead: number): void {
    // The last edge of the word before is due at this instant.
    if (this.#event.armed) this.end();
    if (!this.#pins.sck.observed && !this.#pins.mosi.observed) return;
    this.#state.waveWord[0] = word;
    this.#state.waveBits[0] = this.#settings.bits;
    this.#state.waveStep[0] = 0;
    if (lead > 0) this.#event.after(lead);
    else this.#step();
  }
  /** SCK goes back to its idle level. */
  end(): void {
    this.#event.cancel();
    this.#state.waveBits[0] = 0;
    if (this.#pins.sck.output !== 'none') this.#clock(false);
  }

  #clock(active: boolean): void {
    const high = active !== this.#settings.mode >= 2;
    this.#pins.sck.drive(high ? 'high' : 'low');
  }

  /** CPHA 0: data changes with the second edge of a bit, before the first of the next; CPHA 1: with the first. */
  #step(): void {
    const { waveWord, waveBits, waveStep } = this.#state;
    const step = waveStep[0]!;
    const bits = waveBits[0]!;
    if (step === 2 * bits) {
      this.end();
      return;
    }
    const second = (this.#settings.mode & 1) === 1;
    const startsBit = step % 2 === 0;
    this.#clock(startsBit === second);
    if (startsBit && this.#settings.sends) {
      const bit = (waveWord[0]! >>> (bits - 1 - step / 2)) & 1;
      this.#pins.mosi.drive(bit ? 'high' : 'low');
    }
    waveStep[0] = step + 1;
    this.#event.after(this.#settings.divider / 2);
  }
}
