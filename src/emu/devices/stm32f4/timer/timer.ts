import type { PinFunction } from '../../../net.js';
import type { Signal } from '../../../signal.js';
import { channelByte, selectionOf } from './course.js';
import { dtsTicks } from './dead-time.js';
import { TimerBreak } from './timer-break.js';
import { TimerCapture } from './timer-capture.js';
import { channelsWith, HAPPENED, TimerCore, type TimerEffects } from './timer-core.js';
import { INPUT, type Sampling, samplingOf, TimerInputs } from './timer-inputs.js';
import type { TimerKind } from './timer-kinds.js';
import { TimerOutputs } from './timer-outputs.js';
import { BIT, REG } from './timer-registers.js';
import { REMAPS, TimerRemap } from './timer-remap.js';
import { TimerRequests } from './timer-requests.js';
import { SMS, TimerSlave, TS } from './timer-slave.js';
import { COUNT, NOW, TIME, type TimerContext } from './timer-state.js';

/** One timer, put together: its pins and wires, interrupts and trigger output. What registers do is in `timer-writes.ts`. */
export class Timer implements TimerEffects {
  readonly d: TimerContext;
  readonly label: string;
  readonly kind: TimerKind;
  readonly core: TimerCore;
  readonly capture: TimerCapture;
  readonly slave: TimerSlave;
  readonly inputs: TimerInputs;
  readonly outputStage: TimerOutputs;
  readonly break: TimerBreak | undefined;
  readonly requests: TimerRequests;
  readonly remap: TimerRemap | undefined;
  readonly #pins: readonly PinFunction[];
  readonly #etr: PinFunction | undefined;
  readonly #triggers: readonly Signal[];
  readonly #trgo: Signal | undefined;
  readonly #compares: readonly Signal[];
  readonly #interrupts: readonly (readonly [wire: Signal, flags: number])[];
  readonly #wakeup: Signal | undefined;

