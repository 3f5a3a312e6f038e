import type { Cpu, CpuResetKind, CpuStop, CpuSystem, CpuType } from '../../cpu.js';
import { UsageError } from '../../errors.js';
import { ColdEngine, type EngineExit } from '../../isa/cold-engine.js';
import type { Isa } from '../../isa/instruction.js';
import { ENGINE, PAGING_ROOM } from '../../isa/layout.js';
import type { Signal } from '../../signal.js';
import type { Frequency } from '../../time.js';
import { TURN, Turns, turnWords } from '../turns.js';
import type { AddressSpace } from './address-space.js';
import { BusPort } from './bus-port.js';
import { clintRow } from './clint.js';
import { Counter64 } from './counter64.js';
import { ILLEGAL } from './csr-file.js';
import { Hart } from './hart.js';
import { isaFor, needsPaging } from './isa-choice.js';
import { plic, VIRT_PLIC } from './plic.js';
import { Regimes } from './regimes.js';
import { NamedRegisters } from './register-names.js';
import { hartModels, type RiscvOptions } from './riscv-options.js';
import type { TrapRecord } from './trap-log.js';

export interface Rv32Options {
  /** Where the hart fetches its first instruction. */
  readonly resetVector: number;
  /** Hz of mtime, which runs beside the CPU clock. */
  readonly timebase: Frequency;
  readonly clint: number;
  readonly plic: number;
}

/** Traps in a run after which it comes back: each costs the host some 10 to 40 µs. */
const MANY_TRAPS = 512;

/** Name of mtime's clock among the machine's clocks. */
export const MTIME_CLOCK = 'mtime';

/** One RV32IMAC hart with machine mode alone, CLINT and PLIC beside it. */
export function rv32(options: Rv32Options): CpuType {
  const { resetVector, timebase } = options;
  return riscv({
    name: 'rv32imac',
    xlen: 32,
    isa: 'imac',
    modes: 'm',
    pmpEntries: 0,
    misaligned: 'do',
    harts: [{ hartId: 0, resetVector }],
    timebase,
    interruptController: 'plic',
    beside: ({ mtime, harts }) => ({
      clint: clintRow(options.clint, mtime, harts, MTIME_CLOCK),
      plic: { address: options.plic, device: plic(VIRT_PLIC), wires: { 'hart0.meip': 'cpu.hart0.meip' } },
    }),
  });
}

/** RISC-V harts of one clock, with what lies beside them (Priv 1.12). */
export function riscv(options: RiscvOptions): CpuType {
  const models = hartModels(options);
  const [harts, float] = [models.length, models.some(({ hasFloat }) => hasFloat)];
  return {
    name: options.name,
    share: harts,
    wordSize: options.xlen,
    float,
    room: models.some(needsPaging) ? PAGING_ROOM : undefined,
    create: (system) => new RiscvCluster(system, options),
  };
}

/** The harts of a machine: one engine, which they use in turns. */
export class RiscvCluster implements Cpu {
  readonly name: string;
  readonly isa: Isa;
  readonly devices: Cpu['devices'];
  readonly breakpoints: Cpu['breakpoints'];
  readonly harts: readonly Hart[];
  readonly #system: CpuSystem;
  readonly #options: RiscvOptions;
  readonly #engine: ColdEngine;
  readonly #turns: Turns;
  readonly #regimes: Regimes;
  readonly #halt: Signal;
  /** Ways of seeing memory that there were so far. */
  readonly #ways = new Map<string, number>();
  /** The hart that has the engine. */
  #present: Hart;
  /** High word of what a CSR instruction gives, where the engine looks for it. */
  readonly #csrHigh: Int32Array | undefined;
  /** What ended the engine's runs in the present slice before its end. */
  #traps = 0;
  /** Whether nothing was executed since a restore. */
  #restored = false;
  /** 1 while a CSR instruction is executed, whose own cycle is counted already. */
  #own = 0;

