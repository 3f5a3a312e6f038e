import type { PinFunction } from '../../../net.js';
import type { Signal } from '../../../signal.js';
import type { TimerCore } from './timer-core.js';
import type { TimerOutputs } from './timer-outputs.js';
import { BIT, REG } from './timer-registers.js';
import { NOW, type TimerContext } from './timer-state.js';

const { BKE, BKP, AOE, MOE, OSSI, OSSR, LOCK, DTG } = BIT.BDTR;

/**
 * Break and lock: RM0090 17.3.12 and 17.4.18. The break acts on a level: while it is there MOE cannot be set, nor BIF cleared.
 *
 * Pin function `<name>_BKIN`; input `clockFailure`, the clock security system's.
 */
export class TimerBreak {
  readonly #d: TimerContext;
  readonly #label: string;
  readonly #core: TimerCore;
  readonly #outputs: TimerOutputs;
  readonly #pin: PinFunction;
  readonly #clockFailure: Signal;

  constructor(d: TimerContext, label: string, core: TimerCore, outputs: TimerOutputs) {
    this.#d = d;
    this.#label = label;
    this.#core = core;
    this.#outputs = outputs;
    this.#pin = d.pinFunction(`${label}_BKIN`);
    this.#pin.onLevel(() => this.#sense());
    this.#clockFailure = d.input('clockFailure', () => this.#sense());
  }

  get active(): boolean {
    const bdtr = this.#d.state.words[REG.BDTR]!;
    if ((bdtr & BKE) === 0) return false;
    return this.#clockFailure.level !== 0 || (this.#pin.routed && this.#pin.level === ((bdtr & BKP) !== 0 ? 1 : 0));
  }

  #sense(): void {
    if (!this.active) return;
    this.#core.sync();
    this.happen();
    this.#core.commit();
  }
  /** Outputs off, flag on. */
  happen(): void {
    this.#core.raise(BIT.SR.BIF);
    this.#clear();
  }
  #clear(): void {
    const { words } = this.#d.state;
    if ((words[REG.BDTR]! & MOE) === 0) return;
    words[REG.BDTR]! &= ~MOE;
    this.#outputs.breaks();
  }

  /** An update event: with AOE the outputs come back, unless the break is still there. */
  updated(): void {
    const { words } = this.#d.state;
    if ((words[REG.BDTR]! & (AOE | MOE)) === AOE && !this.active) words[REG.BDTR]! |= MOE;
  }

  /** Lock level. */
  get level(): number {
    return (this.#d.state.words[REG.BDTR]! & LOCK) >>> 8;
  }

  write(value: number): void {
    const { words, now } = this.#d.state;
    let kept = now[NOW.LOCKED] !== 0 ? LOCK : 0;
    if (this.level >= 1) kept |= DTG | BKE | BKP | AOE;
    if (this.level >= 2) kept |= OSSI | OSSR;
    now[NOW.LOCKED] = 1;
    const before = words[REG.BDTR]!;
    if (((before ^ value) & kept) !== 0) this.#lost((before ^ value) & kept);
    words[REG.BDTR] = (before & (kept | MOE)) | (value & ~kept & ~MOE);
    if (this.active) this.happen();
    else if ((value & MOE) !== 0) words[REG.BDTR]! |= MOE;
    else this.#clear();
  }

  #lost(bits: number): void {
    const names = Object.entries(BIT.BDTR).flatMap(([name, field]) => ((field & bits) !== 0 ? [name] : []));
    const why = names.join() === 'LOCK' ? 'LOCK is written once' : `LOCK is ${this.level}`;
    this.lost(`BDTR.${names.join(', ')}`, why);
  }
  /** 17.4.18: a write that LOCK makes nothing of is told, once between two resets. */
  lost(what: string, why = `LOCK is ${this.level}`): void {
    const { now } = this.#d.state;
    if (now[NOW.TOLD] !== 0) return;
    now[NOW.TOLD] = 1;
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `${this.#label}.${what} cannot be changed any more (${why}): the write is lost`,
      remedy:
        'set the timer up before BDTR.LOCK is written, once, or choose a lower level: nothing but a reset unlocks it',
      section: 'RM0090 17.4.18',
    });
  }
}
