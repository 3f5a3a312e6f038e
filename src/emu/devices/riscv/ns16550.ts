import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../device.js';
import { type RegisterViews, registerViews } from '../../register-file.js';
import { i32, u8 } from '../../state.js';
import { ByteFifo } from './byte-fifo.js';
import { LCR, OFFSET } from './ns16550-bits.js';
import { Interrupts } from './ns16550-interrupts.js';
import { Modem } from './ns16550-modem.js';
import { Receiver } from './ns16550-receiver.js';
import { NS16550_REGISTERS } from './ns16550-registers.js';
import { Transmitter } from './ns16550-transmitter.js';
import { TypedBytes } from './typed-bytes.js';

export interface SerialPort {
  /** Sends text (as UTF-8) or bytes to the chip at the line's speed. */
  type(text: string | Uint8Array): void;
  /** The same of bytes that wait until the firmware looks for some and there is room for them. */
  offer?(text: string | Uint8Array): void;
  /** Everything the chip has sent, as far as it is kept. */
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly lines: readonly string[];
  /** Why an answer may be missing. */
  readonly hint?: string | undefined;
}

/** With the registers to look at; `LSR.value` does not clear what a bus read clears. */
export type Ns16550Port = SerialPort & RegisterViews<typeof NS16550_REGISTERS>;

export const NS16550_STATE = {
  lcr: i32(),
  mcr: i32(),
  fcr: i32(),
  ier: i32(),
  scr: i32(),
  divisor: i32(),
  /** Sixty-fourths that the wire `fraction` adds to it. */
  fraction: i32(),
  /** Modem inputs and their changes, as MSR shows them. */
  msr: i32(),
  overrun: i32(),
  /** Interrupts that are remembered: holding register empty, character time-out. */
  holdingEmpty: i32(),
  timeOut: i32(),
  /** The byte that is being sent, −1 while the line is idle. */
  shifting: i32(),
  /** Of what is typed. */
  typing: i32(TypedBytes.STATE),
  /** How often the firmware looked at the receiver since it was set up, as far as it counts. */
  looks: i32(),
  receive: u8(ByteFifo.STATE),
  transmit: u8(ByteFifo.STATE),
} as const;

export type Ns16550Context = DeviceContext<Record<never, never>, typeof NS16550_STATE>;

export interface Ns16550Options {
  /** LCR after a reset: 0, five data bits, on the chip; firmware that ran before may have left another. */
  readonly lineControl?: number;
  /** Bytes from one register to the next; 1 if not given. */
  readonly stride?: number;
}

/**
 * A UART of the 16550 family with 16-byte FIFOs (TI PC16550D data sheet SNLS378): every byte takes its bit time, from the
 * divisor and the row's clock (16 clocks a bit). DLL and DLM are undefined after power-on: here the divisor is 1, and 0 counts
 * as 1. The line brings no parity, framing or break errors, so LSR's bits for them read 0. The holding-register-empty
 * interrupt comes at once, without the delay of one character that section 8.4 describes for the FIFO mode.
 */
export function ns16550(options: Ns16550Options = {}): DeviceType<Handle<Record<never, never>, Ns16550Port>> {
  const { stride = 1 } = options;
  return defineDevice({
    name: 'ns16550',
    size: 8 * stride,
    state: NS16550_STATE,
    setup(d) {
      const uart = new Uart(d, options);
      uarts.set(d, uart);
      return uart.port;
    },
    read: (offset, _size, d) => (offset % stride === 0 ? uarts.get(d)!.read(offset / stride) : 0),
    write(offset, value, _size, d) {
      if (offset % stride === 0) uarts.get(d)!.write(offset / stride, value & 0xff);
    },
  });
}

/** What `setup` made for each instance; all of its state is declared above. */
const uarts = new WeakMap<Ns16550Context, Uart>();

class Uart {
  readonly port: Ns16550Port;
  readonly #d: Ns16550Context;
  readonly #interrupts: Interrupts;
  readonly #receiver: Receiver;
  readonly #transmitter: Transmitter;
  readonly #modem: Modem;

