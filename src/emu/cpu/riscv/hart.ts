import type { CpuHart, CpuSystem } from '../../cpu.js';
import type { EngineExit } from '../../isa/cold-engine.js';
import type { Isa } from '../../isa/instruction.js';
import type { StateLayout } from '../../isa/layout.js';
import type { Clock } from '../../time.js';
import { AddressSpace } from './address-space.js';
import { BIT_EXTENSIONS } from './bit-row.js';
import type { BusPort } from './bus-port.js';
import { Counter64 } from './counter64.js';
import { CsrFile } from './csr-file.js';
import { contextWords, HartContext } from './hart-context.js';
import { HART_WORDS, HartWords, wordLabel } from './hart-words.js';
import { Interrupts } from './interrupts.js';
import { Mmu } from './mmu.js';
import { Pmp } from './pmp.js';
import { privilegeName } from './privilege.js';
import { NamedRegisters, pcNumber } from './register-names.js';
import { Reservation } from './reservation.js';
import { RETIREMENT_WORDS, Retirement } from './retirement.js';
import type { HartModel } from './riscv-options.js';
import { Sleep } from './sleep.js';
import { Status } from './status.js';
import { SupervisorTimer } from './supervisor-timer.js';
import { causeName, INTERRUPT_FLAG } from './trap-causes.js';
import { TRAP_LOG_WORDS, TrapLog, type TrapRecord } from './trap-log.js';
import { Traps } from './traps.js';
import { hexOf, wordsOf } from './wide.js';

/** What the harts of a cluster share. */
export interface Cluster {
  readonly system: CpuSystem;
  readonly name: string;
  readonly isa: Isa;
  readonly layout: StateLayout;
  readonly port: (space: AddressSpace) => BusPort;
  readonly mtime: Counter64;
  readonly mtimeClock: Clock;
  readonly isAlone: boolean;
  readonly updates: boolean;
  /** Cycles that a hart had so far. */
  readonly cycles: (hart: number) => number;
  /** What the CSR instruction in progress has added to cycles and instructions already. */
  readonly own: () => number;
  /** An interrupt may be due, or accesses may mean something else than before. */
  readonly attend: (hart: Hart) => void;
  /** Numbers ways of seeing memory. */
  readonly numberOf: (way: string) => number;
  readonly addressSpaceChanged: (hart: Hart) => void;
}

/** One hart: CSRs, interrupts, traps, registers. What it executes is the cluster's affair. */
export class Hart implements CpuHart {
  readonly model: HartModel;
  readonly context: HartContext;
  readonly words: HartWords;
  readonly csrs: CsrFile;
  readonly interrupts: Interrupts;
  readonly space: AddressSpace;
  readonly mmu: Mmu;
  readonly pmp: Pmp;
  readonly status: Status;
  readonly timer: SupervisorTimer | undefined;
  readonly port: BusPort;
  readonly reservation: Reservation;
  readonly #cluster: Cluster;
  readonly #names: NamedRegisters;
  readonly #sleep: Sleep;
  readonly #log: TrapLog;
  readonly #traps: Traps;

