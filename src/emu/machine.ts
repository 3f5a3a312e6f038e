import { Assembly } from './assembly.js';
import { hex } from './bits.js';
import { Bridges } from './bridges.js';
import { Bus } from './bus.js';
import { DmaPort } from './bus-dma.js';
import { BusPorts } from './bus-ports.js';
import type { Cpu, CpuResetKind } from './cpu.js';
import type { DeviceProblem, EventDetail, MemoryLoad, MemoryStore, ResetCause } from './device.js';
import { InternalError, UsageError } from './errors.js';
import { type GuestReport, ReportLog } from './guest-report.js';
import { defaultEngine, type EngineMode, type TimingModel } from './isa/engine-mode.js';
import type { StatisticsOptions } from './isa/engine-statistics.js';
import { ENGINE } from './isa/layout.js';
import { ControlledMemories } from './machine-controllers.js';
import { type LoadSegment, type MachineDescription, placesOf } from './machine-description.js';
import { EventHub, type MachineEvents } from './machine-events.js';
import { resetCauseOf, resetCodeOf, resetKindOf } from './machine-resets.js';
import { arenaBytesFor, portBytesFor } from './machine-room.js';
import { runUnlessStalled, stallWhile, stepUnlessStalled } from './machine-stall.js';
import type { MachineStatistics } from './machine-statistics.js';
import { type MemoryBlock, MemoryPool } from './memory.js';
import type { Net, NetDriver } from './net.js';
import type { Rational } from './rational.js';
import { Scheduler } from './scheduler.js';
import { Signals } from './signal.js';
import { type Difference, diffOf, hashOf, type Snapshot, Snapshots } from './snapshot.js';
import { StackWatch } from './stack-watch.js';
import { Arena } from './state.js';
import { Timebase } from './time.js';
import { MemoryWindows } from './windows.js';

/** Until when to run: an instant in seconds of machine time, or a count of the CPU clock. */
export type Limit = { readonly time: Rational } | { readonly cycles: number };
/** The same for machines of a system: an instant in ns, or where another machine stands. */
export type Rendezvous = { readonly ns: number } | { readonly presentOf: Timebase };

/** Why a run ended; `dead`: the CPU sleeps or is locked up and nothing is due any more before the limit could come. */
export type RunEnd = 'limit' | 'stopped' | 'breakpoint' | 'dead';

export interface MachineOptions {
  /** Which engine executes: nothing but speed depends on it. */
  readonly engine?: EngineMode;
  /** What cycles are; the board's own choice where it is not given. */
  readonly timing?: TimingModel | undefined;
  /** Counts instructions and what compiled code does (`statistics`), which costs speed and changes nothing else. */
  readonly statistics?: StatisticsOptions;
  readonly image?: readonly LoadSegment[];
  /** Symbol, file and line of an address, for messages. */
  readonly locate?: (pc: number) => string | undefined;
  /** Called between slices, at least every few million ticks; it may throw to end the run. */
  readonly guard?: () => void;
}

/** Ticks of a slice at most, so that the guard and the engine's tiers get their turn. */
const SLICE = 1_000_000;
/** What a slice counts at least for the guard, in ticks: short ones cost the host time too. */
const SLICE_COST = 64;

/** A whole machine: memories, core, devices, parts, wires and exact time; runs, resets, saves and restores. */
export class Machine {
  readonly description: MachineDescription;
  readonly engine: EngineMode;
  readonly arena: Arena;
  readonly pool: MemoryPool;
  readonly timebase: Timebase;
  readonly scheduler: Scheduler;
  readonly bus: Bus;
  readonly #bridges: Bridges | undefined;
  readonly cpu: Cpu;
  readonly assembly: Assembly;
  readonly #options: MachineOptions;
  #contents: readonly LoadSegment[] | undefined;
  readonly #events = new EventHub();
  readonly #reports: ReportLog;
  readonly #stack = new StackWatch((problem, pc) => this.#reported('cpu', problem, pc));
  readonly #windows: MemoryWindows;
  readonly #controlled: ControlledMemories;
  readonly #snapshots: Snapshots;
  /** 0, or 1 + the cause of the reset that is due after this instruction. */
  readonly #pendingReset: Int32Array;
  readonly #watched: (() => void)[] = [];
  #stopRequested = false;
  #busy = false;
  #sinceGuard = 0;
  /** By how much restores set the counts back (or forth). */
  readonly #rewound = { cycles: 0, nanoseconds: 0 };

