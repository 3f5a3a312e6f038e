import type { VoltageSource } from '../../../analog.js';
import type { DeviceContext } from '../../../device.js';
import type { Log } from '../../../log.js';
import type { Net } from '../../../net.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { Signal } from '../../../signal.js';
import { i32 } from '../../../state.js';
import { CONTROL, type DAC, DMAUDR, SOFTWARE } from './dac-registers.js';
import { added, amplitude, FULL_SCALE, LFSR_START, nextNoise, nextTriangle, WAVE } from './dac-wave.js';

/** State of both channels, a word each. */
export const DAC_STATE = {
  dhr: i32(2),
  lfsr: i32(2),
  count: i32(2),
  falling: i32(2),
  /** A DMA request is out. */
  requested: i32(2),
  told: i32(2),
};
export type DacContext = DeviceContext<typeof DAC, typeof DAC_STATE>;

/** APB1 cycles from a trigger to DOR: 14.3.6; without trigger, and with the software's: 14.3.4, 14.3.6. */
const TRIGGER_CYCLES = 3;
const DIRECT_CYCLES = 1;
const PINS = ['PA4', 'PA5'] as const;
const SAMPLES_KEPT = 65_536;

/** One channel of the converter: from its data holding register to its pin. RM0090 14.3. */
export class DacChannel {
  readonly #d: DacContext;
  readonly #index: 0 | 1;
  readonly #reference: () => number;
  readonly #net: Net;
  readonly #source: VoltageSource;
  readonly #load: TimedEvent;
  readonly #dma: Signal;
  /** Machine time in ns and DOR, at each change of DOR while the channel is enabled. */
  readonly samples: Log;
  readonly #changed: () => void;

  constructor(d: DacContext, index: 0 | 1, reference: () => number, changed: () => void) {
    const n = index + 1;
    this.#d = d;
    this.#index = index;
    this.#reference = reference;
    this.#changed = changed;
    this.#net = d.net(PINS[index]);
    this.#source = this.#net.source(`${d.name}.${n}`);
    this.#load = d.event(`load${n}`, () => this.#loaded());
    this.#dma = d.output(`ch${n}Dma`);
    this.samples = d.log(`samples${n}`, { width: 2, limit: SAMPLES_KEPT });
    d.input(`ch${n}Dma.ack`, (level) => {
      if (level === 0) return;
      d.state.requested[index] = 0;
      this.#dma.set(0);
    });
  }

  /** An edge of a trigger, by its place in TSEL. */
  trigger(source: number): void {
    if (this.#trigger === source) this.#triggered(TRIGGER_CYCLES);
  }

  /** Its half of CR. */
  get #control(): number {
    return (this.#d.regs.CR.value >>> (16 * this.#index)) & 0xffff;
  }
  get enabled(): boolean {
    return (this.#control & CONTROL.EN) !== 0;
  }
  /** The trigger input it waits for, −1 without one. */
  get #trigger(): number {
    const control = this.#control;
    return (control & CONTROL.EN) !== 0 && (control & CONTROL.TEN) !== 0 ? (control >>> 3) & 7 : -1;
  }
  get #wave(): number {
    return (this.#control >>> 6) & 3;
  }
  get #output() {
    return this.#index === 0 ? this.#d.regs.DOR1 : this.#d.regs.DOR2;
  }
  /** 14.3.5: volts at the pin, undefined while the channel is off. */
  get voltage(): number | undefined {
    return this.enabled ? (this.#reference() * this.#output.value) / FULL_SCALE : undefined;
  }
  get interrupt(): boolean {
    const underrun = (this.#d.regs.SR.value >>> (16 * this.#index)) & DMAUDR;
    return underrun !== 0 && (this.#control & CONTROL.DMAUDRIE) !== 0;
  }

  reset(): void {
    this.#d.state.lfsr[this.#index] = LFSR_START;
    this.#drive();
  }

  /** New data in its holding register; without a trigger it goes on by itself (14.3.4). */
  hold(data: number): void {
    this.#d.state.dhr[this.#index] = data;
    if ((this.#control & CONTROL.TEN) === 0) this.#load.after(DIRECT_CYCLES);
  }

  softwareTrigger(): void {
    if (this.#trigger === SOFTWARE) this.#triggered(DIRECT_CYCLES);
  }

  /** After CR changed from `old` (its half of it). */
  controlled(old: number): void {
    const { state } = this.#d;
    const [control, index] = [this.#control, this.#index];
    // 14.3.7, 14.3.8: WAVE = 0 resets both generators.
    if (this.#wave === WAVE.none) {
      state.lfsr[index] = LFSR_START;
      state.count[index] = 0;
      state.falling[index] = 0;
    }
    if ((control & CONTROL.DMAEN) === 0) {
      state.requested[index] = 0;
      this.#dma.set(0);
    }
    if (control & ~old & CONTROL.EN) this.#switchedOn();
    if ((control & CONTROL.TEN) === 0) {
      if ((control ^ old) & (CONTROL.EN | CONTROL.TEN)) this.#load.after(DIRECT_CYCLES);
    } else if ((control & CONTROL.EN) === 0) this.#load.cancel();
    this.#drive();
  }

  #switchedOn(): void {
    if (this.#net.analog || this.#d.state.told[this.#index]) return;
    this.#d.state.told[this.#index] = 1;
    this.#d.report({
      kind: 'misuse',
      rule: 'pin-function',
      what: `DAC channel ${this.#index + 1} is on, but ${PINS[this.#index]} is not in analog mode`,
      remedy: "set the pin's bits in MODER to 11 first, with its port's clock on",
      section: 'RM0090 14.2',
    });
  }

  #triggered(cycles: number): void {
    this.#load.after(cycles);
    // 14.3.9: an external trigger asks for the next data, the software's does not.
    if (cycles === TRIGGER_CYCLES && this.#control & CONTROL.DMAEN) this.#request();
  }

  #request(): void {
    const { state, regs } = this.#d;
    const shift = 16 * this.#index;
    if ((regs.SR.value >>> shift) & DMAUDR) return;
    if (state.requested[this.#index]) {
      // 14.3.9: the second trigger came before the first request was served: requests end, old data is converted.
      regs.SR.value |= DMAUDR << shift;
      state.requested[this.#index] = 0;
      this.#dma.set(0);
      this.#changed();
      return;
    }
    state.requested[this.#index] = 1;
    this.#dma.set(1);
  }

  /** DHR, with the wave on it, arrives in DOR. */
  #loaded(): void {
    const { state } = this.#d;
    const data = state.dhr[this.#index]!;
    const output =
      (this.#control & CONTROL.TEN) === 0 || this.#wave === WAVE.none ? data : added(data, this.#nextWave());
    if (output === this.#output.value) return;
    this.#output.value = output;
    if (this.enabled) this.samples.append(this.#d.time.ns(), output);
    this.#drive();
  }

  /** The generator's present value; it goes on to its next. */
  #nextWave(): number {
    const { state } = this.#d;
    const index = this.#index;
    const top = amplitude((this.#control >>> 8) & 15);
    if (this.#wave === WAVE.noise) {
      const lfsr = state.lfsr[index]!;
      state.lfsr[index] = nextNoise(lfsr);
      return lfsr & top;
    }
    const count = state.count[index]!;
    const next = nextTriangle({ count, falling: state.falling[index] === 1 }, top);
    state.count[index] = next.count;
    state.falling[index] = next.falling ? 1 : 0;
    return count;
  }

  #drive(): void {
    this.#source.set(this.voltage);
  }
}
