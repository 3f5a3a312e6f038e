import { defineDevice, type ResetCause } from '../../device.js';
import { APB_NARROW } from './apb.js';
import { PwrModes, WAKE_WIRES } from './pwr-modes.js';
import { PWR, PWR_STATE, type PwrContext } from './pwr-registers.js';
import { PwrSupply } from './pwr-supply.js';

/** The manual gives no time for the regulators to settle after power-on, a change of VOS, or BRE; this is the model's. */
const REGULATOR_SETTLES_NS = 40_000;

export interface PwrOptions {
  /** Volts on VDD; 3.3 if not given. */
  readonly vdd?: number;
  /** Volts of a battery on VBAT; without one VBAT is tied to VDD. */
  readonly vbat?: number;
}

/**
 * Power control: RM0090 chapter 5.
 *
 * Wires: outputs `backupAccess` (CR.DBP), `scale2` (CR.VOS is 0), `backupRegulator` (CSR.BRE), `off` (why the 1.2 V domain has no
 * clocks), `pinsOff` and `wkup` (masks of pins that GPIO does not drive), `pvd` (EXTI line 16), `millivolts` (VDD), `battery` (there
 * is one on VBAT). Inputs `sleepDeep` (the core's), `wakeAlarm`, `wakeTimer`, `wakeTamper` (the RTC's), `flashAccess`, `borLevel`,
 * `resetOnStop`, `resetOnStandby` (the flash interface's), `extiPending`; output `resume` lets a core go on that did not fall asleep. WKUP is the pin PA0.
 */
export function pwr(options: PwrOptions = {}) {
  return defineDevice({
    name: 'stm32f4-pwr',
    size: 0x400,
    registers: PWR,
    narrow: APB_NARROW,
    state: PWR_STATE,
    setup(d) {
      const modes = new PwrModes(d);
      const supply = new PwrSupply(d, { vdd: options.vdd ?? 3.3, vbat: options.vbat ?? 0 }, () => modes.show());
      const pin = wakeUpPin(d, modes);
      const regulators = regulatorsOf(d);
      const access = d.output('backupAccess');
      const { CR, CSR } = d.regs;
      for (const name of WAKE_WIRES) d.input(name, (level) => level && modes.wakeUp());
      d.onWrite(CR, (value, old) => {
        CR.value = value & ~0xc; // CWUF and CSBF only act (5.4.1)
        if (value & 4) CSR.WUF = 0;
        if (value & 8) CSR.SBF = 0;
        access.set(CR.DBP);
        if (((value ^ old) >>> 14) & 1) regulators.scaleChanged();
        supply.detect();
      });
      d.onWrite(CSR, (value, old) => {
        if (!CR.DBP && ((value ^ old) >>> 9) & 1) refuseRegulator(d, old);
        regulators.backupChanged(old);
        pin.follow(((old >>> 8) & 1) === 0);
      });
      d.onReset((_kind, cause) => {
        resetStatus(d, supply.vbat > 0, cause);
        regulators.reset();
        modes.reset(cause === 'standby');
        supply.reset();
        pin.follow(false);
      });
      return {
        /** Volts on VDD and of the battery on VBAT (0: none). */
        get vdd() {
          return supply.vdd;
        },
        get vbat() {
          return supply.vbat;
        },
        /** Below the thresholds of the option bytes the chip is held in reset. */
        setVdd: (volts: number) => supply.set('VDD', volts),
        setVbat: (volts: number) => supply.set('VBAT', volts),
        /** `run` (also while the core sleeps), `stop` or `standby`. */
        get mode() {
          return modes.name;
        },
      };
    },
  });
}

/** 5.4.2: what each bit of CSR outlives. */
function resetStatus({ regs: { CSR } }: PwrContext, battery: boolean, cause: ResetCause): void {
  if (cause !== 'standby') {
    CSR.EWUP = 0;
    CSR.WUF = 0;
  }
  if (cause === 'power-on' || cause === 'brown-out') CSR.SBF = 0;
  if (cause === 'power-on' && !battery) {
    CSR.BRE = 0;
    CSR.BRR = 0;
  }
}

/** WKUP is PA0: while EWUP is set it is an input with pull-down, and a rising edge (or a high level, as EWUP is set) wakes. */
function wakeUpPin(d: PwrContext, modes: PwrModes) {
  const { CSR } = d.regs;
  const net = d.net('PA0');
  const pull = net.driver(d.name);
  const taken = d.output('wkup');
  const { wkup } = d.state;
  const sense = (): void => {
    const rose = net.digital === 1 && wkup[0] === 0;
    wkup[0] = net.digital;
    if (rose && CSR.EWUP) modes.wakeUp();
  };
  net.listen(sense);
  return {
    follow(enabled: boolean): void {
      taken.set(CSR.EWUP);
      pull.set(CSR.EWUP ? 'pull-down' : 'none');
      wkup[0] = net.digital;
      if (enabled && CSR.EWUP && net.digital) modes.wakeUp();
    },
  };
}

/** VOS and BRE: their regulators take a while to be ready. */
function regulatorsOf(d: PwrContext) {
  const { CR, CSR } = d.regs;
  const scale2 = d.output('scale2');
  const backupRegulator = d.output('backupRegulator');
  const main = (): void => {
    CSR.VOSRDY = 1;
  };
  const backup = (): void => {
    CSR.BRR = 1;
  };
  const mainReady = d.event('vos', main, d.clockNamed('ns'));
  const backupReady = d.event('backupRegulator', backup, d.clockNamed('ns'));
  const settle = (): void => {
    scale2.set(1 - CR.VOS);
    CSR.VOSRDY = 0;
    mainReady.after(REGULATOR_SETTLES_NS);
  };
  const follow = (): void => {
    backupRegulator.set(CSR.BRE);
    if (CSR.BRE && !CSR.BRR) backupReady.after(REGULATOR_SETTLES_NS);
    else backupReady.cancel();
    if (!CSR.BRE) CSR.BRR = 0;
  };
  return {
    scaleChanged: settle,
    backupChanged: (old: number) => {
      if (((old >>> 9) & 1) !== CSR.BRE) follow();
    },
    reset: () => {
      settle();
      follow();
    },
  };
}

/** 5.1.4: BRE is in the backup domain. */
function refuseRegulator({ regs, report }: PwrContext, old: number): void {
  regs.CSR.BRE = old >>> 9;
  report({
    kind: 'misuse',
    rule: 'sequence',
    what: 'PWR.CSR.BRE was written while the backup domain is protected: it keeps its value',
    remedy: 'set PWR.CR.DBP first',
    section: 'RM0090 5.1.4',
  });
}
