import type { PinFunction } from '../../../net.js';
import type { Signal } from '../../../signal.js';
import { TimerBreak } from './timer-break.js';
import { TimerCapture } from './timer-capture.js';
import { channelsWith, HAPPENED, TimerCore, type TimerEffects } from './timer-core.js';
import type { TimerKind } from './timer-kinds.js';
import { TimerOutputs } from './timer-outputs.js';
import { BIT, REG } from './timer-registers.js';
import { TimerRequests } from './timer-requests.js';
import { TimerSenses } from './timer-senses.js';
import { TimerSlave } from './timer-slave.js';
import { COUNT, NOW, TIME, type TimerContext } from './timer-state.js';

/** One timer, put together: its pins and wires, interrupts and trigger output. What registers do is in `timer-writes.ts`. */
export class Timer implements TimerEffects {
  readonly d: TimerContext;
  readonly label: string;
  readonly kind: TimerKind;
  readonly core: TimerCore;
  readonly capture: TimerCapture;
  readonly slave: TimerSlave;
  readonly senses: TimerSenses;
  readonly outputStage: TimerOutputs;
  readonly break: TimerBreak | undefined;
  readonly requests: TimerRequests;
  readonly #pins: readonly PinFunction[];
  readonly #trgo: Signal | undefined;
  readonly #compares: readonly Signal[];
  readonly #interrupts: readonly (readonly [wire: Signal, flags: number])[];

  constructor(d: TimerContext, label: string, kind: TimerKind) {
    this.d = d;
    this.label = label;
    this.kind = kind;
    const pin = (name: string) => d.pinFunction(`${label}_${name}`);
    // TIM2's channel 1 and external trigger share a pin function (DS8626 table 9).
    this.#pins = Array.from({ length: kind.channels }, (_, x) =>
      pin(label === 'TIM2' && x === 0 ? 'CH1_ETR' : `CH${x + 1}`),
    );
    this.core = new TimerCore(d, kind);
    const complementary = kind.advanced ? ['CH1N', 'CH2N', 'CH3N'].map(pin) : [];
    this.outputStage = new TimerOutputs(d, kind, { main: this.#pins, complementary });
    this.break = kind.advanced ? new TimerBreak(d, label, this.core, this.outputStage) : undefined;
    this.requests = new TimerRequests(d, kind);
    this.capture = new TimerCapture(d, kind, this.core);
    this.slave = new TimerSlave(d, kind, this.core, this.capture, {
      run: () => this.run(),
      commutate: () => this.commutate(),
    });
    this.senses = new TimerSenses(d, label, kind, this.#pins, this.slave, this.capture);
    this.#trgo = kind.master ? d.output('trgo') : undefined;
    this.#compares = this.#pins.map((_, x) => d.output(`cc${x + 1}`));
    this.#interrupts = this.#interruptWires();
    this.core.connect(this);
  }

  #interruptWires(): (readonly [Signal, number])[] {
    const { UIF, TIF, COMIF, BIF, CC1IF, CC2IF, CC3IF, CC4IF } = BIT.SR;
    if (!this.kind.advanced) return [[this.d.output('irq'), 0xff]];
    return [
      [this.d.output('brk'), BIF],
      [this.d.output('up'), UIF],
      [this.d.output('trgCom'), TIF | COMIF],
      [this.d.output('cc'), CC1IF | CC2IF | CC3IF | CC4IF],
    ];
  }

  // What follows from what the counter did.

  outputs(happened: number): void {
    const { now } = this.d.state;
    if ((happened & HAPPENED.update) !== 0) {
      this.break?.updated();
      // 17.3.13: OCxREF stays low until the next update event.
      if (now[NOW.CLEARED] !== 0) {
        now[NOW.CLEARED] = 0;
        this.slave.clear();
      }
    }
    if (this.kind.channels > 0) this.outputStage.update();
    this.#trgo?.set(this.#triggerLevel());
    if (this.kind.advanced) this.d.regs.BDTR.value = this.d.state.words[REG.BDTR]!;
  }
  interrupts(): void {
    const { words } = this.d.state;
    const pending = words[REG.SR]! & words[REG.DIER]!;
    for (const [wire, flags] of this.#interrupts) wire.set((pending & flags) !== 0 ? 1 : 0);
  }
  announce(happened: number): void {
    const { words, now } = this.d.state;
    const enabled = channelsWith(now[NOW.CCER]!, 0);
    const matched = (happened >>> 1) & enabled & 15;
    for (let x = 0; matched >>> x !== 0; x++) if ((matched >>> x) & 1) pulse(this.#compares[x]!);
    this.#announceTrigger(happened, (words[REG.CR2]! & BIT.CR2.MMS) >>> 4);
    this.requests.raise(happened);
  }
  /** 17.4.2, MMS: reset, enable, update, compare pulse, OC1REF to OC4REF. */
  #announceTrigger(happened: number, mms: number): void {
    const events = [HAPPENED.reset, 0, HAPPENED.update, BIT.SR.CC1IF][mms] ?? 0;
    if ((happened & events) !== 0 && this.#trgo !== undefined) pulse(this.#trgo);
  }
  #triggerLevel(): number {
    const mms = (this.d.state.words[REG.CR2]! & BIT.CR2.MMS) >>> 4;
    if (mms === 1) return this.slave.enableSignal ? 1 : 0;
    return mms >= 4 ? (this.outputStage.references >>> (mms - 4)) & 1 : 0;
  }

  /** Lets the counter run or stand, as CEN, clock source and gate say. */
  run(): void {
    if (this.slave.internal && this.slave.enabled) this.core.start();
    else this.core.stop();
  }

  /** A COM event: 17.3.14. Control bits that CCPC held back come into force. */
  commutate(): void {
    const { words, now } = this.d.state;
    now[NOW.CCMR1] = words[REG.CCMR1]!;
    now[NOW.CCMR2] = words[REG.CCMR2]!;
    now[NOW.CCER] = words[REG.CCER]!;
    this.core.raise(BIT.SR.COMIF);
  }

  reset(): void {
    const { words, counts, times, now } = this.d.state;
    words[REG.ARR] = this.kind.width === 32 ? -1 : 0xffff;
    counts[COUNT.ARR] = words[REG.ARR]! >>> 0;
    times[TIME.END] = times[TIME.TURN] = times[TIME.QUIET] = Number.POSITIVE_INFINITY;
    now[NOW.IDLE] = 1;
    this.senses.settleAll();
    this.core.commit();
  }
}

function pulse(wire: Signal): void {
  const { level } = wire;
  wire.set(1);
  wire.set(level);
}
