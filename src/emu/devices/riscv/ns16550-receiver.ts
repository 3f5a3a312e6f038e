import type { Log } from '../../log.js';
import type { TimedEvent } from '../../scheduler.js';
import { ByteFifo } from './byte-fifo.js';
import type { Ns16550Context } from './ns16550.js';
import { FCR, LSR, MCR } from './ns16550-bits.js';
import { characterTicks, dataMask } from './ns16550-frame.js';
import type { Interrupts } from './ns16550-interrupts.js';

/** Characters without arrival or read after which the time-out interrupts (data sheet 8.4). */
const TIME_OUT_CHARACTERS = 4;

/** The receiver: what is typed arrives at the line's speed, into a FIFO of 16 bytes or of one. */
export class Receiver {
  readonly #d: Ns16550Context;
  readonly #interrupts: Interrupts;
  readonly #fifo: ByteFifo;
  readonly #typed: Log;
  readonly #arrival: TimedEvent;
  readonly #timeOut: TimedEvent;

  constructor(d: Ns16550Context, interrupts: Interrupts) {
    this.#d = d;
    this.#interrupts = interrupts;
    this.#fifo = new ByteFifo(d.state.receive);
    this.#typed = d.log('typed', { kind: 'u8' });
    this.#arrival = d.event('arrival', () => this.#arrive());
    this.#timeOut = d.event('timeOut', () => {
      d.state.timeOut[0] = 1;
      interrupts.update();
    });
  }

  type(text: string | Uint8Array): void {
    for (const byte of typeof text === 'string' ? new TextEncoder().encode(text) : text) this.#typed.append(byte);
    this.#expect();
  }

  /** RBR: the oldest byte; an empty one gives 0. */
  read(): number {
    if (this.#fifo.length === 0) return 0;
    const byte = this.#fifo.shift();
    this.#watchTime();
    return byte;
  }

  /** The receiver's bits of LSR; reading clears the overrun (8.4). */
  /** Its bits of LSR as they are. */
  get flags(): number {
    return (this.#fifo.length > 0 ? LSR.DR : 0) | (this.#d.state.overrun[0] ? LSR.OE : 0);
  }

  status(): number {
    const { overrun } = this.#d.state;
    const status = this.flags;
    if (overrun[0]) {
      overrun[0] = 0;
      this.#interrupts.update();
    }
    return status;
  }

  /** In loopback mode the transmitter's bytes come here, and the line is cut off. */
  loopBack(byte: number): void {
    this.#receive(byte);
  }

  control(modeChanged: boolean, fcr: number): void {
    if (modeChanged || fcr & FCR.clearReceiver) this.#fifo.clear();
    this.#watchTime();
  }

  /** What was typed before the reset and is still under way is lost with the line's state. */
  reset(): void {
    this.#d.state.taken[0] = this.#typed.length;
  }

  #expect(): void {
    if (!this.#arrival.armed && this.#d.state.taken[0]! < this.#typed.length)
      this.#arrival.after(characterTicks(this.#d));
  }

  #arrive(): void {
    const { taken, mcr, lcr } = this.#d.state;
    const byte = this.#typed.at(taken[0]!++) ?? 0;
    if ((mcr[0]! & MCR.LOOP) === 0) this.#receive(byte & dataMask(lcr[0]!));
    this.#expect();
  }

  /** A byte too many: the FIFO keeps what it has, the single register takes the new byte (8.4). */
  #receive(byte: number): void {
    const { state } = this.#d;
    const fifoMode = (state.fcr[0]! & FCR.enable) !== 0;
    if (this.#fifo.length >= (fifoMode ? ByteFifo.DEPTH : 1)) {
      state.overrun[0] = 1;
      if (!fifoMode) this.#fifo.clear();
    }
    if (!this.#fifo.full) this.#fifo.push(byte);
    this.#watchTime();
  }

  /** Every arrival and every read starts the time-out anew. */
  #watchTime(): void {
    const { state } = this.#d;
    state.timeOut[0] = 0;
    if (state.fcr[0]! & FCR.enable && this.#fifo.length > 0) {
      this.#timeOut.after(TIME_OUT_CHARACTERS * characterTicks(this.#d));
    } else this.#timeOut.cancel();
    this.#interrupts.update();
  }
}
