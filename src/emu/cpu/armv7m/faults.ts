import { BusFault } from '../../bus-fault.js';
import { EXCEPTION } from './exception-numbers.js';
import type { Exceptions } from './exceptions.js';
import { BFSR, DFSR, type FaultStatus, MMFSR, UFSR } from './fault-status.js';
import { FetchFault, ProtectionFault, UnalignedFault } from './guest-memory.js';

/** Turns what went wrong in an instruction into status bits and the exception of it (B1.5.14, table B1-9). */
export class Faults {
  readonly #status: FaultStatus;
  readonly #exceptions: Exceptions;

  constructor(status: FaultStatus, exceptions: Exceptions) {
    this.#status = status;
    this.#exceptions = exceptions;
  }

  /** A guest fault that came out of the engine; anything else goes on. */
  access(error: unknown): void {
    if (error instanceof FetchFault) this.#fetch(error);
    else if (error instanceof BusFault) this.#data(error);
    else if (error instanceof ProtectionFault) this.#protection(error);
    else if (error instanceof UnalignedFault) this.usage(UFSR.UNALIGNED);
    else throw error;
  }
  /** UsageFault with a bit of UFSR. */
  usage(bit: number): void {
    this.#status.cfsr |= bit;
    this.#exceptions.raise(EXCEPTION.usageFault);
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
  #data({ address }: BusFault): void {
    this.#status.bfar = address;
    this.#status.cfsr |= BFSR.PRECISERR | BFSR.BFARVALID;
    this.#exceptions.raise(EXCEPTION.busFault);
  }
}
