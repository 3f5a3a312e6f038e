import { type DeviceContext, defineDevice } from '../../device.js';
import type { PinFunction } from '../../net.js';
import type { Signal } from '../../signal.js';
import { f64, i32 } from '../../state.js';
import { pinsOf } from './alternate-functions.js';
import { APB_NARROW } from './apb.js';
import { frameHalves } from './usart-frame.js';
import { plural, UsartOutput } from './usart-output.js';
import { type TypeOptions, UsartPeer } from './usart-peer.js';
import { UsartReceiver } from './usart-receiver.js';
import { UART, USART } from './usart-registers.js';
import { FLAG, UsartSettings } from './usart-settings.js';
import { UsartTransmitter } from './usart-transmitter.js';

/**
 * Universal synchronous/asynchronous receiver transmitter, asynchronous part: RM0090 chapter 30.
 *
 * Frames are carried whole, with the times their bits take; the pin itself shows the idle level and breaks. A frame
 * reaches the outside only through a pin whose alternate function is this port's TX.
 *
 * Wires: outputs `irq`, `rxDma`, `txDma` (30.3.13). Pin functions: `<name>_TX`, `_RX` and, for USARTs, `_CTS`, `_RTS`.
 */

const STATE = {
  busy: i32(),
  shift: i32(),
  tdr: i32(),
  preamble: i32(),
  rdr: i32(),
  seen: i32(),
  idleArmed: i32(),
  phase: i32(),
  startNs: f64(),
};
type Context = DeviceContext<typeof UART, typeof STATE>;

/** The port's four pin functions. */
interface Pins {
  readonly tx: PinFunction;
  readonly rx: PinFunction;
  readonly cts: PinFunction | undefined;
  readonly rts: PinFunction | undefined;
}

class Usart {
  readonly #d: Context;
  readonly #label: string;
  readonly #pins: Pins;
  readonly #settings: UsartSettings;
  readonly #irq: Signal;
  readonly #rxDma: Signal;
  readonly #txDma: Signal;
  readonly transmitter: UsartTransmitter;
  readonly receiver: UsartReceiver;
  readonly peer: UsartPeer;
  readonly output: UsartOutput;

