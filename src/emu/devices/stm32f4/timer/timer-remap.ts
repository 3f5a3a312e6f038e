import type { TimedEvent } from '../../../scheduler.js';
import type { TimerContext } from './timer-state.js';

/** Clocks that a timer can take to one of its inputs instead of the pin: RM0090 18.4.20 (TIM5), 19.5.11 (TIM11). */
export interface Remap {
  /** 0 is TI1. */
  readonly input: number;
  /** Position of the field in OR. */
  readonly low: number;
  /** Names of the machine's clocks by the field's value. */
  readonly clocks: Readonly<Record<number, string>>;
  /** A wire by the field's value. */
  readonly wires?: Readonly<Record<number, string>>;
}

export const REMAPS: Readonly<Record<string, Remap>> = {
  TIM5: { input: 3, low: 6, clocks: { 1: 'lsi', 2: 'lse' }, wires: { 3: 'rtcWakeup' } },
  TIM11: { input: 0, low: 0, clocks: { 2: 'hseRtc' } },
};

/** Edges of such a clock, while somebody looks: both at the clock's tick, one behind the other. */
export class TimerRemap {
  readonly #remap: Remap;
  readonly #ticks = new Map<number, TimedEvent>();
  readonly #wanted: () => boolean;

  constructor(d: TimerContext, remap: Remap, wanted: () => boolean, edge: (level: 0 | 1) => void) {
    this.#remap = remap;
    this.#wanted = wanted;
    for (const [value, name] of Object.entries(remap.clocks)) {
      const event = d.event(
        name,
        () => {
          if (!wanted()) return;
          event.after(1);
          edge(0);
          edge(1);
        },
        d.clockNamed(name),
      );
      this.#ticks.set(Number(value), event);
    }
  }

  get input(): number {
    return this.#remap.input;
  }
  /** What OR selects; 0 is the pin. */
  selected(or: number): number {
    const value = (or >>> this.#remap.low) & 3;
    return value in this.#remap.clocks || value in (this.#remap.wires ?? {}) ? value : 0;
  }
  /** The wire that is selected. */
  wire(or: number): string | undefined {
    return this.#remap.wires?.[this.selected(or)];
  }
  update(or: number): void {
    const selected = this.selected(or);
    for (const [value, event] of this.#ticks) {
      if (value !== selected || !this.#wanted()) event.cancel();
      else if (!event.armed) event.after(1);
    }
  }
}
