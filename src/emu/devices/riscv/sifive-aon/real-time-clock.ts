import { LazyCounter } from '../sifive-common/lazy-counter.js';
import type { AonContext } from './aon.js';

const COUNT_BITS = 48;
const WORD = 2 ** 32;

/** The real-time clock of the AON block (FE310-G002 manual, chapter 16). */
export class RealTimeClock {
  readonly #d: AonContext;
  readonly #counter: LazyCounter;
  readonly #elapsed;
  readonly #irq;
  readonly #changed: () => void;

  /** `changed` hears of its interrupt, which may wake the core. */
  constructor(d: AonContext, changed: () => void) {
    this.#d = d;
    this.#changed = changed;
    const { regs } = d;
    this.#counter = new LazyCounter(d.state.rtc, d.clock, COUNT_BITS);
    this.#elapsed = d.event('rtcElapsed', () => this.update(), d.clock, { backup: true });
    this.#irq = d.output('rtcirq');
    d.computed(regs.rtccountlo, () => this.#counter.value % WORD);
    d.computed(regs.rtccounthi, () => Math.floor(this.#counter.value / WORD));
    d.computed(regs.rtcs, () => this.#scaled);
    d.onWrite(regs.rtccountlo, (_value, _old, written) => {
      const high = Math.floor(this.#counter.value / WORD);
      this.#counter.value = high * WORD + written;
      this.update();
    });
    d.onWrite(regs.rtccounthi, (_value, _old, written) => {
      this.#counter.value = (written & 0xffff) * WORD + (this.#counter.value % WORD);
      this.update();
    });
    d.onWrite(regs.rtccfg, () => this.update());
    d.onWrite(regs.rtccmp0, () => this.update());
  }

  /** 16.4: the scaled counter has reached rtccmp0. */
  get pending(): boolean {
    return this.#scaled >= this.#d.regs.rtccmp0.rtccmp0;
  }

  update(): void {
    const { rtccfg } = this.#d.regs;
    this.#counter.run(rtccfg.rtcenalways !== 0);
    this.#elapsed.cancel();
    rtccfg.rtcip0 = this.pending ? 1 : 0;
    this.#irq.set(rtccfg.rtcip0);
    if (this.#counter.running) this.#elapsed.after(this.#untilChange());
    this.#changed();
  }
  reset(): void {
    this.#counter.run(false);
    this.#counter.value = 0;
    this.#elapsed.cancel();
    this.#irq.set(0);
  }

  get #scaled(): number {
    return Math.floor(this.#counter.value / 2 ** this.#d.regs.rtccfg.rtcscale) % WORD;
  }

  /** Ticks until the comparison may change: at the match, or where the scaled value goes back to 0. */
  #untilChange(): number {
    const scale = 2 ** this.#d.regs.rtccfg.rtcscale;
    const round = WORD * scale;
    const present = this.#counter.value % round;
    const match = this.#d.regs.rtccmp0.rtccmp0 * scale;
    return present < match ? match - present : round - present;
  }
}
