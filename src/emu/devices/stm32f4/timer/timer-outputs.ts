import type { Drive, PinFunction } from '../../../net.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { Signal } from '../../../signal.js';
import { channelByte, OCM, selectionOf } from './course.js';
import { deadTime, dtsTicks } from './dead-time.js';
import type { TimerKind } from './timer-kinds.js';
import { BIT, REG } from './timer-registers.js';
import { NOW, type TimerContext } from './timer-state.js';

/** CCER's bits of a channel, at 4 bits a channel. */
const [E, P, NE, NP] = [1, 2, 4, 8];
const COMPLEMENTARY = 3;

/** What an output does: not driven, or its level. */
type Output = 'none' | 0 | 1;
const DRIVES: Readonly<Record<Output, Drive>> = { none: 'none', 0: 'low', 1: 'high' };

export interface OutputPins {
  readonly main: readonly PinFunction[];
  readonly complementary: readonly PinFunction[];
}

/**
 * From OCxREF to the pins: polarity, complementary outputs with dead time, off and idle states: RM0090 17.3.11 to 17.3.13
 * and table "output control bits"; 18.4.9 for timers without break.
 *
 * Wires: outputs `oc1` … `oc4`, the levels of OCxREF.
 */
export class TimerOutputs {
  readonly #d: TimerContext;
  readonly #kind: TimerKind;
  readonly #pins: OutputPins;
  readonly #references: readonly Signal[];
  readonly #dead: readonly TimedEvent[];
  readonly #idle: TimedEvent | undefined;

  constructor(d: TimerContext, kind: TimerKind, pins: OutputPins) {
    this.#d = d;
    this.#kind = kind;
    this.#pins = pins;
    this.#references = pins.main.map((_, x) => d.output(`oc${x + 1}`));
    this.#dead = pins.complementary.map((_, x) => d.event(`dead${x + 1}`, () => this.#deadTimeOver(x)));
    this.#idle = kind.advanced ? d.event('idle', () => this.#idleReached()) : undefined;
  }

