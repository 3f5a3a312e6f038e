import type { TimedEvent } from '../../../scheduler.js';
import { calendarFault, clamped, fromBcd, readWords, secondOf } from './calendar.js';
import type { RtcAccess } from './rtc-access.js';
import type { RtcCounter } from './rtc-counter.js';
import type { RtcContext } from './rtc-registers.js';
import type { RtcShadow } from './rtc-shadow.js';

/** RTCCLK cycles: to INITF, and from the end of the mode until the calendar counts (26.3.5). The first is 1 or 2. */
const INIT_CYCLES = 2;
const START_CYCLES = 4;
/** ck_apre until new calibration settings are used (26.3.11: within three). */
const CALIBRATION_CYCLES = 3;
const HOUR = 3600;
/** ALRAWF and ALRBWF, which initialization mode clears (26.6.4). */
const ALARMS_WRITABLE = 3;
/** CR.ADD1H and CR.SUB1H. */
const ADD1H = 1 << 16;
const SUB1H = 1 << 17;

/** What setting the calendar asks of its users: those that count its seconds. */
export interface CalendarUsers {
  /** The calendar is about to be set. */
  hold(): void;
  plan(): void;
}

/** Setting the calendar: initialization mode (RM0090 26.3.5), shifts (26.3.8), daylight saving time, calibration (26.3.11). */
export class RtcSetting {
  readonly #d: RtcContext;
  readonly #counter: RtcCounter;
  readonly #shadow: RtcShadow;
  readonly #users: CalendarUsers;
  readonly #entered: TimedEvent;
  readonly #changed: TimedEvent;
  readonly #shifted: TimedEvent;
  readonly #recalibrated: TimedEvent;

  constructor(d: RtcContext, counter: RtcCounter, shadow: RtcShadow, users: CalendarUsers) {
    this.#d = d;
    this.#counter = counter;
    this.#shadow = shadow;
    this.#users = users;
    const kept = { backup: true };
    this.#entered = d.event('init', () => this.#enter());
    this.#changed = d.event('hour', () => this.#changeHour(), d.clock, kept);
    this.#shifted = d.event('shift', () => this.#shift(), d.clock, kept);
    this.#recalibrated = d.event('recalibrate', () => this.#recalibrate(), d.clock, kept);
  }

  /** The registers that can be written only in initialization mode, and those that begin something. */
  hook(access: RtcAccess): void {
    const { CR, TR, DR, PRER, CALIBR, SHIFTR, CALR, ISR } = this.#d.regs;
    const { initial } = this.#d.state;
    const remedy = 'set RTC.ISR.INIT and wait for INITF first';
    const onlyInInit = (register: typeof TR | typeof DR | typeof PRER | typeof CALIBR, fn: (value: number) => void) =>
      access.onWrite(register, (value, old) => {
        if (ISR.INITF) fn(value);
        else access.refuse(register, old, 'outside of initialization mode', remedy);
      });
    onlyInInit(TR, (value) => {
      initial[0] = value;
      this.#counter.changed();
    });
    onlyInInit(DR, (value) => {
      initial[1] = value;
      this.#counter.changed();
    });
    onlyInInit(PRER, () => {});
    onlyInInit(CALIBR, () => {});
    access.onWrite(SHIFTR, (_value, _old, written) => {
      SHIFTR.value = 0;
      if (CR.REFCKON) access.refuse(SHIFTR, 0, 'while the reference clock is detected', 'clear RTC.CR.REFCKON first');
      else if (ISR.SHPF || ISR.INITF)
        access.refuse(SHIFTR, 0, 'while a shift is pending or the calendar is set', 'wait until RTC.ISR.SHPF is 0');
      else this.#beginShift(written);
    });
    access.onWrite(CALR, (_value, old) => {
      if (ISR.RECALPF)
        access.refuse(CALR, old, 'while the last calibration is not taken over', 'wait until RTC.ISR.RECALPF is 0');
      else this.#beginCalibration();
    });
  }

  /** ISR.INIT changed. */
  initChanged(): void {
    const { ISR } = this.#d.regs;
    if (ISR.INIT) this.#entered.after(INIT_CYCLES);
    else {
      this.#entered.cancel();
      if (ISR.INITF) this.leave();
    }
  }