  constructor(description: MachineDescription, options: MachineOptions = {}) {
    this.description = description;
    this.#options = options;
    this.engine = options.engine ?? defaultEngine();
    const [arenaBytes, portBytes] = [arenaBytesFor(description), portBytesFor(description)];
    const memories = Object.entries(description.memories).map(([name, row]) => ({ ...row, name }));
    this.pool = new MemoryPool(memories, arenaBytes + portBytes + (description.cpu.room ?? 0));
    const { memory, room } = this.pool;
    this.arena = new Arena(arenaBytes, memory.buffer as ArrayBuffer, room);
    const budget = new Int32Array(memory.buffer, ENGINE.budget, 1);
    this.timebase = new Timebase(this.arena, description.hertz, budget, description.cpu.share);
    this.scheduler = new Scheduler(this.arena, this.timebase);
    this.#reports = new ReportLog(this.arena);
    this.#pendingReset = this.arena.i32('pendingReset', 1);
    this.bus = new Bus(this.pool, new BusPorts(memory, room + arenaBytes, portBytes));
    const host = this.#host();
    this.cpu = description.cpu.create({
      ...host,
      memory,
      engine: {
        mode: this.engine,
        statistics: options.statistics,
        timing: options.timing ?? description.timing,
        room: description.cpu.room === undefined ? undefined : room + arenaBytes + portBytes,
      },
      onWithdrawn: (listener) => this.pool.onWithdrawn(listener),
      bus: this.bus,
      report: (problem, source = 'cpu') => host.report(source, problem),
      emit: (event, detail, source = 'cpu') => host.emit(source, event, detail),
      hears: (event) => this.#events.hears(event),
    });
    this.assembly = new Assembly(
      description,
      {
        ...host,
        cpuInput: (name) => this.#cpuInput(name),
        cpuOutput: (name) => this.cpu.output?.(name),
        cpuNames: this.cpu.cores?.map(({ name }) => name) ?? [],
      },
      this.cpu.devices,
    );
    const timing = options.timing ?? description.timing;
    if (description.bridges && timing !== 'ideal') {
      this.#bridges = new Bridges(memory.buffer as ArrayBuffer, this.timebase, description.bridges);
    }
    this.#mapDevices();
    this.#windows = new MemoryWindows(description, this.bus, this.pool, this.assembly);
    this.#controlled = new ControlledMemories(this.pool, this.bus, this.assembly, () => this.timebase.requestStop());
    this.bus.onBusy = (memory) => this.#stallWhile(() => memory.access === 'busy');
    this.pool.onCodeChanged((address, length) => this.cpu.invalidate(address, length));
    this.pool.onRemapped(() => this.cpu.remapped());
    this.bus.onRejectedWrite = (block, address) => this.#report(block.name, rejectedWrite(block.name, address));
    this.arena.freeze();
    for (const watch of this.#watched.splice(0)) watch();
    for (const block of this.pool.blocks) if (!block.isRam) block.clear();
    this.#loadContents((block) => !block?.isRam);
    this.#loadImage((block) => !block?.isRam);
    this.reset('power-on');
    this.#snapshots = new Snapshots(this.arena, this.pool);
  }

  get name(): string {
    return this.description.name;
  }
  get guestErrors(): readonly GuestReport[] {
    return this.#stack.listed(this.#reports.all);
  }
  /** How many guest errors came after the log was full. */
  get guestErrorsLost(): number {
    return this.#reports.lost;
  }
  /** What the machine did since it was made, if it was told to count. */
  get statistics(): MachineStatistics | undefined {
    const engines = this.cpu.statistics;
    if (engines === undefined) return undefined;
    const { cycles, nanoseconds } = this.#rewound;
    return { ...engines, cycles: this.cycles + cycles, nanoseconds: this.nanoseconds + nanoseconds };
  }
  get cycles(): number {
    return this.timebase.cpuClock.now();
  }
  /** Machine time in ns. */
  get nanoseconds(): number {
    return this.timebase.nanoseconds();
  }

  on<E extends keyof MachineEvents>(event: E, fn: (detail: MachineEvents[E]) => void): () => void {
    return this.#events.on(event, fn);
  }

  /** The handle of a device or part; undefined if there is none of that name. */
  handle(name: string): object | undefined {
    return this.assembly.devices.get(name)?.handle ?? this.assembly.parts.get(name)?.handle;
  }

  pin(name: string): Net {
    const net = this.assembly.nets.get(name);
    if (net !== undefined) return net;
    throw new UsageError({ what: `there is no pin '${name}'`, where: `board '${this.name}'` });
  }

  /** What a test puts on a pin from outside; it drives nothing until told to. */
  pinDriver(name: string): NetDriver {
    return this.assembly.testDrivers.get(this.pin(name).name)!;
  }

  /** Machine time in ns before which it does nothing of its own accord: now, unless the core stands still. */
  get quietUntil(): number {
    if (this.#pendingReset[0] !== 0 || !this.#standsStill()) return this.nanoseconds;
    const { nextEvent } = this.scheduler;
    return nextEvent === Number.POSITIVE_INFINITY ? nextEvent : this.timebase.nanosecondsAt(nextEvent);
  }

  /** Whether it stands at such an instant or behind it. */
  isPast(limit: Rendezvous): boolean {
    return this.timebase.tick >= this.#tickOf(limit);
  }

  /** Runs until the limit, a breakpoint, or `stop()` from a listener. */
  run(limit: Limit | Rendezvous): RunEnd {
    return this.#exclusively('run', () => {
      const end = this.#run(limit);
      this.#noticeOverflow();
      return end;
    });
  }

