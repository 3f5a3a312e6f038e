import type { CpuState } from './cpu-state.js';
import { EXCEPTION } from './exception-numbers.js';
import type { ExceptionParts, WordFault, WordMemory } from './exception-parts.js';
import type { FaultRecords } from './fault-record.js';
import { BFSR, type FaultStatus, HFSR, MMFSR, UFSR } from './fault-status.js';
import { FLOAT_FRAME_CYCLES, type FloatContext, FPCCR } from './float-context.js';
import { BASIC_FRAME, EXTENDED_FRAME, type FloatStacking } from './float-stacking.js';
import type { Priorities } from './priorities.js';
import { CCR, EXC_RETURN, EXC_RETURN_BASIC, SCR } from './system-bits.js';

/** Clocks of exception entry, exit and tail-chaining with zero wait states (Arm DDI 0439D 3.9.1). */
export const ENTRY_CYCLES = 12;
export const EXIT_CYCLES = 10;
export const TAIL_CHAIN_CYCLES = 6;

/** PC and stacked return address while locked up (B1.5.15). */
export const LOCKUP_PC = 0xffff_fffe;

export type { ExceptionParts, WordFault, WordMemory } from './exception-parts.js';

/** What the entry and exit hardware is in the middle of. */
const IDLE = 0;
const ENTERING = 1;
const LEAVING = 2;

/**
 * Exception entry and return (B1.5.6–B1.5.12). Both take time: registers are stacked, the clocks pass, events of the
 * machine happen meanwhile, and only then is it decided which exception is taken (late arrival), or whether the
 * registers are restored at all (tail-chaining on a late arrival during exit).
 */
export class Exceptions {
  // The parts as fields: entry and return are made of many short functions that would all look them up.
  private readonly state: CpuState;
  private readonly priorities: Priorities;
  private readonly status: FaultStatus;
  private readonly records: FaultRecords;
  private readonly memory: WordMemory;
  private readonly float: FloatContext;
  private readonly floatStacking: FloatStacking;
  private readonly control: ExceptionParts['control'];
  private readonly counters: ExceptionParts['counters'];
  private readonly waitForCode: ExceptionParts['waitForCode'];
  private readonly sleepOnExit: ExceptionParts['sleepOnExit'];
  private readonly notify: ExceptionParts['notify'];
  private readonly returned: ExceptionParts['returned'];
  private readonly handlers: ExceptionParts['handlers'];
  /** Phase, exception that started it, EXC_RETURN, locked up. */
  readonly #words: Int32Array;

  constructor(parts: ExceptionParts) {
    this.state = parts.state;
    this.priorities = parts.priorities;
    this.status = parts.status;
    this.records = parts.records;
    this.memory = parts.memory;
    this.float = parts.float;
    this.floatStacking = parts.floatStacking;
    this.control = parts.control;
    this.counters = parts.counters;
    this.waitForCode = parts.waitForCode;
    this.sleepOnExit = parts.sleepOnExit;
    this.notify = parts.notify;
    this.returned = parts.returned;
    this.handlers = parts.handlers;
    this.#words = parts.allocator.i32('exception-sequence', 4);
  }

  get busy(): boolean {
    return this.#words[0] !== IDLE;
  }
  /** Lockup (B1.5.15): left by reset, or by NMI where the priority was −1. */
  get locked(): boolean {
    return this.#words[3] !== 0;
  }
  reset(): void {
    this.#words.fill(0);
  }

  /** TakeReset() (B1.5.5): SP and PC from the vector table, the rest at its reset value. */
  takeReset(): void {
    const { state, memory, control } = this;
    try {
      state.msp = memory.readWord(control.vtor) & ~3;
      const start = memory.readWord(control.vtor + 4);
      state.pc = start & ~1;
      state.thumb = start & 1;
    } catch (error) {
      memory.faultOf(error);
      this.status.hfsr |= HFSR.VECTTBL;
      this.lockUp(EXCEPTION.hardFault);
    }
  }

  /** Pre-empts what runs for the highest pending exception. The PC is the return address: ReturnAddress() (B1.5.6). */
  enter(): void {
    const { state } = this;
    const lr = this.#excReturn();
    this.#words[3] = 0;
    const eager = state.fpca && !this.float.stacksLazily;
    this.#push(state);
    this.#begin(ENTERING, lr, ENTRY_CYCLES + (eager ? FLOAT_FRAME_CYCLES : 0));
  }

