import type { RtcCounter } from './rtc-counter.js';
import type { RtcContext } from './rtc-registers.js';
import type { CalendarUsers } from './rtc-setting.js';

/** The window around a second in which an edge is looked for, in ck_apre: as long as none was found, and afterwards (RM0090 26.3.9). */
const SEARCH_WINDOW = 7;
const WINDOW = 3;
/** What the mode asks of PRER. */
const PRESCALERS = 0x007f_00ff;

/**
 * Reference clock detection: RM0090 26.3.9. While CR.REFCKON is set, an edge of the mains frequency on RTC_REFIN (PB15, AF0) that comes
 * close to the beginning of a second moves that second to the edge. Without edges the calendar goes on by RTCCLK alone.
 */
export class RtcReference {
  readonly #d: RtcContext;
  readonly #counter: RtcCounter;
  readonly #users: CalendarUsers;

  constructor(d: RtcContext, counter: RtcCounter, users: CalendarUsers) {
    this.#d = d;
    this.#counter = counter;
    this.#users = users;
    d.pinFunction('RTC_REFIN').onLevel((level, edge) => {
      if (edge && level && d.regs.CR.REFCKON && !counter.stopped) this.#edge();
    });
  }

  /** CR.REFCKON was set. */
  enable(): void {
    this.#d.state.aligned[0] = 0;
    if (this.#d.regs.PRER.value === PRESCALERS) return;
    this.#d.report({
      kind: 'misuse',
      rule: 'configuration',
      what: 'RTC.CR.REFCKON was set with prescalers other than 127 and 255: the reference clock is not detected as it should be',
      remedy: 'set RTC.PRER to 0x007F00FF',
      section: 'RM0090 26.3.9',
    });
  }

  #edge(): void {
    const { second, ssr } = this.#counter.at();
    const { aligned } = this.#d.state;
    const [late, early] = [this.#counter.predivS - ssr, ssr + 1];
    const nearest = second + (early < late ? 1 : 0);
    // The second before this one was found: then this one has to be near.
    const window = aligned[0] === nearest - 1 || aligned[0] === nearest ? WINDOW : SEARCH_WINDOW;
    if (Math.min(late, early) > window / 2) return;
    aligned[0] = nearest;
    if (late === 0) return;
    this.#users.hold();
    this.#counter.move(nearest, this.#counter.predivS);
    this.#users.plan();
  }
}
