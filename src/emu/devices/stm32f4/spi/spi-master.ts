import type { Attachments } from '../../../attachments.js';
import type { PinFunction } from '../../../net.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { SpiFrame, SpiSlave } from '../../../spi-link.js';
import type { Clock } from '../../../time.js';
import type { SpiBuffers } from './spi-buffers.js';
import { SR } from './spi-registers.js';
import type { SpiSettings } from './spi-settings.js';
import { SpiWave, type WaveState } from './spi-wave.js';
import type { SpiWords } from './spi-words.js';

export interface MasterState extends WaveState {
  /** A word is on the wire. */
  readonly active: Int32Array;
  /** The word sent and the bits received so far, in the order of the wire. */
  readonly out: Int32Array;
  readonly in: Int32Array;
  /** Bits of the word that are not over, and of its present piece. */
  readonly left: Int32Array;
  readonly piece: Int32Array;
  /** A bit for each attached slave that takes part in the piece. */
  readonly taking: Int32Array;
}

/** The pins of an instance; each role's function by the name it has in SPI mode. */
export interface SpiPins {
  readonly sck: PinFunction;
  readonly miso: PinFunction;
  readonly mosi: PinFunction;
  readonly nss: PinFunction;
}

export interface MasterListener {
  /** A whole word went over the wire; both in its order. */
  done(sent: number, received: number): void;
  /** A word begins. */
  begins(): void;
  contended(names: string): void;
  flagsChanged(): void;
}

/** The master's clock: RM0090 28.3.3 to 28.3.5. Words take whole bit times, back to back while there is something to send. */
export class SpiMaster {
  readonly #settings: SpiSettings;
  readonly #buffers: SpiBuffers;
  readonly #words: SpiWords;
  readonly #state: MasterState;
  readonly #pins: SpiPins;
  readonly #slaves: Attachments<SpiSlave>;
  readonly #listener: MasterListener;
  readonly #event: TimedEvent;
  readonly #frame: SpiFrame;
  readonly wave: SpiWave;

  constructor(
    unit: { settings: SpiSettings; buffers: SpiBuffers; words: SpiWords; pins: SpiPins },
    state: MasterState,
    slaves: Attachments<SpiSlave>,
    listener: MasterListener,
    clock: Clock,
    event: (name: string, fire: () => void) => TimedEvent,
  ) {
    this.#settings = unit.settings;
    this.#buffers = unit.buffers;
    this.#words = unit.words;
    this.#pins = unit.pins;
    this.#state = state;
    this.#slaves = slaves;
    this.#listener = listener;
    this.#event = event('bits', () => this.#pieceEnds());
    this.wave = new SpiWave(unit, state, (fire) => event('wave', fire));
    this.#frame = frameOf(unit.settings, state, clock);
  }

  get active(): boolean {
    return this.#state.active[0] !== 0;
  }

  /** Starts the next word if the wire is free and there is a reason to clock. */
  kick(): void {
    if (this.active || !this.#runs) return;
    if (!this.#words.ready) return;
    // 28.3.1: in TI mode a pulse of NSS, one clock long, goes before the first bit.
    this.#begin(this.#settings.ti ? this.#settings.divider : 0);
    this.#listener.flagsChanged();
  }

  /** It stops where it is: SPE or MSTR was cleared, by firmware or by a mode fault. */
  lost(): void {
    if (this.active) this.#stop();
  }

  get #runs(): boolean {
    return this.#settings.enabled && this.#settings.master;
  }

  #stop(): void {
    this.#event.cancel();
    this.wave.end();
    this.#state.active[0] = 0;
    this.#buffers.clear(SR.BSY);
  }

  #begin(lead: number): void {
    const { active, out, left } = this.#state;
    active[0] = 1;
    out[0] = this.#words.next();
    this.#state.in[0] = 0;
    left[0] = this.#settings.bits;
    // 28.3.7: BSY stays low in bidirectional receive mode.
    if (!this.#settings.oneWire || this.#settings.sends) this.#buffers.set(SR.BSY);
    this.#listener.begins();
    this.#pieceBegins(lead);
    this.wave.begin(out[0]!, lead);
  }

  #pieceBegins(lead: number): void {
    const { left, piece, taking } = this.#state;
    let bits = left[0]!;
    let selected = 0;
    let index = 0;
    for (const slave of this.#slaves) {
      if (this.#pins.sck.routed && slave.selected()) {
        selected |= 1 << index;
        bits = Math.min(bits, slave.unit ?? bits);
      }
      index++;
    }
    piece[0] = bits;
    taking[0] = selected;
    this.#state.in[0] = (this.#state.in[0]! << bits) | this.#answer(bits);
    this.#event.after(lead + bits * this.#settings.divider);
  }

  /** What MISO (or the only data wire) will have carried: the slaves' word, or the idle line. */
  #answer(bits: number): number {
    const mask = (1 << bits) - 1;
    const line = this.#settings.oneWire ? this.#pins.mosi : this.#pins.miso;
    let word = mask;
    let drivers = '';
    for (const slave of this.#taking()) {
      const answer = slave.begin(this.#frame);
      if (answer === undefined) continue;
      word &= answer;
      if (drivers !== '') this.#listener.contended(`${drivers} and ${slave.name}`);
      drivers = slave.name;
    }
    return drivers !== '' && line.routed ? word : line.level === 1 ? mask : 0;
  }

  *#taking(): Generator<SpiSlave> {
    const taking = this.#state.taking[0]!;
    if (taking === 0) return;
    let index = 0;
    for (const slave of this.#slaves) if ((taking >>> index++) & 1) yield slave;
  }

  #pieceEnds(): void {
    const { left, piece } = this.#state;
    const heard = this.#heard();
    for (const slave of this.#taking()) slave.end(heard, this.#frame);
    left[0] = left[0]! - piece[0]!;
    if (left[0] > 0) this.#pieceBegins(0);
    else this.#wordEnds();
  }

  /** What the slaves heard on MOSI: idle bits where no pin carries it, their own word on a shared wire that the master listens to. */
  #heard(): number {
    const mask = (1 << this.#state.piece[0]!) - 1;
    if (!this.#settings.sends) return this.#settings.oneWire ? this.#state.in[0]! & mask : 0;
    return this.#pins.mosi.routed ? this.#frame.mosi : 0;
  }

  #wordEnds(): void {
    this.#state.active[0] = 0;
    this.#listener.done(this.#state.out[0]!, this.#state.in[0]!);
    if (this.#runs && this.#words.ready) this.#begin(0);
    else this.#buffers.clear(SR.BSY);
    this.#listener.flagsChanged();
  }
}

/** The present piece, as slaves see it. */
function frameOf(settings: SpiSettings, state: MasterState, clock: Clock): SpiFrame {
  return {
    get bits() {
      return state.piece[0]!;
    },
    get mode() {
      return settings.mode;
    },
    get bitNs() {
      return (settings.divider * 1e9) / clock.hertz;
    },
    get mosi() {
      return (state.out[0]! >>> (state.left[0]! - state.piece[0]!)) & ((1 << state.piece[0]!) - 1);
    },
  };
}
