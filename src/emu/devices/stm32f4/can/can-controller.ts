import type { CanMedium, CanPlace, CanWords } from '../../../can-link.js';
import type { DeviceContext } from '../../../device.js';
import type { PinFunction } from '../../../net.js';
import type { Register, RegisterCell } from '../../../register-file.js';
import type { RegisterSpec } from '../../../registers.js';
import type { Signal } from '../../../signal.js';
import { f64, i32 } from '../../../state.js';
import type { Clock } from '../../../time.js';
import { pinsOf } from '../alternate-functions.js';
import { BUS_TICKS, BUS_WORDS, CanBus } from './can-bus.js';
import { CanErrors } from './can-errors.js';
import { CanFifo, FIFO_WORDS } from './can-fifo.js';
import type { FilterLookup } from './can-filter-unit.js';
import { CanMailboxes, type MailboxRegisters } from './can-mailboxes.js';
import { CanMode } from './can-mode.js';
import { ControllerNode, type NodeSide } from './can-node.js';
import type { ControlNames } from './can-registers.js';
import { CanSegment } from './can-segment.js';

export const CAN_STATE = {
  mode: i32(),
  sequences: i32(),
  since: f64(),
  order: i32(3),
  orders: i32(),
  sending: i32(),
  tec: i32(),
  rec: i32(),
  fifo0: i32(FIFO_WORDS),
  fifo1: i32(FIFO_WORDS),
  /** In the middle of a frame, own or not. */
  taking: i32(),
  /** Time stamp of the frame on the bus, and when the counter was 0 (TTCM). */
  time: i32(),
  timeStart: f64(),
  busWords: i32(BUS_WORDS),
  busTicks: f64(BUS_TICKS),
  insideWords: i32(BUS_WORDS),
  insideTicks: f64(BUS_TICKS),
  told: i32(),
};
type ControlRegisters = Readonly<Record<ControlNames, Register<RegisterSpec['fields']> & Record<string, number>>>;
export type CanContext = DeviceContext<Record<never, never>, typeof CAN_STATE>;

const [SILM, LBKM] = [1 << 31, 1 << 30] as const;
const [RXM, TXM] = [1 << 9, 1 << 8] as const;
const [ERRI, WKUI, SLAKI] = [4, 8, 16] as const;
const TXRQ = 1;
const TOLD = { timing: 1, mailbox: 2, pins: 4, master: 8 } as const;

/** One controller: its mailboxes, FIFOs, counters and modes, between software and the bus. RM0090 chapter 32. */
export class BxCan implements NodeSide {
  readonly name: string;
  readonly #d: CanContext;
  readonly #label: string;
  readonly regs: ControlRegisters;
  readonly #cells: Readonly<Record<string, RegisterCell>>;
  readonly #wires: Readonly<Record<'tx' | 'rx0' | 'rx1' | 'sce', Signal>>;
  readonly #pins: { readonly tx: PinFunction; readonly rx: PinFunction };
  readonly #boxes: readonly MailboxRegisters[];
  readonly mailboxes: CanMailboxes;
  readonly #fifos: readonly [CanFifo, CanFifo];
  readonly #errors: CanErrors;
  readonly mode: CanMode;
  readonly #lookup: FilterLookup;
  readonly #memoryRuns: () => boolean;
  readonly #own: CanSegment;
  /** The bus it is on, its own or another's. */
  place: CanPlace;
  readonly #inside: CanBus;
  readonly outer: ControllerNode;
  readonly #clock: Clock;