  #enter(): void {
    this.#users.hold();
    this.#shadow.begin();
    this.#counter.stop();
    this.#d.state.initial.set(this.#counter.words(this.#counter.at().second));
    this.#d.regs.ISR.INITF = 1;
    this.#d.regs.ISR.value &= ~ALARMS_WRITABLE;
    this.#users.plan();
  }

  /** The calendar counts from what was written. */
  leave(): void {
    const { regs, state } = this.#d;
    const { ISR, PRER } = regs;
    const [time, date] = [state.initial[0]!, state.initial[1]!];
    const weekday = (date >>> 13) & 7;
    const at = readWords(time, date, regs.CR.FMT === 1);
    // No date at all: the calendar serves as a counter.
    const dated = (date & 0xffff) === 0 ? { ...at, month: 1, day: 1 } : at;
    this.#complain(calendarFault(dated, dated === at ? weekday : 1));
    const second = secondOf(clamped(at));
    this.#counter.setWeekday(second, weekday || 1);
    this.#counter.setOddDate(second, at.month === 0 || at.day === 0 ? date : undefined);
    this.#counter.start(second, PRER.PREDIV_A, PRER.PREDIV_S, this.#counter.now + START_CYCLES);
    ISR.INITF = 0;
    if (!regs.CR.ALRAE) ISR.ALRAWF = 1;
    if (!regs.CR.ALRBE) ISR.ALRBWF = 1;
    ISR.INITS = fromBcd((date >>> 16) & 0xff) === 0 ? 0 : 1;
    this.#shadow.synchronise(START_CYCLES);
    this.#users.plan();
  }

  /** CR.ADD1H and SUB1H: an hour more or less from the next second on; hour 0 is not taken from (26.6.3). */
  daylightSaving(written: number): void {
    if (!(written & (ADD1H | SUB1H)) || this.#counter.stopped) return;
    const { second } = this.#counter.at();
    const hour = Math.floor(second / HOUR) % 24;
    this.#d.state.hour[0] = written & ADD1H ? HOUR : hour === 0 ? 0 : -HOUR;
    const { predivS } = this.#counter;
    this.#changed.at(this.#counter.rawOfApre(this.#counter.apreOf(second + 1, predivS)));
  }
  #changeHour(): void {
    const { second, ssr } = this.#counter.at();
    this.#users.hold();
    this.#counter.move(second + this.#d.state.hour[0]!, ssr);
    this.#users.plan();
  }

  /** A test sets the time, as a battery would have kept it. */
  set(second: number, weekday: number): void {
    this.#users.hold();
    this.#counter.setWeekday(second, weekday);
    this.#counter.setOddDate(second, undefined);
    this.#counter.move(second, this.#counter.predivS);
    this.#d.regs.ISR.INITS = 1;
    this.#users.plan();
  }

  /** Reset of the backup domain. */
  reset(): void {
    for (const event of [this.#entered, this.#changed, this.#shifted, this.#recalibrated]) event.cancel();
  }

  #beginShift(written: number): void {
    this.#d.state.shift[0] = written;
    this.#shadow.begin();
    this.#d.regs.ISR.SHPF = 1;
    const { u } = this.#counter.at();
    this.#shifted.at(this.#counter.rawOfApre(u + 1));
  }
  /** 26.6.12: SUBFS is added to the synchronous prescaler, which may stand above PREDIV_S then; ADD1S adds a second. */
  #shift(): void {
    const word = this.#d.state.shift[0]!;
    const { second, ssr } = this.#counter.at();
    this.#users.hold();
    this.#counter.move(second + (word >>> 31), ssr + (word & 0x7fff));
    this.#d.regs.ISR.SHPF = 0;
    this.#shadow.synchronise();
    this.#users.plan();
  }

  #beginCalibration(): void {
    this.#d.regs.ISR.RECALPF = 1;
    const { u } = this.#counter.at();
    const due = this.#counter.stopped ? this.#counter.now : this.#counter.rawOfApre(u + CALIBRATION_CYCLES);
    this.#recalibrated.at(Math.max(due, this.#counter.now + 1));
  }
  #recalibrate(): void {
    const { state, regs } = this.#d;
    this.#users.hold();
    this.#counter.recalibrate(() => {
      state.calibration[0] = regs.CALR.value;
    });
    regs.ISR.RECALPF = 0;
    this.#users.plan();
  }

  #complain(fault: string | undefined): void {
    if (fault === undefined) return;
    this.#d.report({
      kind: 'misuse',
      rule: 'configuration',
      what: `the RTC was set to what no calendar has: ${fault}`,
      remedy: 'write BCD digits of a valid date and time to RTC.TR and RTC.DR',
      section: 'RM0090 26.6.2',
    });
  }
}
