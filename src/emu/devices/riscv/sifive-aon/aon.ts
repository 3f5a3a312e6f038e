import { type DeviceContext, type DeviceType, defineDevice, type Handle, type ResetCause } from '../../../device.js';
import { backup, f64, i32 } from '../../../state.js';
import type { Clock } from '../../../time.js';
import { LazyCounter } from '../sifive-common/lazy-counter.js';
import { AON } from './aon-registers.js';
import { PowerManagement } from './power-management.js';
import { RealTimeClock } from './real-time-clock.js';
import { Watchdog } from './watchdog.js';

const STATE = {
  wdog: backup(f64(LazyCounter.STATE)),
  rtc: backup(f64(LazyCounter.STATE)),
  wdogOpen: backup(i32()),
  pmuOpen: backup(i32()),
  /** The core sleeps, or is on its way there. */
  asleep: backup(i32()),
  /** The instruction of the present program, or their number when it is over. */
  pmuAt: backup(i32()),
} as const;

export type AonContext = DeviceContext<typeof AON, typeof STATE>;

export interface SifiveAonOptions {
  /** Name of the low-frequency clock among the machine's: the block sets its rate, and its row runs on it. */
  readonly lfclk: string;
}

/** Nominal rate of either low-frequency source (FE310-G002 manual 6.8, 6.9). */
export const LF_HERTZ = 32_768;
/** lfrosccfg after a reset divides by 5; a step of the trim is taken as 1/64 of the rate, which the manual leaves open. */
const [RESET_DIVISOR, MIDDLE_TRIM, TRIM_STEPS] = [5, 16, 64] as const;

/** 15.9: resetcause. */
function resetCauseOf(cause: ResetCause): number {
  if (cause === 'watchdog') return 2;
  return cause === 'pin' || cause === 'software' ? 1 : 0;
}

/**
 * The always-on block of the FE310-G002: watchdog, real-time clock, low-frequency clock, backup registers and power management.
 * Wires: `wdogirq`, `rtcirq`; `off` while the core is without
 * clock and supply. Pins: PMU_DWAKEUP_N, PMU_OUT_0, PMU_OUT_1. It lives through the core's sleep; every other reset resets it,
 * apart from the backup registers, which only power-on clears.
 */
export function sifiveAon(options: SifiveAonOptions): DeviceType<Handle<typeof AON>> {
  return defineDevice({
    name: 'sifive-aon',
    size: 0x1000,
    registers: AON,
    state: STATE,
    setup: (d) => assemble(d, d.clockNamed(options.lfclk)),
  });
}

function assemble(d: AonContext, lfclk: Clock): void {
  const { regs } = d;
  const watchdog = new Watchdog(d, () => d.requestReset('watchdog'));
  const pmu: PowerManagement = new PowerManagement(d, {
    rtc: () => clock.pending,
    sleeping: () => watchdog.update(),
  });
  const clock = new RealTimeClock(d, () => pmu.check());
  d.onWrite(regs.lfrosccfg, () => applyClock(d, lfclk));
  d.onWrite(regs.lfclkmux, () => applyClock(d, lfclk));
  d.onReset((_kind, cause) => {
    if (cause === 'standby') return;
    resetRegisters(d, cause);
    watchdog.reset();
    clock.reset();
    pmu.reset(resetCauseOf(cause));
    applyClock(d, lfclk);
  });
}

function resetRegisters({ regs }: AonContext, cause: ResetCause): void {
  const { backup: kept, ...others } = regs;
  for (const register of Object.values(others)) register.value = register.reset;
  if (cause === 'power-on' || cause === 'brown-out') for (const one of kept) one.value = 0;
}

/** 6.7: the ring oscillator, or the clock from outside. */
function applyClock({ regs }: AonContext, clock: Clock): void {
  const { lfroscen, lfroscdiv, lfrosctrim } = regs.lfrosccfg;
  regs.lfrosccfg.lfroscrdy = lfroscen;
  if (regs.lfclkmux.lfextclk_sel) clock.set(LF_HERTZ);
  else if (lfroscen === 0) clock.set(0);
  else {
    const steps = TRIM_STEPS + lfrosctrim - MIDDLE_TRIM;
    clock.set({ num: LF_HERTZ * RESET_DIVISOR * steps, den: (lfroscdiv + 1) * TRIM_STEPS });
  }
}
