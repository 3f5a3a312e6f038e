import type { PinFunction } from '../../../net.js';
import type { Signal } from '../../../signal.js';
import { channelByte, selectionOf } from './course.js';
import { dtsTicks } from './dead-time.js';
import type { TimerCapture } from './timer-capture.js';
import { INPUT, type Sampling, samplingOf, TimerInputs } from './timer-inputs.js';
import type { TimerKind } from './timer-kinds.js';
import { BIT, REG } from './timer-registers.js';
import { REMAPS, type Remap, TimerRemap } from './timer-remap.js';
import { SMS, type TimerSlave, TS } from './timer-slave.js';
import { NOW, type TimerContext } from './timer-state.js';

/**
 * What comes in by pins, other timers' triggers and clocks, up to the filters: RM0090 17.3.4, 17.3.5, 17.3.18. Edges that nothing
 * looks at cost nothing.
 *
 * Wires: inputs `itr0` … `itr3`; `rtcWakeup` (TIM5).
 */
export class TimerSenses {
  readonly #d: TimerContext;
  readonly #kind: TimerKind;
  readonly #slave: TimerSlave;
  readonly #capture: TimerCapture;
  readonly #inputs: TimerInputs;
  readonly #pins: readonly PinFunction[];
  readonly #etr: PinFunction | undefined;
  readonly #triggers: readonly Signal[];
  readonly #remap: TimerRemap | undefined;
  readonly #wakeup: Signal | undefined;

