import { type DeviceContext, type DeviceType, defineDevice } from '../../device.js';
import { notModelled, r, reg, registers, rw, w } from '../../registers.js';
import type { CoreModel } from './core-model.js';
import { EXCEPTION } from './exception-numbers.js';
import { CCR } from './system-bits.js';

const VECTKEY = 0x05fa;
/** What AIRCR.VECTKEY reads as. */
const VECTKEYSTAT = 0xfa05;

const PRIORITY = (first: number) => ({
  [`PRI_${first}`]: rw(0, 8),
  [`PRI_${first + 1}`]: rw(8, 8),
  [`PRI_${first + 2}`]: rw(16, 8),
  [`PRI_${first + 3}`]: rw(24, 8),
});

/** System Control Block at 0xE000ED00 (B3.2). */
export const SCB = registers({
  CPUID: reg(
    0x00,
    { REVISION: r(0, 4), PARTNO: r(4, 12), ARCHITECTURE: r(16, 4), VARIANT: r(20, 4), IMPLEMENTER: r(24, 8) },
    0x410f_c241,
    'ARMv7-M B3.2.3',
  ),
  ICSR: reg(
    0x04,
    {
      VECTACTIVE: r(0, 9),
      RETTOBASE: r(11),
      VECTPENDING: r(12, 9),
      ISRPENDING: r(22),
      ISRPREEMPT: r(23),
      PENDSTCLR: w(25),
      PENDSTSET: rw(26),
      PENDSVCLR: w(27),
      PENDSVSET: rw(28),
      NMIPENDSET: rw(31),
    },
    0,
    'ARMv7-M B3.2.4',
  ),
  VTOR: reg(0x08, { TBLOFF: rw(7, 25) }, 0, 'ARMv7-M B3.2.5'),
  AIRCR: reg(
    0x0c,
    {
      VECTRESET: w(0),
      VECTCLRACTIVE: w(1),
      SYSRESETREQ: w(2),
      PRIGROUP: rw(8, 3),
      ENDIANNESS: r(15),
      VECTKEY: rw(16, 16),
    },
    0xfa05_0000,
    'ARMv7-M B3.2.6',
  ),
  SCR: reg(0x10, { SLEEPONEXIT: rw(1), SLEEPDEEP: rw(2), SEVONPEND: rw(4) }, 0, 'ARMv7-M B3.2.7'),
  CCR: reg(
    0x14,
    {
      NONBASETHRDENA: rw(0),
      USERSETMPEND: rw(1),
      UNALIGN_TRP: rw(3),
      DIV_0_TRP: rw(4),
      BFHFNMIGN: rw(8),
      STKALIGN: rw(9),
    },
    0x200,
    'ARMv7-M B3.2.8',
  ),
  SHPR1: reg(0x18, PRIORITY(4), 0, 'ARMv7-M B3.2.10'),
  SHPR2: reg(0x1c, PRIORITY(8), 0, 'ARMv7-M B3.2.11'),
  SHPR3: reg(0x20, PRIORITY(12), 0, 'ARMv7-M B3.2.12'),
  SHCSR: reg(
    0x24,
    {
      MEMFAULTACT: rw(0),
      BUSFAULTACT: rw(1),
      USGFAULTACT: rw(3),
      SVCALLACT: rw(7),
      MONITORACT: rw(8),
      PENDSVACT: rw(10),
      SYSTICKACT: rw(11),
      USGFAULTPENDED: rw(12),
      MEMFAULTPENDED: rw(13),
      BUSFAULTPENDED: rw(14),
      SVCALLPENDED: rw(15),
      MEMFAULTENA: rw(16),
      BUSFAULTENA: rw(17),
      USGFAULTENA: rw(18),
    },
    0,
    'ARMv7-M B3.2.13',
  ),
  CFSR: reg(
    0x28,
    {
      IACCVIOL: rw(0),
      DACCVIOL: rw(1),
      MUNSTKERR: rw(3),
      MSTKERR: rw(4),
      MLSPERR: rw(5),
      MMARVALID: rw(7),
      IBUSERR: rw(8),
      PRECISERR: rw(9),
      IMPRECISERR: rw(10),
      UNSTKERR: rw(11),
      STKERR: rw(12),
      LSPERR: rw(13),
      BFARVALID: rw(15),
      UNDEFINSTR: rw(16),
      INVSTATE: rw(17),
      INVPC: rw(18),
      NOCP: rw(19),
      UNALIGNED: rw(24),
      DIVBYZERO: rw(25),
    },
    0,
    'ARMv7-M B3.2.15',
  ),
  HFSR: reg(0x2c, { VECTTBL: rw(1), FORCED: rw(30), DEBUGEVT: rw(31) }, 0, 'ARMv7-M B3.2.16'),
  DFSR: reg(0x30, { HALTED: rw(0), BKPT: rw(1), DWTTRAP: rw(2), VCATCH: rw(3), EXTERNAL: rw(4) }, 0, 'ARMv7-M C1.6.1'),
  MMFAR: reg(0x34, { ADDRESS: rw(0, 32) }, 0, 'ARMv7-M B3.2.17'),
  BFAR: reg(0x38, { ADDRESS: rw(0, 32) }, 0, 'ARMv7-M B3.2.18'),
  AFSR: reg(0x3c, { IMPDEF: r(0, 32) }, 0, 'ARMv7-M B3.2.19'),
  ID_PFR0: reg(0x40, { ID: r(0, 32) }, 0x0000_0030, 'DDI 0439D table 4-1'),
  ID_PFR1: reg(0x44, { ID: r(0, 32) }, 0x0000_0200, 'DDI 0439D table 4-1'),
  ID_DFR0: reg(0x48, { ID: r(0, 32) }, 0x0010_0000, 'DDI 0439D table 4-1'),
  ID_AFR0: reg(0x4c, { ID: r(0, 32) }, 0, 'DDI 0439D table 4-1'),
  ID_MMFR0: reg(0x50, { ID: r(0, 32) }, 0x0010_0030, 'DDI 0439D table 4-1'),
  ID_MMFR1: reg(0x54, { ID: r(0, 32) }, 0, 'DDI 0439D table 4-1'),
  ID_MMFR2: reg(0x58, { ID: r(0, 32) }, 0x0100_0000, 'DDI 0439D table 4-1'),
  ID_MMFR3: reg(0x5c, { ID: r(0, 32) }, 0, 'DDI 0439D table 4-1'),
  ID_ISAR0: reg(0x60, { ID: r(0, 32) }, 0x0110_1110, 'DDI 0439D table 4-1'),
  ID_ISAR1: reg(0x64, { ID: r(0, 32) }, 0x0211_2000, 'DDI 0439D table 4-1'),
  ID_ISAR2: reg(0x68, { ID: r(0, 32) }, 0x2123_2231, 'DDI 0439D table 4-1'),
  ID_ISAR3: reg(0x6c, { ID: r(0, 32) }, 0x0111_1131, 'DDI 0439D table 4-1'),
  ID_ISAR4: reg(0x70, { ID: r(0, 32) }, 0x0131_0132, 'DDI 0439D table 4-1'),
  CPACR: reg(0x88, { CP10: rw(20, 2), CP11: rw(22, 2) }, 0, 'ARMv7-M B3.2.20'),
});
type Scb = DeviceContext<typeof SCB>;

