import type { Log } from '../../../log.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { Clock } from '../../../time.js';
import { HALF_WORD, type I2sSettings } from './i2s-settings.js';

/** How a test clocks the bus in the place of a master. */
export interface I2sDriveOptions {
  /** Frames of two slots a second; 48,000 if not given. */
  readonly rate?: number;
}

export interface I2sDriverState {
  /** 0 waiting, 1 a half-word is on the wire. */
  readonly i2sDriving: Int32Array;
  readonly i2sDrivenPhase: Int32Array;
}

interface Bus {
  begins(side: number, phase: number, bitNs: number, given: number): void;
  ends(): void;
}

/** A master outside the chip: a queue of slots, left and right in turn, with the sample each of them carries to a receiver. */
export class I2sDriver {
  readonly #settings: I2sSettings;
  readonly #state: I2sDriverState;
  readonly #bus: Bus;
  /** Sample, side, length of the slot in ns. */
  readonly #queue: Log;
  /** One entry for each slot that is over. */
  readonly #over: Log;
  readonly #event: TimedEvent;

  constructor(
    settings: I2sSettings,
    state: I2sDriverState,
    bus: Bus,
    d: {
      log(name: string, options: { width?: number; kind?: 'u8' }): Log;
      event(name: string, fire: () => void, clock: Clock): TimedEvent;
      clockNamed(name: string): Clock;
    },
  ) {
    this.#settings = settings;
    this.#state = state;
    this.#bus = bus;
    this.#queue = d.log('i2sDriven', { width: 3 });
    this.#over = d.log('i2sOver', { kind: 'u8' });
    this.#event = d.event('i2sDriver', () => this.#advance(), d.clockNamed('ns'));
  }

  /** Left and right in turn. */
  drive(samples: Iterable<number>, options: I2sDriveOptions): void {
    const slotNs = 5e8 / (options.rate ?? 48_000);
    let side = 0;
    for (const sample of samples) {
      this.#queue.append(sample, side, slotNs);
      side = 1 - side;
    }
    this.resume();
  }
  /** Slots that are not over. */
  get pending(): number {
    return this.#queue.length - this.#over.length;
  }
  /** The master is outside: a reset of the chip does not stop it. */
  resume(): void {
    if (this.#state.i2sDriving[0] !== 0 || this.pending === 0) return;
    this.#state.i2sDrivenPhase[0] = 0;
    this.#begins();
  }

  #begins(): void {
    this.#state.i2sDriving[0] = 1;
    const [sample, side, slotNs] = [0, 1, 2].map((part) => this.#queue.at(this.#over.length, part)!) as [
      number,
      number,
      number,
    ];
    const { slotBits } = this.#settings;
    this.#bus.begins(side, this.#state.i2sDrivenPhase[0]!, slotNs / slotBits, sample);
    this.#event.after(Math.round((slotNs * HALF_WORD) / slotBits));
  }

  #advance(): void {
    this.#bus.ends();
    const { i2sDriving, i2sDrivenPhase } = this.#state;
    i2sDrivenPhase[0] = i2sDrivenPhase[0]! + 1;
    if (i2sDrivenPhase[0] >= this.#settings.phases) {
      i2sDrivenPhase[0] = 0;
      this.#over.append(1);
    }
    if (this.pending > 0) this.#begins();
    else i2sDriving[0] = 0;
  }
}