  constructor(
    d: TimerContext,
    label: string,
    kind: TimerKind,
    pins: readonly PinFunction[],
    slave: TimerSlave,
    capture: TimerCapture,
  ) {
    this.#d = d;
    this.#kind = kind;
    this.#slave = slave;
    this.#capture = capture;
    this.#inputs = new TimerInputs(d, (slot, level) => slave.arrived(slot, level));
    this.#pins = pins;
    // TIM5 has no such pin; TIM2's is that of its channel 1 (DS8626 table 9).
    const etr = label === 'TIM2' ? 'TIM2_CH1_ETR' : `${label}_ETR`;
    this.#etr = kind.encoder && label !== 'TIM5' ? d.pinFunction(etr) : undefined;
    this.#triggers = kind.slave ? [0, 1, 2, 3].map((i) => d.input(`itr${i}`, (level) => this.#itr(i, level))) : [];
    const remap = REMAPS[label];
    this.#wakeup = remap?.wires === undefined ? undefined : d.input('rtcWakeup', () => this.#raw(remap.input));
    this.#remap = remap && this.#remapOf(remap);
    for (const [x, channel] of pins.entries()) channel.onLevel(() => this.#pinChanged(x));
    this.#etr?.onLevel(() => this.#externalChanged());
  }
  #remapOf(remap: Remap): TimerRemap {
    const wanted = () => this.#looksAt(remap.input);
    return new TimerRemap(this.#d, remap, wanted, (level) => this.#slave.arrived(remap.input, level));
  }

  /** The filter of an input: ICxF, where the channel of that number is an input; ETF. */
  #sampling(slot: number): Sampling {
    const { words, now } = this.#d.state;
    const dts = dtsTicks(words[REG.CR1]!);
    if (slot === INPUT.ETR) return samplingOf((words[REG.SMCR]! & BIT.SMCR.ETF) >>> 8, dts);
    const [ccmr1, ccmr2] = [now[NOW.CCMR1]!, now[NOW.CCMR2]!];
    return samplingOf(selectionOf(ccmr1, ccmr2, slot) === 0 ? 0 : channelByte(ccmr1, ccmr2, slot) >>> 4, dts);
  }
  #level(slot: number): number {
    const { words } = this.#d.state;
    const selected = this.#remap?.input === slot ? this.#remap.selected(words[REG.OR]!) : 0;
    if (selected !== 0) return this.#remap!.wire(words[REG.OR]!) === undefined ? 1 : this.#wakeup!.level;
    // 17.3.18: with TI1S, TI1 is the exclusive or of the first three pins.
    if (slot === INPUT.TI1 && (words[REG.CR2]! & BIT.CR2.TI1S) !== 0) {
      return this.#pins[0]!.level ^ this.#pins[1]!.level ^ this.#pins[2]!.level;
    }
    return this.#pins[slot]!.level;
  }
  #pinChanged(x: number): void {
    this.#raw(x);
    if (x === 1 || x === 2) if ((this.#d.state.words[REG.CR2]! & BIT.CR2.TI1S) !== 0) this.#raw(INPUT.TI1);
  }
  #raw(slot: number): void {
    if (this.#looksAt(slot)) this.#inputs.change(slot, this.#level(slot), this.#sampling(slot));
    else this.#inputs.settle(slot, this.#level(slot));
  }

  /** ETR: polarity, prescaler (a pulse for every so many edges), then filter. A pin that is not routed is low. */
  #externalLevel(): number {
    const polarity = (this.#d.state.words[REG.SMCR]! & BIT.SMCR.ETP) !== 0 ? 1 : 0;
    return (this.#etr?.routed === true ? this.#etr.level : 0) ^ polarity;
  }
  #externalChanged(): void {
    const { words, now } = this.#d.state;
    let level = this.#externalLevel();
    const every = 1 << ((words[REG.SMCR]! & BIT.SMCR.ETPS) >>> 12);
    if (level === 1 && every > 1) {
      now[NOW.ETR] = (now[NOW.ETR]! + 1) % every;
      if (now[NOW.ETR] !== 0) level = 0;
    }
    if (this.#looksAt(INPUT.ETR)) this.#inputs.change(INPUT.ETR, level, this.#sampling(INPUT.ETR));
    else this.#inputs.settle(INPUT.ETR, level);
  }

  #itr(i: number, level: number): void {
    // 18.4.19: TIM2's ITR1 comes from TIM8, or from blocks that are not there.
    if (this.#slave.selection !== i || (i === 1 && (this.#d.state.words[REG.OR]! & 0xc00) !== 0)) return;
    if (this.#looksAt(INPUT.ITR)) this.#inputs.trigger(level !== 0 ? 1 : 0);
    else this.#inputs.settle(INPUT.ITR, level);
  }

  /** Whether anything depends on the edges of an input. */
  #looksAt(slot: number): boolean {
    const { words, now } = this.#d.state;
    const { SMS: sms, ECE } = BIT.SMCR;
    if (!this.#d.clock.running) return false;
    if (slot === INPUT.ETR) {
      const clears = ((now[NOW.CCMR1]! | now[NOW.CCMR2]!) & 0x8080) !== 0;
      if (clears || (words[REG.SMCR]! & ECE) !== 0) return true;
      return this.#slave.selection === TS.etr && (words[REG.SMCR]! & sms) !== SMS.off;
    }
    return (words[REG.SMCR]! & sms) !== 0 || (words[REG.CR2]! & BIT.CR2.CCUS) !== 0 || this.#capture.listens;
  }

  /** Takes the level at an input as it is, with no edge: after reset, or when something else is selected. */
  settle(slot: number): void {
    this.#inputs.settle(slot, this.#level(slot));
  }
  settleExternal(): void {
    if (!this.#kind.encoder) return;
    this.#d.state.now[NOW.ETR] = 0;
    const divided = (this.#d.state.words[REG.SMCR]! & BIT.SMCR.ETPS) !== 0;
    this.#inputs.settle(INPUT.ETR, divided ? 0 : this.#externalLevel());
  }
  settleTrigger(): void {
    this.#inputs.settle(INPUT.ITR, this.#triggers[this.#slave.selection]?.level ?? 0);
  }
  settleAll(): void {
    for (let x = 0; x < this.#kind.channels; x++) this.settle(x);
    this.settleExternal();
    if (this.#kind.slave) this.settleTrigger();
  }
  /** OR, or what makes somebody look at its input, was written. */
  remap(selected: boolean): void {
    this.#remap?.update(this.#d.state.words[REG.OR]!);
    if (selected && this.#remap !== undefined) this.settle(this.#remap.input);
  }
}
