import type { TimedEvent } from '../../scheduler.js';
import { encode, type FrameFormat, frameHalves } from './usart-frame.js';
import { FLAG, type UsartRegisters, type UsartSettings } from './usart-settings.js';

/** What the shift register is busy with; 0 = nothing. */
const IDLE_FRAME = 1;
const DATA = 2;
const BREAK = 3;
/** The stop bits after a break. */
const BREAK_END = 4;
/** The guard time of smartcard mode: nothing is on the line, TC is held back (30.3.11). */
const GUARD = 5;

/** 30.3.8: bits of a LIN break. */
const LIN_BREAK_BITS = 13;

export interface TransmitterState {
  readonly busy: Int32Array;
  readonly shift: Int32Array;
  /** The transmit data register; full while TXE is 0. */
  readonly tdr: Int32Array;
  /** An idle frame is owed since TE was set. */
  readonly preamble: Int32Array;
}

/** What the transmitter tells its USART. */
export interface TransmitterListener {
  /** nCTS allows the next frame. */
  clearToSend(): boolean;
  /** Something begins on the line: the idle line, a word, or a break of so many bits. */
  started(what: 'idle' | 'word' | 'break', bits: number): void;
  /** A whole frame was on the line. */
  sent(word: number, format: FrameFormat): void;
  /** The line is held low by a break, or no longer. */
  breaking(on: boolean): void;
  lost(what: string, remedy: string): void;
  flagsChanged(): void;
}

/** The transmitter: RM0090 30.3.2. Frames take whole bit times; BRR and format are taken at the start of each. */
export class UsartTransmitter {
  readonly #regs: UsartRegisters;
  readonly #settings: UsartSettings;
  readonly #state: TransmitterState;
  readonly #event: TimedEvent;
  readonly #listener: TransmitterListener;

  constructor(
    regs: UsartRegisters,
    settings: UsartSettings,
    state: TransmitterState,
    event: (fire: () => void) => TimedEvent,
    listener: TransmitterListener,
  ) {
    this.#regs = regs;
    this.#settings = settings;
    this.#state = state;
    this.#listener = listener;
    this.#event = event(() => this.#finish());
  }

  get breaking(): boolean {
    return this.#state.busy[0] === BREAK;
  }
  /** Something is on the line. */
  get sending(): boolean {
    return this.#state.busy[0] !== 0 && this.#state.busy[0] !== GUARD;
  }
  /** A word waits in the data register. */
  get waiting(): boolean {
    return (this.#regs.SR.value & FLAG.TXE) === 0;
  }

  /** A write to DR. */
  load(word: number): void {
    const { SR } = this.#regs;
    if (this.waiting) {
      this.#listener.lost('DR was written while TXE is 0: the word before it is lost', 'wait for TXE first');
    }
    this.#state.tdr[0] = word;
    SR.value &= ~FLAG.TXE;
    this.start();
  }

  /** A write to CR1. */
  control(old: number): void {
    const { CR1 } = this.#regs;
    const wasOn = (old >>> 3) & 1;
    if (CR1.TE && !wasOn) this.#state.preamble[0] = 1;
    this.start();
  }

  /** Begins the next frame if the line is free and there is something to send. */
  start(): void {
    const { SR, CR1 } = this.#regs;
    const { shift, tdr, preamble } = this.#state;
    if (this.sending || !this.#settings.transmits || this.#settings.bitTime === 0) return;
    // 30.3.11: no idle frame in smartcard mode.
    if (this.#settings.smartcard) preamble[0] = 0;
    if (preamble[0] !== 0) {
      preamble[0] = 0;
      this.#begin(IDLE_FRAME);
      return;
    }
    if (CR1.SBK) {
      this.#listener.breaking(true);
      this.#begin(BREAK);
      return;
    }
    if (!this.waiting || !this.#listener.clearToSend()) return;
    shift[0] = encode(tdr[0]!, this.#settings.format);
    SR.value |= FLAG.TXE;
    this.#begin(DATA);
    this.#listener.flagsChanged();
  }

  #begin(what: number): void {
    this.#state.busy[0] = what;
    const carried = what === DATA ? 'word' : what === BREAK ? 'break' : 'idle';
    this.#listener.started(carried, this.#halves(what) / 2);
    this.#event.after((this.#halves(what) * this.#settings.bitTime) / 2);
  }
  #halves(what: number): number {
    const { format, lin, smartcard } = this.#settings;
    if (what === BREAK_END) return lin ? 2 : format.stopHalves;
    if (what === BREAK && lin) return 2 * LIN_BREAK_BITS;
    // 30.3.11: in smartcard mode a frame begins half a bit later.
    return frameHalves(format) + (what === DATA && smartcard ? 1 : 0);
  }

  #finish(): void {
    const { CR1, SR } = this.#regs;
    const { busy, shift } = this.#state;
    const was = busy[0];
    busy[0] = 0;
    if (was === BREAK) {
      // 30.6.4: SBK is reset by hardware during the stop bit of the break.
      CR1.SBK = 0;
      this.#listener.breaking(false);
      this.#begin(BREAK_END);
      return;
    }
    if (was === DATA && CR1.TE) {
      this.#listener.sent(shift[0]!, this.#settings.format);
    } else if (was === DATA) {
      this.#listener.lost('TE was cleared during a frame: its data is lost', 'wait for TC before clearing TE');
    }
    this.start();
    // Another frame has begun: not complete yet.
    if (this.sending) return;
    const { guardTime, bitTime } = this.#settings;
    if (was === DATA && guardTime > 0) {
      busy[0] = GUARD;
      this.#event.after(guardTime * bitTime);
      return;
    }
    if (!this.waiting) SR.value |= FLAG.TC;
    this.#listener.flagsChanged();
  }
}
