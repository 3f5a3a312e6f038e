import type { PinFunction } from '../../net.js';
import type { TimedEvent } from '../../scheduler.js';
import type { UsartSettings } from './usart-settings.js';

export interface ClockState {
  /** Edges of the frame that are still to come, and when the frame began. */
  readonly ckEdges: Int32Array;
  readonly ckBegun: Float64Array;
}

/**
 * The CK pin in synchronous mode, RM0090 30.3.9, figures 311 and 312: a pulse for each data bit, none for start and stop bits, for
 * the last bit by LBCL. In smartcard mode the card's clock runs all the time: it has a frequency, but its edges are not shown.
 */
export class UsartClock {
  readonly #pin: PinFunction;
  readonly #settings: UsartSettings;
  readonly #state: ClockState;
  readonly #event: TimedEvent;
  readonly #now: () => number;

  constructor(
    pin: PinFunction,
    settings: UsartSettings,
    state: ClockState,
    event: (fire: () => void) => TimedEvent,
    now: () => number,
  ) {
    this.#pin = pin;
    this.#settings = settings;
    this.#state = state;
    this.#now = now;
    this.#event = event(() => this.#edge());
  }

  /** The level between frames, after registers changed. */
  idle(): void {
    if (this.#state.ckEdges[0] !== 0) return;
    const on = this.#settings.clocked && this.#settings.transmits;
    this.#pin.drive(on ? this.#level(0) : 'none');
  }

  /** A frame with a word begins now. */
  frame(): void {
    const { synchronous, format, lastClock } = this.#settings;
    if (!synchronous || !this.#pin.routed) return;
    this.#state.ckEdges[0] = 2 * (lastClock ? format.wordBits : format.wordBits - 1);
    this.#state.ckBegun[0] = this.#now();
    this.#plan();
  }

  /** Bits begin a bit time after the start bit; the first edge is at their beginning (CPHA) or in their middle. */
  #plan(): void {
    const { bitTime, format, lastClock, clockPhase } = this.#settings;
    const all = 2 * (lastClock ? format.wordBits : format.wordBits - 1);
    const edge = all - this.#state.ckEdges[0]!;
    const halves = 2 + edge + (clockPhase ? 0 : 1);
    this.#event.at(this.#state.ckBegun[0]! + (halves * bitTime) / 2);
  }
  #edge(): void {
    const left = this.#state.ckEdges[0]! - 1;
    this.#state.ckEdges[0] = left;
    this.#pin.drive(this.#level(left & 1));
    if (left > 0) this.#plan();
  }
  #level(active: number): 'high' | 'low' {
    return this.#settings.clockPolarity !== active ? 'high' : 'low';
  }
}
