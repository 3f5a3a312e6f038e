import { hex } from '../../bits.js';
import { BusFault, type BusFaultKind } from '../../bus-fault.js';
import type { DeviceProblem } from '../../device.js';
import type { CpuState } from './cpu-state.js';
import { EXCEPTION } from './exception-numbers.js';
import type { Exceptions } from './exceptions.js';
import { BFSR, DFSR, type FaultStatus, MMFSR, UFSR } from './fault-status.js';
import { FetchFault, ProtectionFault, UnalignedFault } from './guest-memory.js';

/** Refused accesses that firmware never means to make; how the fault ends is the architecture's. */
const TOLD: Partial<Record<BusFaultKind, Pick<DeviceProblem, 'rule' | 'remedy'>>> = {
  unmapped: { rule: 'unmapped-access', remedy: 'check the pointer: is it null, freed, or beyond its array?' },
  absent: { rule: 'unmapped-access', remedy: 'build for the chip that is on the board' },
  unaligned: { rule: 'unaligned-device', remedy: 'access registers as words at multiples of 4' },
};

/** Bytes around the stack pointer that a function's frame takes. */
const FRAME = 4096;

/** Turns what went wrong in an instruction into status bits and the exception of it (B1.5.14, table B1-9). */
export class Faults {
  readonly #status: FaultStatus;
  readonly #exceptions: Exceptions;

  readonly #state: CpuState;
  readonly #report: (problem: DeviceProblem) => void;

  constructor(
    { state, status, exceptions }: { state: CpuState; status: FaultStatus; exceptions: Exceptions },
    report: (problem: DeviceProblem) => void,
  ) {
    this.#state = state;
    this.#status = status;
    this.#exceptions = exceptions;
    this.#report = report;
  }

  /** A guest fault that came out of the engine; anything else goes on. */
  access(error: unknown): void {
    if (error instanceof FetchFault) this.#fetch(error);
    else if (error instanceof BusFault) this.#data(error);
    else if (error instanceof ProtectionFault) this.#protection(error);
    else if (error instanceof UnalignedFault) this.#unaligned(error);
    else throw error;
  }
  #unaligned({ device }: UnalignedFault): void {
    if (device !== undefined) {
      const what = `an unaligned access to Device memory at ${hex(device)}`;
      this.#report({ kind: 'misuse', what, section: 'ARMv7-M A3.2.1', ...TOLD.unaligned });
    }
    this.usage(UFSR.UNALIGNED);
  }
  /** UsageFault with a bit of UFSR. */
  usage(bit: number): void {
    this.#status.cfsr |= bit;
    this.#exceptions.raise(EXCEPTION.usageFault);
  }
  /** Where the stack has left its memory, no pointer of the program is to blame. */
  #stackRemedy(address: number): string | undefined {
    const sp = this.#state.r[13]! >>> 0;
    const above = (address >>> 0) - sp;
    const overflows = above < 0 || this.#state.overflowedAt !== 0;
    if (!overflows || Math.abs(above) >= FRAME) return undefined;
    return `sp is ${hex(sp)}: has the stack overflowed, or was it never set? Make it larger, or what is on it smaller`;
  }
  breakpoint(): void {
    this.#status.dfsr |= DFSR.BKPT;
    this.#exceptions.debugEvent();
  }

  #fetch({ fault }: FetchFault): void {
    this.#status.cfsr |= fault === 'bus' ? BFSR.IBUSERR : MMFSR.IACCVIOL;
    this.#exceptions.raise(fault === 'bus' ? EXCEPTION.busFault : EXCEPTION.memManage);
  }
  /** The address of a data access that the MPU refused is known; that of a fetch is the return address (B3.2.15). */
  #protection({ address }: ProtectionFault): void {
    this.#status.mmfar = address;
    this.#status.cfsr |= MMFSR.DACCVIOL | MMFSR.MMARVALID;
    this.#exceptions.raise(EXCEPTION.memManage);
  }
  /** All data faults are precise, stores too, as with ACTLR.DISDEFWBUF set: the architecture allows both. */
  #data(fault: BusFault): void {
    const { address } = fault;
    const told = TOLD[fault.kind];
    if (told !== undefined) {
      const remedy = this.#stackRemedy(address) ?? told.remedy;
      this.#report({ kind: 'misuse', what: fault.message, section: 'ARMv7-M B3.1', ...told, remedy });
    }
    this.#status.bfar = address;
    this.#status.cfsr |= BFSR.PRECISERR | BFSR.BFARVALID;
    this.#exceptions.raise(EXCEPTION.busFault);
  }
}
