import type { DeviceContext } from '../../device.js';
import type { Log } from '../../log.js';

/** The card at the other end of a line in smartcard mode (RM0090 30.3.11), as far as it answers frames by a low line. */
export class SmartcardPeer {
  /** One entry for each frame that the card is to refuse, and for each it has refused. */
  readonly #ordered: Log;
  readonly #refused: Log;
  /** One entry for each frame of the card that the port refused. */
  readonly #given: Log;

  constructor(d: DeviceContext) {
    this.#ordered = d.log('nackOrders', { kind: 'u8' });
    this.#refused = d.log('nacked', { kind: 'u8' });
    this.#given = d.log('nacksGiven', { kind: 'u8' });
  }

  refuse(frames: number): void {
    for (let i = 0; i < frames; i++) this.#ordered.append(1);
  }
  /** The port has sent a frame: whether the card refuses it. */
  takes(): boolean {
    if (this.#refused.length >= this.#ordered.length) return true;
    this.#refused.append(1);
    return false;
  }
  /** The port refuses a frame of the card. */
  nack(): void {
    this.#given.append(1);
  }
  get nacks(): number {
    return this.#given.length;
  }
}