  constructor(model: HartModel, cluster: Cluster) {
    this.model = model;
    this.#cluster = cluster;
    const { system, layout, isAlone } = cluster;
    const { arena, memory } = system;
    const name = `cpu.hart${model.index}`;
    const kept = isAlone ? undefined : arena.i32(`${name}.registers`, contextWords(layout));
    this.context = new HartContext(layout, model.xlen, memory.buffer as ArrayBuffer, kept, model.index === 0);
    this.words = new HartWords(arena.i32(`${name}.csr`, HART_WORDS, wordLabel(model.index)));
    const attend = () => cluster.attend(this);
    this.status = new Status(model, this.words, this.#floatScalars(), () => {
      cluster.addressSpaceChanged(this);
      attend();
    });
    this.interrupts = new Interrupts(model, this.words, this.status, system.signals, attend);
    const addressSpaceChanged = () => {
      this.space.changed();
      cluster.addressSpaceChanged(this);
    };
    this.pmp = new Pmp(this.words, model.pmpEntries, addressSpaceChanged);
    const { words: hart, status, pmp, context, interrupts } = this;
    this.mmu = new Mmu({ bus: system.bus, model, hart, status, pmp, updates: cluster.updates });
    this.space = new AddressSpace({ hart, status, pmp, mmu: this.mmu, pc: context, numberOf: cluster.numberOf });
    this.port = cluster.port(this.space);
    this.reservation = new Reservation(context, model.xlen, this.space, this.mmu);
    const { mtime, mtimeClock } = cluster;
    if (model.hasSstc) {
      this.timer = new SupervisorTimer(name, hart, interrupts, mtime, mtimeClock, system.scheduler);
    }
    const retirement = this.#retirement(name);
    const counter = (own: string, count: () => number) =>
      new Counter64(arena.i32(`${name}.${own}`, Counter64.WORDS), count, cluster.own);
    const mcycle = counter('mcycle', () => cluster.cycles(model.index));
    const minstret = counter('minstret', () => retirement.count());
    const counters = { mcycle, minstret, mtime };
    const { timer } = this;
    const float = this.#floatControl();
    this.csrs = new CsrFile({ model, hart, status, interrupts, timer, pmp, ...counters, float, addressSpaceChanged });
    this.#counters = [mcycle, minstret];
    this.#names = new NamedRegisters(context, this.csrs, model, cluster.name);
    this.#sleep = new Sleep(arena.i32(`${name}.sleep`, 1), retirement);
    this.#log = new TrapLog(arena.i32(`${name}.traps`, TRAP_LOG_WORDS));
    const shared = { system, isa: cluster.isa, model, context, hart, status, interrupts, retirement };
    const { port } = this;
    this.#traps = new Traps({
      ...shared,
      port,
      sleep: this.#sleep,
      log: this.#log,
      reservation: this.reservation,
    });
  }
  readonly #counters: readonly Counter64[];

  get hartId(): number {
    return this.model.hartId;
  }
  get pc(): number {
    return pcNumber(this.context);
  }
  set pc(address: number) {
    this.setRegister('pc', address);
  }
  /** WFI ends when an enabled interrupt is pending, whatever mstatus says (Priv 3.3.3). */
  get sleeping(): boolean {
    return this.#sleep.waiting && !this.interrupts.awaited;
  }
  get locked(): boolean {
    return this.#sleep.halted;
  }
  /** Whether it has nothing to execute. */
  get isIdle(): boolean {
    return this.locked || this.sleeping;
  }
  /** The exceptions so far, the first sixteen in full; environment calls are none. */
  get faults(): readonly TrapRecord[] {
    return this.#log.list;
  }
  /** Why it does nothing any more but trap at its own trap handler; undefined while it does something. */
  get stuck(): string | undefined {
    const vector = this.#traps.stuckAt;
    if (vector === undefined) return undefined;
    const at = this.register64(vector);
    const handler = hexOf(...wordsOf(at & ~3n));
    const why = at === 0n ? `${vector} was never set` : `${vector} does not lead to a handler`;
    return `the hart traps at its own trap handler ${handler} again and again: ${why}`;
  }
  readonly registerNames = NamedRegisters.LIST;
  register(name: string): number {
    return this.#names.read(name);
  }
  register64(name: string): bigint {
    return this.#names.readWide(name);
  }
  setRegister(name: string, value: number | bigint): void {
    this.#names.write(name, value);
  }
  describe(): string {
    const mode = privilegeName(this.words.privilege);
    if (this.locked) return `${mode}, halted`;
    if (this.stuck !== undefined) return `${mode}, trapping again and again`;
    return this.sleeping ? `${mode}, in WFI` : mode;
  }

  /** Priv 3.4: M mode, interrupts off, pc at the reset vector; the rest is left open there and zero here. */
  reset(isPowerOn: boolean): void {
    this.context.clear();
    this.#sleep.wake();
    this.words.reset();
    this.status.reset();
    this.pmp.refresh();
    this.space.changed();
    this.timer?.reset();
    for (const counter of this.#counters) {
      counter.stopped = false;
      counter.set(0n);
    }
    this.#resetScalars();
    this.reservation.end();
    if (isPowerOn) this.#log.clear();
    this.context.setPc(this.model.resetVector | 0, 0);
  }

  /** Whether WFI does anything: waits, or is not allowed. */
  get waits(): boolean {
    return !this.interrupts.awaited || this.#traps.waitIsIllegal;
  }
  halt(): void {
    this.#sleep.halt();
  }
  /** Whether an interrupt would be taken before the next instruction. */
  get hasDue(): boolean {
    return this.interrupts.due() >= 0;
  }

  /** Between instructions: ends WFI and takes an interrupt that is due. True if one was taken. */
  boundary(): boolean {
    this.#sleep.wake();
    const code = this.interrupts.due();
    if (code < 0) return false;
    this.#traps.interrupt(code);
    const { system } = this.#cluster;
    if (system.hears('irq')) system.emit('irq', { cause: causeName(INTERRUPT_FLAG | code), code });
    return true;
  }
  /** Acts on what ended the engine's run. */
  act(exit: EngineExit): void {
    if (exit.kind === 'budget') this.#traps.wentOn();
    else if (exit.kind === 'trap') this.#traps.act(exit.trap, exit.argument);
    else if (exit.kind === 'undefined') this.#traps.undefined(exit.first, exit.second);
  }
  abandoned(error: unknown): void {
    this.#traps.abandoned(error);
  }
  /** Whether its last trap was one that it repeats until an event. */
  get isStuck(): boolean {
    return this.#log.stuck;
  }
  /** What it is stuck in lasts to the end of the slice; a trap takes a cycle. */
  passSlice(): void {
    const left = this.#cluster.system.timebase.budgetCell[0]!;
    if (left > 0 && this.#traps.stuckAt !== undefined && !this.hasDue) this.#traps.pass(left);
  }

  #retirement(name: string): Retirement {
    const { system, cycles } = this.#cluster;
    const words = system.arena.f64(`${name}.retirement`, RETIREMENT_WORDS);
    const stalls = [this.context.scalar('stalls')!, this.context.scalar('stalls', 1)!] as const;
    return new Retirement(words, stalls, () => cycles(this.model.index));
  }
  #floatScalars() {
    const [on, dirty] = [this.context.scalar('fpOn'), this.context.scalar('fpDirty')];
    const doubleOn = this.model.extensions.has('d') ? this.context.scalar('fpdOn') : undefined;
    return on && dirty && { on, doubleOn, dirty };
  }
  #floatControl() {
    const [flags, rounding] = [this.context.scalar('fflags'), this.context.scalar('frm')];
    return flags && rounding && { flags, rounding };
  }
  #resetScalars(): void {
    const { context, model } = this;
    for (const name of ['fflags', 'frm', 'fpOn', 'fpdOn', 'fpDirty', 'reservation']) {
      const scalar = context.scalar(name);
      if (scalar) scalar.value = 0;
    }
    for (const name of BIT_EXTENSIONS) {
      const scalar = context.scalar(name);
      if (scalar) scalar.value = model.extensions.has(name) ? 1 : 0;
    }
  }
}
