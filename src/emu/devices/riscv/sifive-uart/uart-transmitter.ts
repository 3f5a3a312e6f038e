import { Attachments } from '../../../attachments.js';
import type { Log } from '../../../log.js';
import type { PinFunction } from '../../../net.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { UartListener } from '../../../uart-link.js';
import { Queue } from '../sifive-common/queue.js';
import type { UartContext } from './uart.js';

const IDLE = -1;
const START_AND_DATA = 9;

/** The transmit FIFO and the shift register behind it (FE310 18.4, 18.6, 18.9). */
export class UartTransmitter {
  readonly listeners: Attachments<UartListener>;
  readonly #d: UartContext;
  readonly #pin: PinFunction | undefined;
  readonly #fifo: Queue;
  readonly #log: Log;
  readonly #done: TimedEvent;
  readonly #bit: TimedEvent;
  readonly #changed: () => void;

  constructor(d: UartContext, pin: PinFunction | undefined, changed: () => void) {
    this.#d = d;
    this.#pin = pin;
    this.#changed = changed;
    this.#fifo = new Queue(d.state.transmit);
    this.#log = d.log('sent', { kind: 'u8' });
    this.listeners = new Attachments(d.log('listeners'));
    this.#done = d.event('sent', () => this.#sent());
    this.#bit = d.event('bit', () => this.#showBit());
  }

  get length(): number {
    return this.#fifo.length;
  }
  get full(): boolean {
    return this.#fifo.full;
  }
  get busy(): boolean {
    return this.#d.state.shifting[0] !== IDLE;
  }
  get bytes(): Uint8Array {
    return Uint8Array.from(this.#log.slice());
  }

  /** A write to txdata; into a full FIFO it is ignored (18.4). */
  write(byte: number): void {
    if (!this.#fifo.push(byte)) this.#reportFull();
    this.kick();
  }
  #reportFull(): void {
    const { name, regs } = this.#d;
    const off = regs.txctrl.txen === 0;
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `${name}.txdata was written while its FIFO is full${off ? ' and txctrl.txen is 0' : ''}: the byte is lost`,
      remedy: off ? 'set txctrl.txen (bit 0): nothing is sent before' : 'wait until txdata.full (bit 31) is 0',
      section: off ? 'FE310 18.6' : 'FE310 18.4',
    });
  }
  /** Why nothing goes out. */
  get hint(): string | undefined {
    const { name, regs } = this.#d;
    if (this.#fifo.empty || regs.txctrl.txen !== 0) return undefined;
    return `${name}.txctrl.txen is 0: ${this.length} bytes wait in the transmit FIFO`;
  }

  /** Begins a frame if there is one to send, and it may: txctrl.txen (18.6). */
  kick(): void {
    const { state, regs, clock } = this.#d;
    if (this.busy || this.#fifo.empty || regs.txctrl.txen === 0) return;
    const byte = this.#fifo.shift();
    state.shifting[0] = byte;
    this.#begins();
    const bit = regs.div.div + 1;
    this.#done.after((START_AND_DATA + this.#stopBits) * bit);
    if (this.#pin?.observed === true) {
      state.shownBits[0] = 0;
      this.#showBit();
    }
    const frame = { word: byte, bits: 8, stopHalves: 2 * this.#stopBits, bitNs: (bit * 1e9) / clock.hertz };
    for (const listener of this.listeners) listener.begin(frame);
    this.#changed();
  }

  reset(): void {
    this.#d.state.shifting[0] = IDLE;
    this.#pin?.drive('high');
  }

  get #stopBits(): number {
    return 1 + this.#d.regs.txctrl.nstop;
  }

  #sent(): void {
    const byte = this.#d.state.shifting[0]!;
    this.#d.state.shifting[0] = IDLE;
    this.#bit.cancel();
    this.#pin?.drive('high');
    this.#log.append(byte);
    this.#d.emit('uart', { byte });
    this.kick();
  }

  /** Start bit, data from the lowest bit on, stop bit: shown only while somebody looks at the pin. */
  #showBit(): void {
    const { state, regs } = this.#d;
    const index = state.shownBits[0]!++;
    const level = index === 0 ? 0 : index < START_AND_DATA ? (state.shifting[0]! >>> (index - 1)) & 1 : 1;
    this.#pin!.drive(level ? 'high' : 'low');
    if (index < START_AND_DATA) this.#bit.after(regs.div.div + 1);
  }

  /** Firmware that knows a simulator only may forget the pin: then nothing leaves the chip. */
  #begins(): void {
    const { state, name } = this.#d;
    if (this.#pin === undefined || this.#pin.routed || state.told[0] !== 0) return;
    state.told[0] = 1;
    this.#d.report({
      kind: 'misuse',
      rule: 'pin-function',
      what: `${name} sends, but no pin is switched to ${this.#pin.name}: nothing leaves the chip`,
      remedy: 'set the bit of the pin in iof_en of the GPIO, and its iof_sel',
      section: 'FE310 17.7',
    });
  }
}
