import { Attachments } from '../../attachments.js';
import type { DeviceContext } from '../../device.js';
import type { PinFunction } from '../../net.js';
import type { Signal } from '../../signal.js';
import { f64, i32 } from '../../state.js';
import type { UartListener } from '../../uart-link.js';
import { pinsOf } from './alternate-functions.js';
import { SmartcardPeer } from './usart-card.js';
import { checkModes } from './usart-check.js';
import { UsartClock } from './usart-clock.js';
import { type FrameFormat, frameHalves, parityHolds, type Reception } from './usart-frame.js';
import { plural, UsartOutput } from './usart-output.js';
import { type TypeOptions, UsartPeer } from './usart-peer.js';
import { UsartReceiver } from './usart-receiver.js';
import type { UART, USART } from './usart-registers.js';
import { FLAG, UsartSettings } from './usart-settings.js';
import { UsartTransmitter } from './usart-transmitter.js';

export const STATE = {
  busy: i32(),
  shift: i32(),
  tdr: i32(),
  preamble: i32(),
  rdr: i32(),
  seen: i32(),
  idleArmed: i32(),
  phase: i32(),
  missed: i32(),
  startNs: f64(),
  /** The frame on the line goes nowhere: IrDA sends nothing while it receives. */
  blocked: i32(),
  ckEdges: i32(),
  ckBegun: f64(),
  /** Forbidden combinations that have been reported. */
  misused: i32(),
};
export type Context = DeviceContext<typeof UART, typeof STATE>;
type FullContext = DeviceContext<typeof USART, typeof STATE>;

/** Bit of CR1. */
const RWU = 1 << 1;

/** The port's pin functions. */
interface Pins {
  readonly tx: PinFunction;
  readonly rx: PinFunction;
  readonly cts: PinFunction | undefined;
  readonly rts: PinFunction | undefined;
}

/** One port: its two halves, its pins, and who is at the other end. */
export class Usart {
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
  readonly card: SmartcardPeer;
  readonly listeners: Attachments<UartListener>;
  readonly #ck: UsartClock | undefined;

