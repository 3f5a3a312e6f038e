import type { DeviceContext } from '../../device.js';
import { GuestError } from '../../errors.js';
import type { Log } from '../../log.js';
import { dataBits, type FrameFormat, receive } from './usart-frame.js';

/** How far a listener's baud rate may be off before it is worth sampling: none at all. */
const FOLLOWS = 0;

/**
 * What came out of the transmitter, as the host's side of the line hears it: the frames of a pin that carries TX. It
 * lives in logs only, so what was written survives a reset of the chip.
 */
export class UsartOutput {
  readonly #d: DeviceContext;
  /** Data bits of each frame. */
  readonly #heard: Log;
  /** One entry a frame that no pin carried. */
  readonly #unheard: Log;
  readonly #breaks: Log;
  readonly #framingErrors: Log;
  /** Index into `heard` where the text begins: the last entry counts. */
  readonly #cleared: Log;
  /** Baud rate the host listens at, 0 = whatever the port sends with: the last entry counts. */
  readonly #baud: Log;

  constructor(d: DeviceContext) {
    this.#d = d;
    this.#heard = d.log('written', { limit: 1 << 20 });
    this.#unheard = d.log('unheard', { kind: 'u8' });
    this.#breaks = d.log('breaks', { kind: 'u8' });
    this.#framingErrors = d.log('framingErrors', { kind: 'u8' });
    this.#cleared = d.log('cleared');
    this.#baud = d.log('baud');
  }

  /** A frame that a pin carried; it lasted `bitNs` a bit. */
  hear(word: number, format: FrameFormat, bitNs: number): void {
    let heard = word;
    if (this.baud !== undefined) {
      const reception = receive([word], format, bitNs, 1e9 / this.baud);
      heard = reception.word;
      if (reception.framingError) this.#framingErrors.append(1);
    }
    const data = heard & ((1 << dataBits(format)) - 1);
    this.#heard.append(data);
    this.#d.emit('uart', { byte: data });
  }
  miss(): void {
    this.#unheard.append(1);
  }
  hearBreak(): void {
    this.#breaks.append(1);
  }

  get unheard(): number {
    return this.#unheard.length;
  }
  get breaks(): number {
    return this.#breaks.length;
  }
  get framingErrors(): number {
    return this.#framingErrors.length;
  }
  get baud(): number | undefined {
    const last = lastOf(this.#baud) ?? FOLLOWS;
    return last === FOLLOWS ? undefined : last;
  }
  set baud(rate: number | undefined) {
    this.#baud.append(rate ?? FOLLOWS);
  }
  /** Frames heard since power-on. */
  get length(): number {
    return this.#heard.length;
  }
  get start(): number {
    return lastOf(this.#cleared) ?? 0;
  }
  clear(): void {
    this.#cleared.append(this.#heard.length);
  }

  words(from = this.start): number[] {
    return this.#heard.slice(from);
  }
  /** Fails, with the reason, when the firmware sent but nothing of it reached a pin. */
  mustBeHeard(reason: string): void {
    if (this.#heard.length > 0 || this.#unheard.length === 0) return;
    throw new GuestError({
      what: `nothing the firmware sent reached a pin (${plural(this.unheard, 'frame')})`,
      where: this.#d.name,
      remedy: reason,
    });
  }
}

function lastOf(log: Log): number | undefined {
  return log.at(log.length - 1);
}

/** `1 frame`, `3 frames`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
