import { UsageError } from '../../errors.js';
import type { Signal } from '../../signal.js';
import type { PwrContext } from './pwr-registers.js';

interface Threshold {
  readonly rising: number;
  readonly falling: number;
}

/** Typical thresholds of DS8626 table 19 in volts, by CR.PLS. */
export const PVD_LEVELS: readonly Threshold[] = [
  { rising: 2.14, falling: 2.04 },
  { rising: 2.3, falling: 2.19 },
  { rising: 2.45, falling: 2.35 },
  { rising: 2.6, falling: 2.51 },
  { rising: 2.76, falling: 2.66 },
  { rising: 2.93, falling: 2.84 },
  { rising: 3.03, falling: 2.93 },
  { rising: 3.14, falling: 3.03 },
];
/** Power-on and power-down reset, then brown-out reset of levels 1 to 3. */
export const RESET_LEVELS: readonly Threshold[] = [
  { rising: 1.72, falling: 1.68 },
  { rising: 2.29, falling: 2.19 },
  { rising: 2.59, falling: 2.5 },
  { rising: 2.92, falling: 2.83 },
];
/** Reset temporization, DS8626 table 19, typical. */
const RESET_NS = 1_500_000;
/** The least that VBAT has to be (DS8626 table 14). */
const BATTERY_VOLTS = 1.65;

const VDD = 0;
const VBAT = 1;

/**
 * The supply supervisor: RM0090 5.2. A test sets VDD; the programmable detector compares it with CR.PLS, power-on, power-down and
 * brown-out reset hold the chip below their thresholds. All with the data sheet's hysteresis.
 */
export class PwrSupply {
  readonly #d: PwrContext;
  /** VDD in mV for other devices (flash). */
  readonly #millivolts: Signal;
  readonly #pvd: Signal;
  readonly #battery: Signal;
  /** From the option bytes: 0 (off) to 3. */
  readonly #borLevel: Signal;
  readonly #released: ReturnType<PwrContext['event']>;
  readonly #powerChanged: () => void;

  constructor(d: PwrContext, options: { vdd: number; vbat: number }, powerChanged: () => void) {
    this.#d = d;
    this.#powerChanged = powerChanged;
    this.#millivolts = d.output('millivolts');
    this.#pvd = d.output('pvd');
    this.#battery = d.output('battery');
    this.#borLevel = d.input('borLevel', () => this.#supervise());
    const release = (): void => {
      d.state.low[0] = 0;
      powerChanged();
    };
    this.#released = d.event('supply', release, d.clockNamed('ns'));
    d.state.volts.set([options.vdd, options.vbat]);
    this.#show();
  }

  get vdd(): number {
    return this.#d.state.volts[VDD]!;
  }
  get vbat(): number {
    return this.#d.state.volts[VBAT]!;
  }
  set(which: 'VDD' | 'VBAT', volts: number): void {
    if (!(volts >= 0 && volts <= 4)) {
      throw new UsageError({ what: `${which} cannot be ${volts} V`, remedy: 'give volts from 0 to 4' });
    }
    this.#d.state.volts[which === 'VDD' ? VDD : VBAT] = volts;
    this.#show();
    this.detect();
    this.#supervise();
  }

  /** PVDO and EXTI line 16: 1 while VDD is below the threshold and the detector is on (5.2.3, 5.4.2). */
  detect(): void {
    const { CR, CSR } = this.#d.regs;
    const { rising, falling } = PVD_LEVELS[CR.PLS]!;
    const below = CSR.PVDO ? this.vdd < rising : this.vdd < falling;
    CSR.PVDO = CR.PVDE && below ? 1 : 0;
    this.#pvd.set(CSR.PVDO);
  }

  /** After a reset. The temporization that was under way begins anew. */
  reset(): void {
    this.#show();
    this.detect();
    this.#supervise();
  }

  #show(): void {
    this.#millivolts.set(Math.round(this.vdd * 1000));
    this.#battery.set(this.vbat >= BATTERY_VOLTS ? 1 : 0);
  }

  #supervise(): void {
    const { low } = this.#d.state;
    const { rising, falling } = RESET_LEVELS[this.#borLevel.level]!;
    if (this.vdd < (low[0] ? rising : falling)) {
      this.#released.cancel();
      this.#fall();
    } else if (low[0] && !this.#released.armed) this.#released.after(RESET_NS);
  }

  #fall(): void {
    const { low } = this.#d.state;
    const down = this.vdd < RESET_LEVELS[0]!.falling ? 2 : 1;
    if (low[0]! >= down) return;
    low[0] = down;
    this.#powerChanged();
    this.#d.requestReset(down === 2 ? 'power-on' : 'brown-out');
  }
}