  constructor(system: CpuSystem, options: RiscvOptions) {
    this.#system = system;
    this.#options = options;
    this.name = options.name;
    const { arena, timebase, signals, bus } = system;
    const models = hartModels(options);
    this.isa = isaFor(options.xlen, models);
    this.#engine = new ColdEngine(this.isa, system.memory, this.#host(), system.engine);
    const { layout } = this.#engine;
    const lengths = models.map(() => TURN);
    this.#turns = new Turns(lengths, arena.f64('cpu.turns', turnWords(models.length)), timebase.shareClock);
    const mtimeClock = timebase.clock(MTIME_CLOCK, options.timebase);
    const mtime = new Counter64(arena.i32('cpu.mtime', Counter64.WORDS), () => mtimeClock.now());
    this.#regimes = new Regimes(this.#engine);
    system.onWithdrawn((host) => this.#withdrawn(host));
    const cluster = {
      ...{ system, name: options.name, isa: this.isa, layout, mtime, mtimeClock },
      port: (space: AddressSpace) => new BusPort(bus, space, this.#engine.tlb, options.misaligned === 'trap'),
      numberOf: (way: string) => this.#numberOf(way),
      isAlone: models.length === 1,
      updates: options.ad !== 'fault',
      cycles: (hart: number) => this.#turns.own(hart),
      own: () => this.#own,
      attend: (hart: Hart) => this.#attend(hart),
      addressSpaceChanged: (hart: Hart) => this.#addressSpaceChanged(hart),
    };
    this.harts = models.map((model) => new Hart(model, cluster));
    this.#present = this.harts[0]!;
    mtime.onSet = () => this.#compareTimers();
    const high = layout.scalars['csrHigh'];
    this.#csrHigh = high && new Int32Array(system.memory.buffer, high.offset, 1);
    const strict = options.misaligned === 'trap' ? 1 : 0;
    new Int32Array(system.memory.buffer, ENGINE.strictAlignment, 1)[0] = strict;
    this.#halt = signals.get('cpu.halt');
    this.#halt.listen((level) => level !== 0 && this.#stop());
    this.breakpoints = {
      add: (address) => this.#engine.addBreakpoint(address),
      delete: (address) => this.#engine.deleteBreakpoint(address),
    };
    this.devices = options.beside?.({ mtime, harts: models.length }) ?? {};
  }

  get slice(): number {
    return this.#engine.slice;
  }
  get statistics() {
    return this.#engine.statistics;
  }
  get pc(): number {
    return this.#present.pc;
  }
  set pc(address: number) {
    this.setRegister('pc', address);
  }
  get executing(): Hart {
    return this.#present;
  }
  get sleeping(): boolean {
    return !this.locked && this.harts.every((hart) => hart.isIdle);
  }
  /** Halted by the board: the test finisher ended the run. */
  get locked(): boolean {
    return this.harts.every((hart) => hart.locked);
  }
  get faults(): readonly TrapRecord[] {
    return this.harts.flatMap((hart) => hart.faults);
  }

  /** Why none of its harts does anything any more; undefined while one does. */
  get stuck(): string | undefined {
    const stuck = this.harts.find((hart) => hart.stuck !== undefined);
    if (stuck === undefined || !this.harts.every((hart) => hart.isIdle || hart.stuck !== undefined)) return undefined;
    return this.harts.length === 1 ? stuck.stuck : stuck.stuck?.replace('the hart', `hart ${stuck.hartId}`);
  }

  run(): CpuStop {
    const { budgetCell } = this.#system.timebase;
    if (this.harts.length > 1) return this.#runTurn();
    const [hart] = this.harts;
    this.#traps = 0;
    while (budgetCell[0]! > 0 && !hart!.isIdle) {
      if (this.#execute(hart!, false)?.kind === 'breakpoint') return 'breakpoint';
      if (this.#traps >= MANY_TRAPS) return 'dear';
    }
    return this.#stopped();
  }

  /** One hart's turn, or what is left of it; those of harts that have nothing to do pass on the way. */
  #runTurn(): CpuStop {
    const { timebase } = this.#system;
    const { budgetCell } = timebase;
    const turns = this.#turns;
    turns.catchUp();
    while (budgetCell[0]! > 0 && this.harts[turns.present]!.isIdle) {
      if (this.sleeping || this.locked) return this.#stopped();
      budgetCell[0] = budgetCell[0]! - Math.min(budgetCell[0]!, turns.left);
      if (turns.left <= 0) turns.next();
    }
    if (budgetCell[0]! <= 0) return this.#stopped();
    const hart = this.harts[turns.present]!;
    this.#give(hart);
    timebase.shorten(timebase.tick + turns.left);
    let exit: EngineExit | undefined;
    this.#traps = 0;
    const more = () => budgetCell[0]! > 0 && this.#traps < MANY_TRAPS;
    while (more() && !hart.isIdle && exit?.kind !== 'breakpoint') exit = this.#execute(hart, false);
    if (turns.left <= 0) turns.next();
    if (exit?.kind === 'breakpoint') return 'breakpoint';
    return this.#traps < MANY_TRAPS ? this.#stopped() : 'dear';
  }

  step(): void {
    const turns = this.#turns;
    turns.catchUp();
    for (let i = 0; i < this.harts.length && this.harts[turns.present]!.isIdle; i++) {
      if (this.sleeping || this.locked) return;
      const { timebase, scheduler } = this.#system;
      const end = timebase.tick + turns.left;
      timebase.advanceTo(Math.min(end, scheduler.next));
      if (turns.left > 0) return;
      turns.next();
    }
    const hart = this.harts[turns.present]!;
    if (hart.isIdle) return;
    this.#give(hart);
    if (!hart.boundary()) this.#execute(hart, true);
    if (turns.left <= 0) turns.next();
  }

  reset(kind: CpuResetKind): void {
    for (const hart of this.harts) hart.reset(kind === 'power-on');
  }

  readonly registerNames = NamedRegisters.LIST;
  register(name: string): number {
    return this.#present.register(name);
  }
  register64(name: string): bigint {
    return this.#present.register64(name);
  }
  setRegister(name: string, value: number | bigint): void {
    this.#present.setRegister(name, value);
  }
  describe(): string {
    const [first] = this.harts;
    if (this.harts.length === 1) return first!.describe();
    return `hart ${this.#present.hartId}, ${this.#present.describe()}`;
  }
  /** Source `line` of the interrupt controller beside the harts. */
  interrupt(line: number): Signal {
    const name = `${this.#options.interruptController}.irq${line}`;
    if (this.#options.interruptController !== undefined && this.#system.signals.has(name)) {
      return this.#system.signals.get(name);
    }
    const missing = this.#options.interruptController === undefined;
    throw new UsageError({
      what: missing ? 'there is no interrupt controller beside these harts' : `there is no interrupt source ${line}`,
      where: this.name,
      remedy: missing ? 'name a wire of a hart: cpu.meip' : 'sources begin with 1; the controller says how many it has',
    });
  }
  /** `meip`, `msip`, `mtip`, `seip` of hart 0, `hart1.msip` …, and `halt`, which stops all harts for good. */
  input(name: string): Signal | undefined {
    if (name === 'halt') return this.#halt;
    const of = /^hart(\d+)\.(\w+)$/.exec(name);
    return of ? this.harts[Number(of[1])]?.interrupts.wire(of[2]!) : this.harts[0]!.interrupts.wire(name);
  }
  invalidate(address: number, length: number): void {
    this.#engine.invalidate(address, length);
    this.#present.reservation.changed(address, length);
  }
  remapped(): void {
    this.#engine.remapped();
  }
  enterEngine(): void {
    for (const hart of this.harts) hart.context.moveTo(0);
    this.#engine.enter();
  }
  leaveEngine(distance: number): void {
    for (const hart of this.harts) hart.context.moveTo(distance);
    this.#engine.leave(distance);
  }
  endExclusive(): void {
    this.#present.reservation.end();
  }
  storedBeside(address: number, length: number): void {
    this.#present.reservation.stored(address, length);
  }
  /** Everything is in memory and arena, but for what follows from them. */
  restored(): void {
    this.#present = this.harts[this.#turns.holder]!;
    for (const hart of this.harts) {
      hart.context.restored(hart === this.#present);
      hart.pmp.refresh();
      hart.space.changed();
    }
    this.#regimes.restored();
    this.#restored = true;
  }

  #stopped(): CpuStop {
    if (this.locked) return 'locked';
    return this.sleeping ? 'sleeping' : 'slice';
  }

  /** Lets a hart have the engine. A reservation does not outlast another hart's turn (Unpriv 8.2 lets it be lost). */
  #give(hart: Hart): void {
    if (hart === this.#present) return;
    this.#present.reservation.end();
    this.#present.context.leave();
    hart.context.enter();
    this.#present = hart;
    this.#turns.holder = hart.model.index;
  }
  #numberOf(way: string): number {
    const known = this.#ways.get(way);
    if (known !== undefined) return known;
    this.#ways.set(way, this.#ways.size + 1);
    return this.#ways.size;
  }
  #withdrawn(host: number | undefined): void {
    if (host === undefined) this.#engine.tlb?.flush();
    else this.#engine.tlb?.withdraw(host);
  }

  /** Something that decides about interrupts changed: the engine comes back after this instruction if one is due. */
  #attend(hart: Hart): void {
    if (hart.hasDue) this.#system.timebase.requestStop();
  }
  /** In the middle of a CSR instruction the engine must come back behind it; what is reserved may be other bytes now. */
  #addressSpaceChanged(hart: Hart): void {
    if (this.#own === 0 || !this.#regimes.differs(hart)) return;
    hart.reservation.end();
    this.#system.timebase.requestStop();
  }
  #compareTimers(): void {
    for (const hart of this.harts) hart.timer?.compare();
  }
  #stop(): void {
    for (const hart of this.harts) hart.halt();
    this.#system.timebase.requestStop();
  }

  #execute(hart: Hart, single: boolean): EngineExit | undefined {
    if (!single) hart.boundary();
    this.#regimes.sync(hart);
    if (this.#restored) this.#showReserved(hart);
    const { budgetCell } = this.#system.timebase;
    // then this run executes what it is stuck in, and nothing else
    const before = hart.isStuck ? budgetCell[0]! : 0;
    const exit = this.#executed(hart, single);
    if (exit?.kind === 'budget') return exit;
    this.#traps++;
    if (!single && hart.isStuck && before - budgetCell[0]! === 1) hart.passSlice();
    return exit;
  }
  #showReserved({ reservation }: Hart): void {
    this.#restored = false;
    if (this.#engine.tlb !== undefined) reservation.show(this.#engine.tlb);
  }
  #executed(hart: Hart, single: boolean): EngineExit | undefined {
    try {
      const exit = single ? this.#engine.step() : this.#engine.run();
      hart.act(exit);
      return exit;
    } catch (error) {
      this.#own = 0;
      hart.abandoned(error);
      return undefined;
    }
  }

  #host(): ConstructorParameters<typeof ColdEngine>[2] {
    const port = () => this.#present.port;
    return {
      load: (address, size, flags, high) => port().load(address, size, flags, high),
      load64: (address, flags, high) => port().load64(address, flags, high),
      store: (address, value, size, flags, high) => port().store(address, value, size, flags, high),
      store64: (address, value, flags, high) => port().store64(address, value, flags, high),
      fetch16: (address, carry) => port().fetch16(address, carry),
      codeAt: (address) => port().codeAt(address),
      constantWord: (address) => port().constantWord(address),
      codeDecoded: (address, length, elsewhere) => this.#system.bus.codeDecoded(address, length, elsewhere),
      codeAddress: (address, carry) => port().codeAddress(address, carry),
      walked: () => port().walked,
      trackTable: (address, on) => this.#system.bus.track(address, on),
      helpers: this.#helpers(),
    };
  }

  #helpers(): Record<string, (...args: number[]) => number | undefined> {
    const shortCsr = (number?: number, operation?: number, value?: number, writes?: number) =>
      this.#csr(number!, operation!, value!, 0, writes!);
    const longCsr = (number?: number, operation?: number, low?: number, high?: number, writes?: number) => {
      const old = this.#csr(number!, operation!, low!, high!, writes!);
      this.#csrHigh![0] = this.#present.csrs.high;
      return old;
    };
    return {
      csr: this.#options.xlen === 32 ? shortCsr : longCsr,
      reservedRounding: () => {
        throw ILLEGAL;
      },
      waits: () => (this.#present.waits ? 1 : 0),
      // stores drop what was decoded from the bytes they change
      fencei: () => undefined,
    };
  }
  #csr(number: number, operation: number, low: number, high: number, writes: number): number {
    this.#own = 1;
    const old = this.#present.csrs.access(number, operation, low, high, writes !== 0);
    this.#own = 0;
    return old;
  }
}
