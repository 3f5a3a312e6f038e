import type { Clock } from '../../../time.js';
import { DAY_SECONDS, type DateAndTime, dateAndTimeOf, dateOf, dateWord, fromBcd, timeWord } from './calendar.js';
import { coarseSkew, countAfter, pulsesTo, type Skew, smoothSkew } from './calibration.js';
import type { RtcContext } from './rtc-registers.js';

/** Where the calendar stands. */
export interface Position {
  /** Count of ck_apre, calibrated. */
  readonly u: number;
  /** Seconds since the beginning of 2000. */
  readonly second: number;
  /** The synchronous prescaler, which counts down. */
  readonly ssr: number;
}

/** What `counter` holds. */
const RAW = 0; // tick of RTCCLK at which …
const CALIBRATED = 1; // … so many calibrated pulses had been counted
const APRE = 2; // calibrated pulse at which the asynchronous prescaler began
const U = 3; // count of ck_apre at which …
const SECOND = 4; // … it was this second
const SSR = 5; // … and SSR stood at this
const WEEKDAY = 6; // to be added to the number of the day
const COARSE = 7; // count of ck_apre at which the coarse calibration's cycle began
const STOPPED = 8; // 1 in initialization mode: the calendar stands at SECOND and SSR
const PREDIV_A = 9;
const PREDIV_S = 10;
const ODD_DATE = 11; // low half of DR as written, and ODD, where no calendar has that date …
const ODD_DAY = 12; // … which is shown for this day

const ODD = 1 << 16;

/**
 * The counters between RTCCLK and the calendar (RM0090 26.3.1, figure 237), worked out when somebody looks:
 * RTCCLK → smooth calibration → PREDIV_A + 1 → ck_apre → coarse calibration → PREDIV_S + 1 → seconds.
 */
export class RtcCounter {
  readonly #d: RtcContext;
  readonly #clock: Clock;
  readonly #c: Float64Array;
  #smooth: { readonly key: number; readonly skew: Skew } | undefined;

  constructor(d: RtcContext) {
    this.#d = d;
    this.#clock = d.clock;
    this.#c = d.state.counter;
  }

  get stopped(): boolean {
    return this.#c[STOPPED] === 1;
  }
  get predivS(): number {
    return this.#c[PREDIV_S]!;
  }
  get predivA(): number {
    return this.#c[PREDIV_A]!;
  }
  /** RTCCLK so far. */
  get now(): number {
    return this.#clock.now();
  }

  /** The calendar at a tick of RTCCLK. */
  at(raw = this.now): Position {
    const c = this.#c;
    if (this.stopped) return { u: c[U]!, second: c[SECOND]!, ssr: c[SSR]! };
    const apre = Math.floor((this.calibrated(raw) - c[APRE]!) / (c[PREDIV_A]! + 1));
    // Its start lies ahead for a moment (four cycles after initialization).
    if (apre < 0) return { u: c[U]!, second: c[SECOND]!, ssr: c[SSR]! };
    const u = this.#coarse(apre);
    const gone = u - c[U]!;
    if (gone <= c[SSR]!) return { u, second: c[SECOND]!, ssr: c[SSR]! - gone };
    const [beyond, span] = [gone - c[SSR]! - 1, c[PREDIV_S]! + 1];
    const seconds = Math.floor(beyond / span);
    return { u, second: c[SECOND]! + 1 + seconds, ssr: c[PREDIV_S]! - (beyond - seconds * span) };
  }

  /** Calibrated pulses at a tick of RTCCLK, and the first tick that leads to so many. */
  calibrated(raw: number): number {
    const c = this.#c;
    const since = raw - c[RAW]!;
    const skew = this.#smoothSkew();
    if (skew === undefined) return c[CALIBRATED]! + since;
    const from = c[CALIBRATED]!;
    return countAfter(since + from + skew(from), skew);
  }
  rawOf(calibrated: number): number {
    const c = this.#c;
    const skew = this.#smoothSkew();
    if (skew === undefined) return c[RAW]! + calibrated - c[CALIBRATED]!;
    const from = c[CALIBRATED]!;
    return c[RAW]! + pulsesTo(calibrated, skew) - from - skew(from);
  }

  /** The tick of RTCCLK at which ck_apre has been counted to `u`. */
  rawOfApre(u: number): number {
    const c = this.#c;
    const skew = this.#coarseSkew();
    const apre = skew === undefined ? u : pulsesTo(u - c[COARSE]!, skew) + c[COARSE]!;
    return this.rawOf(c[APRE]! + apre * (c[PREDIV_A]! + 1));
  }
  /** The count of ck_apre at which a second shows `ssr`. */
  apreOf(second: number, ssr: number): number {
    const c = this.#c;
    if (second <= c[SECOND]!) return c[U]! + c[SSR]! - ssr;
    return c[U]! + c[SSR]! + 1 + (second - c[SECOND]! - 1) * (c[PREDIV_S]! + 1) + c[PREDIV_S]! - ssr;
  }

