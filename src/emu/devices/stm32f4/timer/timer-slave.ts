import type { TimedEvent } from '../../../scheduler.js';
import { channelByte, OCM } from './course.js';
import type { TimerCapture } from './timer-capture.js';
import { HAPPENED, type TimerCore } from './timer-core.js';
import { INPUT } from './timer-inputs.js';
import type { TimerKind } from './timer-kinds.js';
import { BIT, REG } from './timer-registers.js';
import { COUNT, NOW, type TimerContext } from './timer-state.js';

/** SMS and TS: RM0090 17.4.3. */
export const SMS = { off: 0, encoder1: 1, encoder2: 2, encoder3: 3, reset: 4, gated: 5, trigger: 6, clock: 7 } as const;
export const TS = { itr3: 3, edges: 4, ti1: 5, ti2: 6, etr: 7 } as const;

/** A trigger that MSM holds back waits as long as its master's takes to the slaves. */
const MASTER_SLAVE_DELAY = 2;
const LATE = { none: 0, level: 1, rising: 2, pulse: 3 } as const;

/** What the slave controller reaches beyond the counter. */
export interface SlaveEffects {
  /** Starts or stops the counter, as registers and gate say. */
  run(): void;
  /** A COM event: preloaded control bits come into force. */
  commutate(): void;
}

/** The slave mode controller: trigger selection, slave and encoder modes, external clocks: RM0090 17.3.4, 17.3.15 to 17.3.19. */
export class TimerSlave {
  readonly #d: TimerContext;
  readonly #kind: TimerKind;
  readonly #core: TimerCore;
  readonly #capture: TimerCapture;
  readonly #effects: SlaveEffects;
  readonly #late: TimedEvent | undefined;

  constructor(d: TimerContext, kind: TimerKind, core: TimerCore, capture: TimerCapture, effects: SlaveEffects) {
    this.#d = d;
    this.#kind = kind;
    this.#core = core;
    this.#capture = capture;
    this.#effects = effects;
    this.#late = kind.slave ? d.event('late', () => this.#actLate()) : undefined;
  }

