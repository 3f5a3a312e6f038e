import type { Cpu, CpuResetKind, CpuStop, CpuSystem, CpuType } from '../../cpu.js';
import { InternalError, UsageError } from '../../errors.js';
import { ColdEngine, type EngineExit } from '../../isa/cold-engine.js';
import type { Isa } from '../../isa/instruction.js';
import type { Signal } from '../../signal.js';
import type { Frequency } from '../../time.js';
import { AccessException, BusPort } from './bus-port.js';
import { clint } from './clint.js';
import { Counter64 } from './counter64.js';
import { CSR_WORDS, CsrFile, IllegalCsr } from './csr-file.js';
import { rv32imac } from './isa.js';
import { PLIC_SOURCES, plic } from './plic.js';
import { RETIREMENT_WORDS, Retirement } from './retirement.js';
import { causeName, EXCEPTION, INTERRUPT, INTERRUPT_FLAG } from './trap-causes.js';
import { TRAP_LOG_WORDS, TrapLog, type TrapRecord } from './trap-log.js';
import { X_NAMES } from './x-registers.js';

export interface Rv32Options {
  /** Where the hart fetches its first instruction. */
  readonly resetVector: number;
  /** Hz of mtime, which runs beside the CPU clock. */
  readonly timebase: Frequency;
  readonly clint: number;
  readonly plic: number;
}

/** Name of mtime's clock among the machine's clocks. */
export const MTIME_CLOCK = 'mtime';

/** One RV32IMAC hart with machine mode (Priv 1.12), CLINT and PLIC beside it. */
export function rv32(options: Rv32Options): CpuType {
  return { name: 'rv32imac', create: (system) => new Rv32Hart(system, options) };
}

const SLEEP = { awake: 0, waiting: 1, halted: 2 } as const;
/** Priv 3.1.16 leaves 0 or the address of the instruction; 0 as on QEMU's `virt`. */
const EBREAK_MTVAL = 0;
const OPCODE_AMO = 0x2f;
const FUNCT5_LR = 2;

/** The hart: instructions by the engine, traps, interrupts and CSRs here. */
export class Rv32Hart implements Cpu {
  readonly name = 'rv32imac';
  readonly isa: Isa = rv32imac;
  readonly registerNames: readonly string[] = [...X_NAMES, 'pc'];
  readonly devices: Cpu['devices'];
  readonly breakpoints: Cpu['breakpoints'];
  readonly csrs: CsrFile;
  readonly #system: CpuSystem;
  readonly #options: Rv32Options;
  readonly #engine: ColdEngine;
  readonly #port: BusPort;
  readonly #x: Int32Array;
  readonly #reserved: Int32Array;
  readonly #sleep: Int32Array;
  readonly #retirement: Retirement;
  readonly #traps: TrapLog;
  readonly #lines: Readonly<Record<keyof typeof INTERRUPT, Signal>>;
  readonly #halt: Signal;
  /** 1 while a CSR instruction is executed, whose own cycle is counted already. */
  #own = 0;