  /**
   * A synchronous exception whose status bits are set already: taken if it is enabled and its priority suffices, else as
   * HardFault, else the core locks up (B1.5.4, B1.5.14, B1.5.15).
   */
  raise(exception: number): void {
    const { priorities, state, status, records } = this;
    const taken = this.#escalated(exception);
    records.add(taken, exception, state, status);
    if (taken === 0) this.#lock();
    else {
      priorities.pend(taken);
      this.enter();
    }
  }
  /**
   * SVC, with the PC at the next instruction. It returns there; where its priority does not suffice it is a HardFault, which
   * returns to the SVC itself (ReturnAddress() in B1.5.6).
   */
  supervisorCall(): void {
    const { priorities, state } = this;
    if (!priorities.canPreempt(EXCEPTION.svCall)) {
      state.pc -= 2;
      this.raise(EXCEPTION.svCall);
    } else {
      priorities.pend(EXCEPTION.svCall);
      this.enter();
    }
  }
  /** BKPT and other debug events without a debugger: DebugMonitor, else HardFault with DEBUGEVT (C1.4.1). */
  debugEvent(): void {
    const { priorities, state, status, records } = this;
    let taken: number = EXCEPTION.debugMonitor;
    if (!priorities.canPreempt(taken)) {
      status.hfsr |= HFSR.DEBUGEVT;
      taken = priorities.canPreempt(EXCEPTION.hardFault) ? EXCEPTION.hardFault : 0;
      records.add(taken, EXCEPTION.debugMonitor, state, status);
    }
    if (taken === 0) this.#lock();
    else {
      priorities.pend(taken);
      this.enter();
    }
  }

  /** ExceptionReturn() (B1.5.8) up to the unstacking: `value` was written to the PC in Handler mode. */
  leave(value: number): void {
    const { state, priorities } = this;
    const returning = state.ipsr;
    const wasActive = priorities.isActive(returning);
    this.#deactivate(returning);
    if (!wasActive || !this.#returnFits(value >>> 0)) this.#returnFault(value);
    else if (priorities.preempts) this.#begin(ENTERING, value, TAIL_CHAIN_CYCLES);
    else this.#begin(LEAVING, value, EXIT_CYCLES + (this.#unstacksFloat(value) ? FLOAT_FRAME_CYCLES : 0));
  }

  /** Continues what `enter` or `leave` began, once its clocks have passed. */
  finish(): void {
    const phase = this.#words[0];
    this.#words[0] = IDLE;
    if (phase === ENTERING) {
      const { priorities } = this;
      this.#take(priorities.preempts ? priorities.candidate : this.#words[1]!);
    } else if (phase === LEAVING) {
      if (this.priorities.preempts) this.#begin(ENTERING, this.#words[2]!, TAIL_CHAIN_CYCLES);
      else this.#pop(this.#words[2]!);
    }
  }

  /** Stops the core until reset, or until NMI pre-empts priority −1. */
  lockUp(cause: number): void {
    const { records, state, status } = this;
    records.add(0, cause, state, status);
    this.#lock();
  }

  #lock(): void {
    const { state } = this;
    this.#words[3] = 1;
    state.pc = LOCKUP_PC;
    state.itstate = 0;
    state.thumb = 1;
  }