  constructor(d: Context, label: string, flowControl: boolean) {
    this.#d = d;
    this.#label = label;
    const pin = (role: string) => d.pinFunction(`${label}_${role}`);
    this.#pins = {
      tx: pin('TX'),
      rx: pin('RX'),
      cts: flowControl ? pin('CTS') : undefined,
      rts: flowControl ? pin('RTS') : undefined,
    };
    this.#settings = new UsartSettings(d.regs);
    this.#irq = d.output('irq');
    this.#rxDma = d.output('rxDma');
    this.#txDma = d.output('txDma');
    this.output = new UsartOutput(d as unknown as DeviceContext);
    const flagsChanged = () => this.update();
    this.receiver = new UsartReceiver(d.regs, this.#settings, d.state, (fire) => d.event('idle', fire), flagsChanged);
    this.transmitter = new UsartTransmitter(d.regs, this.#settings, d.state, (fire) => d.event('tx', fire), {
      clearToSend: () => this.#clearToSend(),
      started: () => {
        d.state.startNs[0] = d.time.ns();
      },
      sent: (word) => this.#sent(word),
      breaking: (on) => this.#breaking(on),
      lost: (what, remedy) => d.report({ kind: 'misuse', what: `${label}: ${what}`, remedy, section: 'RM0090 30.3.2' }),
      flagsChanged,
    });
    this.peer = new UsartPeer(d as unknown as DeviceContext, this.#settings, d.state, {
      ready: () => this.#hears(),
      held: () => this.#settings.rtsEnabled && this.#pins.rts?.routed === true && this.receiver.full,
      begun: () => this.receiver.busy(),
      quiet: () => this.receiver.quiet(),
      received: (reception, format) => this.receiver.frame(reception, format),
    });
    this.#pins.cts?.onLevel((level) => this.#ctsChanged(level));
  }

  /** The pin that received frames come in by: half duplex uses TX (30.3.10). */
  get #inputPin(): PinFunction {
    return this.#settings.halfDuplex ? this.#pins.tx : this.#pins.rx;
  }
  #hears(): boolean {
    return this.#settings.receives && this.#settings.bitTime > 0 && this.#d.clock.running && this.#inputPin.routed;
  }

  #clearToSend(): boolean {
    return !this.#settings.ctsEnabled || this.#pins.cts?.level === 0;
  }
  #ctsChanged(level: 0 | 1): void {
    if (!this.#settings.ctsEnabled) return;
    this.#d.regs.SR.value |= FLAG.CTS;
    this.update();
    if (level === 0) this.transmitter.start();
  }

  #sent(word: number): void {
    const { format, halfDuplex } = this.#settings;
    if (this.#pins.tx.routed) {
      const bits = frameHalves(format) / 2;
      this.output.hear(word, format, (this.#d.time.ns() - this.#d.state.startNs[0]!) / bits);
    } else {
      if (this.output.unheard === 0) this.#reportUnrouted('TX');
      this.output.miss();
    }
    // 30.3.10: TX and RX are connected inside, so the port hears itself.
    if (halfDuplex) this.receiver.frame({ word, framingError: false, noise: false }, format);
  }

  #breaking(on: boolean): void {
    this.#pins.tx.drive(on ? 'low' : this.#settings.halfDuplex ? 'none' : 'high');
    if (!on && this.#pins.tx.routed) this.output.hearBreak();
  }

  #reportUnrouted(role: string): void {
    this.#d.report({
      kind: 'misuse',
      what: `no pin carries ${this.#label}_${role}`,
      remedy: this.routing(role),
      section: 'RM0090 8.3.2',
    });
  }
  /** What firmware must do to get `role` onto a pin. */
  routing(role: string): string {
    const places = pinsOf(`${this.#label}_${role}`).map(({ pin, af }) => `${pin} to AF${af}`);
    return `set ${places.join(' or ')} with its port's clock on and MODER in alternate function mode`;
  }

  /** Why nothing goes out or comes in, as far as the port can tell. */
  get hint(): string | undefined {
    const { CR1 } = this.#d.regs;
    const { tx } = this.#pins;
    if (!tx.routed && this.output.unheard > 0) {
      const lost = plural(this.output.unheard, 'frame');
      return `${lost} went nowhere because no pin carried ${this.#label}_TX: ${this.routing('TX')}`;
    }
    const waits = this.transmitter.waiting ? 'a word waiting to be sent' : undefined;
    const typed = this.peer.waiting > 0 ? `${plural(this.peer.waiting, 'typed word')} waiting` : undefined;
    const first = waits ?? typed;
    if (first === undefined) return undefined;
    if (!this.#d.clock.running) return `${first}: ${this.#label} has no clock`;
    if (!CR1.UE) return `${first}: ${this.#label}.CR1.UE is 0`;
    if (this.#settings.bitTime === 0) return `${first}: ${this.#label}.BRR is ${this.#d.regs.BRR.value}`;
    if (waits !== undefined) {
      if (!CR1.TE) return `${waits}: ${this.#label}.CR1.TE is 0`;
      return this.#clearToSend() ? undefined : `${waits}: nCTS is high`;
    }
    if (!CR1.RE) return `${typed}: ${this.#label}.CR1.RE is 0`;
    if (!this.#inputPin.routed) return `${typed}: no pin carries ${this.#inputPin.name}; ${this.routing('RX')}`;
    return undefined;
  }

  /** Brings interrupt, nRTS and the sender on the other end in line with registers and flags. */
  update(): void {
    this.#irq.set(this.#settings.interrupt ? 1 : 0);
    this.#rxDma.set(this.#settings.receiveRequest ? 1 : 0);
    this.#txDma.set(this.#settings.transmitRequest ? 1 : 0);
    const { rtsEnabled } = this.#settings;
    // 30.3.14: low while the receiver can take a word.
    if (this.#pins.rts) this.#pins.rts.drive(rtsEnabled && !this.receiver.full ? 'low' : 'high');
    if (!this.receiver.full) this.peer.kick();
  }

  /** After CR1, CR2, CR3 or BRR changed. */
  configured(): void {
    const { transmits, halfDuplex } = this.#settings;
    if (!this.transmitter.breaking) this.#pins.tx.drive(transmits && !halfDuplex ? 'high' : 'none');
    this.transmitter.start();
    this.update();
  }

  type(data: string | Iterable<number>, options: TypeOptions): void {
    const words = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    this.peer.type(words, options);
    if (this.#settings.receives && !this.#inputPin.routed)
      this.#reportUnrouted(this.#settings.halfDuplex ? 'TX' : 'RX');
  }
}

function hook(d: Context, unit: Usart): void {
  const { SR, DR, BRR, CR1, CR2, CR3 } = d.regs;
  d.onRead(SR, () => unit.receiver.statusRead());
  d.onWrite(SR, () => unit.update());
  d.onRead(DR, () => unit.receiver.dataRead());
  d.onWrite(DR, (_value, _old, written) => {
    unit.receiver.dataWritten();
    DR.value = 0;
    unit.transmitter.load(written & 0x1ff);
    unit.update();
  });
  d.onWrite(CR1, (_value, old) => {
    const received = ((old >>> 13) & (old >>> 2) & 1) === 1;
    unit.transmitter.control(old);
    unit.configured();
    if (CR1.UE && CR1.RE && !received) unit.receiver.enabled();
  });
  for (const register of [BRR, CR2, CR3]) d.onWrite(register, () => unit.configured());
  d.onReset(() => unit.configured());
}

function handleOf(unit: Usart) {
  const bytes = (): Uint8Array => Uint8Array.from(unit.output.words());
  const text = (): string => {
    unit.output.mustBeHeard(unit.routing('TX'));
    return new TextDecoder().decode(bytes(), { stream: true });
  };
  return {
    /** Sends text (as UTF-8) or words to the port's receiver, frame after frame, once it is ready for them. */
    type: (data: string | Iterable<number>, options: TypeOptions = {}) => unit.type(data, options),
    /** Everything written since power-on or `clear()`, as UTF-8. Throws if frames were sent but none reached a pin. */
    get text(): string {
      return text();
    },
    /** `text` by lines, without their ends; a last line without end counts too. */
    get lines(): string[] {
      const lines = text().split(/\r?\n/);
      if (lines.at(-1) === '') lines.pop();
      return lines;
    },
    /** The same as bytes, as far as any came out (see `hint`); `words` keeps the ninth bit. */
    get bytes(): Uint8Array {
      return bytes();
    },
    get words(): number[] {
      return unit.output.words();
    },
    /** Forgets what was written so far. */
    clear: () => unit.output.clear(),
    /** Baud rate the host listens at; undefined: the port's own, whatever it is. */
    get listenBaud(): number | undefined {
      return unit.output.baud;
    },
    set listenBaud(rate: number | undefined) {
      unit.output.baud = rate;
    },
    get breaks(): number {
      return unit.output.breaks;
    },
    /** Frames the host heard with a stop bit of 0. */
    get framingErrors(): number {
      return unit.output.framingErrors;
    },
    /** Typed words that have not been sent yet. */
    get pending(): number {
      return unit.peer.waiting;
    },
    /** Why nothing goes out or comes in, as far as the port can tell. */
    get hint(): string | undefined {
      return unit.hint;
    },
  };
}

/** `usart('USART2')`: USART1, 2, 3, 6. The label is the name its pins have in the table of alternate functions. */
export function usart(label: string) {
  return defineDevice({
    name: 'stm32-usart',
    size: 0x400,
    registers: USART,
    narrow: APB_NARROW,
    state: STATE,
    setup(d) {
      const context = d as unknown as Context;
      const unit = new Usart(context, label, true);
      hook(context, unit);
      return handleOf(unit);
    },
  });
}

/** `uart('UART4')`: UART4 and UART5, without flow control and synchronous mode. */
export function uart(label: string) {
  return defineDevice({
    name: 'stm32-uart',
    size: 0x400,
    registers: UART,
    narrow: APB_NARROW,
    state: STATE,
    setup(d) {
      const unit = new Usart(d, label, false);
      hook(d, unit);
      return handleOf(unit);
    },
  });
}
