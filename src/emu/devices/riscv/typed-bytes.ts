import type { DeviceContext } from '../../device.js';
import type { Log } from '../../log.js';

const [OVER, OFFERED, LOST] = [0, 1, 2] as const;
/** Bytes kept until the chip takes them: as much as a pipe may bring at once. */
const MOST_BYTES = 1 << 22;

/**
 * What somebody types on a UART's line, over a device's state words. Typed bytes come at the line's speed, whatever the receiver does;
 * offered ones wait until it is ready for them.
 */
export class TypedBytes {
  /** Words of state: how many bytes are over, up to which they wait, how many were lost. */
  static readonly STATE = 3;
  readonly #log: Log;
  readonly #words: Int32Array;

  constructor(d: Pick<DeviceContext, 'log'>, words: Int32Array) {
    this.#log = d.log('typed', { kind: 'u8', limit: MOST_BYTES });
    this.#words = words;
  }

  type(text: string | Uint8Array): void {
    for (const byte of typeof text === 'string' ? new TextEncoder().encode(text) : text) this.#log.append(byte);
  }
  /** The same of bytes that wait for room. */
  offer(text: string | Uint8Array): void {
    this.type(text);
    this.#words[OFFERED] = this.#log.length;
  }
  get waiting(): boolean {
    return this.#words[OVER]! < this.#log.length;
  }
  /** The next byte waits until there is room for it. */
  get isOffered(): boolean {
    return this.#words[OVER]! < this.#words[OFFERED]!;
  }
  /** The next byte; it is over. */
  take(): number {
    return this.#log.at(this.#words[OVER]!++) ?? 0;
  }
  lose(count = 1): void {
    this.#words[LOST]! += count;
  }
  /** Why an answer may be missing. */
  get hint(): string | undefined {
    const lost = this.#words[LOST]!;
    if (lost === 0) return undefined;
    const [bytes, were] = lost === 1 ? ['byte', 'was'] : ['bytes', 'were'];
    return `${lost} ${bytes} arrived while the receiver was off, full or not yet set up, and ${were} lost`;
  }
  /** A reset of the chip: what is under way is lost with the line's state, what waits goes on waiting. */
  reset(): void {
    if (!this.isOffered) this.#words[OVER] = this.#log.length;
    this.#words[LOST] = 0;
  }
}