  /** OCxREF of all channels, a bit each, with what holds it low (OCxCE) or brings it early (OCxFE). */
  get references(): number {
    const { now } = this.#d.state;
    let early = now[NOW.REF]!;
    if (now[NOW.FAST] !== 0) {
      for (let x = 0; x < this.#kind.channels; x++) {
        if (((now[NOW.FAST]! >>> x) & 1) === 0) continue;
        early = this.#compareLevel(x) ? early | (1 << x) : early & ~(1 << x);
      }
    }
    return early & ~now[NOW.CLEARED]!;
  }
  /** What a match would bring. */
  #compareLevel(x: number): boolean {
    const { now, words } = this.#d.state;
    const mode = (channelByte(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x) >>> 4) & 7;
    const down = (words[REG.CR1]! & BIT.CR1.DIR) !== 0;
    return (mode === OCM.pwm2) !== down;
  }

  /** Brings wires and pins in line. */
  update(): void {
    const { now } = this.#d.state;
    const { references } = this;
    const changed = references ^ now[NOW.SHOWN]!;
    now[NOW.SHOWN] = references;
    for (let x = 0; x < this.#kind.channels; x++) {
      if (x < COMPLEMENTARY && this.#kind.advanced) this.#deadTimeOf(x, (changed >>> x) & 1, (references >>> x) & 1);
      this.#references[x]!.set((references >>> x) & 1);
      this.#drive(x, (references >>> x) & 1);
    }
  }

  /** MOE was cleared: outputs are inactive at once, and idle after a dead time. */
  breaks(): void {
    this.#d.state.now[NOW.IDLE] = 0;
    const ticks = this.#deadTime;
    if (ticks === 0) this.#d.state.now[NOW.IDLE] = 1;
    else this.#idle?.after(ticks);
  }
  #idleReached(): void {
    this.#d.state.now[NOW.IDLE] = 1;
    this.update();
  }

  get #deadTime(): number {
    const { words } = this.#d.state;
    return deadTime(words[REG.BDTR]! & 0xff, dtsTicks(words[REG.CR1]!));
  }

  /** Both outputs of a channel on: each rises a dead time after the other fell. */
  #deadTimeOf(x: number, changed: number, reference: number): void {
    const { now } = this.#d.state;
    const [main, complement] = [1 << x, 16 << x];
    const event = this.#dead[x]!;
    const both = ((now[NOW.CCER]! >>> (4 * x)) & (E | NE)) === (E | NE);
    if (!both) event.cancel();
    else if (changed !== 0) {
      const ticks = this.#deadTime;
      now[NOW.DEAD] = now[NOW.DEAD]! & ~(main | complement);
      if (ticks > 0) event.after(ticks);
      else event.cancel();
    }
    if (!event.armed) now[NOW.DEAD] = (now[NOW.DEAD]! & ~(main | complement)) | (reference ? main : complement);
  }
  #deadTimeOver(x: number): void {
    const { now } = this.#d.state;
    now[NOW.DEAD]! |= ((now[NOW.SHOWN]! >>> x) & 1) !== 0 ? 1 << x : 16 << x;
    this.#drive(x, (now[NOW.SHOWN]! >>> x) & 1);
  }

  #drive(x: number, reference: number): void {
    const { now } = this.#d.state;
    const ccer = now[NOW.CCER]! >>> (4 * x);
    if (selectionOf(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x) !== 0) {
      this.#set(x, 'none', 'none');
    } else if (!this.#kind.advanced) {
      this.#set(x, (ccer & E) !== 0 ? level(reference, ccer & P) : 'none', 'none');
    } else if ((this.#d.state.words[REG.BDTR]! & BIT.BDTR.MOE) !== 0) {
      this.#run(x, ccer, reference);
    } else this.#off(x, ccer);
  }

  /** MOE is set. */
  #run(x: number, ccer: number, reference: number): void {
    const { words, now } = this.#d.state;
    // OSSR: an output that is off while its partner is on is driven, inactive.
    const offState = (words[REG.BDTR]! & BIT.BDTR.OSSR) !== 0;
    if ((ccer & (E | NE)) === (E | NE)) {
      const [main, complement] = [(now[NOW.DEAD]! >>> x) & 1, (now[NOW.DEAD]! >>> (4 + x)) & 1];
      this.#set(x, level(main, ccer & P), level(complement, ccer & NP));
    } else if ((ccer & E) !== 0) {
      this.#set(x, level(reference, ccer & P), offState ? level(0, ccer & NP) : 'none');
    } else if ((ccer & NE) !== 0) {
      // 17.3.11: OCxN alone follows OCxREF, not its complement.
      this.#set(x, offState ? level(0, ccer & P) : 'none', level(reference, ccer & NP));
    } else this.#set(x, 'none', 'none');
  }

  /** MOE is clear: off, or (OSSI) inactive for a dead time and then idle. */
  #off(x: number, ccer: number): void {
    const { words, now } = this.#d.state;
    if ((words[REG.BDTR]! & BIT.BDTR.OSSI) === 0 || (ccer & (E | NE)) === 0) {
      this.#set(x, 'none', 'none');
      return;
    }
    const idle = words[REG.CR2]! >>> (8 + 2 * x);
    const [inactive, inactiveN] = [level(0, ccer & P), level(0, ccer & NP)];
    const [main, complement] = [(idle & 1) as Output, ((idle >>> 1) & 1) as Output];
    // Never both active.
    const allowed = x >= COMPLEMENTARY || main === inactive || complement === inactiveN;
    if (now[NOW.IDLE] !== 0 && allowed) this.#set(x, main, complement);
    else this.#set(x, inactive, inactiveN);
  }

  #set(x: number, main: Output, complement: Output): void {
    this.#pins.main[x]!.drive(DRIVES[main]);
    this.#pins.complementary[x]?.drive(DRIVES[complement]);
  }
}

/** Active (1) or inactive on a pin of that polarity. */
function level(active: number, inverted: number): Output {
  return (active !== 0) !== (inverted !== 0) ? 1 : 0;
}