/** Bits of SHCSR by exception: active, pended, enable (−1: none). */
const HANDLERS = [
  [EXCEPTION.memManage, 0, 13, 16],
  [EXCEPTION.busFault, 1, 14, 17],
  [EXCEPTION.usageFault, 3, 12, 18],
  [EXCEPTION.svCall, 7, 15, -1],
  [EXCEPTION.debugMonitor, 8, -1, -1],
  [EXCEPTION.pendSV, 10, -1, -1],
  [EXCEPTION.sysTick, 11, -1, -1],
] as const;

/** The registers of the System Control Block, over the exception model. */
export function scb(model: CoreModel, requestReset: () => void): DeviceType {
  return defineDevice({
    name: 'scb',
    size: 0x90,
    registers: SCB,
    setup(d) {
      interruptControlState(d, model);
      resetControl(d, model, requestReset);
      configuration(d, model);
      handlerPriorities(d, model);
      handlerState(d, model);
      faultStatus(d, model);
    },
  });
}

/** ICSR: what is active and pending; its set and clear bits act on NMI, PendSV and SysTick (B3.2.4). */
function interruptControlState(d: Scb, { priorities, state, interrupts }: CoreModel): void {
  d.computed(d.regs.ICSR, () => {
    const external = priorities.pending.some((bits, word) => word > 0 && bits !== 0);
    const alone = state.handlerMode && priorities.activeCount <= 1;
    return (
      state.ipsr |
      (alone ? 1 << 11 : 0) |
      (priorities.visibleCandidate << 12) |
      (external ? 1 << 22 : 0) |
      (priorities.isPending(EXCEPTION.sysTick) ? 1 << 26 : 0) |
      (priorities.isPending(EXCEPTION.pendSV) ? 1 << 28 : 0) |
      (priorities.isPending(EXCEPTION.nmi) ? 1 << 31 : 0)
    );
  });
  d.onWrite(d.regs.ICSR, (_value, _old, written) => {
    d.regs.ICSR.value = 0;
    if (written & (1 << 25)) interrupts.unpend(EXCEPTION.sysTick);
    else if (written & (1 << 26)) interrupts.pend(EXCEPTION.sysTick);
    if (written & (1 << 27)) interrupts.unpend(EXCEPTION.pendSV);
    else if (written & (1 << 28)) interrupts.pend(EXCEPTION.pendSV);
    if (written & (1 << 31)) interrupts.pend(EXCEPTION.nmi);
  });
}

