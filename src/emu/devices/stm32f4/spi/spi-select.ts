import type { PinFunction } from '../../../net.js';
import type { SpiRegisters, SpiSettings } from './spi-settings.js';

/** Slave select, in hardware by the NSS pin or in software by SSI: RM0090 28.3.1, 28.3.3, 28.3.10. */
export class SpiSelect {
  readonly #regs: SpiRegisters;
  readonly #settings: SpiSettings;
  readonly #pin: PinFunction;

  constructor(regs: SpiRegisters, settings: SpiSettings, pin: PinFunction) {
    this.#regs = regs;
    this.#settings = settings;
    this.#pin = pin;
  }

  /** 28.5.1: SSI takes the place of the pin while SSM is set. A pin that is not routed shows no selection. */
  get #low(): boolean {
    const { SSM, SSI } = this.#regs.CR1;
    return SSM ? SSI === 0 : this.#pin.level === 0;
  }
  get #drives(): boolean {
    const { CR1, CR2 } = this.#regs;
    return this.#settings.enabled && this.#settings.master && (this.#settings.ti || (CR1.SSM === 0 && CR2.SSOE === 1));
  }
  /** A slave takes part in what the master clocks; 28.3.1: in TI mode SSM, SSI and SSOE do not count. */
  get selected(): boolean {
    return this.#settings.ti || this.#low;
  }
  /** Another master selects this one. 28.3.1: an NSS that is an output is no input. */
  get fault(): boolean {
    if (!this.#settings.enabled || !this.#settings.master || this.#settings.ti || this.#drives) return false;
    return this.#low;
  }
  /**
   * A master's NSS is an input and has no pin. The manual does not say which level it has then; here it is high, as every function without
   * a pin is at rest, and the port transfers.
   */
  get misses(): boolean {
    const { CR1, CR2 } = this.#regs;
    return !this.#settings.ti && CR1.SSM === 0 && CR2.SSOE === 0 && !this.#pin.routed;
  }
  /** 28.3.1: NSS is driven low from the time the master is enabled until it is disabled. */
  drive(): void {
    this.#pin.drive(this.#drives ? 'low' : 'none');
  }
}
