import { channelByte, selectionOf } from './course.js';
import type { TimerCore } from './timer-core.js';
import type { TimerKind } from './timer-kinds.js';
import { BIT, REG } from './timer-registers.js';
import { NOW, type TimerContext } from './timer-state.js';

/** What a channel captures: CCxS, 17.4.7. */
const CCS = { output: 0, direct: 1, crossed: 2, trc: 3 } as const;

/** Input capture: RM0090 17.3.5 and 17.3.6. A capture takes the count as it was before the clock edge that it happens at. */
export class TimerCapture {
  readonly #d: TimerContext;
  readonly #kind: TimerKind;
  readonly #core: TimerCore;

  constructor(d: TimerContext, kind: TimerKind, core: TimerCore) {
    this.#d = d;
    this.#kind = kind;
    this.#core = core;
  }

  isInput(x: number): boolean {
    const { now } = this.#d.state;
    return selectionOf(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x) !== CCS.output;
  }
  /** Some channel is an input, and on. */
  get listens(): boolean {
    for (let x = 0; x < this.#kind.channels; x++) if (this.isInput(x) && this.#enabled(x)) return true;
    return false;
  }
  #enabled(x: number): boolean {
    return ((this.#d.state.now[NOW.CCER]! >>> (4 * x)) & 1) !== 0;
  }

  /** TIxF changed: goes to the channel of its number, and to that channel's neighbour. */
  edge(input: number, level: 0 | 1, count: number): void {
    this.#offer(input, CCS.direct, level, count);
    this.#offer(input ^ 1, CCS.crossed, level, count);
  }
  #offer(x: number, selection: number, level: 0 | 1, count: number): void {
    const { now } = this.#d.state;
    if (x >= this.#kind.channels || selectionOf(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x) !== selection) return;
    if (this.active(x, level)) this.take(x, count, true);
  }
  /** An edge of the trigger that channels with CCxS = 11 capture on (TRC). */
  trigger(count: number): void {
    const { now } = this.#d.state;
    for (let x = 0; x < this.#kind.channels; x++) {
      if (selectionOf(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x) === CCS.trc) this.take(x, count, true);
    }
  }

  /** Whether a change to `level` is an active edge of a channel: CCxNP, CCxP of 00 rising, 01 falling, 11 both (17.4.9). */
  active(x: number, level: number): boolean {
    const polarity = (this.#d.state.now[NOW.CCER]! >>> (4 * x)) & 0b1010;
    return polarity === 0b1010 || level === ((polarity & 0b0010) === 0 ? 1 : 0);
  }
  /** The level of TIxFPx: inverted with CCxP. */
  polarised(x: number, level: number): number {
    const polarity = (this.#d.state.now[NOW.CCER]! >>> (4 * x)) & 0b1010;
    return polarity === 0b0010 ? level ^ 1 : level;
  }

  /** Captures, every so many edges (ICxPSC). */
  take(x: number, count: number, prescaled: boolean): void {
    if (prescaled && (!this.#enabled(x) || !this.#passes(x))) return;
    const { words } = this.#d.state;
    const flag = BIT.SR.CC1IF << x;
    words[REG.CCR1 + x] = count;
    this.#cells[x]!.value = count;
    if ((words[REG.SR]! & flag) !== 0) words[REG.SR]! |= BIT.SR.CC1OF << x;
    this.#core.raise(flag);
  }
  get #cells() {
    const { CCR1, CCR2, CCR3, CCR4 } = this.#d.regs;
    return [CCR1, CCR2, CCR3, CCR4];
  }

  #passes(x: number): boolean {
    const { now } = this.#d.state;
    const every = 1 << ((channelByte(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x) >>> 2) & 3);
    const skipped = (now[NOW.SKIPPED]! >>> (8 * x)) & 0xff;
    const passes = skipped + 1 >= every;
    this.#skip(x, passes ? 0 : skipped + 1);
    return passes;
  }
  #skip(x: number, count: number): void {
    const { now } = this.#d.state;
    now[NOW.SKIPPED] = (now[NOW.SKIPPED]! & ~(0xff << (8 * x))) | (count << (8 * x));
  }
  /** 17.4.7: the prescaler starts anew when CCxE is cleared. */
  disabled(channels: number): void {
    for (let x = 0; x < this.#kind.channels; x++) if (((channels >>> x) & 1) !== 0) this.#skip(x, 0);
  }
}