  constructor(d: TimerContext, label: string, kind: TimerKind) {
    this.d = d;
    this.label = label;
    this.kind = kind;
    const pin = (name: string) => d.pinFunction(`${label}_${name}`);
    // TIM2's channel 1 and external trigger share a pin function (DS8626 table 9).
    this.#pins = Array.from({ length: kind.channels }, (_, x) =>
      pin(label === 'TIM2' && x === 0 ? 'CH1_ETR' : `CH${x + 1}`),
    );
    this.#etr = kind.encoder && label !== 'TIM5' ? pin(label === 'TIM2' ? 'CH1_ETR' : 'ETR') : undefined;
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
    this.inputs = new TimerInputs(d, (slot, level) => this.slave.arrived(slot, level));
    this.#trgo = kind.master ? d.output('trgo') : undefined;
    this.#compares = this.#pins.map((_, x) => d.output(`cc${x + 1}`));
    this.#interrupts = this.#interruptWires();
    this.#triggers = kind.slave ? [0, 1, 2, 3].map((i) => d.input(`itr${i}`, (level) => this.#itr(i, level))) : [];
    const remap = REMAPS[label];
    this.#wakeup = remap?.wires === undefined ? undefined : d.input('rtcWakeup', () => this.#raw(remap.input));
    this.remap =
      remap &&
      new TimerRemap(
        d,
        remap,
        () => this.#looksAt(remap.input),
        (level) => this.slave.arrived(remap.input, level),
      );
    for (const [x, channel] of this.#pins.entries()) channel.onLevel(() => this.#pinChanged(x));
    this.#etr?.onLevel(() => this.#externalChanged());
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

  // What comes in.

  /** The filter of an input: ICxF, where the channel of that number is an input; ETF. */
  sampling(slot: number): Sampling {
    const { words, now } = this.d.state;
    const dts = dtsTicks(words[REG.CR1]!);
    if (slot === INPUT.ETR) return samplingOf((words[REG.SMCR]! & BIT.SMCR.ETF) >>> 8, dts);
    const [ccmr1, ccmr2] = [now[NOW.CCMR1]!, now[NOW.CCMR2]!];
    return samplingOf(selectionOf(ccmr1, ccmr2, slot) === 0 ? 0 : channelByte(ccmr1, ccmr2, slot) >>> 4, dts);
  }
  #level(slot: number): number {
    const { words } = this.d.state;
    const selected = this.remap?.input === slot ? this.remap.selected(words[REG.OR]!) : 0;
    if (selected !== 0) return this.remap!.wire(words[REG.OR]!) === undefined ? 1 : this.#wakeup!.level;
    // 17.3.18: with TI1S, TI1 is the exclusive or of the first three pins.
    if (slot === INPUT.TI1 && (words[REG.CR2]! & BIT.CR2.TI1S) !== 0) {
      return this.#pins[0]!.level ^ this.#pins[1]!.level ^ this.#pins[2]!.level;
    }
    return this.#pins[slot]!.level;
  }
  #pinChanged(x: number): void {
    this.#raw(x);
    if (x === 1 || x === 2) if ((this.d.state.words[REG.CR2]! & BIT.CR2.TI1S) !== 0) this.#raw(INPUT.TI1);
  }
  #raw(slot: number): void {
    if (this.#looksAt(slot)) this.inputs.change(slot, this.#level(slot), this.sampling(slot));
    else this.inputs.settle(slot, this.#level(slot));
  }

  /** ETR: polarity, prescaler (a pulse for every so many edges), then filter. A pin that is not routed is low. */
  #externalLevel(): number {
    const polarity = (this.d.state.words[REG.SMCR]! & BIT.SMCR.ETP) !== 0 ? 1 : 0;
    return (this.#etr?.routed === true ? this.#etr.level : 0) ^ polarity;
  }
  #externalChanged(): void {
    const { words, now } = this.d.state;
    let level = this.#externalLevel();
    const every = 1 << ((words[REG.SMCR]! & BIT.SMCR.ETPS) >>> 12);
    if (level === 1 && every > 1) {
      now[NOW.ETR] = (now[NOW.ETR]! + 1) % every;
      if (now[NOW.ETR] !== 0) level = 0;
    }
    if (this.#looksAt(INPUT.ETR)) this.inputs.change(INPUT.ETR, level, this.sampling(INPUT.ETR));
    else this.inputs.settle(INPUT.ETR, level);
  }

  #itr(i: number, level: number): void {
    // 18.4.19: TIM2's ITR1 comes from TIM8, or from blocks that are not there.
    if (this.slave.selection !== i || (i === 1 && (this.d.state.words[REG.OR]! & 0xc00) !== 0)) return;
    if (this.#looksAt(INPUT.ITR)) this.inputs.trigger(level !== 0 ? 1 : 0);
    else this.inputs.settle(INPUT.ITR, level);
  }

  /** Whether anything depends on the edges of an input. */
  #looksAt(slot: number): boolean {
    const { words, now } = this.d.state;
    const { SMS: sms, ECE } = BIT.SMCR;
    if (this.d.clock.hertz === 0) return false;
    if (slot === INPUT.ETR) {
      const clears = ((now[NOW.CCMR1]! | now[NOW.CCMR2]!) & 0x8080) !== 0;
      if (clears || (words[REG.SMCR]! & ECE) !== 0) return true;
      return this.slave.selection === TS.etr && (words[REG.SMCR]! & sms) !== SMS.off;
    }
    return (words[REG.SMCR]! & sms) !== 0 || (words[REG.CR2]! & BIT.CR2.CCUS) !== 0 || this.capture.listens;
  }

  /** Takes the level at an input as it is, with no edge: after reset, or when something else is selected. */
  settle(slot: number): void {
    this.inputs.settle(slot, this.#level(slot));
  }
  settleExternal(): void {
    if (!this.kind.encoder) return;
    this.d.state.now[NOW.ETR] = 0;
    const divided = (this.d.state.words[REG.SMCR]! & BIT.SMCR.ETPS) !== 0;
    this.inputs.settle(INPUT.ETR, divided ? 0 : this.#externalLevel());
  }
  settleTrigger(): void {
    this.inputs.settle(INPUT.ITR, this.#triggers[this.slave.selection]?.level ?? 0);
  }

  reset(): void {
    const { words, counts, times, now } = this.d.state;
    words[REG.ARR] = this.kind.width === 32 ? -1 : 0xffff;
    counts[COUNT.ARR] = words[REG.ARR]! >>> 0;
    times[TIME.END] = times[TIME.TURN] = times[TIME.QUIET] = Number.POSITIVE_INFINITY;
    now[NOW.IDLE] = 1;
    for (let x = 0; x < this.kind.channels; x++) this.settle(x);
    this.settleExternal();
    if (this.kind.slave) this.settleTrigger();
    this.core.commit();
  }
}

function pulse(wire: Signal): void {
  const { level } = wire;
  wire.set(1);
  wire.set(level);
}
