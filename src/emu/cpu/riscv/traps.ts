import type { CpuSystem } from '../../cpu.js';
import { InternalError } from '../../errors.js';
import type { Isa } from '../../isa/instruction.js';
import { AccessException } from './access-exception.js';
import type { BusPort } from './bus-port.js';
import { IllegalCsr } from './csr-file.js';
import type { HartContext } from './hart-context.js';
import { type HartWords, WORD, type WordName } from './hart-words.js';
import type { Interrupts } from './interrupts.js';
import { PRIVILEGE, type Privilege, privilegeName } from './privilege.js';
import type { Reservation } from './reservation.js';
import type { Retirement } from './retirement.js';
import type { HartModel } from './riscv-options.js';
import type { Sleep } from './sleep.js';
import { MSTATUS, type Status } from './status.js';
import { causeName, EXCEPTION, INTERRUPT_FLAG, isCall } from './trap-causes.js';
import type { TrapLog } from './trap-log.js';
import { exact, hexOf } from './wide.js';

export interface TrapParts {
  readonly system: CpuSystem;
  readonly isa: Isa;
  readonly model: HartModel;
  readonly context: HartContext;
  readonly hart: HartWords;
  readonly status: Status;
  readonly interrupts: Interrupts;
  readonly port: BusPort;
  readonly sleep: Sleep;
  readonly retirement: Retirement;
  readonly log: TrapLog;
  readonly reservation: Reservation;
}

const OPCODE_AMO = 0x2f;
const FUNCT5_LR = 2;
/** Bytes of an instruction that raises a trap behind itself: WFI, SFENCE.VMA. */
const LENGTH = 4;
const NOTHING = 0;

/** Exceptions, returns and WFI: what the engine leaves to the hart. */
export class Traps {
  readonly #parts: TrapParts;

  constructor(parts: TrapParts) {
    this.#parts = parts;
  }

  /** One of the ISA's traps. */
  act(trap: string, argument: number): void {
    if (trap === 'ecall') this.#raise(EXCEPTION.userCall + this.#parts.hart.privilege, 0, 0);
    else if (trap === 'mret') this.#returnFromMachine();
    else if (trap === 'sret') this.#returnFromSupervisor();
    else if (trap === 'wfi') this.#waitForInterrupt();
    else if (trap === 'sfence') this.#fenceAddresses();
    // Priv 3.1.16: the address of the instruction
    else if (trap === 'ebreak') this.#raise(EXCEPTION.breakpoint, this.#parts.context.low, this.#parts.context.high);
    else if (trap === 'illegal') {
      // raised before the row's timing was paid
      this.#charge();
      this.#illegal();
    } else if (trap === 'misalignedTarget') {
      this.#raise(EXCEPTION.instructionMisaligned, argument, this.#parts.context.high);
    } else throw new InternalError({ what: `the hart does not know the trap '${trap}'` });
  }

  /** No instruction has this encoding. */
  undefined(first: number, second: number): void {
    const { isa } = this.#parts;
    this.#charge();
    this.#raise(EXCEPTION.illegalInstruction, isa.lengthOf(first) === 2 ? first : isa.join(first, second), 0);
  }

  /** An instruction that the host ended with an exception of the guest; any other error goes on. */
  abandoned(error: unknown): void {
    if (error instanceof AccessException) this.#refused(error);
    else if (error instanceof IllegalCsr) this.#illegal();
    else throw error;
  }

  interrupt(code: number): void {
    this.wentOn();
    this.#enter(code, true, 0, 0);
  }

  /**
   * The trap vector of the present mode, if the hart is at it and trapped there so that nothing changed: what it does next is
   * the same again, until something else than the hart changes what it fetches.
   */
  get stuckAt(): WordName | undefined {
    const { log, context, hart } = this.#parts;
    if (!log.stuck) return undefined;
    const at = hart.privilege === PRIVILEGE.supervisor ? SUPERVISOR : MACHINE;
    const isThere = this.#isVector(at.tvec, context.low, context.high);
    return isThere ? (at === SUPERVISOR ? 'stvec' : 'mtvec') : undefined;
  }
  /** The trap that it is stuck in was raised so many times more, for a cycle each. */
  pass(times: number): void {
    const { system, retirement, log, hart } = this.#parts;
    const { budgetCell } = system.timebase;
    const { cause } = hart.privilege === PRIVILEGE.supervisor ? SUPERVISOR : MACHINE;
    budgetCell[0] = budgetCell[0]! - times;
    retirement.abandoned(times);
    if (!isCall(hart.words[cause]!)) log.count(times);
  }
  /** Something was executed. */
  wentOn(): void {
    const { log } = this.#parts;
    if (log.stuck) log.stuck = false;
  }