  constructor(system: CpuSystem, options: Rv32Options) {
    this.#system = system;
    this.#options = options;
    const { arena, timebase, signals } = system;
    this.#port = new BusPort(system.bus);
    this.#engine = new ColdEngine(this.isa, system.memory, Object.assign(this.#port, { helpers: this.#helpers() }));
    const { layout } = this.#engine;
    const buffer = system.memory.buffer as ArrayBuffer;
    this.#x = new Int32Array(buffer, layout.registers, layout.registerCount);
    this.#reserved = new Int32Array(buffer, layout.scalars['reserved']!.offset, 1);
    this.#sleep = arena.i32('cpu.sleep', 1);
    this.#traps = new TrapLog(arena.i32('cpu.traps', TRAP_LOG_WORDS));
    const cycles = () => timebase.cpuClock.now();
    this.#retirement = new Retirement(arena.f64('cpu.retirement', RETIREMENT_WORDS), buffer, layout, cycles);
    const counter = (name: string, count: () => number, own?: () => number) =>
      new Counter64(arena.i32(`cpu.${name}`, Counter64.WORDS), count, own);
    const mtimeClock = timebase.clock(MTIME_CLOCK, options.timebase);
    const mtime = counter('mtime', () => mtimeClock.now());
    this.csrs = new CsrFile({
      words: arena.i32('cpu.csr', CSR_WORDS),
      mcycle: counter('mcycle', cycles, () => this.#own),
      minstret: counter(
        'minstret',
        () => this.#retirement.count(),
        () => this.#own,
      ),
      mtime,
      pending: () => this.#pending,
      changed: () => this.#attend(),
      report: (problem) => system.report(problem),
    });
    const input = (name: string) => {
      const signal = signals.get(`cpu.${name}`);
      signal.listen(() => this.#attend());
      return signal;
    };
    this.#lines = { external: input('meip'), software: input('msip'), timer: input('mtip') };
    this.#halt = signals.get('cpu.halt');
    this.#halt.listen((level) => level !== 0 && this.#stop());
    this.breakpoints = {
      add: (address) => this.#engine.addBreakpoint(address),
      delete: (address) => this.#engine.deleteBreakpoint(address),
    };
    this.devices = {
      clint: {
        address: options.clint,
        device: clint(mtime),
        clock: MTIME_CLOCK,
        wires: { msip: 'cpu.msip', mtip: 'cpu.mtip' },
      },
      plic: { address: options.plic, device: plic, wires: { meip: 'cpu.meip' } },
    };
  }

  get pc(): number {
    return this.#engine.pc;
  }
  set pc(address: number) {
    this.#engine.pc = address & ~1;
  }
  /** WFI ends when an enabled interrupt is pending, whatever mstatus.MIE says (Priv 3.3.3). */
  get sleeping(): boolean {
    return this.#sleep[0] === SLEEP.waiting && (this.#pending & this.csrs.mie) === 0;
  }
  /** Halted by the board: the test finisher ended the run. */
  get locked(): boolean {
    return this.#sleep[0] === SLEEP.halted;
  }
  /** The exceptions so far, the first sixteen in full; environment calls are none. */
  get faults(): readonly TrapRecord[] {
    return this.#traps.list;
  }

  run(): CpuStop {
    while (this.#system.timebase.budgetCell[0]! > 0) {
      if (this.locked) return 'locked';
      if (this.sleeping) return 'sleeping';
      this.#boundary();
      if (this.#execute(false)?.kind === 'breakpoint') return 'breakpoint';
    }
    if (this.locked) return 'locked';
    return this.sleeping ? 'sleeping' : 'slice';
  }

  step(): void {
    if (this.locked || this.sleeping) return;
    if (!this.#boundary()) this.#execute(true);
  }

  /** Priv 3.4: M mode, interrupts off, pc at the reset vector; the rest is left open there and zero here. */
  reset(kind: CpuResetKind): void {
    this.#x.fill(0);
    this.#reserved[0] = 0;
    this.#wake();
    this.csrs.reset();
    if (kind === 'power-on') this.#traps.clear();
    this.pc = this.#options.resetVector;
  }

  register(name: string): number {
    if (name === 'pc') return this.pc;
    const index = indexOfX(name);
    const value = index === undefined ? this.csrs.peek(name) : this.#x[index]! >>> 0;
    return value ?? unknownRegister(name);
  }
  setRegister(name: string, value: number): void {
    const index = indexOfX(name);
    if (name === 'pc') this.pc = value;
    else if (index === undefined) this.csrs.poke(name, value) || unknownRegister(name);
    else if (index !== 0) this.#x[index] = value;
  }
  describe(): string {
    if (this.locked) return 'machine mode, halted';
    return this.sleeping ? 'machine mode, in WFI' : 'machine mode';
  }
  /** Source `line` of the PLIC. */
  interrupt(line: number): Signal {
    if (Number.isInteger(line) && line > 0 && line < PLIC_SOURCES) return this.#system.signals.get(`plic.irq${line}`);
    throw new UsageError({
      what: `there is no interrupt source ${line}`,
      where: this.name,
      remedy: `give a number from 1 to ${PLIC_SOURCES - 1}`,
    });
  }
  input(name: string): Signal | undefined {
    return {
      ...this.#lines,
      meip: this.#lines.external,
      msip: this.#lines.software,
      mtip: this.#lines.timer,
      halt: this.#halt,
    }[name];
  }
  invalidate(address: number, length: number): void {
    this.#engine.invalidate(address, length);
  }
  /** Everything is in memory and arena; nothing is cached beside them. */
  restored(): void {}

  /** mip: the levels of the three wires. */
  get #pending(): number {
    const { external, software, timer } = this.#lines;
    return (
      (external.level << INTERRUPT.external) | (software.level << INTERRUPT.software) | (timer.level << INTERRUPT.timer)
    );
  }

  /** Something that decides about interrupts changed: the engine comes back after this instruction if one is due. */
  #attend(): void {
    const due = (this.#pending & this.csrs.mie) !== 0 && this.csrs.interruptsEnabled;
    if (due) this.#system.timebase.requestStop();
  }

  #fallAsleep(kind: number): void {
    if (this.#sleep[0] === SLEEP.awake) this.#retirement.fallAsleep();
    this.#sleep[0] = kind;
  }
  #wake(): void {
    if (this.#sleep[0] !== SLEEP.awake) this.#retirement.wake();
    this.#sleep[0] = SLEEP.awake;
  }
  /** For good, until a reset. */
  #stop(): void {
    this.#fallAsleep(SLEEP.halted);
    this.#system.timebase.requestStop();
  }

  /** Between instructions: ends WFI and takes an interrupt that is due. True if one was taken. */
  #boundary(): boolean {
    const due = this.#pending & this.csrs.mie;
    this.#wake();
    if (due === 0 || !this.csrs.interruptsEnabled) return false;
    const code = Object.values(INTERRUPT).find((one) => (due >>> one) & 1)!;
    this.#enter(INTERRUPT_FLAG | code, 0);
    this.#system.emit('irq', { cause: causeName(INTERRUPT_FLAG | code), code });
    return true;
  }

  #execute(single: boolean): EngineExit | undefined {
    let exit: EngineExit;
    try {
      exit = single ? this.#engine.step() : this.#engine.run();
    } catch (error) {
      this.#own = 0;
      this.#abandoned(error);
      return undefined;
    }
    if (exit.kind === 'trap') this.#trap(exit.trap, exit.argument);
    else if (exit.kind === 'undefined') {
      this.#charge();
      this.#raise(
        EXCEPTION.illegalInstruction,
        this.isa.lengthOf(exit.first) === 2 ? exit.first : this.isa.join(exit.first, exit.second),
      );
    }
    return exit;
  }

  #trap(trap: string, argument: number): void {
    if (trap === 'mret') {
      this.#reserved[0] = 0;
      this.pc = this.csrs.leaveTrap();
    } else if (trap === 'wfi') {
      this.#fallAsleep(SLEEP.waiting);
    } else if (trap === 'ebreak') this.#raise(EXCEPTION.breakpoint, EBREAK_MTVAL);
    else if (trap === 'ecall') this.#raise(EXCEPTION.environmentCall, 0);
    else if (trap === 'illegal') this.#raise(EXCEPTION.illegalInstruction, argument);
    else if (trap === 'misalignedTarget') this.#raise(EXCEPTION.instructionMisaligned, argument);
    else throw new InternalError({ what: `the hart does not know the trap '${trap}'` });
  }

  /** An instruction that the host ended with an exception of the guest; any other error goes on. */
  #abandoned(error: unknown): void {
    if (error instanceof IllegalCsr) {
      this.#raise(EXCEPTION.illegalInstruction, this.#instructionWord());
      return;
    }
    if (!(error instanceof AccessException)) throw error;
    const { kind, misaligned, address } = error;
    if (kind === 'fetch') {
      this.#charge();
      this.#raise(EXCEPTION.instructionAccessFault, address);
    } else if (kind === 'store' || this.#isAmo()) {
      this.#raise(misaligned ? EXCEPTION.storeMisaligned : EXCEPTION.storeAccessFault, address);
    } else this.#raise(misaligned ? EXCEPTION.loadMisaligned : EXCEPTION.loadAccessFault, address);
  }

  #raise(exception: number, mtval: number): void {
    const { pc } = this;
    this.#retirement.abandoned();
    if (exception !== EXCEPTION.environmentCall) {
      this.#traps.add(exception, pc, mtval);
      const value = exception === EXCEPTION.illegalInstruction ? 'word' : 'address';
      this.#system.emit('fault', { kind: causeName(exception), mcause: exception, pc, [value]: mtval >>> 0 });
    }
    this.#enter(exception, mtval);
  }

  /** A trap also ends a reservation: software that is switched to must not find that of another (Unpriv 8.2). */
  #enter(mcause: number, mtval: number): void {
    this.#reserved[0] = 0;
    this.#engine.pc = this.csrs.enterTrap(mcause | 0, this.pc, mtval);
  }

  /** An instruction that could not even be decoded takes a cycle too. */
  #charge(): void {
    this.#system.timebase.budgetCell[0]!--;
  }

  #instructionWord(): number {
    const { pc } = this;
    return this.isa.join(this.#port.fetch16(pc), this.#port.fetch16((pc + 2) >>> 0));
  }
  /** AMOs raise store exceptions also for their load; LR is a load (Priv 3.1.15). */
  #isAmo(): boolean {
    const word = this.#instructionWord();
    return (word & 0x7f) === OPCODE_AMO && word >>> 27 !== FUNCT5_LR;
  }

  #helpers(): Record<string, (...args: number[]) => number | undefined> {
    return {
      csr: (number, operation, value, writes) => {
        this.#own = 1;
        const old = this.csrs.access(number!, operation!, value!, writes !== 0);
        this.#own = 0;
        return old;
      },
      // stores drop what was decoded from the bytes they change
      fencei: () => undefined,
    };
  }
}

function indexOfX(name: string): number | undefined {
  const index = name === 'fp' ? 8 : /^x([12]?\d|3[01])$/.test(name) ? Number(name.slice(1)) : X_NAMES.indexOf(name);
  return index < 0 ? undefined : index;
}

function unknownRegister(name: string): never {
  throw new UsageError({
    what: `there is no register '${name}'`,
    where: 'rv32imac',
    remedy: 'give an ABI name (a0), a number (x10), pc, or a CSR (mcause)',
  });
}
