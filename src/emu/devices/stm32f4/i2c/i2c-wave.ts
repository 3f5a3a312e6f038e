import type { TimedEvent } from '../../../scheduler.js';
import type { I2cLines } from './i2c-lines.js';
import type { I2cSettings } from './i2c-settings.js';

export interface WaveState {
  /** Levels of SCL that are still to come: low and high in turn. */
  readonly waveLeft: Int32Array;
}

/** A byte: nine times low, then high, then low again. */
const BYTE = 18;
/** A STOP or repeated START: low, then high for as long as the master wants. */
const CONDITION = 102;

/** SCL of a master, RM0090 27.6.8: its clocks are shown only while somebody looks at the pin, since they cost time. */
export class I2cWave {
  readonly #settings: I2cSettings;
  readonly #lines: I2cLines;
  readonly #state: WaveState;
  readonly #event: TimedEvent;

  constructor(settings: I2cSettings, lines: I2cLines, state: WaveState, event: (fire: () => void) => TimedEvent) {
    this.#settings = settings;
    this.#lines = lines;
    this.#state = state;
    this.#event = event(() => this.#step());
  }

  get shown(): boolean {
    return this.#lines.scl.observed;
  }
  byte(): void {
    this.#show(BYTE);
  }
  condition(): void {
    this.#show(CONDITION);
  }
  /** Between START and STOP SCL rests low. */
  rest(): void {
    if (this.shown) this.#lines.hold(true);
  }
  end(): void {
    this.#event.cancel();
    this.#state.waveLeft[0] = 0;
  }

  #show(levels: number): void {
    this.end();
    if (!this.shown) return;
    this.#state.waveLeft[0] = levels;
    this.#step();
  }
  #step(): void {
    const { waveLeft } = this.#state;
    const left = waveLeft[0]!;
    const low = left % 2 === 0;
    this.#lines.hold(low);
    if (left === 0 || left === CONDITION - 1) return;
    waveLeft[0] = left - 1;
    this.#event.after(low ? this.#settings.low : this.#settings.high);
  }
}