  /** What was copied from the calendar is no longer what it says. */
  changed(): void {
    this.#d.state.copied[0] = 0;
  }
  /** Initialization mode: the calendar stands. */
  stop(): void {
    this.changed();
    const { u, second, ssr } = this.at();
    this.#c.set([u, second, ssr], U);
    this.#c[STOPPED] = 1;
  }
  /** Counts from `second` on, with the prescalers at their beginning, from a tick of RTCCLK on. */
  start(second: number, predivA: number, predivS: number, raw: number): void {
    this.changed();
    const c = this.#c;
    c[PREDIV_A] = predivA;
    c[PREDIV_S] = predivS;
    c[APRE] = this.calibrated(raw);
    c.set([0, second, predivS], U);
    c[COARSE] = 0;
    c[STOPPED] = 0;
  }
  /** The calendar goes on from another second or sub-second. */
  move(second: number, ssr: number): void {
    this.changed();
    this.#c.set([this.at().u, second, ssr], U);
  }
  /** The smooth calibration changes: what was counted before stays. */
  recalibrate(change: () => void): void {
    this.changed();
    const raw = this.now;
    const calibrated = this.calibrated(raw);
    change();
    this.#c[RAW] = raw;
    this.#c[CALIBRATED] = calibrated;
  }
  /** Names the weekday of a second, 1 (Monday) to 7; it goes on from there, whatever the date. */
  setWeekday(second: number, weekday: number): void {
    this.changed();
    const day = Math.floor(second / DAY_SECONDS);
    this.#c[WEEKDAY] = (((weekday - 1 - day) % 7) + 7) % 7;
  }
  /** 1 (Monday) to 7. */
  weekday(second: number): number {
    return ((Math.floor(second / DAY_SECONDS) + this.#c[WEEKDAY]!) % 7) + 1;
  }

  /**
   * A date that is none, day or month 0, is kept as written until midnight: ST's time base by RTC alarm sets DR to 0 every millisecond, and
   * an alarm to day 0.
   */
  setOddDate(second: number, word: number | undefined): void {
    this.changed();
    this.#c[ODD_DATE] = word === undefined ? 0 : ODD | (word & 0xffff);
    this.#c[ODD_DAY] = Math.floor(second / DAY_SECONDS);
  }
  #oddDate(day: number): number | undefined {
    const word = this.#c[ODD_DATE]!;
    return word !== 0 && day === this.#c[ODD_DAY]! ? word & 0xffff : undefined;
  }
  /** The day of the month, as DR shows it, of a day since 1 January 2000. */
  dayOfMonth(day: number): number {
    const odd = this.#oddDate(day);
    return odd === undefined ? dateOf(day).day : fromBcd(odd & 0x3f);
  }

  dateAndTime(second: number): DateAndTime {
    return dateAndTimeOf(second);
  }
  /** TR and DR of a second. */
  words(second: number): readonly [number, number] {
    const at = dateAndTimeOf(second);
    const date = dateWord(at, this.weekday(second));
    const odd = this.#oddDate(Math.floor(second / DAY_SECONDS));
    return [timeWord(at, this.#d.regs.CR.FMT === 1), odd === undefined ? date : (date & ~0xffff) | odd];
  }

  /** Reset of the backup domain. */
  reset(): void {
    this.#c.fill(0);
    // 1 January 2000 is a Monday there (26.6.2).
    this.start(0, 0x7f, 0xff, this.now);
    this.#c[RAW] = this.now;
    this.#c[CALIBRATED] = 0;
    this.#c[APRE] = 0;
  }

  #coarse(apre: number): number {
    const skew = this.#coarseSkew();
    const from = this.#c[COARSE]!;
    return skew === undefined ? apre : countAfter(apre - from, skew) + from;
  }
  #coarseSkew(): Skew | undefined {
    const { CR, CALIBR } = this.#d.regs;
    if (!CR.DCE || CALIBR.DC === 0) return undefined;
    return coarseSkew(CALIBR.DC, CALIBR.DCS === 1, 60 * (this.predivS + 1));
  }
  #smoothSkew(): Skew | undefined {
    const word = this.#d.state.calibration[0]!;
    if (word === 0) return undefined;
    const key = word | (this.predivA < 3 ? IGNORE_CALP : 0);
    if (this.#smooth?.key !== key) this.#smooth = { key, skew: skewOf(key) };
    return this.#smooth.skew;
  }
}

/** With PREDIV_A below 3 CALP does nothing (26.3.11). */
const IGNORE_CALP = 1 << 16;

/** CALR: with CALW8 CALM[1:0] is stuck at 0, with CALW16 CALM[0] (26.6.16). */
function skewOf(word: number): Skew {
  const stuck = (word >>> 14) & 1 ? 3 : (word >>> 13) & 1 ? 1 : 0;
  return smoothSkew(word & 0x1ff & ~stuck, word & IGNORE_CALP ? 0 : (word >>> 15) & 1);
}
