import type { NetDriver } from '../../../net.js';
import type { RegisterCell } from '../../../register-file.js';
import type { AonContext } from './aon.js';
import { KEY } from './aon-registers.js';

/** Bits of an instruction of the PMU's programs (FE310 15.5). */
const [OUT_0, OUT_1, CORERST, HFCLKRST] = [1 << 4, 1 << 5, 1 << 7, 1 << 8];
const DELAY = 15;
const LENGTH = 8;
/** 15.8: who wakes, as pmucause tells it: the lowest number first. */
const CAUSE = { reset: 0, rtc: 1, dwakeup: 2 } as const;

export interface PowerHooks {
  /** Whether the real-time clock interrupts. */
  rtc(): boolean;
  /** The core went to sleep or is awake again. */
  sleeping(asleep: boolean): void;
}

/** The power management unit: programs of eight instructions take the core's clock and supply away and give them back (chapter 15). */
export class PowerManagement {
  readonly #d: AonContext;
  readonly #hooks: PowerHooks;
  readonly #step;
  readonly #off;
  readonly #outputs: readonly NetDriver[];
  readonly #wakeup;

  constructor(d: AonContext, hooks: PowerHooks) {
    this.#d = d;
    this.#hooks = hooks;
    this.#step = d.event('pmuStep', () => this.#next(), d.clock, { backup: true });
    this.#off = d.output('off');
    this.#outputs = ['PMU_OUT_0', 'PMU_OUT_1'].map((name) => d.net(name).driver(d.name));
    this.#wakeup = d.net('PMU_DWAKEUP_N');
    this.#wakeup.listen(() => this.check());
    const { regs, state } = d;
    d.computed(regs.pmukey, () => state.pmuOpen[0]!);
    d.onWrite(regs.pmukey, (_value, _old, written) => {
      state.pmuOpen[0] = written === KEY ? 1 : 0;
    });
    for (const register of [...this.#program('wakeup'), ...this.#program('sleep'), regs.pmuie]) {
      d.onWrite(register, (_value, old) => {
        if (!this.#opened()) register.value = old;
        this.check();
      });
    }
    d.onWrite(regs.pmusleep, () => this.#sleep());
  }

  /** Out of a reset of the block: awake, at the end of the wake-up program. */
  reset(resetCause: number): void {
    const { state, regs } = this.#d;
    this.#step.cancel();
    state.pmuOpen[0] = 0;
    state.asleep[0] = 0;
    state.pmuAt[0] = LENGTH;
    this.#off.set(0);
    regs.pmucause.resetcause = resetCause;
    this.show(regs.pmuwakeupi7.value);
  }

  show(instruction: number): void {
    this.#outputs[0]!.set(instruction & OUT_0 ? 'high' : 'low');
    this.#outputs[1]!.set(instruction & OUT_1 ? 'high' : 'low');
  }

  /** 15.8: whoever is enabled in pmuie wakes the core, once the sleep program is over. */
  check(): void {
    const { state, regs } = this.#d;
    if (state.asleep[0] === 0 || this.#step.armed) return;
    const causes =
      (this.#hooks.rtc() ? regs.pmuie.rtc << CAUSE.rtc : 0) | (this.#wakes ? regs.pmuie.dwakeup << CAUSE.dwakeup : 0);
    if (causes === 0) return;
    regs.pmucause.wakeupcause = 31 - Math.clz32(causes & -causes);
    state.asleep[0] = 0;
    this.#run();
  }

  /** The pin is active low. */
  get #wakes(): boolean {
    return this.#wakeup.level === 'low';
  }

  #sleep(): void {
    if (!this.#opened()) return;
    const { state } = this.#d;
    if (state.asleep[0] !== 0 || this.#step.armed) return;
    state.asleep[0] = 1;
    this.#hooks.sleeping(true);
    this.#run();
  }

  #run(): void {
    this.#d.state.pmuAt[0] = 0;
    this.#execute();
  }
  /** 15.5: an instruction lasts 2^delay clocks. */
  #execute(): void {
    const { state } = this.#d;
    const instruction = this.#program(state.asleep[0] ? 'sleep' : 'wakeup')[state.pmuAt[0]!]!.value;
    this.#step.after(2 ** (instruction & DELAY));
    this.show(instruction);
    if (state.asleep[0]) this.#powerDown(instruction);
    else this.#powerUp(instruction);
  }
  #next(): void {
    const { state } = this.#d;
    state.pmuAt[0]!++;
    if (state.pmuAt[0]! < LENGTH) this.#execute();
    else this.check();
  }

  /** Without its clock, or held in reset, the core does nothing more; its RAM is lost with the supply. */
  #powerDown(instruction: number): void {
    if (this.#off.level !== 0 || (instruction & (CORERST | HFCLKRST)) === 0) return;
    this.#off.set(1);
    this.#d.loseRam();
  }
  /** The core starts at its reset vector. */
  #powerUp(instruction: number): void {
    if ((instruction & (CORERST | HFCLKRST)) !== 0) return;
    if (this.#off.level === 0) return;
    this.#off.set(0);
    this.#hooks.sleeping(false);
    this.#d.requestReset('standby');
  }

  #program(which: 'wakeup' | 'sleep'): readonly RegisterCell[] {
    const { regs } = this.#d;
    return which === 'wakeup'
      ? [
          regs.pmuwakeupi0,
          regs.pmuwakeupi1,
          regs.pmuwakeupi2,
          regs.pmuwakeupi3,
          regs.pmuwakeupi4,
          regs.pmuwakeupi5,
          regs.pmuwakeupi6,
          regs.pmuwakeupi7,
        ]
      : [
          regs.pmusleepi0,
          regs.pmusleepi1,
          regs.pmusleepi2,
          regs.pmusleepi3,
          regs.pmusleepi4,
          regs.pmusleepi5,
          regs.pmusleepi6,
          regs.pmusleepi7,
        ];
  }

  /** 15.4: as with the watchdog. */
  #opened(): boolean {
    const { pmuOpen } = this.#d.state;
    const open = pmuOpen[0] !== 0;
    pmuOpen[0] = 0;
    if (open) return true;
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: 'a PMU register was written without its key: the write has no effect',
      remedy: 'write 0x51F15E to pmukey before each write',
      section: 'FE310 15.4',
    });
    return false;
  }
}