/** AIRCR: writes without the key are ignored (B3.2.6). */
function resetControl(d: Scb, model: CoreModel, requestReset: () => void): void {
  const { AIRCR } = d.regs;
  d.onWrite(AIRCR, (_value, old, written) => {
    const prigroup = (written >>> 8) & 7;
    const accepted = written >>> 16 === VECTKEY;
    AIRCR.value = ((VECTKEYSTAT << 16) | (accepted ? prigroup << 8 : old & 0x700)) >>> 0;
    if (!accepted) return;
    model.priorities.prigroup = prigroup;
    model.interrupts.changed();
    if (written & 4) requestReset();
    if (written & 3) {
      d.report({
        kind: 'misuse',
        what: 'SCB.AIRCR was written with VECTRESET or VECTCLRACTIVE, which only a debugger may set while the core is halted',
        remedy: 'use SYSRESETREQ',
        section: 'ARMv7-M B3.2.6',
      });
    }
  });
}

function configuration(d: Scb, model: CoreModel): void {
  const { regs } = d;
  d.onWrite(regs.VTOR, (value) => {
    model.control.vtor = value;
  });
  if (model.control.vectorBase !== 0) {
    d.onReset(() => {
      regs.VTOR.value = model.control.vectorBase;
    });
  }
  d.onWrite(regs.SCR, (value) => {
    model.control.scr = value;
  });
  d.computed(regs.CPACR, () => model.float.cpacr);
  d.onWrite(regs.CPACR, (value) => {
    model.float.cpacr = value;
  });
  d.onWrite(regs.CCR, (value) => {
    model.state.ccr = value;
    model.state.strictAlignment = (value & CCR.UNALIGN_TRP) !== 0;
  });
}

