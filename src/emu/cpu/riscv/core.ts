import type { Cpu, CpuResetKind, CpuStop, CpuSystem, CpuType } from '../../cpu.js';
import { UsageError } from '../../errors.js';
import { ColdEngine, type EngineExit } from '../../isa/cold-engine.js';
import type { Isa } from '../../isa/instruction.js';
import type { Signal } from '../../signal.js';
import type { Frequency } from '../../time.js';
import { BusPort } from './bus-port.js';
import { clint } from './clint.js';
import type { Counter64 } from './counter64.js';
import { CsrFile } from './csr-file.js';
import { csrParts, retirementOf } from './hart-state.js';
import { InterruptLines, mostUrgent } from './interrupt-lines.js';
import { rv32imac } from './isa.js';
import { PLIC_SOURCES, plic, VIRT_PLIC } from './plic.js';
import { NamedRegisters } from './register-names.js';
import { Sleep } from './sleep.js';
import { causeName, INTERRUPT_FLAG } from './trap-causes.js';
import { TRAP_LOG_WORDS, TrapLog, type TrapRecord } from './trap-log.js';
import { Traps } from './traps.js';

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

/** The hart: instructions by the engine, what happens between them here. */
export class Rv32Hart implements Cpu {
  readonly name = 'rv32imac';
  readonly isa: Isa = rv32imac;
  readonly registerNames = NamedRegisters.LIST;
  readonly devices: Cpu['devices'];
  readonly breakpoints: Cpu['breakpoints'];
  readonly #system: CpuSystem;
  readonly #resetVector: number;
  readonly #engine: ColdEngine;
  readonly #x: Int32Array;
  readonly #csrs: CsrFile;
  readonly #names: NamedRegisters;
  readonly #sleep: Sleep;
  readonly #log: TrapLog;
  readonly #traps: Traps;
  readonly #lines: InterruptLines;
  readonly #halt: Signal;
  /** 1 while a CSR instruction is executed, whose own cycle is counted already. */
  #own = 0;

