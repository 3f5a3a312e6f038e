import type { Attachments } from '../../../attachments.js';
import type { I2sPeer, I2sSlot } from '../../../i2s-link.js';
import { channelOf, halfWord, type I2sSettings, STANDARD, sampleOf } from './i2s-settings.js';
import type { SpiBuffers } from './spi-buffers.js';
import { SR } from './spi-registers.js';

export interface StreamState {
  /** Side and phase of the slot on the wire. */
  readonly side: Int32Array;
  readonly phase: Int32Array;
  /** The half-words of the slot's sample. */
  readonly halves: Int32Array;
  /** A slave has seen the beginning of a left slot since it was enabled. */
  readonly synced: Int32Array;
  /** Length of a bit in ns, as whoever clocks it says. */
  readonly bitNs: Float64Array;
}

export interface StreamListener {
  /** A whole sample went out or came in. */
  sample(sample: number, slot: I2sSlot, sent: boolean): void;
  flagsChanged(): void;
}

/** The data of I2S, half-word by half-word, for master and slave: RM0090 28.4.3, 28.4.5 to 28.4.8. */
export class I2sStream {
  readonly #settings: I2sSettings;
  readonly #buffers: SpiBuffers;
  readonly #state: StreamState;
  readonly #peers: Attachments<I2sPeer>;
  readonly #listener: StreamListener;
  readonly #slot: I2sSlot;

  constructor(
    settings: I2sSettings,
    buffers: SpiBuffers,
    state: StreamState,
    peers: Attachments<I2sPeer>,
    listener: StreamListener,
  ) {
    this.#settings = settings;
    this.#buffers = buffers;
    this.#state = state;
    this.#peers = peers;
    this.#listener = listener;
    this.#slot = {
      get channel() {
        return channelOf(state.side[0]!);
      },
      get bits() {
        return settings.dataBits;
      },
      get slotBits() {
        return settings.slotBits;
      },
      get bitNs() {
        return state.bitNs[0]!;
      },
    };
  }

  /** Clocked from outside, it takes part from the next left slot on. */
  get follows(): boolean {
    return this.#settings.enabled && !this.#settings.master;
  }
  enabled(): void {
    this.#state.synced[0] = 0;
    this.#buffers.clear(SR.CHSIDE | SR.UDR);
  }

  /** A slave hears a half-word's clocks begin. `given` is what a test puts on the line, before all peers. */
  slaveBegins(side: number, phase: number, bitNs: number, given?: number): void {
    if (!this.follows) return;
    if (side === 0 && phase === 0) this.#state.synced[0] = 1;
    if (this.#settings.standard === STANDARD.pcm && phase === 0) this.#state.synced[0] = 1;
    if (this.#state.synced[0] === 0) return;
    if (phase === 0) this.#buffers.set(SR.BSY);
    this.begins(side, phase, bitNs, given);
  }
  slaveEnds(): void {
    if (!this.follows || this.#state.synced[0] === 0) return;
    this.ends();
    if (this.#state.phase[0] === this.#settings.phases - 1) this.#buffers.clear(SR.BSY);
    this.#listener.flagsChanged();
  }

  /** A half-word begins: what is sent is taken from the Tx buffer, what is received is asked for. */
  begins(side: number, phase: number, bitNs: number, given?: number): void {
    const state = this.#state;
    state.side[0] = side;
    state.phase[0] = phase;
    state.bitNs[0] = bitNs;
    const part = this.#settings.partOf(phase);
    if (this.#settings.sends) {
      if (part >= 0) this.#send(part);
    } else if (phase === 0) this.#ask(given);
    this.#listener.flagsChanged();
  }

  /** A half-word is over. */
  ends(): void {
    const { phase, side, halves } = this.#state;
    const { dataBits, standard, phases, sends } = this.#settings;
    const part = this.#settings.partOf(phase[0]!);
    if (!sends && part >= 0) {
      this.#buffers.receive(halves[part]!);
      this.#side(side[0]!);
    }
    if (phase[0] !== phases - 1) return;
    const sample = sampleOf(halves[0]!, halves[1]!, dataBits, standard);
    if (sends) for (const peer of this.#peers) peer.heard?.(sample, this.#slot);
    this.#listener.sample(sample, this.#slot, sends);
  }

  #send(part: number): void {
    const { halves, side } = this.#state;
    if (this.#buffers.waiting) halves[part] = this.#buffers.take();
    else {
      // 28.4.8: the clock came before the data did.
      this.#buffers.set(SR.UDR);
      halves[part] = this.#buffers.last;
    }
    const last = this.#settings.dataBits === 16 || part === 1;
    this.#side(last ? 1 - side[0]! : side[0]!);
  }

  #ask(given: number | undefined): void {
    const { dataBits, standard } = this.#settings;
    let sample = given;
    for (const peer of this.#peers) sample ??= peer.sample?.(this.#slot);
    for (const part of [0, 1]) this.#state.halves[part] = halfWord(sample ?? 0, part, dataBits, standard);
  }

  /** 28.4.7: CHSIDE says which side the word of the next TXE, or of this RXNE, belongs to; in PCM it says nothing. */
  #side(side: number): void {
    if (side === 0 || this.#settings.standard === STANDARD.pcm) this.#buffers.clear(SR.CHSIDE);
    else this.#buffers.set(SR.CHSIDE);
  }
}
