import { MEMORY_ACCESS } from '../../device.js';
import type { TimedEvent } from '../../scheduler.js';
import type { Signal } from '../../signal.js';
import { MODE, type PwrContext } from './pwr-registers.js';

const US = 1_000;
/** Wake-up times of DS8626 table 24, typical, from the event to the first instruction. */
const STOP_NS = { main: 13 * US, lowPower: 17 * US };
/** With the flash in deep power-down and the regulator in low-power mode it is 110 µs; what that adds holds for both. */
const DEEP_POWER_DOWN_NS = 93 * US;
const STANDBY_NS = 375 * US;
const ALL_PINS = 0xffff;

/** The RTC's wires that end Standby mode. */
export const WAKE_WIRES = ['wakeAlarm', 'wakeTimer', 'wakeTamper'] as const;

/** Levels of the wire `off`: why the clocks of the 1.2 V domain stand. */
const OFF = { no: 0, stop: 1, standby: 2, supply: 4 } as const;

/**
 * Stop and Standby mode: RM0090 5.3.4, 5.3.6. The core says on its wire that it sleeps deeply; CR.PDDS says which mode that is.
 * In Standby mode all that the 1.2 V domain holds stands still here, and is reset when the mode ends; RAM is lost at once.
 */
export class PwrModes {
  readonly #d: PwrContext;
  readonly #off: Signal;
  readonly #pinsOff: Signal;
  readonly #sleepDeep: Signal;
  readonly #flashAccess: Signal;
  /** What keeps Stop mode from being entered: EXTI's pending bits, the RTC's flags; and how the core goes on then. */
  readonly #pending: readonly Signal[];
  readonly #resume: Signal;
  readonly #resetOn: { readonly stop: Signal; readonly standby: Signal };
  readonly #awake: TimedEvent;

  constructor(d: PwrContext) {
    this.#d = d;
    this.#off = d.output('off');
    this.#pinsOff = d.output('pinsOff');
    this.#sleepDeep = d.input('sleepDeep', (level) => (level ? this.#enter() : this.#coreWoke()));
    this.#flashAccess = d.input('flashAccess', () => this.#enter());
    this.#pending = ['extiPending', ...WAKE_WIRES].map((name) => d.input(name));
    this.#resume = d.output('resume');
    this.#resetOn = { stop: d.input('resetOnStop'), standby: d.input('resetOnStandby') };
    this.#awake = d.event('awake', () => this.#leave(), d.clockNamed('ns'));
  }

  get name(): 'run' | 'stop' | 'standby' {
    const mode = this.#d.state.mode[0];
    return mode === MODE.run ? 'run' : mode === MODE.stop ? 'stop' : 'standby';
  }

  /** Something that ends Standby mode happened: the WKUP pin, the RTC. WUF tells of it (5.4.2). */
  wakeUp(): void {
    this.#d.regs.CSR.WUF = 1;
    if (this.#d.state.mode[0] === MODE.standby && !this.#awake.armed) this.#awake.after(STANDBY_NS);
  }

  /** Carries mode and supply to the wires. */
  show(): void {
    const { mode, low } = this.#d.state;
    const standby = mode[0] === MODE.standby || mode[0] === MODE.starting;
    this.#pinsOff.set(standby ? ALL_PINS : 0);
    this.#off.set(low[0] ? OFF.supply : standby ? OFF.standby : mode[0] === MODE.stop ? OFF.stop : OFF.no);
  }

  /** The chip is reset; from Standby mode by something else than a wake-up event, the core's supply has to come back first. */
  reset(viaStandby: boolean): void {
    const { mode } = this.#d.state;
    const waits = !viaStandby && (mode[0] === MODE.standby || mode[0] === MODE.starting);
    mode[0] = waits ? MODE.starting : MODE.run;
    if (waits) this.#awake.after(STANDBY_NS);
    this.show();
  }

  /** The core sleeps deeply. A flash operation under way is finished first (5.3.4). */
  #enter(): void {
    const { state, regs } = this.#d;
    if (!this.#sleepDeep.level || state.mode[0] !== MODE.run) return;
    if (this.#flashAccess.level === MEMORY_ACCESS.busy) return;
    const standby = regs.CR.PDDS === 1;
    if (!standby && this.#pending.some(({ level }) => level !== 0)) this.#ignore();
    else if ((standby ? this.#resetOn.standby : this.#resetOn.stop).level) this.#d.requestReset('low-power');
    else if (standby) this.#standby();
    else {
      state.mode[0] = MODE.stop;
      this.show();
    }
  }

  /** Table 28: with something pending the entry is ignored, and the program goes on. */
  #ignore(): void {
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: 'Stop mode is not entered: a bit of EXTI.PR, or a flag of the RTC with its interrupt enabled, is set',
      remedy: 'clear EXTI.PR and the flags of RTC.ISR first',
      section: 'RM0090 5.3.4',
    });
    this.#resume.set(1);
    this.#resume.set(0);
  }

  /** A wake-up flag that is set already ends the mode at once (5.3.6: it has to be cleared before). */
  #standby(): void {
    const { state, regs } = this.#d;
    state.mode[0] = MODE.standby;
    regs.CSR.SBF = 1;
    this.#d.loseRam();
    this.show();
    if (regs.CSR.WUF) this.#awake.after(STANDBY_NS);
  }

  #coreWoke(): void {
    const { state, regs } = this.#d;
    if (state.mode[0] !== MODE.stop || this.#awake.armed) return;
    const regulator = regs.CR.LPDS ? STOP_NS.lowPower : STOP_NS.main;
    this.#awake.after(regulator + (regs.CR.FPDS ? DEEP_POWER_DOWN_NS : 0));
  }

  #leave(): void {
    const { mode } = this.#d.state;
    if (mode[0] === MODE.standby) {
      this.#d.requestReset('standby');
      return;
    }
    mode[0] = MODE.run;
    this.show();
  }
}
