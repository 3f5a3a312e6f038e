import type { Net } from '../../../net.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { RtcCounter } from './rtc-counter.js';
import type { RtcContext } from './rtc-registers.js';

const TSF = 1 << 11;
const TSOVF = 1 << 12;
/** RTC_DR without the year. */
const WITHOUT_YEAR = 0xffff;

/**
 * Time stamps: RM0090 26.3.12. An edge on PC13 or PI8 (TSINSEL), or with TAMPTS tampering, copies the calendar to TSTR, TSDR and
 * TSSSR; TSF follows two ck_apre later. One that comes before the last was cleared only sets TSOVF.
 */
export class RtcStamp {
  readonly #d: RtcContext;
  readonly #counter: RtcCounter;
  readonly #flag: TimedEvent;
  readonly #changed: () => void;

  constructor(d: RtcContext, counter: RtcCounter, changed: () => void) {
    this.#d = d;
    this.#counter = counter;
    this.#changed = changed;
    const fire = (): void => {
      d.state.stamped[0] = 0;
      d.regs.ISR.value |= TSF;
      changed();
    };
    this.#flag = d.event('stamp', fire, d.clock, { backup: true });
  }

  /** An edge on the pin that TSINSEL selects. */
  edge(pin: number, net: Net): void {
    const { CR, TAFCR } = this.#d.regs;
    if (!CR.TSE || TAFCR.TSINSEL !== pin || net.digital === CR.TSEDGE) return;
    this.take();
  }

  take(): void {
    const { regs, state } = this.#d;
    const { ISR, TSTR, TSDR, TSSSR } = regs;
    if (ISR.TSF || state.stamped[0]) {
      ISR.value |= TSOVF;
      this.#changed();
      return;
    }
    const { u, second, ssr } = this.#counter.at();
    const [time, date] = this.#counter.words(second);
    TSTR.value = time;
    TSDR.value = date & WITHOUT_YEAR;
    TSSSR.value = ssr;
    state.stamped[0] = 1;
    this.#flag.at(Math.max(this.#counter.rawOfApre(u + 2), this.#counter.now + 1));
  }

  /** TSF was cleared: the registers with it (26.6.13). */
  cleared(): void {
    for (const register of [this.#d.regs.TSTR, this.#d.regs.TSDR, this.#d.regs.TSSSR]) register.value = 0;
  }
  reset(): void {
    this.#flag.cancel();
  }
}
