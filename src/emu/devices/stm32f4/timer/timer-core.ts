import type { TimedEvent } from '../../../scheduler.js';
import { Course, OCM, selectionOf, ticksUntil } from './course.js';
import type { TimerKind } from './timer-kinds.js';
import { BIT, REG } from './timer-registers.js';
import { COUNT, NOW, TIME, type TimerContext } from './timer-state.js';

/** What else happened, beside the flags of SR: an update event, whatever raised it; a reset of the counter; a trigger. */
export const HAPPENED = { update: 1 << 16, reset: 1 << 17 } as const;

const NEVER = Number.POSITIVE_INFINITY;
const CHANNEL_FLAGS = BIT.SR.CC1IF | BIT.SR.CC2IF | BIT.SR.CC3IF | BIT.SR.CC4IF;

/** Bits of the channels, 0 to 3, that have `bit` set in their four bits of CCER. */
export function channelsWith(ccer: number, bit: number): number {
  const spread = ccer >>> bit;
  return (spread & 1) | ((spread >>> 3) & 2) | ((spread >>> 6) & 4) | ((spread >>> 9) & 8);
}

/** Whether the counter changes OC1REF in the mode that CCMR1 says: it is not frozen, nor forced. */
function changes(ccmr1: number): boolean {
  const mode = (ccmr1 >>> 4) & 7;
  return mode !== OCM.frozen && mode !== OCM.low && mode !== OCM.high;
}

/** What the counter sets off. */
export interface TimerEffects {
  /** Brings outputs in line with OCxREF and flags. */
  outputs(happened: number): void;
  interrupts(): void;
  /** Tells the world outside, which may answer at once. */
  announce(happened: number): void;
}

/**
 * The counter in time. What it did since the last look is worked out when somebody looks (`sync`); an event is due only
 * for what shows outside: RM0090 17.3.1 to 17.3.3.
 */
export class TimerCore {
  readonly #d: TimerContext;
  readonly #kind: TimerKind;
  readonly #event: TimedEvent;
  readonly #course: Course;
  #effects: TimerEffects | undefined;
  /** Between `sync` and `commit`, within one call. */
  #happened = 0;