  constructor(system: CpuSystem, options: Rv32Options) {
    this.#system = system;
    this.#resetVector = options.resetVector;
    const { arena, timebase, signals } = system;
    const port = new BusPort(system.bus);
    this.#engine = new ColdEngine(
      this.isa,
      system.memory,
      Object.assign(port, { helpers: this.#helpers() }),
      system.engine,
    );
    const { layout } = this.#engine;
    this.#x = new Int32Array(system.memory.buffer, layout.registers, layout.registerCount);
    const retirement = retirementOf(system, layout);
    this.#sleep = new Sleep(arena.i32('cpu.sleep', 1), retirement);
    this.#lines = new InterruptLines(signals, () => this.#attend());
    const mtime = timebase.clock(MTIME_CLOCK, options.timebase);
    const parts = csrParts(system, mtime, retirement, () => this.#own);
    const changed = () => this.#attend();
    this.#csrs = new CsrFile({ ...parts, pending: () => this.#lines.pending, changed });
    this.#names = new NamedRegisters(this.#x, this.#csrs, this);
    this.#log = new TrapLog(arena.i32('cpu.traps', TRAP_LOG_WORDS));
    const reserved = new Int32Array(system.memory.buffer, layout.scalars['reserved']!.offset, 1);
    const shared = { system, port, retirement, reserved };
    this.#traps = new Traps({ ...shared, engine: this.#engine, csrs: this.#csrs, sleep: this.#sleep, log: this.#log });
    this.#halt = signals.get('cpu.halt');
    this.#halt.listen((level) => level !== 0 && this.#stop());
    this.breakpoints = {
      add: (address) => this.#engine.addBreakpoint(address),
      delete: (address) => this.#engine.deleteBreakpoint(address),
    };
    this.devices = devicesBeside(options, parts.mtime);
  }

  get slice(): number {
    return this.#engine.slice;
  }
  get statistics() {
    return this.#engine.statistics;
  }
  get pc(): number {
    return this.#engine.pc;
  }
  set pc(address: number) {
    this.#engine.pc = address & ~1;
  }
  /** WFI ends when an enabled interrupt is pending, whatever mstatus.MIE says (Priv 3.3.3). */
  get sleeping(): boolean {
    return this.#sleep.waiting && (this.#lines.pending & this.#csrs.mie) === 0;
  }
  /** Halted by the board: the test finisher ended the run. */
  get locked(): boolean {
    return this.#sleep.halted;
  }
  /** The exceptions so far, the first sixteen in full; environment calls are none. */
  get faults(): readonly TrapRecord[] {
    return this.#log.list;
  }

  run(): CpuStop {
    const { budgetCell } = this.#system.timebase;
    while (budgetCell[0]! > 0 && !this.locked && !this.sleeping) {
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
    this.#sleep.wake();
    this.#csrs.reset();
    this.#traps.endReservation();
    if (kind === 'power-on') this.#log.clear();
    this.pc = this.#resetVector;
  }

  register(name: string): number {
    return this.#names.read(name);
  }
  setRegister(name: string, value: number): void {
    this.#names.write(name, value);
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
  /** `meip`, `msip`, `mtip`, and `halt`, which stops the hart for good. */
  input(name: string): Signal | undefined {
    return name === 'halt' ? this.#halt : this.#lines.named(name);
  }
  invalidate(address: number, length: number): void {
    this.#engine.invalidate(address, length);
  }
  remapped(): void {
    this.#engine.remapped();
  }
  /** Everything is in memory and arena; nothing is cached beside them. */
  restored(): void {}

  /** Something that decides about interrupts changed: the engine comes back after this instruction if one is due. */
  #attend(): void {
    if (this.#due() !== 0 && this.#csrs.interruptsEnabled) this.#system.timebase.requestStop();
  }
  #due(): number {
    return this.#lines.pending & this.#csrs.mie;
  }

  #stop(): void {
    this.#sleep.halt();
    this.#system.timebase.requestStop();
  }

  /** Between instructions: ends WFI and takes an interrupt that is due. True if one was taken. */
  #boundary(): boolean {
    this.#sleep.wake();
    const code = mostUrgent(this.#due());
    if (code === undefined || !this.#csrs.interruptsEnabled) return false;
    this.#traps.enter(INTERRUPT_FLAG | code, 0);
    if (this.#system.hears('irq')) {
      this.#system.emit('irq', { cause: causeName(INTERRUPT_FLAG | code), code });
    }
    return true;
  }

  #execute(single: boolean): EngineExit | undefined {
    try {
      const exit = single ? this.#engine.step() : this.#engine.run();
      if (exit.kind === 'trap') this.#traps.act(exit.trap, exit.argument);
      else if (exit.kind === 'undefined') this.#traps.undefined(exit.first, exit.second);
      return exit;
    } catch (error) {
      this.#own = 0;
      this.#traps.abandoned(error);
      return undefined;
    }
  }

  #helpers(): Record<string, (...args: number[]) => number | undefined> {
    return {
      csr: (number, operation, value, writes) => {
        this.#own = 1;
        const old = this.#csrs.access(number!, operation!, value!, writes !== 0);
        this.#own = 0;
        return old;
      },
      // stores drop what was decoded from the bytes they change
      fencei: () => undefined,
    };
  }
}

function devicesBeside(options: Rv32Options, mtime: Counter64): Cpu['devices'] {
  const wires = { 'hart0.msip': 'cpu.msip', 'hart0.mtip': 'cpu.mtip' };
  return {
    clint: { address: options.clint, device: clint(mtime), clock: MTIME_CLOCK, wires },
    plic: { address: options.plic, device: plic(VIRT_PLIC), wires: { 'hart0.meip': 'cpu.meip' } },
  };
}
