import type { Net, NetDriver } from '../../../net.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { RtcContext } from './rtc-registers.js';

const FLAGS = [1 << 13, 1 << 14] as const;

/**
 * Tamper detection: RM0090 26.3.13, 26.6.17. TAMP1 is PC13 or PI8 (TAMP1INSEL), TAMP2 is PI8. By edges (TAMPFLT 0), or by 2, 4 or 8
 * samples of a level in a row, each precharged by the pin's pull-up unless TAMPPUDIS. It erases the backup registers.
 */
export class RtcTamper {
  readonly #d: RtcContext;
  /** PC13 and PI8, and what precharges them. */
  readonly #nets: readonly [Net, Net];
  readonly #pulls: readonly NetDriver[];
  readonly #precharge: TimedEvent;
  readonly #sample: TimedEvent;
  readonly #detected: () => void;

  constructor(d: RtcContext, nets: readonly [Net, Net], pulls: readonly NetDriver[], detected: () => void) {
    this.#d = d;
    this.#nets = nets;
    this.#pulls = pulls;
    this.#detected = detected;
    const kept = { backup: true };
    this.#precharge = d.event('precharge', () => this.#pull(), d.clock, kept);
    this.#sample = d.event('sample', () => this.#look(), d.clock, kept);
  }

  get #enabled(): readonly [boolean, boolean] {
    const { TAFCR } = this.#d.regs;
    return [TAFCR.TAMP1E === 1, TAFCR.TAMP2E === 1];
  }
  #pinOf(input: number): 0 | 1 {
    return input === 1 || this.#d.regs.TAFCR.TAMP1INSEL ? 1 : 0;
  }
  #trigger(input: number): number {
    const { TAFCR } = this.#d.regs;
    return input === 0 ? TAFCR.TAMP1TRG : TAFCR.TAMP2TRG;
  }

  /** TAFCR was written. An input that is at its active level as it is enabled is tampering (26.6.17). */
  configure(before: number): void {
    const { TAFCR } = this.#d.regs;
    const enabled = this.#enabled;
    for (const [input, on] of enabled.entries()) {
      const wasOn = (before >>> (input * 3)) & 1;
      if (!on || wasOn) continue;
      this.#d.state.samples[input] = 0;
      if (TAFCR.TAMPFLT === 0 && this.#nets[this.#pinOf(input)].digital === 1 - this.#trigger(input))
        this.#tamper(input);
    }
    if (TAFCR.TAMPFLT === 0 || !enabled.includes(true)) this.reset();
    else if (!this.#sample.armed || (before ^ TAFCR.value) & 0x7f00) this.#schedule();
  }

  /** In edge mode: TRG 0 a rising edge, 1 a falling one. */
  edge(pin: number, net: Net): void {
    if (this.#d.regs.TAFCR.TAMPFLT !== 0) return;
    for (const [input, on] of this.#enabled.entries()) {
      if (on && this.#pinOf(input) === pin && net.digital === 1 - this.#trigger(input)) this.#tamper(input);
    }
  }

  /** No more samples. */
  reset(): void {
    this.#sample.cancel();
    this.#precharge.cancel();
    for (const pull of this.#pulls) pull.set('none');
  }

  #schedule(): void {
    const { TAFCR } = this.#d.regs;
    // A power of two of RTCCLK, at the counter's own multiples.
    const period = 32_768 >> TAFCR.TAMPFREQ;
    const next = (Math.floor(this.#d.clock.now() / period) + 1) * period;
    this.#sample.at(next);
    if (!TAFCR.TAMPPUDIS) this.#precharge.at(next - (1 << TAFCR.TAMPPRCH));
  }
  #pull(): void {
    for (const [input, on] of this.#enabled.entries()) if (on) this.#pulls[this.#pinOf(input)]!.set('pull-up');
  }
  #look(): void {
    const { samples } = this.#d.state;
    const enough = 1 << this.#d.regs.TAFCR.TAMPFLT;
    for (const [input, on] of this.#enabled.entries()) {
      const active = on && this.#nets[this.#pinOf(input)].digital === this.#trigger(input);
      samples[input] = active ? Math.min(samples[input]! + 1, enough + 1) : 0;
      if (samples[input] === enough) this.#tamper(input);
    }
    for (const pull of this.#pulls) pull.set('none');
    this.#schedule();
  }

  #tamper(input: number): void {
    const { regs } = this.#d;
    regs.ISR.value |= FLAGS[input]!;
    for (const { R } of regs.BKP) R.value = 0;
    this.#detected();
  }
}
