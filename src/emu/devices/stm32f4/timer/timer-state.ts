import type { DeviceContext } from '../../../device.js';
import { f64, i32 } from '../../../state.js';
import type { ADVANCED } from './timer-registers.js';

/** Everything of a timer that changes, apart from its wires and events. */

export const STATE = {
  /** What the registers hold, by `REG`; CNT and SR as of `TIME.EPOCH`. */
  words: i32(21),
  /** Instants in ticks of the timer's clock, by `TIME`. */
  times: f64(7),
  /** By `COUNT`. */
  counts: f64(6),
  /** By `NOW`. */
  now: i32(19),
  /** Transfers still asked for, by DMA request. */
  asks: i32(7),
  /** Levels on their way in, by `INPUT`; see `timer-inputs.ts`. */
  inputs: i32(6),
  pending: f64(6 * 12),
};
export type TimerState = { readonly [K in keyof typeof STATE]: ReturnType<(typeof STATE)[K]['allocate']> };

export const TIME = {
  /** When CNT and the prescaler had the values in `counts` and `now`; ahead of now while counting is to begin. */
  EPOCH: 0,
  /** When counting ends, because CEN was cleared. */
  END: 1,
  /** When the counter turns next, if nothing intervenes. */
  TURN: 2,
  /** Before this instant no flag changes. */
  QUIET: 3,
} as const;

export const COUNT = {
  CNT: 0,
  /** The auto-reload register that counts, behind the preload register. */
  ARR: 1,
  /** Likewise the four capture/compare registers. */
  CCR: 2,
} as const;

export const NOW = {
  /** The prescaler that counts, and how far it is. */
  PSC: 0,
  PHASE: 1,
  /** Repetition counter. */
  REP: 2,
  /** The counter runs by the internal clock (CNT_EN). */
  RUNNING: 3,
  /** OC1REF to OC4REF, a bit each, as the comparators have them. */
  REF: 4,
  /** OCxREF is held low since ETRF was high. */
  CLEARED: 5,
  /** OCxREF went to its compare level early, with the trigger (OCxFE). */
  FAST: 6,
  /** CCMR1, CCMR2 and CCER as they are in force: behind them when CCPC is set. */
  CCMR1: 7,
  CCMR2: 8,
  CCER: 9,
  /** Captures left out by each input prescaler since the last one, a byte each. */
  SKIPPED: 10,
  /** ETR edges since the last that the prescaler let through. */
  ETR: 11,
  /** Which register a burst comes to next. */
  BURST: 12,
  /** Dead time: OCx, and OCxN in bits 7:4, are on. */
  DEAD: 13,
  /** OCxREF as the outputs follow it. */
  SHOWN: 14,
  /** MOE is off and its dead time over. */
  IDLE: 15,
  /** LOCK was written. */
  LOCKED: 16,
  /** What the trigger does late (MSM): 1 + level. */
  LATE: 17,
  /** A write that LOCK made nothing of was reported. */
  TOLD: 18,
} as const;

export type TimerContext = DeviceContext<typeof ADVANCED, typeof STATE>;
