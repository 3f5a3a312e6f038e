import type { PinFunction } from '../../../net.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { Clock } from '../../../time.js';
import { HALF_WORD, type I2sSettings, STANDARD } from './i2s-settings.js';
import type { I2sStream } from './i2s-stream.js';
import type { SpiBuffers } from './spi-buffers.js';
import { SR } from './spi-registers.js';

export interface I2sClockState {
  /** 0 stands, 1 a half-word is on the wire. */
  readonly clocking: Int32Array;
  /** Side and phase of the next half-word. */
  readonly nextSide: Int32Array;
  readonly nextPhase: Int32Array;
}

export interface I2sClockListener {
  begins(side: number, phase: number, bitNs: number): void;
  ends(): void;
  /** Why it cannot run, once it is asked to. */
  stands(what: string, remedy: string, section: string): void;
  flagsChanged(): void;
}

/** The master's clock generator: RM0090 28.4.4, 28.4.5. It pauses between two half-words while there is nothing to send. */
export class I2sClock {
  readonly #settings: I2sSettings;
  readonly #buffers: SpiBuffers;
  readonly #stream: I2sStream;
  readonly #state: I2sClockState;
  readonly #clock: Clock;
  readonly #ws: PinFunction;
  readonly #listener: I2sClockListener;
  readonly #event: TimedEvent;
  /** The end of PCM's synchronisation. */
  readonly #sync: TimedEvent;

  constructor(
    unit: { settings: I2sSettings; buffers: SpiBuffers; stream: I2sStream; ws: PinFunction },
    state: I2sClockState,
    clock: Clock,
    listener: I2sClockListener,
    event: (name: string, fire: () => void) => TimedEvent,
  ) {
    this.#settings = unit.settings;
    this.#buffers = unit.buffers;
    this.#stream = unit.stream;
    this.#ws = unit.ws;
    this.#state = state;
    this.#clock = clock;
    this.#listener = listener;
    this.#event = event('i2s', () => this.#ends());
    this.#sync = event('pcmSync', () => this.#ws.drive('low'));
  }

  get #runs(): boolean {
    return this.#settings.enabled && this.#settings.master;
  }
  /** 28.4.5: a transmitter begins when there is a half-word to send, a receiver as soon as it is enabled. */
  get #wanted(): boolean {
    return !this.#settings.sends || this.#buffers.waiting || this.#settings.partOf(this.#state.nextPhase[0]!) < 0;
  }

  enabled(): void {
    this.#state.nextSide[0] = 0;
    this.#state.nextPhase[0] = 0;
  }

  kick(): void {
    if (this.#state.clocking[0] !== 0 || !this.#runs || !this.#wanted) return;
    if (this.#settings.bitTicks === 0) {
      this.#listener.stands('I2SPR.I2SDIV is 0 or 1', 'divide by 2 or more', 'RM0090 28.5.9');
      return;
    }
    if (!this.#clock.running) {
      const remedy = 'switch PLLI2S on and wait for RCC.CR.PLLI2SRDY, or give the board an I2S_CKIN';
      this.#listener.stands('I2SxCLK stands', remedy, 'RM0090 28.4.4');
    }
    this.#begins();
  }

  /** I2SE was cleared. 28.4.5: a receiver finishes the half-word, a transmitter stops. */
  disabled(): void {
    if (this.#state.clocking[0] === 0 || !this.#settings.sends) return;
    this.#event.cancel();
    this.#state.clocking[0] = 0;
    this.#buffers.clear(SR.BSY);
  }

  #begins(): void {
    const { clocking, nextSide, nextPhase } = this.#state;
    const [side, phase] = [nextSide[0]!, nextPhase[0]!];
    const ticks = this.#settings.bitTicks;
    const bitNs = (ticks * 1e9) / this.#clock.hertz;
    clocking[0] = 1;
    // 28.4.7: BSY stays low in master receive mode.
    if (this.#settings.sends) this.#buffers.set(SR.BSY);
    if (phase === 0) this.#select(side, ticks);
    this.#stream.begins(side, phase, bitNs);
    this.#listener.begins(side, phase, bitNs);
    this.#event.after(HALF_WORD * ticks);
  }

  #select(side: number, ticks: number): void {
    if (this.#settings.standard !== STANDARD.pcm) {
      this.#ws.drive(this.#settings.wordSelect(side));
      return;
    }
    this.#ws.drive('high');
    this.#sync.after(this.#settings.pcmSync * ticks);
  }

  #ends(): void {
    const { clocking, nextSide, nextPhase } = this.#state;
    clocking[0] = 0;
    this.#stream.ends();
    this.#listener.ends();
    nextPhase[0] = nextPhase[0]! + 1;
    if (nextPhase[0] >= this.#settings.phases) {
      nextPhase[0] = 0;
      nextSide[0] = this.#settings.standard === STANDARD.pcm ? 0 : 1 - nextSide[0]!;
    }
    if (this.#runs && this.#wanted) this.#begins();
    else this.#buffers.clear(SR.BSY);
    this.#listener.flagsChanged();
  }
}
