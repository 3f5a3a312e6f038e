import type { DeviceContext } from '../../../device.js';
import type { Log } from '../../../log.js';
import type { Net } from '../../../net.js';
import { type AnalogOptions, DEFAULT_VDDA } from '../analog-options.js';
import { codeOf } from './adc-data.js';

/** What the channels of a converter are connected to: data sheet DS8626 table 7, RM0090 13.10 and 13.11. */

const DEFAULT_TEMPERATURE = 25;

const SHARED = { 0: 'PA0', 1: 'PA1', 2: 'PA2', 3: 'PA3', 10: 'PC0', 11: 'PC1', 12: 'PC2', 13: 'PC3' } as const;
const FIRST_TWO = { 4: 'PA4', 5: 'PA5', 6: 'PA6', 7: 'PA7', 8: 'PB0', 9: 'PB1', 14: 'PC4', 15: 'PC5' } as const;
const THIRD = { 4: 'PF6', 5: 'PF7', 6: 'PF8', 7: 'PF9', 8: 'PF10', 9: 'PF3', 14: 'PF4', 15: 'PF5' } as const;

/** Pin by channel of ADC `n`. */
export function pinsOfAdc(n: number): Readonly<Record<number, string>> {
  return { ...SHARED, ...(n === 3 ? THIRD : FIRST_TWO) };
}

export const CHANNEL = { temperature: 16, vrefint: 17, vbat: 18 } as const;

/** Data sheet, table 69: V25 and average slope; table 72: VREFINT. Typical values. */
const V25 = 0.76;
const SLOPE = 0.0025;
export const VREFINT_VOLTS = 1.21;

/** What the sensor gives at a temperature in °C: RM0090 13.10. */
export function sensorVolts(celsius: number): number {
  return V25 + (celsius - 25) * SLOPE;
}

/** Sources of one converter's channels. */
export class AdcChannels {
  readonly #pins: Readonly<Record<number, string>>;
  readonly #nets: (Net | undefined)[];
  readonly #reference: Net;
  readonly #battery: Net;
  readonly #options: AnalogOptions;
  /** Temperatures that tests set: the last one is in force, whatever is reset. */
  readonly #temperatures: Log | undefined;

  constructor(d: DeviceContext, n: number, options: AnalogOptions) {
    this.#options = options;
    this.#pins = pinsOfAdc(n);
    this.#nets = Array.from({ length: 16 }, (_, channel) => d.net(this.#pins[channel]!));
    this.#reference = d.net('VREF+');
    this.#battery = d.net('VBAT');
    // 13.10, 13.11: the internal channels are connected to ADC1 only.
    this.#temperatures = n === 1 ? d.log('temperature', { limit: 1 }) : undefined;
  }

  get hasInternal(): boolean {
    return this.#temperatures !== undefined;
  }
  get vdda(): number {
    return this.#options.vdda ?? DEFAULT_VDDA;
  }
  get temperature(): number {
    const log = this.#temperatures!;
    return log.at(log.length - 1) ?? this.#options.temperature ?? DEFAULT_TEMPERATURE;
  }
  set temperature(celsius: number) {
    this.#temperatures!.append(celsius);
  }

  /** The pin of a channel, undefined for internal ones. */
  pin(channel: number): string | undefined {
    return this.#pins[channel];
  }
  /** Whether GPIO leaves the channel's pin to the converters. */
  isAnalog(channel: number): boolean {
    return this.#nets[channel]!.analog;
  }

  /** 12 bits at `seconds` of machine time; `connected` says whether CCR connects an internal channel. A floating pin is at 0 V. */
  sample(channel: number, seconds: number, connected: boolean): number {
    const { vref = this.vdda } = this.#options;
    const reference = this.#reference.voltageAt(seconds) ?? vref;
    const volts =
      channel < 16 ? (this.#nets[channel]!.voltageAt(seconds) ?? 0) : connected ? this.#internal(channel, seconds) : 0;
    return codeOf(volts, reference);
  }

  #internal(channel: number, seconds: number): number {
    if (channel === CHANNEL.temperature) return sensorVolts(this.temperature);
    if (channel === CHANNEL.vrefint) return VREFINT_VOLTS;
    if (channel !== CHANNEL.vbat) return 0;
    // 13.11: a bridge halves it.
    return (this.#battery.voltageAt(seconds) ?? this.#options.vbat ?? this.vdda) / 2;
  }
}