  constructor(d: TimerContext, kind: TimerKind) {
    this.#d = d;
    this.#kind = kind;
    this.#course = new Course(kind.width, kind.channels);
    this.#event = d.event('count', () => {
      this.sync();
      this.commit();
    });
  }
  connect(effects: TimerEffects): void {
    this.#effects = effects;
  }

  get instant(): number {
    return this.#d.clock.now();
  }

  /** Brings counter and flags up to an instant. */
  sync(instant = this.#d.clock.now()): void {
    const { state } = this.#d;
    const { times, now } = state;
    const ticks = ticksUntil(state, instant);
    if (ticks > 0) {
      times[TIME.EPOCH] = times[TIME.EPOCH]! + ticks;
      this.#move((course) => course.advance(ticks));
    }
    if (now[NOW.RUNNING] !== 0 && instant >= times[TIME.END]!) this.#halt();
  }

  /** One tick of a clock from outside: CK_PSC of external clock and encoder modes. */
  tick(): void {
    this.#move((course) => course.advance(1));
  }

  /** 17.4.6, UG: the counter starts anew, with an update event unless UDIS is set, which UIF shows unless URS is. */
  restart(): void {
    const cr1 = this.#d.state.words[REG.CR1]!;
    this.#move((course) => course.restart());
    if ((cr1 & (BIT.CR1.URS | BIT.CR1.UDIS)) === 0) this.raise(BIT.SR.UIF);
  }
  /** The compare register of a channel was written: the counter may stand there already. */
  compare(x: number): void {
    const { now, times } = this.#d.state;
    if (now[NOW.RUNNING] !== 0 && times[TIME.EPOCH]! <= this.instant) this.#move((course) => course.meet(x));
  }

  /** Sets flags of SR, with all that follows from them. */
  raise(flags: number): void {
    this.#d.state.words[REG.SR]! |= flags;
    this.#happened |= flags;
  }
  /** Something that is no flag. */
  note(happened: number): void {
    this.#happened |= happened;
  }

  /** Counts by the internal clock from the next tick on: CNT_EN follows CEN one clock later (17.3.1). */
  start(): void {
    const { times, now } = this.#d.state;
    times[TIME.END] = NEVER;
    if (now[NOW.RUNNING] !== 0) return;
    now[NOW.RUNNING] = 1;
    times[TIME.EPOCH] = this.instant + 1;
  }
  /** Counts up to the next tick. */
  stop(): void {
    this.#endAt(this.instant + 1);
  }
  /** As `stop`, but counts one tick if it has started at this very instant: the gate was open for a clock. */
  close(): void {
    this.#endAt(Math.max(this.instant, this.#d.state.times[TIME.EPOCH]!) + 1);
  }
  #endAt(end: number): void {
    const { times, now } = this.#d.state;
    if (now[NOW.RUNNING] !== 0) times[TIME.END] = Math.min(times[TIME.END]!, end);
  }
  /** CEN was set and cleared within a clock: CNT_EN never saw it. */
  withdraw(): void {
    if (this.#d.state.times[TIME.EPOCH]! > this.instant) this.#halt();
  }
  #halt(): void {
    const { times, now } = this.#d.state;
    now[NOW.RUNNING] = 0;
    times[TIME.END] = NEVER;
  }

  #move(how: (course: Course) => void): void {
    const course = this.#course;
    const { state } = this.#d;
    course.load(state);
    how(course);
    course.store(state);
    if (course.stopped) this.#halt();
    if (course.updated) this.#happened |= HAPPENED.update;
    if (course.flags !== 0) this.raise(course.flags);
  }

  /** After `sync` and any change: outputs, interrupts, what is due next, and then the world outside. */
  commit(): void {
    const { state } = this.#d;
    const happened = this.#happened;
    this.#happened = 0;
    const course = this.#course;
    course.load(state);
    // A write may have set the count to where it turns.
    course.storeDirection(state);
    if (this.#kind.channels > 0) this.#levels(course);
    this.#effects?.outputs(happened);
    this.#effects?.interrupts();
    this.#plan(course);
    if (happened !== 0) this.#effects?.announce(happened);
  }

  /** OCxREF where it follows from the count or is forced. */
  #levels(course: Course): void {
    const { now } = this.#d.state;
    for (let x = 0; x < this.#kind.channels; x++) {
      const bit = 1 << x;
      const mode = course.mode(x);
      if (selectionOf(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x) !== 0) now[NOW.REF]! &= ~bit;
      else if (mode >= OCM.low) {
        const high = mode === OCM.high || (mode >= OCM.pwm1 && course.pwmLevel(x));
        now[NOW.REF] = high ? now[NOW.REF]! | bit : now[NOW.REF]! & ~bit;
      }
    }
  }

  #plan(course: Course): void {
    const { times, now } = this.#d.state;
    times[TIME.TURN] = times[TIME.QUIET] = NEVER;
    if (now[NOW.RUNNING] === 0 || course.arr === 0) {
      this.#event.cancel();
      return;
    }
    const epoch = times[TIME.EPOCH]!;
    const turn = epoch + course.ticksTo(course.stepsToTurn());
    const watched = this.#watched();
    let [due, quiet] = [watched === 0 ? NEVER : turn, turn];
    for (let x = 0; x < this.#kind.channels; x++) {
      const steps = course.stepsToMatch(x);
      if (steps === NEVER) continue;
      const match = epoch + course.ticksTo(steps);
      quiet = Math.min(quiet, match);
      if (((watched >>> x) & 1) !== 0) due = Math.min(due, match);
    }
    times[TIME.TURN] = turn;
    times[TIME.QUIET] = quiet;
    if (due < NEVER && due <= times[TIME.END]!) this.#event.at(due);
    else this.#event.cancel();
  }

  /** Channels whose matches show outside, and bit 4 if the counter's turns do. */
  #watched(): number {
    const { words, now } = this.#d.state;
    const [dier, sr, mms] = [words[REG.DIER]!, words[REG.SR]!, (words[REG.CR2]! & BIT.CR2.MMS) >>> 4];
    const wanted = (dier & ~sr) | (dier >>> 8);
    // A channel whose output is on shows; so does the one that is the trigger output.
    let channels = channelsWith(now[NOW.CCER]!, 0) | channelsWith(now[NOW.CCER]!, 2);
    channels |= (wanted & CHANNEL_FLAGS) >>> 1;
    if (mms === 3) channels |= 1;
    if (mms >= 4) channels |= 1 << (mms - 4);
    // The output of a timer with one channel is another's internal trigger (19.4.2).
    if (this.#kind.channels === 1 && changes(now[NOW.CCMR1]!)) channels |= 1;
    channels &= ~this.#inputsMask();
    const { OPM } = BIT.CR1;
    const { MOE, AOE } = BIT.BDTR;
    const turns =
      (wanted & BIT.SR.UIF) !== 0 ||
      mms === 2 ||
      (words[REG.CR1]! & OPM) !== 0 ||
      now[NOW.CLEARED] !== 0 ||
      ((words[REG.CR2]! & BIT.CR2.CCDS) !== 0 && ((dier >>> 8) & CHANNEL_FLAGS) !== 0) ||
      (words[REG.BDTR]! & (MOE | AOE)) === AOE;
    return channels | (turns ? 16 : 0);
  }
  #inputsMask(): number {
    const { now } = this.#d.state;
    let inputs = 0;
    for (let x = 0; x < this.#kind.channels; x++) {
      if (selectionOf(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x) !== 0) inputs |= 1 << x;
    }
    return inputs;
  }

  /** CNT at this instant. */
  get count(): number {
    const { state } = this.#d;
    const { times, counts, now } = state;
    const ticks = ticksUntil(state, this.instant);
    if (ticks === 0 || counts[COUNT.ARR] === 0) return counts[COUNT.CNT]!;
    if (times[TIME.EPOCH]! + ticks >= times[TIME.TURN]!) return this.#ahead(ticks).cnt;
    const steps = Math.floor((now[NOW.PHASE]! + ticks) / (now[NOW.PSC]! + 1));
    return (state.words[REG.CR1]! & BIT.CR1.DIR) !== 0 ? counts[COUNT.CNT]! - steps : counts[COUNT.CNT]! + steps;
  }
  /** SR at this instant. */
  get status(): number {
    const { state } = this.#d;
    const ticks = ticksUntil(state, this.instant);
    const stored = state.words[REG.SR]!;
    return state.times[TIME.EPOCH]! + ticks < state.times[TIME.QUIET]! ? stored : stored | this.#ahead(ticks).flags;
  }
  /** CR1 at this instant: the hardware clears CEN in one-pulse mode, and gives the direction in center-aligned mode. */
  get control(): number {
    const { state } = this.#d;
    const ticks = ticksUntil(state, this.instant);
    const stored = state.words[REG.CR1]!;
    if (state.times[TIME.EPOCH]! + ticks < state.times[TIME.TURN]!) return stored;
    const { down, stopped } = this.#ahead(ticks);
    const turned = down ? stored | BIT.CR1.DIR : stored & ~BIT.CR1.DIR;
    return stopped ? turned & ~BIT.CR1.CEN : turned;
  }
  #ahead(ticks: number): Course {
    this.#course.load(this.#d.state);
    this.#course.advance(ticks);
    return this.#course;
  }
}