  #begin(phase: number, excReturn: number, cycles: number): void {
    this.#words[0] = phase;
    this.#words[1] = this.priorities.candidate;
    this.#words[2] = excReturn;
    this.state.charge(cycles);
    this.counters.addException(cycles);
  }

  /** The exception that takes a synchronous fault, 0 for lockup. */
  #escalated(exception: number): number {
    const { priorities, status } = this;
    if (priorities.canPreempt(exception)) return exception;
    status.hfsr |= HFSR.FORCED;
    return priorities.canPreempt(EXCEPTION.hardFault) ? EXCEPTION.hardFault : 0;
  }

  #excReturn(): number {
    const { state } = this;
    const basic = state.usesProcessStack ? EXC_RETURN.threadProcess : EXC_RETURN.threadMain;
    return (state.handlerMode ? EXC_RETURN.handler : basic) - (state.fpca ? EXC_RETURN_BASIC : 0);
  }
  /** The frame has floating-point registers, and they are in it. */
  #unstacksFloat(excReturn: number): boolean {
    return (excReturn & EXC_RETURN_BASIC) === 0 && !this.float.lazy;
  }

  /** PushStack() (B1.5.6): a fault abandons the rest of the frame. */
  #push(state: CpuState): void {
    const { memory } = this;
    const { r } = state;
    const { fpca } = state;
    const align = fpca || (state.ccr & CCR.STKALIGN) !== 0 ? 4 : 0;
    const sp = r[13]!;
    const frame = (sp - (fpca ? EXTENDED_FRAME : BASIC_FRAME)) & ~align;
    const psr = (state.xpsr & ~(1 << 9)) | ((sp & align) << 7);
    state.growStack(frame);
    const f = this.#frame;
    f[0] = r[0]!;
    f[1] = r[1]!;
    f[2] = r[2]!;
    f[3] = r[3]!;
    f[4] = r[12]!;
    f[5] = r[14]!;
    f[6] = state.pc;
    f[7] = psr;
    try {
      memory.writeWords(frame, f);
      if (fpca && !this.float.stacksLazily) this.#pushFloat(frame + BASIC_FRAME);
    } catch (error) {
      this.#stackingFault(memory.faultOf(error), BFSR.STKERR, MMFSR.MSTKERR);
    }
    if (fpca && this.float.stacksLazily) this.floatStacking.defer(frame + BASIC_FRAME);
  }

  /** Software may have taken the access away since: then there is nothing to be stored. */
  #pushFloat(address: number): void {
    const { status, records, state, priorities } = this;
    if (this.float.allowed) {
      this.floatStacking.store(address);
      return;
    }
    status.cfsr |= UFSR.NOCP;
    const taken = this.#escalated(EXCEPTION.usageFault) || EXCEPTION.hardFault;
    records.add(taken, EXCEPTION.usageFault, state, status);
    priorities.pend(taken);
  }

  /**
   * A derived exception on entry or return (B1.5.11, B1.5.12): it becomes pending, and the usual choice by priority
   * decides whether it is taken before or after the exception that was on its way.
   */
  #stackingFault(fault: WordFault, busBit: number, memManageBit: number): void {
    const { priorities, status, records, state } = this;
    const exception = fault === 'bus' ? EXCEPTION.busFault : EXCEPTION.memManage;
    status.cfsr |= fault === 'bus' ? busBit : memManageBit;
    const taken = this.#escalated(exception) || EXCEPTION.hardFault;
    records.add(taken, exception, state, status);
    priorities.pend(taken);
  }

  /** ExceptionTaken() (B1.5.6). */
  #take(exception: number): void {
    const { state, memory, control } = this;
    let vector: number;
    try {
      vector = memory.readWord(control.vtor + 4 * exception);
    } catch (error) {
      memory.faultOf(error);
      this.#vectorFault(exception);
      return;
    }
    state.charge(this.waitForCode(control.vtor + 4 * exception));
    this.#activate(exception);
    state.r[14] = this.#words[2]!;
    state.pc = vector & ~1;
    state.thumb = vector & 1;
    this.handlers.entered(exception, vector);
  }

  #activate(exception: number): void {
    const { state, priorities } = this;
    priorities.activate(exception);
    state.selectStack(false);
    state.ipsr = exception;
    state.itstate = 0;
    state.fpca = false;
    this.float.changed();
    state.clearExclusive();
    state.event = 1;
    this.notify(exception, 'enter');
  }

  /** A bus error on the vector read is a HardFault; on the vector of HardFault or NMI it is lockup (B1.5.15). */
  #vectorFault(exception: number): void {
    const { status, records, state, priorities } = this;
    status.hfsr |= HFSR.VECTTBL;
    if (!priorities.canPreempt(EXCEPTION.hardFault) || exception <= EXCEPTION.hardFault) {
      this.#activate(exception);
      this.lockUp(EXCEPTION.hardFault);
    } else {
      records.add(EXCEPTION.hardFault, EXCEPTION.hardFault, state, status);
      priorities.pend(EXCEPTION.hardFault);
      this.#take(EXCEPTION.hardFault);
    }
  }

  /** The integrity checks of EXC_RETURN that come before unstacking, once the exception that returns is inactive. */
  #returnFits(excReturn: number): boolean {
    const { state, priorities } = this;
    const value = (excReturn | EXC_RETURN_BASIC) >>> 0;
    if (value === EXC_RETURN.handler) return true;
    if (value !== EXC_RETURN.threadMain && value !== EXC_RETURN.threadProcess) return false;
    return !priorities.anyActive || (state.ccr & CCR.NONBASETHRDENA) !== 0;
  }

  /** DeActivate(): the exception ends, FAULTMASK with it unless it was NMI; a line that is still high pends again. */
  #deactivate(exception: number): void {
    const { state, priorities } = this;
    priorities.deactivate(exception);
    if (exception !== EXCEPTION.nmi) state.faultmask = 0;
    this.notify(exception, 'leave');
  }

  /** UsageFault INVPC or NOCP, taken without stacking a frame: the one at hand is still there. */
  #returnFault(excReturn: number, bit: number = UFSR.INVPC): void {
    const { status, records, priorities, state } = this;
    status.cfsr |= bit;
    const taken = this.#escalated(EXCEPTION.usageFault);
    records.add(taken, EXCEPTION.usageFault, state, status);
    if (taken === 0) this.#lock();
    else {
      priorities.pend(taken);
      this.#begin(ENTERING, (excReturn & 0x0fff_ffff) | 0xf000_0000, TAIL_CHAIN_CYCLES);
    }
  }

  /** PopStack() and the end of ExceptionReturn(). Nothing is changed before all words were read. */
  #pop(excReturn: number): void {
    const { state, memory } = this;
    const basic = (excReturn | EXC_RETURN_BASIC) >>> 0;
    const process = basic === EXC_RETURN.threadProcess;
    const toHandler = basic === EXC_RETURN.handler;
    const frame = process ? state.psp : state.msp;
    const f = this.#frame;
    const float = this.#unstacksFloat(excReturn);
    if (float && !this.float.allows(toHandler || (state.control & 1) === 0)) {
      this.#returnFault(excReturn, UFSR.NOCP);
      return;
    }
    memory.unstackFor(toHandler);
    try {
      memory.readWords(frame, f);
      if (float) this.floatStacking.load(frame + BASIC_FRAME);
    } catch (error) {
      this.#unstackingFault(memory.faultOf(error), excReturn);
      return;
    }
    if (toHandler !== ((f[7]! & 0x1ff) !== 0)) {
      this.#returnFault(excReturn);
      return;
    }
    if (float) this.floatStacking.restore();
    this.#restore(f, process, frame, basic !== excReturn >>> 0);
    if (!toHandler && (this.control.scr & SCR.SLEEPONEXIT) !== 0 && !this.priorities.anyActive) {
      this.sleepOnExit();
    }
  }
  readonly #frame = new Int32Array(8);

  /** `extended`: the frame had room for floating-point registers; they are restored, or were never stored (B1.5.8). */
  #restore(f: Int32Array, process: boolean, frame: number, extended: boolean): void {
    const { state } = this;
    const { r } = state;
    const align = extended || (state.ccr & CCR.STKALIGN) !== 0 ? 4 : 0;
    state.selectStack(process);
    r[0] = f[0]!;
    r[1] = f[1]!;
    r[2] = f[2]!;
    r[3] = f[3]!;
    r[12] = f[4]!;
    r[14] = f[5]!;
    r[13] = (frame + (extended ? EXTENDED_FRAME : BASIC_FRAME)) | ((f[7]! >>> 7) & align);
    state.pc = f[6]! & ~1;
    state.xpsr = f[7]!;
    state.fpca = extended;
    if (extended) this.float.fpccr &= ~FPCCR.LSPACT;
    else this.float.changed();
    state.clearExclusive();
    state.event = 1;
    this.returned();
  }

  /** The frame cannot be read: SP stays, the fault is tail-chained with the same EXC_RETURN (B1.5.12). */
  #unstackingFault(fault: WordFault, excReturn: number): void {
    const { priorities } = this;
    this.#stackingFault(fault, BFSR.UNSTKERR, MMFSR.MUNSTKERR);
    if (priorities.preempts) this.#begin(ENTERING, excReturn, TAIL_CHAIN_CYCLES);
    else this.#lock();
  }
}