  /** `memoryRuns`: whether CAN1, which has the memory of both, has its clock. */
  constructor(d: CanContext, label: string, lookup: FilterLookup, memoryRuns: () => boolean) {
    this.#d = d;
    this.name = d.name;
    this.#label = label;
    this.#lookup = lookup;
    this.#memoryRuns = memoryRuns;
    const context = d as unknown as DeviceContext;
    this.#cells = d.regs as unknown as Record<string, RegisterCell>;
    this.regs = d.regs as unknown as ControlRegisters;
    this.#wires = { tx: d.output('tx'), rx0: d.output('rx0'), rx1: d.output('rx1'), sce: d.output('sce') };
    this.#pins = { tx: d.pinFunction(`${label}_TX`), rx: d.pinFunction(`${label}_RX`) };
    this.#boxes = [0, 1, 2].map(
      (n) => this.#named(`TI${n}R`, `TDT${n}R`, `TDL${n}R`, `TDH${n}R`) as unknown as MailboxRegisters,
    );
    const { state } = d;
    const { MCR, TSR, ESR, IER, MSR } = this.regs;
    this.mailboxes = new CanMailboxes(TSR, this.#boxes, state, () => MCR.TXFP === 1);
    this.#fifos = [this.#fifo(0), this.#fifo(1)];
    this.#errors = new CanErrors(state, ESR, IER, () => {
      MSR.value |= ERRI;
    });
    this.mode = this.#makeMode(context);
    this.#own = new CanSegment(context, { words: state.busWords, ticks: state.busTicks });
    this.place = this.#own;
    this.#clock = d.clockNamed('apb1');
    this.#inside = new CanBus(
      context,
      'inside',
      { words: state.insideWords, ticks: state.insideTicks },
      {
        carried: (_from, frame) => this.#looped(frame),
        takeInjected: () => undefined,
      },
    );
    this.#inside.connect(new ControllerNode(this, true));
    this.outer = new ControllerNode(this, false);
    this.#own.bus.connect(this.outer);
  }

  #makeMode(context: DeviceContext): CanMode {
    const can = this;
    return new CanMode(context, this.regs, this.#d.state, {
      get bitTime() {
        return can.bitTime;
      },
      get taking() {
        return can.#d.state.taking[0] === 1;
      },
      get busBusy() {
        return can.#bus.busy;
      },
      get busOff() {
        return can.#errors.busOff;
      },
      recovered: () => this.#errors.recovered(),
      ready: () => this.#ready(),
      now: () => this.#clock.now(),
    });
  }
  #named(...names: string[]): RegisterCell[] {
    return names.map((name) => this.#cells[name]!);
  }
  #fifo(n: 0 | 1): CanFifo {
    const words = n === 0 ? this.#d.state.fifo0 : this.#d.state.fifo1;
    return new CanFifo(words, this.#cells[`RF${n}R`]!, this.#named(`RI${n}R`, `RDT${n}R`, `RDL${n}R`, `RDH${n}R`));
  }

  get boxes(): readonly MailboxRegisters[] {
    return this.#boxes;
  }
  get #bus(): CanMedium {
    return this.loopback ? this.#inside : this.place.medium;
  }
  get hertz(): number {
    return this.#clock.hertz;
  }

  // NodeSide
  get active(): boolean {
    return this.mode.active && this.#d.clock.running;
  }
  /** 32.7.7: synchronisation segment and both others, in cycles of APB1. */
  get bitTime(): number {
    const { BTR } = this.regs;
    return (3 + BTR.TS1! + BTR.TS2!) * (BTR.BRP! + 1);
  }
  get loopback(): boolean {
    return (this.regs.BTR.value & LBKM) !== 0;
  }
  get silent(): boolean {
    return (this.regs.BTR.value & SILM) !== 0;
  }
  get transmits(): boolean {
    return this.#pins.tx.routed;
  }
  get receives(): boolean {
    return this.#pins.rx.routed;
  }
  get errorPassive(): boolean {
    return this.#errors.passive;
  }
  next(): CanWords | undefined {
    const n = this.mailboxes.next;
    return n < 0 ? undefined : this.mailboxes.frame(n, this.#d.state.time[0]!);
  }
  started(): void {
    const { state } = this.#d;
    const { MCR } = this.regs;
    // 32.7.2, TTCM: the counter of bit times, caught at SOF.
    const bits = Math.floor((this.#clock.now() - state.timeStart[0]!) / this.bitTime);
    state.time[0] = MCR.TTCM ? bits & 0xffff : 0;
    if (this.receives || this.loopback) this.mode.dominant();
    this.update();
  }
  taking(sending: boolean): void {
    this.#d.state.taking[0] = 1;
    const { MSR } = this.regs;
    MSR.value = (MSR.value & ~(TXM | RXM)) | (sending ? TXM : RXM);
    if (sending) this.mailboxes.begin(this.mailboxes.next, this.#d.state.time[0]!);
  }
  lostArbitration(): void {
    this.mailboxes.failed('ALST', this.regs.MCR.NART === 0, this.mailboxes.next);
    this.update();
  }
  received(frame: CanWords): void {
    this.#errors.received();
    const match = this.#lookup(frame.head);
    const { MCR } = this.regs;
    if (match) this.#fifos[match.fifo].put(frame, match.index, this.#d.state.time[0]!, MCR.RFLM === 1);
    this.update();
  }
  transmitted(): void {
    this.#errors.sent();
    this.mailboxes.sent();
    this.update();
  }
  failed(code: number, sending: boolean): void {
    if (sending) {
      // An error-passive node that nobody acknowledges goes no further: it never gets bus-off by that.
      this.#errors.sending(code, !(code === 3 && this.#errors.passive));
      this.mailboxes.failed('TERR', this.regs.MCR.NART === 0);
      if (this.#errors.busOff && this.regs.MCR.ABOM) this.mode.recover();
    } else this.#errors.receiving(code);
    this.update();
  }
  over(): void {
    this.#d.state.taking[0] = 0;
    this.mailboxes.forget();
    this.regs.MSR.value &= ~(TXM | RXM);
    this.mode.settle();
    this.update();
  }
  quiet(): void {
    this.mode.quiet();
    this.update();
  }

  #ready(): void {
    const { state } = this.#d;
    if (this.regs.MCR.TTCM && state.timeStart[0] === 0) state.timeStart[0] = this.#clock.now();
    this.#checkPins();
    this.update();
    this.#bus.request();
  }

  /** 32.5.2: what loops back can be watched on the pin. */
  #looped(frame: CanWords): void {
    if (!this.silent && this.transmits) this.place.loop(this.outer, frame, this.bitTime);
  }

  #checkPins(): void {
    const missing = this.loopback
      ? undefined
      : !this.receives
        ? 'RX'
        : !this.silent && !this.transmits
          ? 'TX'
          : undefined;
    if (missing === undefined) return;
    const places = pinsOf(`${this.#label}_${missing}`).map(({ pin, af }) => `${pin} to AF${af}`);
    this.#once(TOLD.pins, {
      rule: 'pin-function',
      what: `no pin carries ${this.#label}_${missing}`,
      remedy: `set ${places.join(' or ')} with its port's clock on and MODER in alternate function mode`,
      section: 'RM0090 8.3.2',
    });
  }
  #once(
    bit: number,
    problem: { rule: 'pin-function' | 'sequence' | 'clock-gated'; what: string; remedy: string; section: string },
  ): void {
    const { told } = this.#d.state;
    if (told[0]! & bit) return;
    told[0]! |= bit;
    this.#d.report({ kind: 'misuse', ...problem });
  }

  // What software does.
  controlled(): void {
    const { MCR } = this.regs;
    this.#checkMemory();
    if (MCR.RESET) this.#masterReset();
    this.mode.settle();
    this.update();
  }
  /** 32.3: the slave has no access of its own to the SRAM of mailboxes and filters. What comes of that here is right all the same. */
  #checkMemory(): void {
    if (this.#memoryRuns()) return;
    this.#once(TOLD.master, {
      rule: 'clock-gated',
      what: `${this.#label} is used while CAN1, which has the memory of both, has no clock`,
      remedy: 'set RCC.APB1ENR.CAN1EN, too',
      section: 'RM0090 32.3',
    });
  }
  /** 32.9.2, RESET: to sleep mode, with empty FIFOs. */
  #masterReset(): void {
    const { MCR, MSR } = this.regs;
    MCR.value = MCR.reset;
    MSR.value = MSR.reset;
    for (const fifo of this.#fifos) fifo.clear();
    this.#d.state.taking[0] = 0;
    this.mailboxes.forget();
    this.mode.reset();
  }
  timingWritten(old: number): void {
    if (this.mode.initialising) return;
    this.regs.BTR.value = old;
    this.#once(TOLD.timing, {
      rule: 'sequence',
      what: `${this.#label}.BTR was written outside of initialization mode: the write is lost`,
      remedy: 'set MCR.INRQ and wait for MSR.INAK first',
      section: 'RM0090 32.9.2',
    });
  }
  mailboxWritten(n: number, part: number, old: number): void {
    const [id] = this.#boxes[n]!;
    const pending = part === 0 ? (old & TXRQ) !== 0 : this.mailboxes.isPending(n);
    if (pending) {
      this.#boxes[n]![part]!.value = old;
      this.#once(TOLD.mailbox, {
        rule: 'sequence',
        what: `mailbox ${n} of ${this.#label} was written while it waits to be sent: the write is lost`,
        remedy: `wait for TSR.TME${n}, or take the request back by ABRQ${n}`,
        section: 'RM0090 32.9.3',
      });
    } else if (part === 0 && id.value & TXRQ) {
      this.#checkMemory();
      this.mailboxes.request(n);
      this.update();
      this.#bus.request();
    }
  }
  mailboxesWritten(old: number): void {
    this.mailboxes.written(old);
    this.update();
  }
  fifoWritten(n: 0 | 1): void {
    this.#fifos[n].written();
    this.update();
  }

  get statusBits(): number {
    const { BTR } = this.regs;
    const sample = (2 + BTR.TS1!) * (BTR.BRP! + 1);
    return (this.#bus.levelBefore(sample) << 10) | (this.#bus.levelBefore(0) << 11);
  }

  /** 32.8: interrupts. */
  update(): void {
    const { IER, MSR } = this.regs;
    const [enables, status] = [IER.value, MSR.value];
    const [first, second] = this.#fifos;
    this.#wires.tx.set(enables & 1 && this.mailboxes.completed ? 1 : 0);
    this.#wires.rx0.set(fifoInterrupt(first, enables >>> 1));
    this.#wires.rx1.set(fifoInterrupt(second, enables >>> 4));
    const change =
      (status & ERRI && enables & (1 << 15)) ||
      (status & WKUI && enables & (1 << 16)) ||
      (status & SLAKI && enables & (1 << 17));
    this.#wires.sce.set(change ? 1 : 0);
  }

  reset(): void {
    this.mailboxes.update();
    if (this.place === this.#own) this.#own.bus.reset();
    this.update();
  }

  moveTo(place: CanPlace): void {
    this.place.medium.disconnect(this.outer);
    this.place = place;
    place.medium.connect(this.outer);
  }
}

/** Enable bits FMPIE, FFIE, FOVIE in bits 2:0. */
function fifoInterrupt(fifo: CanFifo, enables: number): 0 | 1 {
  const active = (fifo.pending > 0 && enables & 1) || (fifo.full && enables & 2) || (fifo.overrun && enables & 4);
  return active ? 1 : 0;
}
