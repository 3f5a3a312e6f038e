import { BIT, REG } from './timer-registers.js';
import { COUNT, NOW, TIME, type TimerState } from './timer-state.js';

/**
 * How the counter goes on from where it stood, over any number of clocks: RM0090 17.3.1 to 17.3.3. Turn by turn, and
 * whole rounds at once when they are all alike. Nothing here looks at the time or at wires.
 *
 * A match is the counter's arrival at a compare value; what it does at CCRx > ARR, and in center-aligned mode, 17.4.5 says.
 */

/** OCxM: 17.4.7. */
export const OCM = { frozen: 0, active: 1, inactive: 2, toggle: 3, low: 4, high: 5, pwm1: 6, pwm2: 7 } as const;

/** CCxS of channel `x`, 0 to 3, out of CCMR1 and CCMR2. */
export const selectionOf = (ccmr1: number, ccmr2: number, x: number): number =>
  ((x < 2 ? ccmr1 : ccmr2) >>> ((x & 1) * 8)) & 3;
/** Its byte of CCMR1 and CCMR2. */
export const channelByte = (ccmr1: number, ccmr2: number, x: number): number =>
  ((x < 2 ? ccmr1 : ccmr2) >>> ((x & 1) * 8)) & 0xff;

export class Course {
  readonly #max: number;
  readonly #channels: number;
  cnt = 0;
  phase = 0;
  down = false;
  /** Flags that were to be set on the way, as in SR. */
  flags = 0;
  /** There was an update event. */
  updated = false;
  /** One-pulse mode ended the run. */
  stopped = false;
  ref = 0;
  fast = 0;
  psc = 0;
  arr = 0;
  rep = 0;
  readonly ccr = [0, 0, 0, 0];
  /** CMS; 0 is edge-aligned. */
  #center = 0;
  #cr1 = 0;
  #reloaded = false;
  #modes = 0;
  /** Channels that are outputs. */
  #outputs = 0;
  #pscNext = 0;
  #arrNext = 0;
  #rcr = 0;
  readonly #ccrNext = [0, 0, 0, 0];

  constructor(width: 16 | 32, channels: number) {
    this.#max = width === 32 ? 0xffff_ffff : 0xffff;
    this.#channels = channels;
  }

  load({ words, counts, now }: TimerState): void {
    this.#cr1 = words[REG.CR1]!;
    this.cnt = counts[COUNT.CNT]!;
    this.arr = counts[COUNT.ARR]!;
    this.phase = now[NOW.PHASE]!;
    this.psc = now[NOW.PSC]!;
    this.rep = now[NOW.REP]!;
    this.ref = now[NOW.REF]!;
    this.fast = now[NOW.FAST]!;
    this.down = (this.#cr1 & BIT.CR1.DIR) !== 0;
    this.#center = (this.#cr1 & BIT.CR1.CMS) >>> 5;
    if (this.#center !== 0) this.#aim();
    this.flags = 0;
    this.updated = this.stopped = this.#reloaded = false;
    this.#pscNext = words[REG.PSC]! & 0xffff;
    this.#arrNext = words[REG.ARR]! >>> 0;
    this.#rcr = words[REG.RCR]!;
    this.#loadChannels(words, counts, now);
  }

  /** 17.3.2, center-aligned mode: the direction follows from the count where that is 0 or ARR. */
  #aim(): void {
    if (this.cnt === 0) this.down = false;
    else if (this.cnt === this.arr) this.down = true;
  }

  #loadChannels(words: TimerState['words'], counts: TimerState['counts'], now: TimerState['now']): void {
    const [ccmr1, ccmr2] = [now[NOW.CCMR1]!, now[NOW.CCMR2]!];
    this.#outputs = this.#modes = 0;
    for (let x = 0; x < this.#channels; x++) {
      const byte = channelByte(ccmr1, ccmr2, x);
      if ((byte & 3) === 0) this.#outputs |= 1 << x;
      this.#modes |= ((byte >>> 4) & 7) << (x * 4);
      this.ccr[x] = counts[COUNT.CCR + x]!;
      this.#ccrNext[x] = words[REG.CCR1 + x]! >>> 0;
    }
  }

