import type { DeviceContext } from '../../../device.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { AnalogOptions } from '../analog-options.js';
import { AdcChannels, CHANNEL } from './adc-channels.js';
import type { ADC } from './adc-registers.js';
import { AdcSequence } from './adc-sequence.js';
import { PRESCALERS, RESOLUTION_BITS, SENSOR_START_UP_NS, STABILISATION_NS } from './adc-timing.js';
import { AdcWarnings } from './adc-warnings.js';

/** The part of a converter's state that belongs to the conversion in progress. */
export interface CoreState {
  /** IDLE, REGULAR or INJECTED. */
  readonly current: Int32Array;
  readonly channel: Int32Array;
  /** 0 sampling, 1 converting. */
  readonly converting: Int32Array;
  readonly code: Int32Array;
  /** Tick of the converter's clock at which the present phase ends. */
  readonly due: Float64Array;
  /** Machine time in ns from which results are accurate, and from which internal channels are. */
  readonly stableNs: Float64Array;
  readonly settledNs: Float64Array;
  readonly told: Int32Array;
  /** PCLK2 in Hz: working it out takes longer than everything else a conversion does. */
  readonly hertz: Float64Array;
}

export const IDLE = 0;
export const REGULAR = 1;
export const INJECTED = 2;

const TSVREFE = 1 << 23;
const VBATE = 1 << 22;

/**
 * The successive approximation itself: samples one channel, converts it, tells. RM0090 13.3.6, 13.5, 13.7: sampling time
 * plus one ADCCLK cycle a bit; the voltage is that at the end of the sampling time.
 */
export class AdcCore {
  readonly #d: DeviceContext<typeof ADC>;
  readonly #state: CoreState;
  readonly #event: TimedEvent;
  readonly #ccr: { readonly level: number };
  readonly #done: (group: number, code: number, late: number) => void;
  readonly sequence: AdcSequence;
  readonly channels: AdcChannels;
  readonly warnings: AdcWarnings;

  constructor(
    d: DeviceContext<typeof ADC>,
    state: CoreState,
    ccr: { readonly level: number },
    setup: { readonly n: number; readonly options: AnalogOptions },
    done: (group: number, code: number, late: number) => void,
  ) {
    this.#d = d;
    this.#state = state;
    this.#ccr = ccr;
    this.#done = done;
    this.sequence = new AdcSequence(d.regs);
    this.channels = new AdcChannels(d as unknown as DeviceContext, setup.n, setup.options);
    this.warnings = new AdcWarnings(`ADC${setup.n}`, state.told, this.channels, (problem) => d.report(problem));
    this.#event = d.event('conversion', () => this.#advance());
    d.clock.onChange(({ hertz }) => {
      state.hertz[0] = hertz;
    });
  }

  get busy(): boolean {
    return this.#state.current[0] !== IDLE;
  }
  get current(): number {
    return this.#state.current[0]!;
  }
  /** PCLK2 cycles of one ADCCLK cycle. */
  get prescaler(): number {
    return PRESCALERS[((this.#ccr.level >>> 16) & 3) as 0]!;
  }
  get bits(): number {
    return RESOLUTION_BITS[this.#d.regs.CR1.RES as 0]!;
  }

  powerUp(): void {
    this.#state.hertz[0] = this.#d.clock.hertz;
    this.#state.stableNs[0] = this.#d.time.ns() + STABILISATION_NS;
  }
  /** CCR connects internal channels, or they go. */
  connected(before: number, after: number): void {
    if (after & ~before & (TSVREFE | VBATE)) this.#state.settledNs[0] = this.#d.time.ns() + SENSOR_START_UP_NS;
  }

  /** Starts to sample `channel`, `late` PCLK2 cycles ago. */
  begin(group: number, channel: number, late: number): void {
    const state = this.#state;
    const sampling = this.sequence.samplingCycles(channel);
    state.current[0] = group;
    state.channel[0] = channel;
    state.converting[0] = 0;
    state.due[0] = this.#d.clock.now() - late + sampling * this.prescaler;
    this.#event.at(state.due[0]!);
    const ns = this.#d.time.ns();
    this.warnings.conversion({
      channel,
      sampling,
      clock: state.hertz[0]! / this.prescaler,
      stable: ns >= state.stableNs[0]!,
      connected: this.#isConnected(channel),
      settled: ns >= state.settledNs[0]!,
    });
  }
  /** Drops the conversion in progress. */
  abort(): void {
    this.#state.current[0] = IDLE;
    this.#event.cancel();
  }

  #isConnected(channel: number): boolean {
    return (this.#ccr.level & (channel === CHANNEL.vbat ? VBATE : TSVREFE)) !== 0 && this.channels.hasInternal;
  }

  #advance(): void {
    const state = this.#state;
    const late = this.#d.clock.now() - state.due[0]!;
    if (state.converting[0] === 0) {
      state.converting[0] = 1;
      state.code[0] = this.#sample(late) >> (12 - this.bits);
      state.due[0]! += this.bits * this.prescaler;
      this.#event.at(state.due[0]!);
      return;
    }
    const group = state.current[0]!;
    state.current[0] = IDLE;
    this.#done(group, state.code[0]!, late);
  }

  #sample(late: number): number {
    const seconds = this.#d.time.ns() / 1e9 - late / this.#state.hertz[0]!;
    const channel = this.#state.channel[0]!;
    return this.channels.sample(channel, seconds, this.#isConnected(channel));
  }
}
