import type { DeviceContext } from '../../device.js';
import { UsageError } from '../../errors.js';
import type { Log } from '../../log.js';
import type { TimedEvent } from '../../scheduler.js';
import type { Clock } from '../../time.js';
import type { UartFrame } from '../../uart-link.js';
import { dataBits, encode, type FrameFormat, type Reception, receive } from './usart-frame.js';
import type { UsartSettings } from './usart-settings.js';

export interface TypeOptions {
  /** The sender's baud rate; by default the port's own, whatever it is set to when the frame starts. */
  readonly baud?: number;
  /** Spoils every frame: a wrong parity bit, a stop bit of 0, or a glitch between the samples of a bit. */
  readonly corrupt?: 'parity' | 'stop' | 'noise';
}

const CORRUPT = { none: 0, parity: 1, stop: 2, noise: 3 } as const;
/** In the place of a CORRUPT code: the entry is a break, its word the number of bits. */
const BREAK = 4;
/** The entry is a frame from the line itself: its word holds bits and stop bits, too. */
const FROM_LINE = 5;
/** The entry waits until the data register is free. */
const OFFERED = 6;
/** Places in that word. */
const [BITS, HALVES] = [1 << 9, 1 << 13];

/** What the sender on the other end needs to know of the port. */
export interface PeerPort {
  /** The port can hear a frame that starts now: enabled, clocked, its pin connected. */
  ready(): boolean;
  /** nRTS stops the sender. */
  held(): boolean;
  /** The data register holds a word. */
  full(): boolean;
  /** A frame begins on the line; nothing does any more. */
  begun(): void;
  quiet(): void;
  received(reception: Reception, format: FrameFormat): void;
  /** A break, of so many of the port's bits, ended with a bit of 1. */
  breakEnded(bits: number): void;
}

/** State of the frame on the line. */
export interface PeerState {
  /** 0 quiet, 1 frame, 2 stop bits beyond the first, 3 the rest of a break, 4 the bit of 1 behind it. */
  readonly phase: Int32Array;
  /** Words that came while the receiver was off or full. */
  readonly missed: Int32Array;
}

/** A line that is low for less could carry a word. */
const SHORTEST_BREAK = 10;

const FRAME = 1;
const STOP = 2;
const LOW = 3;
const DELIMITER = 4;

/**
 * The sender on the host's side of the line: a queue of words that go out back to back. It has no state of its own but
 * two logs (typed, started), so a reset of the chip does not empty it.
 */
export class UsartPeer {
  readonly #settings: UsartSettings;
  readonly #port: PeerPort;
  readonly #state: PeerState;
  /** Word, CORRUPT code, baud (0 = the port's own). */
  readonly #typed: Log;
  /** One entry for each word whose frame has started. */
  readonly #started: Log;
  readonly #clock: Clock;
  /** Frames at the port's own rate run on its clock, others on the nanosecond clock. */
  readonly #own: TimedEvent;
  readonly #foreign: TimedEvent;

  constructor(d: DeviceContext, settings: UsartSettings, state: PeerState, port: PeerPort) {
    this.#settings = settings;
    this.#port = port;
    this.#state = state;
    this.#typed = d.log('typed', { width: 3 });
    this.#started = d.log('started', { kind: 'u8' });
    this.#clock = d.clock;
    this.#own = d.event('rx', () => this.#advance(this.#own));
    this.#foreign = d.event('rxForeign', () => this.#advance(this.#foreign), d.clockNamed('ns'));
  }

  /** Words that have not started yet. */
  get waiting(): number {
    return this.#typed.length - this.#started.length;
  }

  type(words: Iterable<number>, options: TypeOptions): void {
    for (const word of words) this.#typed.append(word, CORRUPT[options.corrupt ?? 'none'], options.baud ?? 0);
    this.kick();
  }

  /** Words that wait for the data register to be free. */
  offer(words: Iterable<number>): void {
    for (const word of words) this.#typed.append(word, OFFERED, 0);
    this.kick();
  }

  /** Holds the line low for `bits` bit times; at least 10, so that no frame it could be is longer. */
  sendBreak(bits: number, baud = 0): void {
    if (!(bits >= SHORTEST_BREAK)) {
      throw new UsageError({
        what: `a break of ${bits} bits`,
        remedy: 'a break is 10 bits or more; a shorter one is a word of zeros',
      });
    }
    this.#typed.append(bits, BREAK, baud);
    this.kick();
  }

  /** A frame, or a break, begins on the line now; if one has not quite ended, as clocks differ, behind it. */
  hear({ word, bits, stopHalves, bitNs, low }: UartFrame): void {
    if (low !== undefined && low >= SHORTEST_BREAK) this.#typed.append(low, BREAK, 1e9 / bitNs);
    else this.#typed.append(word + bits * BITS + stopHalves * HALVES, FROM_LINE, 1e9 / bitNs);
    this.kick();
  }