/** SHPR1–3: the system handlers with settable priority; the other bytes are reserved. */
function handlerPriorities(d: Scb, { interrupts, priorities }: CoreModel): void {
  const { memManage, busFault, usageFault, svCall, debugMonitor, pendSV, sysTick } = EXCEPTION;
  const there: readonly number[] = [memManage, busFault, usageFault, svCall, debugMonitor, pendSV, sysTick];
  for (const [index, register] of [d.regs.SHPR1, d.regs.SHPR2, d.regs.SHPR3].entries()) {
    d.onWrite(register, (value) => {
      let kept = 0;
      for (let byte = 0; byte < 4; byte++) {
        const exception = 4 + index * 4 + byte;
        if (!there.includes(exception)) continue;
        const priority = (value >>> (byte * 8)) & priorities.byteMask;
        interrupts.setPriority(exception, priority);
        kept |= priority << (byte * 8);
      }
      register.value = kept;
    });
  }
}

/** SHCSR: enables of the fault handlers, and active and pending bits that software may even write (B3.2.13). */
function handlerState(d: Scb, { priorities, interrupts }: CoreModel): void {
  const { SHCSR } = d.regs;
  const bit = (array: Int32Array, exception: number, at: number) =>
    at >= 0 && (array[0]! >>> exception) & 1 ? 1 << at : 0;
  const put = (array: Int32Array, exception: number, at: number, value: number) => {
    if (at >= 0) array[0] = (value >>> at) & 1 ? array[0]! | (1 << exception) : array[0]! & ~(1 << exception);
  };
  d.computed(SHCSR, () => {
    let value = 0;
    for (const [exception, active, pended, enable] of HANDLERS) {
      value |= bit(priorities.active, exception, active) | bit(priorities.pending, exception, pended);
      value |= bit(priorities.enabled, exception, enable);
    }
    return value;
  });
  d.onWrite(SHCSR, (_value, _old, written) => {
    for (const [exception, active, pended, enable] of HANDLERS) {
      put(priorities.active, exception, active, written);
      put(priorities.pending, exception, pended, written);
      put(priorities.enabled, exception, enable, written);
    }
    interrupts.changed();
  });
}

/** CFSR, HFSR and DFSR are cleared by writing ones; the address registers can be written. */
function faultStatus(d: Scb, { status }: CoreModel): void {
  const { CFSR, HFSR, DFSR, MMFAR, BFAR } = d.regs;
  const sticky = (register: typeof CFSR | typeof HFSR | typeof DFSR, key: 'cfsr' | 'hfsr' | 'dfsr') => {
    d.onWrite(register, (_value, _old, written) => {
      status[key] &= ~written;
    });
  };
  sticky(CFSR, 'cfsr');
  sticky(HFSR, 'hfsr');
  sticky(DFSR, 'dfsr');
  status.mirror = () => {
    CFSR.value = status.cfsr;
    HFSR.value = status.hfsr;
    DFSR.value = status.dfsr;
    MMFAR.value = status.mmfar;
    BFAR.value = status.bfar;
  };
  d.onWrite(MMFAR, (value) => {
    status.mmfar = value;
  });
  d.onWrite(BFAR, (value) => {
    status.bfar = value;
  });
}

const CONTROL = registers({
  ICTR: reg(0x04, { INTLINESNUM: r(0, 4) }, 0, 'ARMv7-M B3.2.1'),
  ACTLR: reg(
    0x08,
    {
      // Data faults are precise and instructions are not interrupted, so these two change nothing.
      DISMCYCINT: rw(0),
      DISDEFWBUF: rw(1),
      DISFOLD: notModelled(rw(2), 'switching IT folding off'),
      DISFPCA: notModelled(rw(8), 'switching the update of CONTROL.FPCA off'),
      DISOOFP: notModelled(rw(9), 'keeping floating-point instructions in order'),
    },
    0,
    'DDI 0439D 4.2.1',
  ),
});

/** The two control registers outside the SCB, at 0xE000E000. */
export function controlNotInScb(model: CoreModel): DeviceType {
  return defineDevice({
    name: 'scnscb',
    size: 0x10,
    registers: CONTROL,
    setup(d) {
      const fixed = (): void => {
        d.regs.ICTR.INTLINESNUM = Math.ceil(model.irqs / 32) - 1;
      };
      fixed();
      d.onReset(fixed);
    },
  });
}
