import type { CpuState } from './cpu-state.js';
import type { FloatContext } from './float-context.js';
import type { InterruptControl } from './interrupt-control.js';
import type { Priorities } from './priorities.js';

/** SYSm numbers of MRS and MSR (B5.1.1, table B5-1). */
export const SYSM = {
  MSP: 8,
  PSP: 9,
  PRIMASK: 16,
  BASEPRI: 17,
  BASEPRI_MAX: 18,
  FAULTMASK: 19,
  CONTROL: 20,
} as const;
const MASK_NZCVQ = 2;
const MASK_GE = 1;
const FLAGS = 0xf800_0000 | 0;
const GE = 0x000f_0000;

/** The special-purpose registers as MRS, MSR and CPS reach them (B1.4, B5.2): by privilege and mode. */
export class SpecialRegisters {
  readonly #state: CpuState;
  readonly #priorities: Priorities;
  readonly #interrupts: InterruptControl;
  readonly #float: FloatContext;

  constructor(state: CpuState, priorities: Priorities, interrupts: InterruptControl, float: FloatContext) {
    this.#state = state;
    this.#priorities = priorities;
    this.#interrupts = interrupts;
    this.#float = float;
  }

  /** MRS (B5.2.2). Unprivileged code reads 0 of everything but APSR and CONTROL; EPSR always reads as 0. */
  read(sysm: number): number {
    const state = this.#state;
    if (sysm < 8) {
      const ipsr = sysm & 1 && state.privileged ? state.ipsr : 0;
      return (sysm & 4 ? 0 : state.apsr & (FLAGS | GE)) | ipsr;
    }
    if (sysm === SYSM.CONTROL) return state.control;
    if (!state.privileged) return 0;
    if (sysm === SYSM.MSP) return state.msp | 0;
    if (sysm === SYSM.PSP) return state.psp | 0;
    if (sysm === SYSM.PRIMASK) return state.primask;
    if (sysm === SYSM.BASEPRI || sysm === SYSM.BASEPRI_MAX) return state.basepri;
    return sysm === SYSM.FAULTMASK ? state.faultmask : 0;
  }

  /** MSR (B5.2.3); `mask` is the instruction's mask field. */
  write(sysm: number, mask: number, value: number): void {
    const state = this.#state;
    if (sysm < 8) {
      if (sysm & 4) return;
      if (mask & MASK_NZCVQ) state.setFlags(value);
      if (mask & MASK_GE) state.setGE(value);
      return;
    }
    if (!state.privileged) return;
    if (sysm === SYSM.MSP) state.msp = value & ~3;
    else if (sysm === SYSM.PSP) state.psp = value & ~3;
    else if (sysm === SYSM.CONTROL) this.#setControl(value);
    else this.#setMask(sysm, value);
  }

  /** CPS (B5.2.1): `bits` is im:I:F; im = 1 masks. */
  changeProcessorState(bits: number): void {
    if (!this.#state.privileged) return;
    const disable = bits >> 2;
    if (bits & 2) this.#state.primask = disable;
    if (bits & 1) this.#setFaultMask(disable);
    this.#interrupts.masksChanged();
  }

  /** SPSEL can only be changed in Thread mode. */
  #setControl(value: number): void {
    const state = this.#state;
    if (!state.handlerMode) state.selectStack((value & 2) !== 0);
    state.control = (state.control & ~5) | (value & 5);
    this.#float.changed();
  }

  #setMask(sysm: number, value: number): void {
    const state = this.#state;
    const priority = value & this.#priorities.byteMask;
    if (sysm === SYSM.PRIMASK) state.primask = value & 1;
    else if (sysm === SYSM.BASEPRI) state.basepri = priority;
    else if (sysm === SYSM.BASEPRI_MAX) this.#raiseBasepri(priority);
    else if (sysm === SYSM.FAULTMASK) this.#setFaultMask(value & 1);
    this.#interrupts.masksChanged();
  }

  /** BASEPRI_MAX only ever raises the masking level. */
  #raiseBasepri(priority: number): void {
    const { basepri } = this.#state;
    if (priority !== 0 && (priority < basepri || basepri === 0)) this.#state.basepri = priority;
  }

  /** Cannot be set by HardFault or NMI handlers: ExecutionPriority() must be above −1. */
  #setFaultMask(on: number): void {
    if (on === 0) this.#state.faultmask = 0;
    else if (this.#priorities.executionPriority() > -1) this.#state.faultmask = 1;
  }
}