  /** With TW, and in user mode where there is supervisor mode, WFI waits for no time at all (Priv 3.1.6.5, 3.3.3). */
  get waitIsIllegal(): boolean {
    const { hart, status, model } = this.#parts;
    const { privilege } = hart;
    const limited = privilege !== PRIVILEGE.machine && status.has(MSTATUS.TW);
    return limited || (privilege === PRIVILEGE.user && model.hasSupervisor);
  }

  #returnFromMachine(): void {
    const { hart, status } = this.#parts;
    if (hart.privilege !== PRIVILEGE.machine) this.#illegal();
    else this.#goOn(status.leaveMachine(), 'mepc');
  }
  /** TSR makes SRET machine mode's business (Priv 3.1.6.5). */
  #returnFromSupervisor(): void {
    const { hart, status, model } = this.#parts;
    const { privilege } = hart;
    const trapped = privilege === PRIVILEGE.supervisor && status.has(MSTATUS.TSR);
    if (!model.hasSupervisor || privilege === PRIVILEGE.user || trapped) this.#illegal();
    else this.#goOn(status.leaveSupervisor(), 'sepc');
  }
  #goOn(privilege: Privilege, at: WordName): void {
    const { hart, context, system } = this.#parts;
    this.wentOn();
    this.#parts.reservation.end();
    hart.privilege = privilege;
    const [low, high] = [hart.words[WORD[at]]!, hart.words[WORD[at] + 1]!];
    context.setPc(low, high);
    if (system.hears('return')) system.emit('return', { pc: shown(low, high) });
  }

  #waitForInterrupt(): void {
    if (this.waitIsIllegal) this.#illegalBehind();
    else {
      this.wentOn();
      this.#parts.sleep.wait();
    }
  }

  /** Translations are never older than the tables, so that nothing else is to do (Priv 4.2.1). */
  #fenceAddresses(): void {
    const { hart, status, model } = this.#parts;
    const { privilege } = hart;
    const trapped = privilege === PRIVILEGE.supervisor && status.has(MSTATUS.TVM);
    if (!model.hasSupervisor || privilege === PRIVILEGE.user || trapped) this.#illegalBehind();
    else {
      this.wentOn();
      this.#parts.reservation.end();
    }
  }

  #illegal(): void {
    this.#raise(EXCEPTION.illegalInstruction, this.#instructionWord(), 0);
  }
  /** The same for an instruction that pc stands behind already. */
  #illegalBehind(): void {
    const { context } = this.#parts;
    context.setPc((context.low - LENGTH) | 0, context.low >>> 0 < LENGTH ? context.high - 1 : context.high);
    this.#illegal();
  }

  #refused({ kind, refusal, address, high }: AccessException): void {
    if (kind === 'fetch') this.#charge();
    const isStore = kind === 'store' || (kind === 'load' && this.#isAmo());
    this.#raise(EXCEPTIONS[isStore ? 'store' : kind][refusal], address, high);
  }

  #raise(exception: number, low: number, high: number): void {
    const { retirement, context, hart, log, status } = this.#parts;
    const { privilege } = hart;
    const [pc, pcHigh] = [context.low, context.high];
    const again = this.#isAsLast(exception, low, high);
    const bits = again ? status.bits : 0;
    retirement.abandoned();
    const delegated = this.#enter(exception, false, low, high);
    const stuck = again && status.bits === bits;
    if (stuck && log.stuck) {
      if (!isCall(exception)) log.count(1);
      return;
    }
    log.stuck = stuck;
    if (!isCall(exception) && !isDemandPaging(exception, privilege, delegated)) {
      this.#record(exception, privilege, [pc, pcHigh], [low, high]);
    }
  }

  /** Whether a trap leaves what it finds, but for mstatus: raised at its own vector, for what it says already. */
  #isAsLast(exception: number, low: number, high: number): boolean {
    const { hart, context, model, reservation } = this.#parts;
    const { words, privilege } = hart;
    const at = privilege === PRIVILEGE.supervisor ? SUPERVISOR : MACHINE;
    const [pc, pcHigh] = [context.low, context.high];
    if (words[at.epc] !== pc || words[at.epc + 1] !== pcHigh || !this.#isVector(at.tvec, pc, pcHigh)) return false;
    const isDelegated = ((words[WORD.medeleg]! >>> exception) & 1) !== 0;
    if (privilege !== (isDelegated && at === SUPERVISOR ? PRIVILEGE.supervisor : PRIVILEGE.machine)) return false;
    if (words[at.cause] !== exception || (model.xlen === 64 && words[at.cause + 1] !== 0)) return false;
    return words[at.tval] === low && words[at.tval + 1] === high && !reservation.isValid && ALWAYS.has(exception);
  }
  /** Where exceptions go by a vector register (Priv 3.1.7). */
  #isVector(register: number, low: number, high: number): boolean {
    const { words } = this.#parts.hart;
    return (words[register]! & ~3) === low && words[register + 1] === high;
  }

  #record(
    exception: number,
    privilege: Privilege,
    pc: readonly [number, number],
    mtval: readonly [number, number],
  ): void {
    const { log, system, model } = this.#parts;
    log.add(exception, pc, mtval, privilege);
    if (!system.hears('fault')) return;
    const key = exception === EXCEPTION.illegalInstruction ? 'word' : 'address';
    const mode: Record<string, string> = model.hasUser ? { mode: privilegeName(privilege) } : {};
    system.emit('fault', {
      kind: causeName(exception),
      mcause: exception,
      pc: shown(...pc),
      [key]: shown(...mtval),
      ...mode,
    });
  }

  /** Trap entry (Priv 3.1.6.1, 3.1.7, 3.1.8); true if it is supervisor mode's. */
  #enter(code: number, isInterrupt: boolean, low: number, high: number): boolean {
    const { hart, status, context, interrupts } = this.#parts;
    const { words, privilege } = hart;
    const isDelegated = isInterrupt ? interrupts.isDelegated(code) : ((words[WORD.medeleg]! >>> code) & 1) !== 0;
    const toSupervisor = privilege !== PRIVILEGE.machine && isDelegated;
    // software that is switched to must not find a reservation of another (Unpriv 8.2)
    this.#parts.reservation.end();
    if (toSupervisor) status.enterSupervisor(privilege);
    else status.enterMachine(privilege);
    const at = toSupervisor ? SUPERVISOR : MACHINE;
    words[at.epc] = context.low;
    words[at.epc + 1] = context.high;
    this.#setCause(at.cause, code, isInterrupt);
    words[at.tval] = low;
    words[at.tval + 1] = high;
    hart.privilege = toSupervisor ? PRIVILEGE.supervisor : PRIVILEGE.machine;
    this.#jump(words[at.tvec]!, words[at.tvec + 1]!, isInterrupt ? 4 * code : 0);
    return toSupervisor;
  }
  /** The interrupt flag is the register's top bit. */
  #setCause(at: number, code: number, isInterrupt: boolean): void {
    const { hart, model } = this.#parts;
    const flag = isInterrupt ? INTERRUPT_FLAG | 0 : 0;
    hart.words[at] = model.xlen === 32 ? flag | code : code;
    hart.words[at + 1] = model.xlen === 32 ? 0 : flag;
  }
  #jump(vector: number, high: number, offset: number): void {
    const base = (vector & ~3) >>> 0;
    const target = base + ((vector & 1) === 0 ? NOTHING : offset);
    this.#parts.context.setPc(target | 0, target >= 2 ** 32 ? high + 1 : high);
  }

  /** An instruction that could not be decoded, or whose extension is off, takes a cycle too. */
  #charge(): void {
    this.#parts.system.timebase.budgetCell[0]!--;
  }

  #instructionWord(): number {
    const { isa, port, context } = this.#parts;
    const first = port.fetch16(context.low);
    if (isa.lengthOf(first) === 2) return first;
    return isa.join(first, port.fetch16((context.low + 2) | 0, context.low >>> 0 === 0xffff_fffe ? 1 : 0));
  }
  /** AMOs raise store exceptions also for their load; LR is a load (Priv 3.1.15). An access is never a 16-bit AMO. */
  #isAmo(): boolean {
    const { port, context } = this.#parts;
    const first = port.fetch16(context.low);
    return (first & 0x7f) === OPCODE_AMO && this.#instructionWord() >>> 27 !== FUNCT5_LR;
  }
}