  storeDirection({ words }: TimerState): void {
    words[REG.CR1] = this.down ? words[REG.CR1]! | BIT.CR1.DIR : words[REG.CR1]! & ~BIT.CR1.DIR;
  }
  store(state: TimerState): void {
    const { words, counts, now } = state;
    this.storeDirection(state);
    if (this.stopped) words[REG.CR1]! &= ~BIT.CR1.CEN;
    counts[COUNT.CNT] = this.cnt;
    counts[COUNT.ARR] = this.arr;
    for (let x = 0; x < this.#channels; x++) counts[COUNT.CCR + x] = this.ccr[x]!;
    now[NOW.PHASE] = this.phase;
    now[NOW.PSC] = this.psc;
    now[NOW.REP] = this.rep;
    now[NOW.REF] = this.ref;
    now[NOW.FAST] = this.fast;
  }

  /** Lets the prescaler's clock tick. */
  advance(ticks: number): void {
    let left = ticks;
    while (left > 0 && !this.stopped) {
      const per = this.psc + 1;
      // 18.4.12: the counter is blocked while the auto-reload value is null.
      if (this.arr === 0) {
        this.phase = (this.phase + left) % per;
        return;
      }
      const steps = Math.floor((this.phase + left) / per);
      const toTurn = this.stepsToTurn();
      if (steps < toTurn) {
        this.#walk(steps);
        this.phase += left - steps * per;
        return;
      }
      left -= toTurn * per - this.phase;
      this.phase = 0;
      this.#walk(toTurn - 1);
      this.#turn();
      if (this.#reloaded && !this.stopped) left = this.#skipRounds(left);
    }
  }

  /** Counts until the counter turns: overflow, underflow, or past the end because ARR was passed already. */
  stepsToTurn(): number {
    if (this.#center !== 0 && !this.down) {
      return this.cnt < this.arr ? this.arr - this.cnt : this.#max - this.cnt + 1;
    }
    if (this.#center !== 0) return this.cnt;
    if (this.down) return this.cnt + 1;
    return (this.cnt <= this.arr ? this.arr : this.#max) - this.cnt + 1;
  }
  /** Ticks until the counter has made so many steps. */
  ticksTo(steps: number): number {
    return steps * (this.psc + 1) - this.phase;
  }
  /** Counts until it arrives at the compare value of a channel; Infinity if it turns before. */
  stepsToMatch(x: number): number {
    if (((this.#outputs >>> x) & 1) === 0) return Number.POSITIVE_INFINITY;
    const steps = this.down ? this.cnt - this.ccr[x]! : this.ccr[x]! - this.cnt;
    return steps > 0 && steps < this.stepsToTurn() ? steps : Number.POSITIVE_INFINITY;
  }

  /** OCxREF of a channel in PWM mode at the present count: 17.3.10. */
  pwmLevel(x: number): boolean {
    const before = this.down ? this.cnt <= this.ccr[x]! : this.cnt < this.ccr[x]!;
    return before === (this.mode(x) === OCM.pwm1);
  }
  mode(x: number): number {
    return (this.#modes >>> (x * 4)) & 7;
  }

  /** Counts without a turn. */
  #walk(steps: number): void {
    if (steps === 0) return;
    const { cnt, down } = this;
    this.cnt = down ? cnt - steps : cnt + steps;
    for (let x = 0; x < this.#channels; x++) {
      const distance = down ? cnt - this.ccr[x]! : this.ccr[x]! - cnt;
      if (distance <= 0 || distance > steps || ((this.#outputs >>> x) & 1) === 0) continue;
      // 17.4.1, CMS: flags while counting down (1), up (2), or both (3).
      this.#match(x, this.#center === 0 || (this.#center & (down ? 1 : 2)) !== 0);
    }
  }

  /** The counter stands at a compare value that has just been written. */
  meet(x: number): void {
    if (((this.#outputs >>> x) & 1) !== 0 && this.ccr[x] === this.cnt) this.#match(x, true);
  }

  #match(x: number, flagged: boolean): void {
    const bit = 1 << x;
    if (flagged) this.flags |= bit << 1;
    this.fast &= ~bit;
    const mode = this.mode(x);
    if (mode === OCM.active) this.ref |= bit;
    else if (mode === OCM.inactive) this.ref &= ~bit;
    else if (mode === OCM.toggle) this.ref ^= bit;
  }

  /** One count over the end. */
  #turn(): void {
    const passed = !this.down && (this.#center !== 0 ? this.cnt >= this.arr : this.cnt > this.arr);
    const toArr = this.#center !== 0 ? !this.down && !passed : this.down;
    if (!passed) {
      // 17.4.5: with CCRx > ARR the flag rises on overflow (up, up/down) or underflow (down).
      if (this.#center === 0 || !this.down) this.#flagBeyond();
      this.#event();
    }
    if (this.#center !== 0 && !passed) this.down = !this.down;
    this.cnt = toArr ? this.arr : 0;
    if (this.#center !== 0) this.#aim();
    for (let x = 0; x < this.#channels; x++) {
      if (((this.#outputs >>> x) & 1) !== 0 && this.ccr[x] === this.cnt) this.#match(x, true);
    }
  }

  #flagBeyond(): void {
    for (let x = 0; x < this.#channels; x++) {
      if (((this.#outputs >>> x) & 1) !== 0 && this.ccr[x]! > this.arr) this.flags |= 2 << x;
    }
  }

  /** Overflow or underflow: an update event if the repetition counter has run out (17.3.3). */
  #event(): void {
    if (this.rep > 0) {
      this.rep--;
      return;
    }
    this.rep = this.#rcr;
    this.#reloaded = true;
    if ((this.#cr1 & BIT.CR1.UDIS) !== 0) return;
    this.updated = true;
    this.flags |= BIT.SR.UIF;
    this.transfer();
    if ((this.#cr1 & BIT.CR1.OPM) !== 0) this.stopped = true;
  }

  /** An update event loads the registers that count from their preload registers. */
  transfer(): void {
    this.psc = this.#pscNext;
    this.arr = this.#arrNext;
    for (let x = 0; x < this.#channels; x++) if (((this.#outputs >>> x) & 1) !== 0) this.ccr[x] = this.#ccrNext[x]!;
    this.fast = 0;
  }

  /**
   * 17.4.6, UG, and the slave controller's reset: starts anew at 0, or at ARR when counting down; `rep` is reloaded whatever it was.
   * One-pulse mode ends with it: OPM stops the counter at "the next update event" (17.4.1), which these two raise as an overflow does
   * (17.4.1, UDIS), and "CEN is cleared automatically in one-pulse mode, when an update event occurs" (20.4.1). URS hides UIF only.
   */
  restart(): void {
    const loads = (this.#cr1 & BIT.CR1.UDIS) === 0;
    this.rep = this.#rcr;
    this.phase = 0;
    if (loads) {
      this.updated = true;
      this.transfer();
      if ((this.#cr1 & BIT.CR1.OPM) !== 0) this.stopped = true;
    }
    if (this.#center !== 0) this.down = false;
    this.cnt = this.down ? this.arr : 0;
  }

  /** After a reload of the repetition counter all rounds are alike: leaves out those before the last two. */
  #skipRounds(left: number): number {
    this.#reloaded = false;
    const center = this.#center !== 0;
    const repeats = this.#rcr + 1;
    const round = repeats * (center ? 2 * this.arr : this.arr + 1) * (this.psc + 1);
    if (this.arr === 0 || this.cnt > this.arr || left < 2 * round) return left;
    const skipped = Math.floor(left / round) - 1;
    if (repeats % 2 === 1 && skipped % 2 === 1) this.#skipToggles(center);
    return left - skipped * round;
  }
  /** An odd number of rounds with an odd number of matches each. */
  #skipToggles(center: boolean): void {
    for (let x = 0; x < this.#channels; x++) {
      const value = this.ccr[x]!;
      const odd = center ? value === 0 || value === this.arr : value <= this.arr;
      if (odd && ((this.#outputs >>> x) & 1) !== 0 && this.mode(x) === OCM.toggle) this.ref ^= 1 << x;
    }
  }
}

/** Ticks from the instant at which the counter stood as `state` says to an instant, in which it counted. */
export function ticksUntil({ times, now }: TimerState, instant: number): number {
  return now[NOW.RUNNING] === 0 ? 0 : Math.max(0, Math.min(instant, times[TIME.END]!) - times[TIME.EPOCH]!);
}