  /** `full`: a USART, with flow control, clock and smartcard mode. */
  constructor(d: Context, label: string, full: boolean) {
    this.#d = d;
    this.#label = label;
    const pin = (role: string) => d.pinFunction(`${label}_${role}`);
    this.#pins = {
      tx: pin('TX'),
      rx: pin('RX'),
      cts: full ? pin('CTS') : undefined,
      rts: full ? pin('RTS') : undefined,
    };
    this.#settings = new UsartSettings(d.regs, full ? (d as unknown as FullContext).regs.GTPR : undefined);
    this.#irq = d.output('irq');
    this.#rxDma = d.output('rxDma');
    this.#txDma = d.output('txDma');
    this.output = new UsartOutput(d as unknown as DeviceContext);
    this.card = new SmartcardPeer(d as unknown as DeviceContext);
    this.listeners = new Attachments(d.log('listeners'));
    this.#ck = full
      ? new UsartClock(
          pin('CK'),
          this.#settings,
          d.state,
          (fire) => d.event('ck', fire),
          () => d.clock.now(),
        )
      : undefined;
    const flagsChanged = () => this.update();
    this.receiver = new UsartReceiver(d.regs, this.#settings, d.state, (fire) => d.event('idle', fire), flagsChanged);
    this.transmitter = new UsartTransmitter(d.regs, this.#settings, d.state, (fire) => d.event('tx', fire), {
      clearToSend: () => this.#clearToSend(),
      started: (what, bits) => this.#started(what, bits),
      sent: (word) => this.#sent(word),
      breaking: (on) => this.#breaking(on),
      lost: (what, remedy) =>
        d.report({ kind: 'misuse', rule: 'sequence', what: `${label}: ${what}`, remedy, section: 'RM0090 30.3.2' }),
      flagsChanged,
    });
    this.peer = new UsartPeer(d as unknown as DeviceContext, this.#settings, d.state, {
      ready: () => this.#hears(),
      held: () => this.#settings.rtsEnabled && this.#pins.rts?.routed === true && this.receiver.full,
      full: () => this.receiver.full,
      begun: () => this.receiver.busy(),
      quiet: () => this.receiver.quiet(),
      received: (reception, format) => this.#received(reception, format),
      breakEnded: (bits) => this.receiver.breakEnded(bits),
    });
    this.#pins.cts?.onLevel((level, edge) => edge && this.#ctsChanged(level));
  }

  /** The pin that received frames come in by: with one wire it is TX (30.3.10, 30.3.11). */
  get #inputPin(): PinFunction {
    return this.#settings.oneWire ? this.#pins.tx : this.#pins.rx;
  }
  /** Synchronous frames come with the port's own; a LIN break is found without the receiver, too (30.3.8). */
  #hears(): boolean {
    const { receives, synchronous, bitTime, lin } = this.#settings;
    const on = receives || (lin && this.#d.regs.CR1.UE === 1);
    return on && !synchronous && bitTime > 0 && this.#d.clock.running && this.#inputPin.routed;
  }

  #started(what: 'idle' | 'word' | 'break', bits: number): void {
    this.#d.state.startNs[0] = this.#d.time.ns();
    if (this.#settings.oneWire) this.receiver.busy();
    if (what === 'break') this.#tell(0, bits);
    if (what !== 'word') return;
    // 30.3.12: while it receives, the IrDA decoder keeps the encoder from sending.
    const blocked = this.#settings.irda && this.peer.busy;
    this.#d.state.blocked[0] = blocked ? 1 : 0;
    this.#ck?.frame();
    if (!blocked) {
      this.#tell(this.#d.state.shift[0]!);
      return;
    }
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `${this.#label} sends while it receives in IrDA mode: the frame is lost`,
      remedy: 'IrDA is half duplex: wait for the end of reception',
      section: 'RM0090 30.3.12',
    });
  }

  /** Those at the other end hear a frame, or a break of `low` bits, begin. */
  #tell(word: number, low?: number): void {
    if (!this.#pins.tx.routed) return;
    const { format, bitTime } = this.#settings;
    const bitNs = (bitTime * 1e9) / this.#d.clock.hertz;
    const frame = { word, bits: format.wordBits, stopHalves: format.stopHalves, bitNs, ...(low ? { low } : {}) };
    for (const listener of this.listeners) listener.begin(frame);
  }

  #received(reception: Reception, format: FrameFormat): void {
    // 30.3.12: while it sends, the decoder ignores what comes in.
    if (this.#settings.irda && this.transmitter.sending) return;
    if (this.#settings.nacks && !parityHolds(reception.word, format)) this.card.nack();
    this.receiver.frame(reception, format);
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
    const { format, oneWire, smartcard, synchronous } = this.#settings;
    if (this.#d.state.blocked[0] !== 0) {
      this.#d.state.blocked[0] = 0;
      return;
    }
    if (this.#pins.tx.routed) {
      const bits = frameHalves(format) / 2;
      this.output.hear(word, format, (this.#d.time.ns() - this.#d.state.startNs[0]!) / bits);
    } else {
      if (this.output.unheard === 0) this.#reportUnrouted('TX');
      this.output.miss();
    }
    // 30.3.10, 30.3.11: one wire, so the port hears itself; a card that refuses the frame pulls the line low in the stop bit.
    const refused = smartcard && !this.card.takes();
    if (oneWire) this.#heardItself({ word, framingError: refused, noise: false }, format);
    // 30.3.9: a bit comes in with each that goes out.
    else if (synchronous && this.#settings.receives) {
      const answer = this.peer.exchange(format);
      this.receiver.frame({ word: answer, framingError: false, noise: false }, format);
    }
  }

  #breaking(on: boolean): void {
    this.#pins.tx.drive(on ? 'low' : this.#idleDrive);
    if (on || !this.#pins.tx.routed) return;
    this.output.hearBreak();
    const { format, halfDuplex } = this.#settings;
    if (halfDuplex) this.#heardItself({ word: 0, framingError: true, noise: false }, format);
  }
  #heardItself(reception: Reception, format: FrameFormat): void {
    this.receiver.frame(reception, format);
    if (!this.peer.busy) this.receiver.quiet();
  }
  /** Between frames: high; low in IrDA mode, where light is a 0 (30.3.12); with one wire in the hands of whoever else is on it. */
  get #idleDrive(): 'high' | 'low' | 'none' {
    const { transmits, halfDuplex, irda } = this.#settings;
    if (!transmits || halfDuplex) return 'none';
    return irda ? 'low' : 'high';
  }

  #reportUnrouted(role: string): void {
    this.#d.report({
      kind: 'misuse',
      rule: 'pin-function',
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
    if (first === undefined) return this.#lostHint;
    if (!this.#d.clock.running) return `${first}: ${this.#label} has no clock`;
    if (!CR1.UE) return `${first}: ${this.#label}.CR1.UE is 0`;
    if (this.#settings.bitTime === 0) return `${first}: ${this.#label}.BRR is ${this.#d.regs.BRR.value}`;
    if (waits !== undefined) {
      if (!CR1.TE) return `${waits}: ${this.#label}.CR1.TE is 0`;
      return this.#clearToSend() ? undefined : `${waits}: nCTS is high`;
    }
    if (!CR1.RE) return `${typed}: ${this.#label}.CR1.RE is 0`;
    if (!this.#inputPin.routed) return `${typed}: no pin carries ${this.#inputPin.name}; ${this.routing('RX')}`;
    return this.#lostHint;
  }
  get #lostHint(): string | undefined {
    const lost = this.#d.state.missed[0]!;
    if (lost === 0) return undefined;
    return `${plural(lost, 'word')} arrived while the receiver was off or full, and ${lost === 1 ? 'was' : 'were'} lost`;
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
    const { regs, state, report } = this.#d;
    const { lin, irda, smartcard } = this.#settings;
    // 30.6.4: these modes have 16 samples a bit.
    if (lin || irda || smartcard) regs.CR1.OVER8 = 0;
    checkModes(this.#label, this.#settings, regs, state.misused, report);
    if (!this.transmitter.breaking) this.#pins.tx.drive(this.#idleDrive);
    this.#ck?.idle();
    this.transmitter.start();
    this.update();
  }

  /** Smartcard mode: the card's clock in Hz (30.3.11: the bus clock by twice PSC). */
  get cardClock(): number {
    const { smartcard, clocked, prescaler = 0 } = this.#settings;
    const divider = prescaler & 31;
    return smartcard && clocked && divider > 0 ? this.#d.clock.hertz / (2 * divider) : 0;
  }

  /** 30.3.6: with address mark detection RWU cannot be changed while RXNE is set. */
  muteWritten(value: number, old: number): void {
    const { CR1, SR } = this.#d.regs;
    if (((value ^ old) & RWU) === 0 || !CR1.WAKE || (SR.value & FLAG.RXNE) === 0) return;
    CR1.RWU = (old & RWU) >> 1;
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `${this.#label}.CR1.RWU was written while RXNE is set in address mark mode: the write is lost`,
      remedy: 'read DR first',
      section: 'RM0090 30.3.6',
    });
  }

  offer(data: string | Iterable<number>): void {
    this.peer.offer(typeof data === 'string' ? new TextEncoder().encode(data) : data);
  }

  type(data: string | Iterable<number>, options: TypeOptions): void {
    const words = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    this.peer.type(words, options);
    if (this.#settings.receives && !this.#inputPin.routed) this.#reportUnrouted(this.#settings.oneWire ? 'TX' : 'RX');
  }
}