const MACHINE = { epc: WORD.mepc, cause: WORD.mcause, tval: WORD.mtval, tvec: WORD.mtvec } as const;
const SUPERVISOR = { epc: WORD.sepc, cause: WORD.scause, tval: WORD.stval, tvec: WORD.stvec } as const;

const EXCEPTIONS = {
  fetch: {
    misaligned: EXCEPTION.instructionMisaligned,
    access: EXCEPTION.instructionAccessFault,
    page: EXCEPTION.instructionPageFault,
  },
  load: { misaligned: EXCEPTION.loadMisaligned, access: EXCEPTION.loadAccessFault, page: EXCEPTION.loadPageFault },
  store: { misaligned: EXCEPTION.storeMisaligned, access: EXCEPTION.storeAccessFault, page: EXCEPTION.storePageFault },
} as const;

/** What follows from the hart's state and memory alone. A device may refuse an access now and not the next time. */
const ALWAYS: ReadonlySet<number> = new Set(
  Object.values(EXCEPTION).filter((one) => one !== EXCEPTION.loadAccessFault && one !== EXCEPTION.storeAccessFault),
);

/** An address in an event: text where a number does not hold it exactly. */
function shown(low: number, high: number): number | string {
  const value = exact(low, high);
  return typeof value === 'number' ? value : hexOf(low, high);
}

/** A page fault of user mode that its kernel gets: how pages come on demand, and no fault of the firmware. */
function isDemandPaging(exception: number, privilege: Privilege, delegated: boolean): boolean {
  return delegated && privilege === PRIVILEGE.user && exception >= EXCEPTION.instructionPageFault;
}