  /** Something is on the line. */
  get busy(): boolean {
    return this.#state.phase[0] !== 0;
  }
  /** Synchronous mode: the word that goes out while the port clocks one in; all ones, the idle line, without. */
  exchange(format: FrameFormat): number {
    const next = this.#started.length;
    if (next >= this.#typed.length) return (1 << format.wordBits) - 1;
    this.#started.append(1);
    return this.#wordOf(next, format);
  }

  /** Starts the next frame if the line is free and the port lets it. */
  kick(): void {
    if (this.#state.phase[0] !== 0) return;
    if (!this.#begin()) return;
    this.#port.begun();
  }

  #begin(): boolean {
    const next = this.#started.length;
    if (next >= this.#typed.length) return false;
    const live = this.#typed.at(next, 1) === FROM_LINE;
    if (!live && this.#port.held()) return false;
    if (this.#typed.at(next, 1) === OFFERED && this.#port.full()) return false;
    const baud = this.#typed.at(next, 2)!;
    if (baud === 0 && !this.#port.ready()) return false;
    this.#started.append(1);
    this.#state.phase[0] = FRAME;
    const format = this.#formatOf(next);
    const stop = Math.min(format.stopHalves, 2);
    this.#after(baud, 2 + 2 * format.wordBits + stop);
    return true;
  }

  /** How the sender makes its frames: as the port does, if it is the test. */
  #formatOf(index: number): FrameFormat {
    if (this.#typed.at(index, 1) !== FROM_LINE) return this.#settings.format;
    const packed = this.#typed.at(index)!;
    return { wordBits: Math.floor(packed / BITS) % 16, parity: 'none', stopHalves: Math.floor(packed / HALVES) };
  }

  #after(baud: number, halves: number): void {
    if (baud === 0) this.#own.after((halves * this.#settings.bitTime) / 2);
    else this.#foreign.after(Math.round((halves * 500_000_000) / baud));
  }

  #advance(event: TimedEvent): void {
    const index = this.#started.length - 1;
    const format = this.#formatOf(index);
    if (this.#typed.at(index, 1) === BREAK) {
      this.#advanceBreak(index, format);
      return;
    }
    if (this.#state.phase[0] === FRAME) {
      this.#deliver(index);
      const more = format.stopHalves - 2;
      if (more > 0) {
        this.#state.phase[0] = STOP;
        this.#after(event === this.#own ? 0 : this.#typed.at(index, 2)!, more);
        return;
      }
    }
    this.#next();
  }
  #next(): void {
    this.#state.phase[0] = 0;
    if (!this.#begin()) this.#port.quiet();
  }

  /** 30.3.8, figure 309: a frame of zeros without stop bit first; then, half a bit after its end, the break itself. */
  #advanceBreak(index: number, format: FrameFormat): void {
    const { phase } = this.#state;
    const [bits, baud] = [this.#typed.at(index)!, this.#typed.at(index, 2)!];
    const own = baud === 0 ? bits : (bits * this.#clock.hertz) / baud / this.#settings.bitTime;
    const frame = format.wordBits + 2;
    if (phase[0] === FRAME) {
      if (this.#port.ready()) this.#port.received({ word: 0, framingError: own >= frame, noise: false }, format);
      phase[0] = LOW;
      this.#after(baud, Math.max(1, 2 * (bits - frame) + 1));
    } else if (phase[0] === LOW) {
      this.#port.breakEnded(Math.floor(own));
      phase[0] = DELIMITER;
      this.#after(baud, 1);
    } else this.#next();
  }

  #deliver(index: number): void {
    const format = this.#settings.format;
    const baud = this.#typed.at(index, 2)!;
    const corrupt = this.#typed.at(index, 1)!;
    if (!this.#port.ready() || this.#port.full()) this.#state.missed[0]!++;
    if (!this.#port.ready()) return;
    const flipped = corrupt === CORRUPT.parity && format.parity !== 'none' ? 1 << dataBits(format) : 0;
    const word = this.#wordOf(index, format) ^ flipped;
    const reception = this.#heard(index, word, baud, format);
    this.#port.received(
      {
        word: reception.word,
        framingError: reception.framingError || corrupt === CORRUPT.stop,
        noise: reception.noise || corrupt === CORRUPT.noise,
      },
      format,
    );
  }

  #wordOf(index: number, format: FrameFormat): number {
    if (this.#typed.at(index, 1) === FROM_LINE) return this.#typed.at(index)! % BITS;
    return encode(this.#typed.at(index)!, format);
  }

  #heard(index: number, word: number, baud: number, format: FrameFormat): Reception {
    if (baud === 0) return { word, framingError: false, noise: false };
    // A slow receiver's samples reach into the next frame, if one follows at once.
    const words = index + 1 < this.#typed.length ? [word, this.#wordOf(index + 1, format)] : [word];
    const { bitTime, sampling } = this.#settings;
    return receive(words, this.#formatOf(index), this.#clock.hertz / baud, bitTime, sampling, format);
  }
}
