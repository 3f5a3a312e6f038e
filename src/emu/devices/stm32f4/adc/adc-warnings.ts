import type { DeviceProblem } from '../../../device.js';
import { type AdcChannels, CHANNEL } from './adc-channels.js';
import {
  CLOCK_LIMIT,
  CLOCK_LIMIT_LOW_SUPPLY,
  FULL_SPEED_SUPPLY,
  SENSOR_SAMPLING_NS,
  VBAT_SAMPLING_NS,
} from './adc-timing.js';

/** What is worth one report each, as bits of `told[0]`; `told[1]` has a bit for each channel. */
const TOLD = { clock: 1, stabilising: 2, off: 4, auto: 8, startUp: 16, reserved: 32 } as const;

export interface ConversionStart {
  readonly channel: number;
  /** ADCCLK in Hz, and cycles of it that are sampled. */
  readonly clock: number;
  readonly sampling: number;
  readonly stable: boolean;
  /** CCR connects the internal channel. */
  readonly connected: boolean;
  /** It has been connected long enough. */
  readonly settled: boolean;
}

/** Reports conversions that hardware does not promise to get right, each kind once. What they give here is right all the same. */
export class AdcWarnings {
  readonly #label: string;
  readonly #told: Int32Array;
  readonly #channels: AdcChannels;
  readonly #report: (problem: DeviceProblem) => void;

  constructor(label: string, told: Int32Array, channels: AdcChannels, report: (problem: DeviceProblem) => void) {
    this.#label = label;
    this.#told = told;
    this.#channels = channels;
    this.#report = report;
  }

  conversion(start: ConversionStart): void {
    this.#clock(start.clock);
    if (!start.stable) {
      this.#once(TOLD.stabilising, {
        kind: 'misuse',
        rule: 'accuracy',
        what: `${this.#label} converts before it is stable`,
        remedy: 'wait tSTAB (3 µs) after ADON is set',
        section: 'RM0090 13.3.1',
      });
    }
    if (start.channel < 16) this.#pin(start.channel);
    else this.#internal(start);
  }

  /** SWSTART or JSWSTART while ADON is 0. */
  startedOff(bit: 'SWSTART' | 'JSWSTART'): void {
    this.#once(TOLD.off, {
      kind: 'misuse',
      rule: 'sequence',
      what: `${this.#label}.CR2.${bit} was set while ADON is 0: no conversion is launched`,
      remedy: 'set ADON, wait tSTAB, then start',
      section: 'RM0090 13.13.3',
    });
  }
  autoInjectionWithDiscontinuous(): void {
    this.#once(TOLD.auto, {
      kind: 'misuse',
      rule: 'configuration',
      what: `${this.#label} is in auto-injection and discontinuous mode at the same time`,
      remedy: 'clear JAUTO, or DISCEN and JDISCEN',
      section: 'RM0090 13.3.9',
    });
  }

  #clock(hertz: number): void {
    const { vdda } = this.#channels;
    const limit = vdda < FULL_SPEED_SUPPLY ? CLOCK_LIMIT_LOW_SUPPLY : CLOCK_LIMIT;
    if (hertz <= limit) return;
    this.#once(TOLD.clock, {
      kind: 'misuse',
      rule: 'clock-limit',
      what: `${this.#label} runs at ${hertz / 1e6} MHz: at VDDA = ${vdda} V ADCCLK is ${limit / 1e6} MHz at most`,
      remedy: 'choose a larger ADC_CCR.ADCPRE',
      section: 'DS8626 table 67',
    });
  }

  #pin(channel: number): void {
    if (this.#channels.isAnalog(channel)) return;
    this.#onceOfChannel(channel, {
      kind: 'misuse',
      rule: 'pin-function',
      what: `${this.#label} converts channel ${channel}, but ${this.#channels.pin(channel)} is not in analog mode`,
      remedy: "set the pin's bits in MODER to 11, with its port's clock on",
      section: 'RM0090 8.3.12',
    });
  }

  #internal({ channel, clock, sampling, connected, settled }: ConversionStart): void {
    const { hasInternal } = this.#channels;
    const bit = channel === CHANNEL.vbat ? 'VBATE' : 'TSVREFE';
    if (channel > CHANNEL.vbat || !hasInternal) {
      const remedy = hasInternal ? 'choose a channel from 0 to 18' : 'sensor, VREFINT and VBAT are channels of ADC1';
      this.#channelProblem(channel, `${this.#label} has nothing on channel ${channel}`, remedy, 'RM0090 13.3.3');
    } else if (!connected) {
      const what = `${this.#label} converts channel ${channel} while ADC_CCR.${bit} is 0: it is not connected`;
      this.#channelProblem(channel, what, `set ${bit}`, 'RM0090 13.13.16');
    } else if (!settled) {
      this.#once(TOLD.startUp, {
        kind: 'misuse',
        rule: 'accuracy',
        what: `${this.#label} converts channel ${channel} before sensor and reference have started up`,
        remedy: `wait 10 µs after ${bit} is set`,
        section: 'DS8626 tables 69 and 72',
      });
    } else {
      const shortest = channel === CHANNEL.vbat ? VBAT_SAMPLING_NS : SENSOR_SAMPLING_NS;
      if ((sampling / clock) * 1e9 >= shortest) return;
      const what = `${this.#label} samples channel ${channel} for less than ${shortest / 1000} µs`;
      const remedy = 'choose a longer sampling time in SMPR1';
      this.#onceOfChannel(channel, {
        kind: 'misuse',
        rule: 'accuracy',
        what,
        remedy,
        section: 'DS8626 tables 69 to 72',
      });
    }
  }

  #channelProblem(channel: number, what: string, remedy: string, section: string): void {
    this.#onceOfChannel(channel, { kind: 'misuse', rule: 'configuration', what, remedy, section });
  }
  #once(bit: number, problem: DeviceProblem): void {
    if (this.#told[0]! & bit) return;
    this.#told[0]! |= bit;
    this.#report(problem);
  }
  #onceOfChannel(channel: number, problem: DeviceProblem): void {
    const bit = 1 << channel;
    if (this.#told[1]! & bit) return;
    this.#told[1]! |= bit;
    this.#report(problem);
  }
}
