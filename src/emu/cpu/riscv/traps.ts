import type { CpuSystem } from '../../cpu.js';
import { InternalError } from '../../errors.js';
import type { ColdEngine } from '../../isa/cold-engine.js';
import { AccessException, type BusPort } from './bus-port.js';
import { type CsrFile, IllegalCsr } from './csr-file.js';
import type { Retirement } from './retirement.js';
import type { Sleep } from './sleep.js';
import { causeName, EXCEPTION } from './trap-causes.js';
import type { TrapLog } from './trap-log.js';

export interface TrapParts {
  readonly system: CpuSystem;
  readonly engine: ColdEngine;
  readonly port: BusPort;
  readonly csrs: CsrFile;
  readonly sleep: Sleep;
  readonly retirement: Retirement;
  readonly log: TrapLog;
  /** The scalar that is 1 while there is a reservation. */
  readonly reserved: Int32Array;
}

/** Priv 3.1.16 leaves 0 or the address of the instruction; 0 as on QEMU's `virt`. */
const EBREAK_MTVAL = 0;
const OPCODE_AMO = 0x2f;
const FUNCT5_LR = 2;

/** Exceptions, MRET and WFI: what the engine leaves to the hart. */
export class Traps {
  readonly #parts: TrapParts;

  constructor(parts: TrapParts) {
    this.#parts = parts;
  }

  /** One of the ISA's traps. */
  act(trap: string, argument: number): void {
    if (trap === 'mret') this.#return();
    else if (trap === 'wfi') this.#parts.sleep.wait();
    else if (trap === 'ecall') this.#raise(EXCEPTION.environmentCall, 0);
    else if (trap === 'ebreak') this.#raise(EXCEPTION.breakpoint, EBREAK_MTVAL);
    else if (trap === 'illegal') this.#raise(EXCEPTION.illegalInstruction, argument);
    else if (trap === 'misalignedTarget') this.#raise(EXCEPTION.instructionMisaligned, argument);
    else throw new InternalError({ what: `the hart does not know the trap '${trap}'` });
  }

  /** No instruction has this encoding. */
  undefined(first: number, second: number): void {
    const { isa } = this.#parts.engine;
    this.#charge();
    this.#raise(EXCEPTION.illegalInstruction, isa.lengthOf(first) === 2 ? first : isa.join(first, second));
  }

  /** An instruction that the host ended with an exception of the guest; any other error goes on. */
  abandoned(error: unknown): void {
    if (error instanceof AccessException) this.#refused(error);
    else if (error instanceof IllegalCsr) this.#raise(EXCEPTION.illegalInstruction, this.#instructionWord());
    else throw error;
  }

  /** A trap also ends a reservation: software that is switched to must not find that of another (Unpriv 8.2). */
  enter(mcause: number, mtval: number): void {
    const { engine, csrs } = this.#parts;
    this.endReservation();
    engine.pc = csrs.enterTrap(mcause | 0, engine.pc, mtval);
  }
  endReservation(): void {
    this.#parts.reserved[0] = 0;
  }

  #return(): void {
    this.endReservation();
    this.#parts.engine.pc = this.#parts.csrs.leaveTrap();
  }

  #refused({ kind, misaligned, address }: AccessException): void {
    if (kind === 'fetch') {
      this.#charge();
      this.#raise(EXCEPTION.instructionAccessFault, address);
    } else if (kind === 'store' || this.#isAmo()) {
      this.#raise(misaligned ? EXCEPTION.storeMisaligned : EXCEPTION.storeAccessFault, address);
    } else this.#raise(misaligned ? EXCEPTION.loadMisaligned : EXCEPTION.loadAccessFault, address);
  }

  #raise(exception: number, mtval: number): void {
    const { engine, retirement, log, system } = this.#parts;
    const { pc } = engine;
    retirement.abandoned();
    if (exception !== EXCEPTION.environmentCall) {
      log.add(exception, pc, mtval);
      const value = exception === EXCEPTION.illegalInstruction ? 'word' : 'address';
      system.emit('fault', { kind: causeName(exception), mcause: exception, pc, [value]: mtval >>> 0 });
    }
    this.enter(exception, mtval);
  }

  /** An instruction that could not even be decoded takes a cycle too. */
  #charge(): void {
    this.#parts.system.timebase.budgetCell[0]!--;
  }

  #instructionWord(): number {
    const { engine, port } = this.#parts;
    return engine.isa.join(port.fetch16(engine.pc), port.fetch16((engine.pc + 2) >>> 0));
  }
  /** AMOs raise store exceptions also for their load; LR is a load (Priv 3.1.15). An access is never a 16-bit AMO. */
  #isAmo(): boolean {
    const first = this.#parts.port.fetch16(this.#parts.engine.pc);
    return (first & 0x7f) === OPCODE_AMO && this.#instructionWord() >>> 27 !== FUNCT5_LR;
  }
}
