import type { Log } from '../../log.js';
import type { TimedEvent } from '../../scheduler.js';
import { withWritten } from '../../written.js';
import { ByteFifo } from './byte-fifo.js';
import type { Ns16550Context, SerialPort } from './ns16550.js';
import { FCR, LSR, MCR } from './ns16550-bits.js';
import { characterTicks, dataMask } from './ns16550-frame.js';
import type { Interrupts } from './ns16550-interrupts.js';

const IDLE = -1;

/** The transmitter: a FIFO of 16 bytes or of one, and the shift register behind it. */
export class Transmitter {
  readonly #d: Ns16550Context;
  readonly #interrupts: Interrupts;
  readonly #loopBack: (byte: number) => void;
  readonly #fifo: ByteFifo;
  readonly #log: Log;
  readonly #done: TimedEvent;

  constructor(d: Ns16550Context, interrupts: Interrupts, loopBack: (byte: number) => void) {
    this.#d = d;
    this.#interrupts = interrupts;
    this.#loopBack = loopBack;
    this.#fifo = new ByteFifo(d.state.transmit);
    this.#log = d.log('sent', { kind: 'u8' });
    this.#done = d.event('sent', () => this.#sent());
  }

  /** What went out on the line. */
  get sent(): Omit<SerialPort, 'type'> {
    const log = this.#log;
    return withWritten({}, () => Uint8Array.from(log.slice()));
  }

  get empty(): boolean {
    return this.#fifo.length === 0;
  }
  /** The transmitter's bits of LSR. */
  get status(): number {
    if (!this.empty) return 0;
    return LSR.THRE | (this.#d.state.shifting[0] === IDLE ? LSR.TEMT : 0);
  }

  /** THR. */
  write(byte: number): void {
    const { state } = this.#d;
    state.holdingEmpty[0] = 0;
    const fifoMode = (state.fcr[0]! & FCR.enable) !== 0;
    if (this.#fifo.length >= (fifoMode ? ByteFifo.DEPTH : 1)) {
      this.#reportLoss();
      if (!fifoMode) this.#fifo.clear();
    }
    if (!this.#fifo.full) this.#fifo.push(byte);
    if (state.shifting[0] === IDLE) this.#next();
    this.#interrupts.update();
  }

  control(modeChanged: boolean, fcr: number): void {
    if ((modeChanged || fcr & FCR.clearTransmitter) && !this.empty) {
      this.#fifo.clear();
      this.#becameEmpty();
    }
  }

  #next(): void {
    const { state } = this.#d;
    state.shifting[0] = this.#fifo.shift();
    this.#done.after(characterTicks(this.#d));
    if (this.empty) this.#becameEmpty();
  }

  #sent(): void {
    const { state } = this.#d;
    const byte = state.shifting[0]! & dataMask(state.lcr[0]!);
    state.shifting[0] = IDLE;
    if (!this.empty) this.#next();
    if (state.mcr[0]! & MCR.LOOP) this.#loopBack(byte);
    else {
      this.#log.append(byte);
      this.#d.emit('uart', { byte });
    }
  }

  #becameEmpty(): void {
    this.#d.state.holdingEmpty[0] = 1;
    this.#interrupts.update();
  }

  #reportLoss(): void {
    this.#d.report({
      kind: 'misuse',
      what: `${this.#d.name} was given a byte to send while it had no room: a byte is lost`,
      remedy: 'wait for LSR.THRE (bit 5) before writing THR; with FIFOs up to 16 bytes may then be written',
      section: 'PC16550D 8.4',
    });
  }
}
