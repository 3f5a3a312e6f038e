import type { TimedEvent } from '../../scheduler.js';
import { ByteFifo } from './byte-fifo.js';
import type { Ns16550Context } from './ns16550.js';
import { FCR, IER, LSR, MCR } from './ns16550-bits.js';
import { characterTicks, dataMask } from './ns16550-frame.js';
import type { Interrupts } from './ns16550-interrupts.js';
import { TypedBytes } from './typed-bytes.js';

/** Characters without arrival or read after which the time-out interrupts (data sheet 8.4). */
const TIME_OUT_CHARACTERS = 4;
/** Looks at the receiver since it was set up, after which the firmware waits for bytes: a driver's set-up itself takes one to clear it. */
const LOOKS = 2;

/** The receiver: what is typed arrives at the line's speed, into a FIFO of 16 bytes or of one. */
export class Receiver {
  readonly #d: Ns16550Context;
  readonly #interrupts: Interrupts;
  readonly #fifo: ByteFifo;
  readonly #typed: TypedBytes;
  readonly #arrival: TimedEvent;
  readonly #timeOut: TimedEvent;

  constructor(d: Ns16550Context, interrupts: Interrupts) {
    this.#d = d;
    this.#interrupts = interrupts;
    this.#fifo = new ByteFifo(d.state.receive);
    this.#typed = new TypedBytes(d, d.state.typing);
    this.#arrival = d.event('arrival', () => this.#arrive());
    this.#timeOut = d.event('timeOut', () => {
      d.state.timeOut[0] = 1;
      interrupts.update();
    });
  }

  type(text: string | Uint8Array): void {
    this.#typed.type(text);
    this.#expect();
  }

  /** The chip has no switch for its receiver: these bytes wait until the firmware looks for some, and for room. */
  offer(text: string | Uint8Array): void {
    this.#typed.offer(text);
    this.#expect();
  }

  get hint(): string | undefined {
    return this.#typed.hint;
  }

  /** RBR: the oldest byte; an empty one gives 0. */
  read(): number {
    this.#looked();
    if (this.#fifo.length === 0) return 0;
    const byte = this.#fifo.shift();
    this.#watchTime();
    this.#expect();
    return byte;
  }

  /** Its bits of LSR as they are. */
  get flags(): number {
    return (this.#fifo.length > 0 ? LSR.DR : 0) | (this.#d.state.overrun[0] ? LSR.OE : 0);
  }

  /** The receiver's bits of LSR; reading clears the overrun (8.4). */
  status(): number {
    this.#looked();
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
    if (modeChanged || fcr & FCR.clearReceiver) {
      this.#typed.lose(this.#fifo.length);
      this.#fifo.clear();
    }
    this.#watchTime();
    this.configured();
  }

  /** The frame or the FIFO mode were set: a driver is still at its set-up. */
  configured(): void {
    this.#d.state.looks[0] = 0;
    this.#expect();
  }

  /** IER or MCR was written. */
  enabled(): void {
    this.#expect();
  }

  /** What was typed before the reset and is still under way is lost with the line's state. */
  reset(): void {
    this.#typed.reset();
  }

  #looked(): void {
    const { looks } = this.#d.state;
    if (looks[0]! < LOOKS && ++looks[0]! === LOOKS) this.#expect();
  }

  get #depth(): number {
    return (this.#d.state.fcr[0]! & FCR.enable) !== 0 ? ByteFifo.DEPTH : 1;
  }
  /** For bytes that wait. */
  get #ready(): boolean {
    const { ier, looks, mcr } = this.#d.state;
    const heeded = looks[0]! >= LOOKS || (ier[0]! & IER.ERBFI) !== 0;
    return heeded && (mcr[0]! & MCR.LOOP) === 0 && this.#fifo.length < this.#depth;
  }

  #expect(): void {
    if (this.#arrival.armed || !this.#typed.waiting || (this.#typed.isOffered && !this.#ready)) return;
    this.#arrival.after(characterTicks(this.#d));
  }

  #arrive(): void {
    const { mcr, lcr } = this.#d.state;
    // Set up anew while the byte was on its way: it is sent again.
    if (this.#typed.isOffered && !this.#ready) return;
    const byte = this.#typed.take();
    if ((mcr[0]! & MCR.LOOP) === 0) {
      if (this.#fifo.length >= this.#depth) this.#typed.lose();
      this.#receive(byte & dataMask(lcr[0]!));
    }
    this.#expect();
  }

  /** A byte too many: the FIFO keeps what it has, the single register takes the new byte (8.4). */
  #receive(byte: number): void {
    const { state } = this.#d;
    const fifoMode = (state.fcr[0]! & FCR.enable) !== 0;
    if (this.#fifo.length >= this.#depth) {
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
