import { type DeviceType, defineDevice } from '../../device.js';
import { r, reg, registers, rw, w } from '../../registers.js';
import type { CoreModel } from './core-model.js';
import { EXCEPTION } from './exception-numbers.js';
import { DFSR } from './fault-status.js';

const MON_EN = 1 << 16;
const MON_PEND = 1 << 17;
const MON_STEP = 1 << 18;
const POWER_ON = { powerOnOnly: true };

/**
 * Debug registers of the core (C1.6). No debugger is attached: halting debug cannot be enabled from code, so vector catches, which
 * halt the core, are kept and never come.
 */
export const CORE_DEBUG = registers({
  DHCSR: reg(
    0x0,
    {
      C_DEBUGEN: r(0),
      C_HALT: r(1),
      C_STEP: r(2),
      C_MASKINTS: r(3),
      C_SNAPSTALL: r(5),
      S_REGRDY: r(16),
      S_HALT: r(17),
      S_SLEEP: r(18),
      S_LOCKUP: r(19),
      S_RETIRE_ST: r(24),
      S_RESET_ST: r(25),
    },
    0,
    'ARMv7-M C1.6.2',
    POWER_ON,
  ),
  DCRSR: reg(0x4, { REGSEL: w(0, 7), REGWNR: w(16) }, 0, 'ARMv7-M C1.6.3'),
  DCRDR: reg(0x8, { DBGTMP: rw(0, 32) }, 0, 'ARMv7-M C1.6.4'),
  DEMCR: reg(
    0xc,
    {
      VC_CORERESET: rw(0),
      VC_MMERR: rw(4),
      VC_NOCPERR: rw(5),
      VC_CHKERR: rw(6),
      VC_STATERR: rw(7),
      VC_BUSERR: rw(8),
      VC_INTERR: rw(9),
      VC_HARDERR: rw(10),
      MON_EN: rw(16),
      MON_PEND: rw(17),
      MON_STEP: rw(18),
      MON_REQ: rw(19),
      TRCENA: rw(24),
    },
    0,
    'ARMv7-M C1.6.5',
    POWER_ON,
  ),
});

/** DHCSR, DCRSR, DCRDR and DEMCR at 0xE000EDF0. `traceChanged` hears of DEMCR.TRCENA. */
export function coreDebug(model: CoreModel, traceChanged: () => void): DeviceType {
  const { priorities, interrupts, control, status } = model;
  return defineDevice({
    name: 'coredebug',
    size: 0x10,
    registers: CORE_DEBUG,
    setup(d) {
      const { DEMCR, DHCSR } = d.regs;
      model.points.stepped = () => {
        status.dfsr |= DFSR.HALTED;
        interrupts.pend(EXCEPTION.debugMonitor);
      };
      const apply = (value: number): void => {
        control.demcr = value;
        interrupts.enable(0, 1 << EXCEPTION.debugMonitor, (value & MON_EN) !== 0);
        traceChanged();
        if (value & MON_STEP) model.stop();
      };
      d.computed(DEMCR, (value) => (value & ~MON_PEND) | (priorities.isPending(EXCEPTION.debugMonitor) ? MON_PEND : 0));
      d.onWrite(DEMCR, (value) => {
        apply(value);
        if (value & MON_PEND) interrupts.pend(EXCEPTION.debugMonitor);
        else interrupts.unpend(EXCEPTION.debugMonitor);
      });
      d.computed(DHCSR, () => (model.exceptions.locked ? 1 << 19 : 0));
      // A system reset clears the monitor bits and keeps TRCENA and the vector catches (C1.6.5).
      d.onReset((kind) => {
        if (kind !== 'power-on') DEMCR.value &= ~0x000f_0000;
        apply(DEMCR.value);
      });
    },
  });
}