  #run(limit: Limit | Rendezvous): RunEnd {
    const { timebase, scheduler, cpu } = this;
    this.#stopRequested = false;
    let [end, changes] = [0, -1];
    for (;;) {
      this.#settle();
      if (this.#stopRequested) return 'stopped';
      if (changes !== timebase.changes) {
        changes = timebase.changes;
        end = this.#tickOf(limit);
      }
      const now = timebase.tick;
      if (now >= end) return 'limit';
      const until = Math.min(end, scheduler.next);
      if (this.#standsStill()) {
        if (until === Number.POSITIVE_INFINITY) return 'dead';
        timebase.advanceTo(until);
        this.#guard(SLICE_COST);
        continue;
      }
      timebase.beginSlice(Math.min(until, now + Math.min(SLICE, cpu.slice)));
      const stop = runUnlessStalled(cpu);
      timebase.settle();
      if (stop === 'dear' && timebase.tick === now)
        throw new InternalError({ what: 'the core traps and no time passes' });
      this.#guard(stop === 'dear' ? SLICE : Math.max(timebase.tick - now, SLICE_COST));
      if (stop === 'breakpoint') return 'breakpoint';
    }
  }

  /** Runs for a stretch of machine time in seconds. */
  runFor(seconds: Rational): RunEnd {
    return this.run({ time: this.timebase.time().add(seconds) });
  }
  runCycles(cycles: number): RunEnd {
    return this.run({ cycles: this.cycles + cycles });
  }

