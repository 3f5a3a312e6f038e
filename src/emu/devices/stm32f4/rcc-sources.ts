import { bit } from '../../bits.js';
import type { RegisterCell } from '../../register-file.js';
import type { TimedEvent } from '../../scheduler.js';
import { hertz, type Ratio } from './clock-tree.js';

/**
 * A clock source with an enable bit and a ready bit: oscillators and PLLs of RM0090 7.2.1 to 7.2.5. Both bits live in
 * RCC's registers; the only other state is the event that is under way.
 */
export interface SourceBits {
  readonly register: RegisterCell;
  /** Number of the enable bit; the ready bit is the next one. */
  readonly enable: number;
  /** What else must hold for the source to run: a PLL needs its reference. */
  supplied?(): boolean;
  /** Something else keeps it on. */
  forced?(): boolean;
  /** From switching on to ready, in ns; undefined if it never gets ready. */
  startNs(): number | undefined;
  /** How long the ready bit outlives the enable bit, in ns. */
  readonly stopNs: number;
}

export class ClockSource {
  readonly #bits: SourceBits;
  readonly #event: TimedEvent;
  readonly #changed: () => void;

  /** `event` makes the timed event that calls back; `changed` hears of every change of the ready bit. */
  constructor(bits: SourceBits, event: (fire: () => void) => TimedEvent, changed: () => void) {
    this.#bits = bits;
    this.#event = event(() => this.#become(this.#wanted));
    this.#changed = changed;
  }

  get ready(): boolean {
    return bit(this.#bits.register.value, this.#bits.enable + 1) === 1;
  }
  get #wanted(): boolean {
    const { register, enable, forced, supplied } = this.#bits;
    return (bit(register.value, enable) === 1 || (forced?.() ?? false)) && (supplied?.() ?? true);
  }

  /** Starts or stops the source as its bits say now. */
  follow(): void {
    const wanted = this.#wanted;
    if (wanted === this.ready) {
      this.#event.cancel();
    } else if (!this.#event.armed) {
      const delay = wanted ? this.#bits.startNs() : this.#bits.stopNs;
      if (delay === 0) this.#become(wanted);
      else if (delay !== undefined) this.#event.after(delay);
    }
  }

  /** Stops at once: the source broke down or lost its reference. */
  drop(): void {
    this.#event.cancel();
    if (this.ready) this.#become(false);
  }

  #become(ready: boolean): void {
    this.#bits.register.setBits(this.#bits.enable + 1, 1, ready ? 1 : 0);
    this.#changed();
  }
}

/**
 * Start-up times from the STM32F405/407 data sheet (DS8626, external and internal clock source characteristics).
 * Where it gives a range the model takes: HSI 2.2 µs (typical), HSE 2 ms (typical), LSE 2 s (typical), LSI 15 µs (typical).
 */
export const START_NS = { hsi: 2_200, hse: 2_000_000, lse: 2_000_000_000, lsi: 15_000 } as const;

/** RM0090 7.3.1, 7.3.20, 7.3.21: the ready bit falls 6 (LSI: 3) cycles of its own clock after the enable bit. */
export function stopNs(cycles: number, frequency: number): number {
  return Math.ceil((cycles * 1e9) / frequency);
}

/**
 * PLL lock time: the data sheet gives 75–200 µs with the VCO at 100 MHz and 100–300 µs at 432 MHz; the model takes the
 * middle, and a straight line in between.
 */
export function lockNs(vco: Ratio): number {
  const megahertz = hertz(vco) / 1e6;
  return Math.round(137_500 + ((megahertz - 100) * 62_500) / 332);
}