  constructor(d: Ns16550Context, { lineControl = 0, stride = 1 }: Ns16550Options) {
    this.#d = d;
    this.#interrupts = new Interrupts(d);
    this.#receiver = new Receiver(d, this.#interrupts);
    this.#transmitter = new Transmitter(d, this.#interrupts, (byte) => this.#receiver.loopBack(byte));
    this.#modem = new Modem(d, this.#interrupts);
    this.port = Object.defineProperties(
      {
        type: (text: string | Uint8Array) => this.#receiver.type(text),
        offer: (text: string | Uint8Array) => this.#receiver.offer(text),
        ...this.#views(stride),
      },
      {
        ...Object.getOwnPropertyDescriptors(this.#transmitter.sent),
        hint: { get: () => this.#receiver.hint, enumerable: true },
      },
    ) as Ns16550Port;
    const fraction = d.input('fraction', (level) => {
      d.state.fraction[0] = level;
    });
    d.onReset(() => {
      this.#reset(lineControl);
      d.state.fraction[0] = fraction.level;
    });
  }

  /** The registers without what a read does to them. */
  #views(stride: number): RegisterViews<typeof NS16550_REGISTERS> {
    const { state } = this.#d;
    const values = {
      IER: () => state.ier[0]!,
      IIR: () => this.#interrupts.identification,
      LCR: () => state.lcr[0]!,
      MCR: () => state.mcr[0]!,
      LSR: () => this.#receiver.flags | this.#transmitter.status,
      MSR: () => state.msr[0]!,
      SCR: () => state.scr[0]!,
      DLL: () => state.divisor[0]! & 0xff,
      DLM: () => state.divisor[0]! >>> 8,
    };
    return registerViews(NS16550_REGISTERS, values, stride);
  }

  read(offset: number): number {
    const { state } = this.#d;
    const latch = (state.lcr[0]! & LCR.DLAB) !== 0;
    switch (offset) {
      case OFFSET.data:
        return latch ? state.divisor[0]! & 0xff : this.#receiver.read();
      case OFFSET.ier:
        return latch ? state.divisor[0]! >>> 8 : state.ier[0]!;
      case OFFSET.iirFcr:
        return this.#interrupts.identify();
      case OFFSET.lcr:
        return state.lcr[0]!;
      case OFFSET.mcr:
        return state.mcr[0]!;
      case OFFSET.lsr:
        this.#interrupts.seen();
        return this.#receiver.status() | this.#transmitter.status;
      case OFFSET.msr:
        return this.#modem.status();
      default:
        return state.scr[0]!;
    }
  }

  write(offset: number, value: number): void {
    const { state } = this.#d;
    const latch = (state.lcr[0]! & LCR.DLAB) !== 0;
    switch (offset) {
      case OFFSET.data:
        if (latch) state.divisor[0] = (state.divisor[0]! & 0xff00) | value;
        else this.#transmitter.write(value);
        return;
      case OFFSET.ier:
        if (latch) state.divisor[0] = (state.divisor[0]! & 0xff) | (value << 8);
        else {
          this.#interrupts.enable(value, this.#transmitter.empty);
          this.#receiver.enabled();
        }
        return;
      case OFFSET.iirFcr:
        this.#control(value);
        return;
      case OFFSET.lcr:
        state.lcr[0] = value;
        this.#receiver.configured();
        return;
      case OFFSET.mcr:
        this.#modem.control(value);
        this.#receiver.enabled();
        return;
      case OFFSET.scr:
        state.scr[0] = value;
        return;
      default: // LSR and MSR are for reading; the data sheet keeps writes to LSR for factory tests
    }
  }

  /** FCR: a change of its first bit empties both FIFOs, and the other bits count only while it is 1 (8.5). */
  #control(value: number): void {
    const { state } = this.#d;
    const enabled = value & 1;
    const changed = ((state.fcr[0]! ^ value) & 1) !== 0;
    if (enabled) state.fcr[0] = value & 0xc9;
    else state.fcr[0] = state.fcr[0]! & ~1;
    this.#receiver.control(changed, enabled ? value : 0);
    this.#transmitter.control(changed, enabled ? value : 0);
  }

  #reset(lineControl: number): void {
    const { state } = this.#d;
    state.lcr[0] = lineControl;
    state.shifting[0] = -1;
    state.divisor[0] = 1;
    this.#receiver.reset();
    this.#modem.reset();
    this.#interrupts.update();
  }
}