  /** One instruction; a sleeping core jumps to the next event instead. False when nothing can happen any more. */
  step(): boolean {
    return this.#exclusively('step', () => {
      const more = this.#step();
      this.#noticeOverflow();
      return more;
    });
  }

  #step(): boolean {
    this.#settle();
    if (this.#standsStill()) {
      if (this.scheduler.next === Number.POSITIVE_INFINITY) return false;
      this.timebase.advanceTo(this.scheduler.next);
    } else {
      this.timebase.beginSlice(this.timebase.tick + 1);
      stepUnlessStalled(this.cpu);
      this.timebase.settle();
    }
    this.#settle();
    return true;
  }

  /** Ends a run in progress after the present instruction; for listeners. */
  stop(): void {
    this.#stopRequested = true;
    this.timebase.requestStop();
  }

  /** Resets now. Power-on also clears the RAM, but for what the image puts there; machine time goes on. */
  reset(cause: CpuResetKind): void {
    this.#exclusively('reset', () => this.#reset(cause));
  }

  #reset(cause: CpuResetKind): void {
    const kind = resetKindOf(cause);
    this.#noticeOverflow();
    // The core forgets it: from here on it stands among the other reports.
    const { report } = this.#stack;
    if (report) this.#reports.append({ ...report, ns: this.nanoseconds, cycles: this.cycles });
    this.#pendingReset[0] = 0;
    if (cause === 'power-on') this.#clearRam();
    else this.#loadContents((block) => block?.isRam === true);
    for (const device of this.assembly.devices.values()) device.reset(kind, cause);
    if (cause === 'power-on') for (const part of this.assembly.parts.values()) part.powerOn();
    this.cpu.reset(cause);
    this.#stack.look(this.cpu);
    this.#events.emit('reset', { cause });
  }

  snapshot(): Snapshot {
    return this.#exclusively('snapshot', () => {
      this.#settle();
      return this.#snapshots.save();
    });
  }
  restore(snapshot: Snapshot): void {
    this.#exclusively('restore', () => {
      this.timebase.settle();
      const { cycles, nanoseconds } = this;
      this.#snapshots.restore(snapshot);
      this.scheduler.refresh();
      this.#windows.refresh();
      this.#controlled.refresh();
      this.#bridges?.update();
      this.cpu.restored();
      this.#stack.look(this.cpu);
      this.#rewound.cycles += cycles - this.cycles;
      this.#rewound.nanoseconds += nanoseconds - this.nanoseconds;
    });
  }
  /** 16 hexadecimal digits over memories, registers, wires, time, events and logs. */
  hash(): string {
    return this.#exclusively('hash', () => {
      this.#settle();
      return hashOf(this.arena, this.pool);
    });
  }
  diff(a: Snapshot, b: Snapshot): Difference[] {
    return diffOf(a, b, this.arena, this.pool);
  }

  /** A listener is called in the middle of an instruction: there it can look and stop, but not move the machine. */
  #exclusively<T>(what: string, fn: () => T): T {
    if (this.#busy) {
      throw new UsageError({
        what: `${what}() was called from a listener while the machine runs`,
        remedy: 'call stop() in the listener, and go on after the run has returned',
      });
    }
    this.#busy = true;
    try {
      return fn();
    } finally {
      this.#busy = false;
    }
  }

  /** Everything that is due at this instant is done. */
  #settle(): void {
    this.timebase.settle();
    this.scheduler.fireDue();
    const pending = this.#pendingReset[0]!;
    if (pending !== 0) {
      this.#reset(resetCauseOf(pending));
      this.scheduler.fireDue();
    }
  }

  #standsStill(): boolean {
    if (this.cpu.sleeping || this.cpu.locked || !this.timebase.cpuClock.running) return true;
    return this.#controlled.busy && this.#controlled.stallsFetch(this.cpu.pc);
  }

  #stallWhile(waiting: () => boolean): void {
    stallWhile(waiting, this.timebase, this.scheduler, () => this.#guard(SLICE_COST));
  }

  #tickOf(limit: Limit | Rendezvous): number {
    if ('presentOf' in limit) return this.timebase.tickAtPresentOf(limit.presentOf);
    if ('time' in limit) return this.timebase.tickAtTime(limit.time);
    if ('ns' in limit) return this.timebase.tickOf(this.timebase.nanosecondClock, limit.ns);
    return this.timebase.tickOf(this.timebase.cpuClock, limit.cycles);
  }

  #guard(ticks: number): void {
    this.#sinceGuard += ticks;
    if (this.#sinceGuard < SLICE) return;
    this.#sinceGuard = 0;
    this.#options.guard?.();
  }

  #cpuInput(name: string | number): ReturnType<Cpu['input']> {
    return typeof name === 'number' ? this.cpu.interrupt(name) : this.cpu.input(name);
  }

  #host() {
    const { arena, timebase, scheduler } = this;
    return {
      arena,
      timebase,
      scheduler,
      signals: new Signals(arena),
      report: (device: string, problem: DeviceProblem) => this.#report(device, problem),
      modifiesInPlace: () => this.cpu.modifiesInPlace?.() ?? false,
      emit: (source: string, event: string, detail: EventDetail) => this.#emit(source, event, detail),
      memory: (controller: string, store: MemoryStore, load?: MemoryLoad) => this.#control(controller, store, load),
      stallWhile: (waiting: () => boolean) => this.#stallWhile(waiting),
      // memories are mapped by the time the machine runs
      watchStores: (address: number, length: number, fn: (address: number, size: number) => void) =>
        void this.#watched.push(() => this.bus.watch(address, length, 'write', (one) => fn(one.address, one.size))),
      bus: new DmaPort(this.bus, (address, length) => this.cpu.storedBeside?.(address, length)),
      requestReset: (cause: ResetCause) => this.#requestReset(cause),
      loseRam: () => this.#loseRam(),
    };
  }

  #control(controller: string, store: MemoryStore, load: MemoryLoad | undefined): MemoryBlock | undefined {
    const block = this.pool.blocks.find(({ options }) => options.controller === controller);
    if (block === undefined) return undefined;
    block.onStore = store;
    block.onLoad = load;
    return block;
  }

  #reported(device: string, problem: DeviceProblem, pc: number): GuestReport {
    return { ...problem, device, pc, where: this.#options.locate?.(pc), ns: this.nanoseconds, cycles: this.cycles };
  }

  #noticeOverflow(): void {
    const report = this.#stack.look(this.cpu);
    if (report) this.#events.emit('misuse', report);
  }

  #report(device: string, problem: DeviceProblem): void {
    // What has overflowed may be why.
    this.#noticeOverflow();
    const report = this.#reported(device, problem, this.cpu.pc >>> 0);
    this.#reports.append(report);
    this.#events.emit('misuse', report);
  }

  #emit(source: string, event: string, detail: EventDetail): void {
    if (this.#events.hears(event)) this.#events.emit(event, { ...detail, source });
  }

  #requestReset(cause: ResetCause): void {
    if (cause === 'peripheral') return;
    this.#pendingReset[0] = resetCodeOf(cause);
    this.timebase.requestStop();
  }

  #loseRam(): void {
    for (const block of this.pool.blocks) if (block.isRam) block.clear();
  }

  #clearRam(): void {
    this.#loseRam();
    this.#loadContents((block) => block?.isRam === true);
    this.#loadImage((block) => block?.isRam === true);
  }

  #loadContents(wanted: (block: MemoryBlock | null | undefined) => boolean): void {
    this.#contents ??= this.description.contents?.() ?? [];
    this.#load(this.#contents, wanted);
  }
  /** Puts the image's segments for some memories where they belong. */
  #loadImage(wanted: (block: MemoryBlock | null | undefined) => boolean): void {
    this.#load(this.#options.image ?? [], wanted);
  }
  #load(segments: readonly LoadSegment[], wanted: (block: MemoryBlock | null | undefined) => boolean): void {
    for (const { physicalAddress, data } of segments) {
      if (wanted(this.bus.regionAt(physicalAddress)?.memory)) this.bus.fill(physicalAddress, data);
    }
  }

  #mapDevices(): void {
    const { description, bus, assembly } = this;
    for (const [name, row] of Object.entries(description.memories)) {
      const block = this.pool.blocks.find((one) => one.name === name)!;
      for (const { address, offset, size } of placesOf(row, row.size)) bus.mapMemory(block, address, offset, size);
    }
    for (const [name, row] of Object.entries(this.cpu.devices)) {
      bus.mapDevice(assembly.devices.get(name)!, row.address, { ...row, core: true });
    }
    for (const [name, row] of Object.entries(description.devices)) {
      const { privileged } = row;
      for (const { address, offset, size } of placesOf(row, row.device.size)) {
        bus.mapDevice(assembly.devices.get(name)!, address, { privileged, offset, size });
      }
    }
    for (const { alias, target, bytes } of description.bitBands ?? []) bus.mapBitBand(alias, target, bytes);
    for (const [name, { address, size }] of Object.entries(description.absent ?? {}))
      bus.mapAbsent(name, address, size);
  }
}

function rejectedWrite(name: string, address: number): DeviceProblem {
  return { kind: 'guest-error', what: `a store to ${hex(address)} in '${name}' has no effect` };
}
