import type { Signal } from '../../signal.js';
import type { CoreCounters } from './core-counters.js';
import type { CpuState } from './cpu-state.js';
import { EXCEPTION } from './exception-numbers.js';
import type { Priorities } from './priorities.js';
import { SCR } from './system-bits.js';

/** How deep the core sleeps: what wakes it. */
export const SLEEP = { awake: 0, wfi: 1, wfe: 2, semihosting: 3 } as const;

export interface InterruptControlParts {
  readonly state: CpuState;
  readonly priorities: Priorities;
  /** One word: one of SLEEP. */
  readonly sleep: Int32Array;
  readonly control: { readonly scr: number };
  /** SLEEPING (B1.5.17): 1 in WFI, 2 in WFE, 0 awake; and SLEEPDEEP, the same while SCR.SLEEPDEEP makes it a deep sleep. */
  readonly sleeping: Signal;
  readonly sleepDeep: Signal;
  readonly counters: Pick<CoreCounters, 'fallAsleep' | 'wakeUp'>;
  /** An exception is to be taken: the engine returns after the present instruction. */
  readonly stop: () => void;
}

/**
 * Everything that makes exceptions pending, enables them or gives them priorities goes through here, so that the
 * search, the running engine and a sleeping core follow each change (B1.5.4, B1.5.17–B1.5.19, B3.4).
 */
export class InterruptControl {
  private readonly state: CpuState;
  private readonly priorities: Priorities;
  private readonly sleep: Int32Array;
  private readonly control: InterruptControlParts['control'];
  private readonly counters: InterruptControlParts['counters'];
  private readonly stop: () => void;
  private readonly sleeping: Signal;
  private readonly sleepDeep: Signal;

  constructor(parts: InterruptControlParts) {
    this.state = parts.state;
    this.priorities = parts.priorities;
    this.sleep = parts.sleep;
    this.control = parts.control;
    this.counters = parts.counters;
    this.stop = parts.stop;
    this.sleeping = parts.sleeping;
    this.sleepDeep = parts.sleepDeep;
  }

  pend(exception: number): void {
    const { priorities, control, state } = this;
    if (priorities.isPending(exception)) return;
    priorities.pend(exception);
    if ((control.scr & SCR.SEVONPEND) !== 0) state.event = 1;
    this.masksChanged();
  }

  /** Clears the pending state; a line that is high keeps an inactive interrupt pending (B3.4.1). */
  unpend(exception: number): void {
    const { priorities } = this;
    const word = priorities.wordOf(exception);
    const held = priorities.lines[word]! & ~priorities.active[word]!;
    priorities.pending[word] = priorities.pending[word]! & (~priorities.bitOf(exception) | held);
    this.changed();
  }

  /** An interrupt line. A rising edge pends, whether the interrupt is active or not. */
  setLine(irq: number, level: number): void {
    const { priorities } = this;
    const word = 1 + (irq >> 5);
    const bit = 1 << (irq & 31);
    if (level === 0) {
      priorities.lines[word] = priorities.lines[word]! & ~bit;
      return;
    }
    priorities.lines[word] = priorities.lines[word]! | bit;
    this.pend(EXCEPTION.irq0 + irq);
  }

  /** Enables or disables the exceptions of `bits` in bitmap word `word`. */
  enable(word: number, bits: number, on: boolean): void {
    const { enabled } = this.priorities;
    enabled[word] = on ? enabled[word]! | bits : enabled[word]! & ~bits;
    this.changed();
  }

  setPriority(exception: number, byte: number): void {
    const { priorities } = this;
    if (exception >= priorities.count) return;
    priorities.priority[exception] = byte & priorities.byteMask;
    this.changed();
  }

  /** After any change of what is pending, enabled, active or masked. */
  changed(): void {
    this.priorities.search();
    this.masksChanged();
  }

  /** After a change of PRIMASK, FAULTMASK or BASEPRI, which the search does not depend on. */
  masksChanged(): void {
    const { priorities, sleep, state } = this;
    if (sleep[0] !== SLEEP.awake && this.#wakes(sleep[0]!)) {
      // The event that wakes WFE is used up by it.
      if (sleep[0] === SLEEP.wfe) state.event = 0;
      this.wake();
    }
    if (priorities.preempts) this.stop();
  }

  /** WFI (B1.5.19): returns at once if something that would wake it is pending already. */
  waitForInterrupt(): void {
    this.#fallAsleep(SLEEP.wfi);
  }
  /** WFE with the event register clear (B1.5.18). */
  waitForEvent(): void {
    this.#fallAsleep(SLEEP.wfe);
  }
  /** SEV, or an event from outside. */
  sendEvent(): void {
    const { state } = this;
    state.event = 1;
    this.masksChanged();
  }

  /** Awake again; also what a reset does. */
  wake(): void {
    this.sleep[0] = SLEEP.awake;
    this.counters.wakeUp();
    this.sleepDeep.set(0);
    this.sleeping.set(0);
  }

  /** Ends WFI and WFE, for no reason the core knows. */
  resume(): void {
    const { sleep } = this;
    if (sleep[0] === SLEEP.wfi || sleep[0] === SLEEP.wfe) this.wake();
  }

  #fallAsleep(depth: number): void {
    this.sleep[0] = depth;
    this.counters.fallAsleep();
    this.masksChanged();
    if (this.sleep[0] !== depth) return;
    this.sleeping.set(depth);
    if ((this.control.scr & SCR.SLEEPDEEP) !== 0) this.sleepDeep.set(depth);
  }

  #wakes(depth: number): boolean {
    const { priorities, state } = this;
    if (depth === SLEEP.wfi) return priorities.wakes;
    if (depth === SLEEP.wfe) return state.event !== 0 || priorities.preempts;
    return false;
  }
}
