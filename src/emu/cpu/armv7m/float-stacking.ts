import type { CpuState } from './cpu-state.js';
import { EXCEPTION } from './exception-numbers.js';
import type { WordMemory } from './exceptions.js';
import type { FaultRecords } from './fault-record.js';
import { BFSR, type FaultStatus, HFSR, MMFSR } from './fault-status.js';
import { FLOAT_FRAME_CYCLES, type FloatContext, FPCCR } from './float-context.js';
import type { Priorities } from './priorities.js';

/** Bytes of a frame without and with the extension's registers; these begin behind the basic frame (B1.5.7). */
export const BASIC_FRAME = 0x20;
export const EXTENDED_FRAME = 0x68;
/** S0–S15 and FPSCR; a reserved word follows. */
const WORDS = 17;

export interface FloatStackingParts {
  readonly state: CpuState;
  readonly float: FloatContext;
  readonly priorities: Priorities;
  readonly status: FaultStatus;
  readonly records: FaultRecords;
  readonly memory: WordMemory;
}

/** S0–S15 and FPSCR on their way to the stack and back (B1.5.6–B1.5.8). */
export class FloatStacking {
  readonly #parts: FloatStackingParts;
  readonly #frame = new Int32Array(WORDS);

  constructor(parts: FloatStackingParts) {
    this.#parts = parts;
  }

  /** Stores them now. Throws where the memory refuses. */
  store(address: number): void {
    this.#parts.memory.writeWords(address, this.#present());
  }
  #present(): Int32Array {
    const { state } = this.#parts;
    const frame = this.#frame;
    for (let i = 0; i < 16; i++) frame[i] = state.s[i]!;
    frame[16] = state.fpscr;
    return frame;
  }

  /** Reads them; `restore` takes them over, once nothing can fail any more. */
  load(address: number): void {
    this.#parts.memory.readWords(address, this.#frame);
  }
  restore(): void {
    const { state, float } = this.#parts;
    for (let i = 0; i < 16; i++) state.s[i] = this.#frame[i]!;
    state.fpscr = this.#frame[16]!;
    float.show();
  }

  /** UpdateFPCCR(): leaves them where they are, and notes where they belong and which faults could be taken here. */
  defer(address: number): void {
    const { state, float, priorities } = this.#parts;
    const ready = (exception: number): boolean => priorities.canPreempt(exception);
    float.fpcar = address;
    let bits = FPCCR.LSPACT as number;
    if (!state.privileged) bits |= FPCCR.USER;
    if (!state.handlerMode) bits |= FPCCR.THREAD;
    if (ready(EXCEPTION.hardFault)) bits |= FPCCR.HFRDY;
    if (ready(EXCEPTION.memManage)) bits |= FPCCR.MMRDY;
    if (ready(EXCEPTION.busFault)) bits |= FPCCR.BFRDY;
    if (ready(EXCEPTION.debugMonitor)) bits |= FPCCR.MONRDY;
    float.fpccr = (float.fpccr & (FPCCR.ASPEN | FPCCR.LSPEN)) | bits;
  }

  /**
   * PreserveFPState(): the deferred store, before the first instruction that needs the registers. False where a fault of it is to
   * be taken first; one that has to wait is pending, and the registers count as stored.
   */
  preserve(): boolean {
    const { state, float, memory, priorities } = this.#parts;
    state.charge(FLOAT_FRAME_CYCLES);
    try {
      const { fpccr } = float;
      memory.writeDeferred(float.fpcar, this.#present(), (fpccr & FPCCR.USER) === 0, (fpccr & FPCCR.HFRDY) === 0);
    } catch (error) {
      this.#fault(memory.faultOf(error));
      if (priorities.preempts) return false;
    }
    float.fpccr &= ~FPCCR.LSPACT;
    return true;
  }

  /** TakePreserveFPException(): by the priorities that were when the frame was made. */
  #fault(fault: 'bus' | 'memManage'): void {
    const { float, status, records, priorities, state } = this.#parts;
    const bus = fault === 'bus';
    const exception = bus ? EXCEPTION.busFault : EXCEPTION.memManage;
    status.cfsr |= bus ? BFSR.LSPERR : MMFSR.MLSPERR;
    const ready = (float.fpccr & (bus ? FPCCR.BFRDY : FPCCR.MMRDY)) !== 0;
    if (!ready) status.hfsr |= HFSR.FORCED;
    const taken = ready ? exception : EXCEPTION.hardFault;
    records.add(taken, exception, state, status);
    priorities.pend(taken);
  }
}