  get mode(): number {
    const sms = this.#d.state.words[REG.SMCR]! & BIT.SMCR.SMS;
    return !this.#kind.encoder && sms <= SMS.encoder3 ? SMS.off : sms;
  }
  get selection(): number {
    return (this.#d.state.words[REG.SMCR]! & BIT.SMCR.TS) >>> 4;
  }
  /** Counts by the internal clock, if it is enabled and not gated. */
  get internal(): boolean {
    const { mode } = this;
    if ((this.#d.state.words[REG.SMCR]! & BIT.SMCR.ECE) !== 0) return false;
    return mode === SMS.off || (mode >= SMS.reset && mode !== SMS.clock);
  }
  /** CEN, and in gated mode the trigger. */
  get enabled(): boolean {
    const { state } = this.#d;
    if ((state.words[REG.CR1]! & BIT.CR1.CEN) === 0) return false;
    return this.mode !== SMS.gated || this.triggerLevel !== 0;
  }
  /** The counter's enable signal, as other timers see it: a trigger that MSM holds back shows at once. */
  get enableSignal(): boolean {
    return this.enabled || (this.mode === SMS.trigger && this.#d.state.now[NOW.LATE] === LATE.rising);
  }
  /** The input that TRGI is. */
  get source(): number {
    const { selection } = this;
    if (selection <= TS.itr3) return INPUT.ITR;
    if (selection === TS.etr) return INPUT.ETR;
    return selection === TS.ti2 ? INPUT.TI2 : INPUT.TI1;
  }
  /** TRGI's level, of which gated mode makes use. */
  get triggerLevel(): number {
    const { selection } = this;
    const level = this.#d.state.inputs[this.source]! & 1;
    if (selection === TS.ti1) return this.#capture.polarised(0, level);
    if (selection === TS.ti2) return this.#capture.polarised(1, level);
    return selection === TS.edges ? 0 : level;
  }

  /** An input, filtered, changed to `level` at this instant. */
  arrived(input: number, level: 0 | 1): void {
    const core = this.#core;
    core.sync(core.instant - 1);
    const count = this.#d.state.counts[COUNT.CNT]!;
    core.sync();
    if (input <= INPUT.TI4) this.#capture.edge(input, level, count);
    if (input === INPUT.ETR) this.#external(level);
    if (this.#kind.slave) {
      this.#captureTrigger(input, level, count);
      if (this.mode >= SMS.encoder1 && this.mode <= SMS.encoder3) this.#encode(input);
      if (input === this.source) this.#triggered(level);
    }
    core.commit();
  }

  /** TRC: an internal trigger, or either edge of TI1. */
  #captureTrigger(input: number, level: 0 | 1, count: number): void {
    const { selection } = this;
    const itr = selection <= TS.itr3 && input === INPUT.ITR && level === 1;
    if (itr || (selection === TS.edges && input === INPUT.TI1)) this.#capture.trigger(count);
  }

  #triggered(level: 0 | 1): void {
    const { selection, mode } = this;
    const active =
      selection === TS.edges ||
      (selection === TS.ti1 && this.#capture.active(0, level)) ||
      (selection === TS.ti2 && this.#capture.active(1, level)) ||
      ((selection <= TS.itr3 || selection === TS.etr) && level === 1);
    const { CCPC, CCUS } = BIT.CR2;
    if (active && (this.#d.state.words[REG.CR2]! & (CCPC | CCUS)) === (CCPC | CCUS)) this.#effects.commutate();
    if (mode === SMS.off) return;
    // 17.4.5, TIF: both edges in gated mode.
    if (active || mode === SMS.gated) this.#core.raise(BIT.SR.TIF);
    if (active) this.#fast();
    if (active || mode === SMS.gated) this.#act(active);
  }

  #act(rising: boolean): void {
    const { now, words } = this.#d.state;
    if (rising && this.mode === SMS.reset) this.#core.note(HAPPENED.reset);
    if ((words[REG.SMCR]! & BIT.SMCR.MSM) === 0) this.#perform(rising);
    else {
      const pulse = !rising && now[NOW.LATE] === LATE.rising;
      now[NOW.LATE] = pulse ? LATE.pulse : rising ? LATE.rising : LATE.level;
      this.#late?.after(MASTER_SLAVE_DELAY);
    }
  }
  #actLate(): void {
    const { now } = this.#d.state;
    const late = now[NOW.LATE];
    now[NOW.LATE] = LATE.none;
    this.#core.sync();
    if (late === LATE.pulse) this.#pass();
    else this.#perform(late === LATE.rising);
    this.#core.commit();
  }
  /** Gated mode: a pulse that MSM held back, which is over by now. An update event of the master makes one that opens the gate for a clock. */
  #pass(): void {
    if ((this.#d.state.words[REG.CR1]! & BIT.CR1.CEN) === 0 || this.mode !== SMS.gated) return;
    this.#core.start();
    if (this.triggerLevel === 0) this.#core.close();
  }

  /** What the mode does at an active edge; in gated mode, at any change. */
  #perform(rising: boolean): void {
    const { mode } = this;
    const { words } = this.#d.state;
    if (mode === SMS.gated) {
      if (this.enabled) this.#effects.run();
      else this.#core.close();
    } else if (!rising) return;
    else if (mode === SMS.reset) this.#core.restart();
    else if (mode === SMS.trigger) {
      words[REG.CR1]! |= BIT.CR1.CEN;
      this.#effects.run();
    } else if (mode === SMS.clock && this.enabled && (words[REG.SMCR]! & BIT.SMCR.ECE) === 0) this.#core.tick();
  }

  /** 17.4.7, OCxFE: in PWM modes the trigger brings the compare level at once. */
  #fast(): void {
    const { now } = this.#d.state;
    for (let x = 0; x < this.#kind.channels; x++) {
      const byte = channelByte(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x);
      if ((byte & 3) === 0 && (byte & 4) !== 0 && ((byte >>> 4) & 7) >= OCM.pwm1) now[NOW.FAST]! |= 1 << x;
    }
  }

  /** ETRF: external clock mode 2 (17.3.4), and clearing OCxREF (17.3.13). */
  #external(level: 0 | 1): void {
    if (level === 0) return;
    if ((this.#d.state.words[REG.SMCR]! & BIT.SMCR.ECE) !== 0 && this.enabled) this.#core.tick();
    this.clear();
  }
  /** OCxREF of channels with OCxCE falls while ETRF is high, and rises with the next update event after at the earliest. */
  clear(): void {
    const { now, inputs } = this.#d.state;
    if ((inputs[INPUT.ETR]! & 1) === 0) return;
    for (let x = 0; x < this.#kind.channels; x++) {
      const byte = channelByte(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x);
      const mode = (byte >>> 4) & 7;
      if ((byte & 0x83) === 0x80 && mode !== OCM.low && mode !== OCM.high) now[NOW.CLEARED]! |= 1 << x;
    }
  }

  /** An edge of TI1 or TI2 in an encoder mode: RM0090 table "counting direction versus encoder signals". */
  #encode(input: number): void {
    if (input !== INPUT.TI1 && input !== INPUT.TI2) return;
    const { inputs, words } = this.#d.state;
    const same =
      this.#capture.polarised(0, inputs[INPUT.TI1]! & 1) === this.#capture.polarised(1, inputs[INPUT.TI2]! & 1);
    const down = same === (input === INPUT.TI1);
    words[REG.CR1] = down ? words[REG.CR1]! | BIT.CR1.DIR : words[REG.CR1]! & ~BIT.CR1.DIR;
    const { mode } = this;
    const counted = mode === SMS.encoder3 || (mode === SMS.encoder1) === (input === INPUT.TI2);
    if (counted && this.enabled) this.#core.tick();
  }
}
