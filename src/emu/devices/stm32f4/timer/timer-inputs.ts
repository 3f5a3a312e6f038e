import type { TimedEvent } from '../../../scheduler.js';
import type { TimerContext } from './timer-state.js';

/**
 * Levels on their way into a timer: sampling, digital filter (RM0090 17.4.7, ICxF; 17.4.3, ETF) and resynchronisation.
 *
 * The filter's output follows after as many consecutive samples as it is set to; without filter one sample does. Two
 * clocks more pass in the synchroniser and edge detector, so an edge on a pin acts three clocks later (17.3.14 gives that
 * number for OCxFE). A trigger of another timer is in step already: it acts two clocks later, however short it is.
 */

export const INPUT = { TI1: 0, TI2: 1, TI3: 2, TI4: 3, ETR: 4, ITR: 5 } as const;
const SLOTS = 6;

export interface Sampling {
  /** Clocks from sample to sample. */
  readonly period: number;
  /** Equal samples that make a new level. */
  readonly samples: number;
}

/** 17.4.7, ICxF and 17.4.3, ETF: sampling clock as a multiple of the timer's (0: of fDTS), and samples. */
const FILTERS: readonly (readonly [inDts: boolean, divisor: number, samples: number])[] = [
  [true, 1, 1],
  [false, 1, 2],
  [false, 1, 4],
  [false, 1, 8],
  [true, 2, 6],
  [true, 2, 8],
  [true, 4, 6],
  [true, 4, 8],
  [true, 8, 6],
  [true, 8, 8],
  [true, 16, 5],
  [true, 16, 6],
  [true, 16, 8],
  [true, 32, 5],
  [true, 32, 6],
  [true, 32, 8],
];

/** What filter setting 0 to 15 means where a dead-time and sampling clock lasts `dts` clocks. */
export function samplingOf(filter: number, dts: number): Sampling {
  const [inDts, divisor, samples] = FILTERS[filter]!;
  return { period: inDts ? divisor * dts : 1, samples };
}

/** Clocks that pass behind the last sample. */
const SYNCHRONISER = 2;
/** After its rise, for a trigger of another timer. */
const INTERNAL = 2;
const ROOM = 10;
/** Behind the instants due: a change given up, and when. */
const [RESUME, SINCE] = [ROOM, ROOM + 1];
const STRIDE = ROOM + 2;

export class TimerInputs {
  readonly #d: TimerContext;
  readonly #event: TimedEvent;
  readonly #arrived: (slot: number, level: 0 | 1) => void;

  constructor(d: TimerContext, arrived: (slot: number, level: 0 | 1) => void) {
    this.#d = d;
    this.#arrived = arrived;
    this.#event = d.event('input', () => this.#due());
  }

  /** The level that the timer sees. */
  level(slot: number): 0 | 1 {
    return (this.#d.state.inputs[slot]! & 1) as 0 | 1;
  }

  /** Sets the level that the timer sees at once: nobody looks at its edges. */
  settle(slot: number, level: number): void {
    this.#d.state.inputs[slot] = level & 1;
    this.#plan();
  }

  /** The pin's level, from now on. */
  change(slot: number, level: number, sampling: Sampling): void {
    const { inputs, pending } = this.#d.state;
    const count = inputs[slot]! >>> 1;
    if (((inputs[slot]! ^ count) & 1) === level) return;
    const now = this.#d.clock.now();
    const base = slot * STRIDE;
    // The change before has not been sampled often enough: it was too short.
    if (count > 0 && pending[base + count - 1]! - SYNCHRONISER > now) {
      pending[base + RESUME] = pending[base + count - 1]!;
      pending[base + SINCE] = now;
      inputs[slot] = inputs[slot]! - 2;
      this.#plan();
      return;
    }
    const next = (Math.floor(now / sampling.period) + 1) * sampling.period;
    const unseen = pending[base + RESUME]! > now && next - sampling.period <= pending[base + SINCE]!;
    const due = next + (sampling.samples - 1) * sampling.period + SYNCHRONISER;
    this.#push(slot, unseen ? pending[base + RESUME]! : due);
  }

  /** The level of another timer's trigger, or a pulse: 1 and 0 at one instant. */
  trigger(level: number): void {
    const { inputs } = this.#d.state;
    const slot = INPUT.ITR;
    if (((inputs[slot]! ^ (inputs[slot]! >>> 1)) & 1) !== level) this.#push(slot, this.#d.clock.now() + INTERNAL);
  }

  #push(slot: number, due: number): void {
    const { inputs, pending } = this.#d.state;
    const count = inputs[slot]! >>> 1;
    // More changes than that within the delay: they come faster than this timer's clock.
    if (count === ROOM) return;
    pending[slot * STRIDE + count] = due;
    inputs[slot] = inputs[slot]! + 2;
    this.#plan();
  }

  #due(): void {
    const now = this.#d.clock.now();
    const { inputs, pending } = this.#d.state;
    for (let slot = 0; slot < SLOTS; slot++) {
      const base = slot * STRIDE;
      while (inputs[slot]! > 1 && pending[base]! <= now) {
        const count = inputs[slot]! >>> 1;
        for (let i = 1; i < count; i++) pending[base + i - 1] = pending[base + i]!;
        inputs[slot] = ((count - 1) << 1) | ((inputs[slot]! & 1) ^ 1);
        this.#arrived(slot, this.level(slot));
      }
    }
    this.#plan();
  }

  #plan(): void {
    const { inputs, pending } = this.#d.state;
    let first = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < SLOTS; slot++) if (inputs[slot]! > 1) first = Math.min(first, pending[slot * STRIDE]!);
    if (first < Number.POSITIVE_INFINITY) this.#event.at(first);
    else this.#event.cancel();
  }
}
