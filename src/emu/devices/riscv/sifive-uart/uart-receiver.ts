import type { Log } from '../../../log.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { UartFrame } from '../../../uart-link.js';
import { Queue } from '../sifive-common/queue.js';
import { TypedBytes } from '../typed-bytes.js';
import type { UartContext } from './uart.js';

/** Bits of a frame that a test types: start, 8 of data, stop. */
const FRAME_BITS = 10;

/** The receiver: what is typed arrives at the line's speed, into a FIFO of 8 (FE310 18.5, 18.7). */
export class UartReceiver {
  readonly #d: UartContext;
  readonly #fifo: Queue;
  readonly #typed: TypedBytes;
  readonly #heard: Log;
  readonly #arrival: TimedEvent;
  readonly #foreign: TimedEvent;
  readonly #changed: () => void;

  constructor(d: UartContext, changed: () => void) {
    this.#d = d;
    this.#changed = changed;
    this.#fifo = new Queue(d.state.receive);
    this.#typed = new TypedBytes(d, d.state.typing);
    this.#heard = d.log('heard', { width: 2 });
    this.#arrival = d.event('arrival', () => this.#arrive());
    this.#foreign = d.event('foreign', () => this.#foreignEnds(), d.clockNamed('ns'));
  }

  get length(): number {
    return this.#fifo.length;
  }
  /** The byte that a read of rxdata would give. */
  get front(): number {
    return this.#fifo.front;
  }

  /** A read of rxdata: data, or the flag `empty` (18.5). */
  read(): number {
    if (this.#fifo.empty) return 0x8000_0000;
    const byte = this.#fifo.shift();
    this.kick();
    this.#changed();
    return byte;
  }

  type(text: string | Uint8Array): void {
    this.#typed.type(text);
    this.kick();
  }

  /** These wait for room in the FIFO, too. */
  offer(text: string | Uint8Array): void {
    this.#typed.offer(text);
    this.kick();
  }

  get hint(): string | undefined {
    return this.#typed.hint;
  }

  /** The sender waits until the receiver is on. */
  kick(): void {
    const { regs } = this.#d;
    if (this.#arrival.armed || regs.rxctrl.rxen === 0 || !this.#typed.waiting) return;
    if (this.#typed.isOffered && this.#fifo.full) return;
    this.#arrival.after(FRAME_BITS * (regs.div.div + 1));
  }

  /** A frame of another board begins now, at that board's speed; it is complete in the middle of its stop bit. */
  hear(frame: UartFrame): void {
    const { clock, regs, time } = this.#d;
    const bitNs = ((regs.div.div + 1) * 1e9) / clock.hertz;
    const ends = time.ns() + Math.round(9.5 * bitNs);
    this.#heard.append(regs.rxctrl.rxen ? sampled(frame, bitNs) : -1, ends);
    if (!this.#foreign.armed) this.#foreign.at(ends);
  }

  reset(): void {
    this.#typed.reset();
    this.#d.state.heardTaken[0] = this.#heard.length;
  }

  #arrive(): void {
    const on = this.#d.regs.rxctrl.rxen !== 0;
    // What waits is sent again.
    if (this.#typed.isOffered && (!on || this.#fifo.full)) return;
    const byte = this.#typed.take();
    if (!on || this.#fifo.full) this.#typed.lose();
    if (on) this.#receive(byte);
    this.kick();
  }

  #foreignEnds(): void {
    const { state, regs } = this.#d;
    const byte = this.#heard.at(state.heardTaken[0]!++) ?? -1;
    if (byte >= 0 && regs.rxctrl.rxen) this.#receive(byte);
    const next = this.#heard.at(state.heardTaken[0]!, 1);
    if (next !== undefined) this.#foreign.at(next);
  }

  /** 18.7: a frame that finds the FIFO full is dropped, and no flag tells of it. */
  #receive(byte: number): void {
    const { name } = this.#d;
    if (!this.#fifo.push(byte)) {
      this.#d.report({
        kind: 'misuse',
        rule: 'sequence',
        what: `${name} received a byte while its FIFO of ${this.#fifo.depth} was full: it is lost`,
        remedy: 'read rxdata in time, by the receive watermark interrupt for example',
        section: 'FE310 18.5',
      });
    }
    this.#changed();
  }
}

/** What a receiver of another speed makes of a frame: the level in the middle of each of its own bits. */
function sampled(frame: UartFrame, bitNs: number): number {
  if (frame.low !== undefined) return 0;
  let word = 0;
  for (let i = 0; i < 8; i++) {
    const at = Math.floor(((i + 1.5) * bitNs) / frame.bitNs);
    const level = at === 0 ? 0 : at <= frame.bits ? (frame.word >>> (at - 1)) & 1 : 1;
    word |= level << i;
  }
  return word;
}
