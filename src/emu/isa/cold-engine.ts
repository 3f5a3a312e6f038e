import { InternalError } from '../errors.js';
import { type CodeView, CodeViews } from './code-views.js';
import { EXIT_BREAKPOINT, EXIT_UNDECODED, generateColdModule } from './cold-module.js';
import { Crossing, FAR } from './crossing.js';
import { type Decoded, Decoder } from './decoder.js';
import { type EngineExit, type EngineHost, type EngineTrap, hostCalls } from './engine-host.js';
import type { EngineMode, EngineOptions } from './engine-mode.js';
import { type EngineStatistics, EXIT_CAUSES, type ExitCause, type StatisticsOptions } from './engine-statistics.js';
import { BREAKPOINT, FIRST, Handlers, LONG, REGION, UNCONDITIONAL, UNDECODED } from './handlers.js';
import { HotCounts, HotEngine, type HotHost, type Timing } from './hot/hot-engine.js';
import { RegionTable } from './hot/region-table.js';
import { Tiering, type Tiers } from './hot/tiering.js';
import { functionImport, helperImport } from './imports.js';
import { type Isa, isLong } from './instruction.js';
import {
  BANK_SIZE,
  CHUNK_SHIFT,
  COUNTERS,
  ENGINE,
  NOTE,
  NOTES,
  PAGE_SHIFT,
  PAGE_SIZE,
  PAGING,
  PC_HIGH,
  type StateLayout,
} from './layout.js'; // prettier-ignore
import { LINE_CALLS } from './line-functions.js';
import { Lines } from './lines.js';
import { readNotes } from './note.js';
import type { Neighbour } from './pipeline.js';
import { prebuilt } from './prebuilt.js';
import { prebuiltName } from './prebuilt-name.js';
import { slotValue } from './record.js';
import { pagesOfChunk, Records } from './records.js';
import { registerUse } from './register-use.js';
import type { Scalar } from './semantics.js';
import { SLOW_CALLS } from './slow-path.js';
import { ALL_PAGES, PAGES, SoftTlb } from './soft-tlb.js';
import { TableEntries } from './table-entries.js';

export type { EngineExit, EngineHost } from './engine-host.js';

interface Tables {
  readonly handlers: Handlers;
  readonly decoder: Decoder;
}

const tables = new WeakMap<Isa, Tables>();
const modules = new WeakMap<Isa, Map<string, WebAssembly.Module>>();

function tablesOf(isa: Isa): Tables {
  let result = tables.get(isa);
  if (!result) {
    result = { handlers: new Handlers(isa), decoder: new Decoder(isa) };
    tables.set(isa, result);
  }
  return result;
}

/** An ISA's modules are compiled once for all machines of the process. */
function moduleOf(isa: Isa, counting: boolean, slowCode: boolean): WebAssembly.Module {
  const known = modules.get(isa) ?? new Map<string, WebAssembly.Module>();
  modules.set(isa, known);
  const name = prebuiltName(isa.name, slowCode);
  const kind = `${name} ${counting}`;
  let module = known.get(kind);
  if (!module) {
    const built = counting ? undefined : prebuilt(name);
    module = new WebAssembly.Module(built ?? generateColdModule(isa, counting, slowCode));
    known.set(kind, module);
  }
  return module;
}

/** Misses of lines in a slice that are many, and cycles to each of them. */
const MANY_MISSES = 50;
const CYCLES_PER_MISS = 2000;
/** How many instructions are decoded ahead of the one that was asked for: with more, some are never executed. */
const DECODE_AHEAD = 8;

/** Users of page-table entries beside those of SoftTlb: pages of code, from this number on, and one for many of them. */
const CODE_PAGES = PAGING.banks * PAGES;
const ALL_CODE = ALL_PAGES - 1;

const BUDGET_EXIT: EngineExit = { kind: 'budget' };
const BREAKPOINT_EXIT: EngineExit = { kind: 'breakpoint' };

/** The cold engine of one CPU: decoded records and one dispatch function, over the machine's memory. */
export class ColdEngine {
  readonly isa: Isa;
  readonly layout: StateLayout;
  /** Addresses at which `run` stops before executing: low words. */
  readonly breakpoints: ReadonlySet<number>;
  readonly #breakpoints = new Set<number>();
  /** High words, by the low one. */
  readonly #breakpointHighs = new Map<number, Set<number>>();
  readonly #compiled: Tables;
  readonly #host: EngineHost;
  /** The engine's function, the one for code that is as fast as the core and the one for code that is not. */
  #run: () => void;
  readonly #runs: { readonly fast: () => void; slow?: () => void };
  readonly #imports: WebAssembly.ModuleImports;
  readonly #regionImports: WebAssembly.ModuleImports = {};
  /** Lines of a slow memory of code, which `setSlowCode` makes it wait for. */
  readonly lines: Lines;
  #slowCode = false;
  /** Regions go on after a miss: leaving them costs too much, once there are many. */
  #manyMisses = false;
  readonly #note: (site: number, target: number) => void;
  /** Address at which the last slice was over. */
  #leftAt = -1;
  /** Pages as a core with paging sees them; undefined where the machine has no room for that. */
  readonly tlb: SoftTlb | undefined;
  /** Page-table entries that pages of `tlb` and of code were led to by. */
  readonly #entries: TableEntries;
  readonly #counts = new HotCounts();
  readonly #table = new RegionTable();
  /** What compiles: one for each view where the core has paging, else one for all. */
  #hot: HotEngine;
  readonly #codeViews: CodeViews | undefined;
  /** The view that was there last, where the core has paging. */
  #codeView: CodeView | undefined;
  #space = 0;
  readonly #mode: EngineMode;
  readonly #ideal: boolean;
  readonly #statistics: StatisticsOptions | undefined;
  readonly #tiering: Tiering | undefined;
  readonly #words: Int32Array;
  readonly #halfwords: Uint16Array;
  readonly #bytes: Uint8Array;
  readonly #counters: BigInt64Array;
  readonly #longs: BigInt64Array;
  readonly #records: Records;
  /** Instructions whose cost depends on an instruction that they branch to, by its address. */
  readonly #branchesTo = new Map<number, Set<number>>();
  readonly #crossing: Crossing;

  constructor(isa: Isa, memory: WebAssembly.Memory, host: EngineHost, options: EngineOptions = { mode: 'cold' }) {
    const { mode, statistics } = options;
    this.#mode = mode;
    this.#statistics = statistics;
    this.#ideal = options.timing === 'ideal';
    this.isa = isa;
    this.#host = host;
    this.#compiled = tablesOf(isa);
    this.lines = new Lines(memory.buffer as ArrayBuffer);
    this.layout = this.#compiled.handlers.state;
    this.breakpoints = this.#breakpoints;
    this.#words = new Int32Array(memory.buffer);
    this.#halfwords = new Uint16Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#longs = new BigInt64Array(memory.buffer, 0, this.layout.end >> 3);
    this.#counters = new BigInt64Array(memory.buffer, 0, (COUNTERS.exits >> 3) + EXIT_CAUSES.length);
    const regionImports = this.#regionImports;
    const room = isa.paging ? options.room : undefined;
    const more = room === undefined ? undefined : { base: room + PAGING.banks * BANK_SIZE, count: PAGING.chunks };
    this.#records = new Records(memory, more, options.chunks);
    this.#entries = new TableEntries(isLong(isa) ? 8 : 4, (address, on) => host.trackTable?.(address, on));
    this.tlb = room === undefined ? undefined : new SoftTlb(memory, room, this.#entries);
    const compiler = (space: number, high: number) =>
      new HotEngine(isa, this.layout, memory, this.#hotHost(space !== 0, BigInt(high) << 32n));
    if (isa.paging) {
      this.#codeViews = new CodeViews(compiler);
      this.#codeView = this.#codeViews.add(0, 0);
    }
    this.#hot = this.#codeView?.hot ?? compiler(0, 0);
    const helpers = Object.fromEntries([
      ...Object.keys(isa.helpers).map((name) => [helperImport(name), host.helpers[name]!] as const),
      ...(isa.functions ?? []).map(({ name, run }) => [functionImport(name), run] as const),
    ]);
    const imports: WebAssembly.ModuleImports = {
      memory,
      regions: this.#table.table,
      ...hostCalls(host, isLong(isa)),
      codeChanged: (address: number) => this.#codeChanged(address >>> 0),
      ...helpers,
    };
    this.#imports = imports;
    const instance = new WebAssembly.Instance(moduleOf(isa, statistics !== undefined, false), { host: imports });
    for (const name of ['note', ...SLOW_CALLS.map((call) => call.name)])
      regionImports[name] = instance.exports[name] as WebAssembly.ImportValue;
    Object.assign(regionImports, helpers);
    this.#runs = { fast: instance.exports['run'] as () => void };
    this.#run = this.#runs.fast;
    this.#note = instance.exports['note'] as (site: number, target: number) => void;
    this.#tiering = mode === 'cold' ? undefined : new Tiering(this.#tiers(), mode);
    this.#crossing = new Crossing(this, memory, host);
    this.#words[ENGINE.stale >> 2] = 1;
    this.#words[ENGINE.piecesCost >> 2] = isa.pipeline && !this.#ideal ? 1 : 0;
  }

  /** What compiled code of a view needs of the engine. */
  #hotHost(translated: boolean, pcHigh: bigint): HotHost {
    const host = this.#host;
    return {
      table: this.#table,
      counts: this.#counts,
      translated,
      pcHigh: () => (this.#codeViews === undefined ? BigInt(this.pcHigh) << 32n : pcHigh),
      decode: (pc) => (this.#mode === 'hot' && this.#mayLookAt(pc) ? this.#compilable(pc) : this.#decoded(pc)),
      alwaysFetched: (address, length) => this.isa.paging || (host.alwaysFetched?.(address, length) ?? true),
      cover: (spans) => this.#cover(spans),
      halfword: (pc) => (translated ? this.#presentCode(pc) : host.fetch16(pc)),
      codeAt: (pc) => host.codeAt(pc),
      constantWord: (address) => (translated ? undefined : host.constantWord(address)),
      imports: this.#regionImports,
      isStop: (pc) => this.#breakpoints.has(pc),
      timing: () => this.#timing,
      register: (index) => this.#register(index),
      statistics: this.#statistics,
    };
  }
  /** Whether looking at code cannot be noticed: where addresses are translated, pages that were come to are marked in the tables. */
  #mayLookAt(pc: number): boolean {
    if (this.#space === 0) return true;
    const { pages } = this.#codeView!;
    return !this.#records.isStale(pc) && pages.has(pc >>> PAGE_SHIFT) && pages.has((pc + 2) >>> PAGE_SHIFT);
  }
  /** A halfword that was fetched before. */
  #presentCode(pc: number): number {
    const halfword = this.#host.codeAt(pc);
    if (halfword === undefined) throw new InternalError({ what: `no code at ${pc.toString(16)}` });
    return halfword;
  }
  /** What compiles for the present view. */
  get hot(): HotEngine {
    return this.#hot;
  }

  /** It has the engine's words for itself, from now on or until now; while it has not, its state is `distance` bytes behind. */
  enter(): void {
    this.#records.isThere = true;
    this.lines.moveTo(0);
    this.#words.fill(0, NOTES.base >> 2, (NOTES.base + NOTES.entries * NOTES.stride) >> 2);
  }
  leave(distance: number): void {
    this.#records.isThere = false;
    this.lines.moveTo(distance);
  }

  /**
   * Whether code has to be waited for, as `lines` says, from the next run on. Compiled regions are made for one or the
   * other. Never where timing is ideal.
   */
  setSlowCode(on: boolean): void {
    if (this.#ideal || on === this.#slowCode) return;
    this.#slowCode = on;
    this.remapped();
    if (on) this.#runs.slow ??= this.#makeSlow();
    this.#run = on ? this.#runs.slow! : this.#runs.fast;
  }
  get #timing(): Timing {
    if (!this.#slowCode) return this.#ideal ? 'ideal' : 'part';
    return this.#manyMisses ? 'slow code, many misses' : 'slow code';
  }
  /** A slice was over: `cycles` at most. */
  #countMisses(cycles: number): void {
    const misses = this.#words[ENGINE.misses >> 2]!;
    this.#words[ENGINE.misses >> 2] = 0;
    if (!this.#slowCode || this.#manyMisses || misses < Math.max(MANY_MISSES, cycles / CYCLES_PER_MISS)) return;
    this.#manyMisses = true;
    this.remapped();
  }

  #makeSlow(): () => void {
    const module = moduleOf(this.isa, this.hot.counting, true);
    const { exports } = new WebAssembly.Instance(module, { host: this.#imports });
    for (const name of Object.values(LINE_CALLS)) this.#regionImports[name] = exports[name] as WebAssembly.ImportValue;
    return exports['run'] as () => void;
  }

  get pc(): number {
    return this.#words[ENGINE.pc >> 2]! >>> 0;
  }
  set pc(address: number) {
    this.#words[ENGINE.pc >> 2] = address;
  }
  /** The high word of pc, signed; 0 where addresses have 32 bits. */
  get pcHigh(): number {
    return isLong(this.isa) ? this.#words[(PC_HIGH >> 2) + 1]! : 0;
  }
  set pcHigh(word: number) {
    if (isLong(this.isa)) this.#words[(PC_HIGH >> 2) + 1] = word;
  }
  get budget(): number {
    return this.#words[ENGINE.budget >> 2]!;
  }
  set budget(ticks: number) {
    this.#words[ENGINE.budget >> 2] = ticks;
  }

  /**
   * Runs from `pc` until the budget is used up (an instruction is executed whole), a trap, or a breakpoint. A guest
   * fault raised by the host passes through; pc then stands at the instruction, which has changed nothing.
   */
  run(): EngineExit {
    this.#look();
    if (this.#tiering) this.#noteStart();
    for (;;) {
      this.#look();
      this.#words[ENGINE.exit >> 2] = 0;
      const before = this.budget;
      this.#run();
      const exit = this.#words[ENGINE.exit >> 2]!;
      if (this.#tiering) this.#sample(exit === 0, before - this.budget);
      if (exit === 0) {
        this.#leftAt = this.pc;
        return BUDGET_EXIT;
      }
      if (exit === EXIT_UNDECODED) {
        if (this.#codeView !== undefined && this.#revive(this.pc)) continue;
        const undefinedAt = this.#decodeFrom(this.pc);
        if (undefinedAt) return undefinedAt;
      } else if (exit === EXIT_BREAKPOINT) {
        if (this.#breakpointHighs.get(this.pc)?.has(this.pcHigh)) return BREAKPOINT_EXIT;
        if (this.#breakpoints.has(this.pc)) {
          const passed = this.#passBreakpoint();
          if (passed) return passed;
          continue;
        }
        const left = this.#crossing.execute(this.pc);
        if (left?.kind === 'trap' && left.trap === FAR.trap) this.#goFar();
        else if (left) return left;
      } else {
        const trap = this.#trap(exit);
        if (trap.trap !== FAR.trap) return trap;
        this.#goFar();
      }
    }
  }

  /** One that is for another high word of pc: the instruction is executed; gives why the engine is left, if it is. */
  #passBreakpoint(): EngineExit | undefined {
    if (this.budget <= 0) return BUDGET_EXIT;
    const exit = this.step();
    return exit.kind === 'budget' && this.budget > 0 ? undefined : exit;
  }

  /** Where runs begin again and again for another reason than that a slice was over, code is reached like anywhere else. */
  #noteStart(): void {
    const { pc } = this;
    if (pc !== this.#leftAt && !this.hot.isEntry(pc)) this.#note(NOTE.reached, pc);
  }

  #register(index: number): Scalar {
    const at = this.layout.registers + index * this.layout.registerSize;
    return isLong(this.isa) ? this.#longs[at >> 3]! : this.#words[at >> 2]!;
  }

  /** Executes one instruction, whatever the budget and the breakpoints; the budget is charged. */
  step(): EngineExit {
    const { pc } = this;
    const next = this.#behindFree(pc);
    if (next !== undefined && !this.#breakpoints.has(next)) return this.#stepTo(next);
    const stopped = this.#breakpoints.has(pc);
    if (stopped) this.#setStop(pc, false);
    const before = this.budget;
    this.budget = 1;
    this.#leftAt = pc; // somebody steps through code: that does not make it hot
    try {
      return this.run();
    } finally {
      this.budget = before - (1 - this.budget);
      if (stopped) this.#setStop(pc, true);
    }
  }

  /** Where the instruction behind one that takes no cycle begins: a budget of one would do for both. */
  #behindFree(pc: number): number | undefined {
    const { pipeline } = this.isa;
    const instruction = this.#ideal || !pipeline ? undefined : this.#neighbourAt(pc);
    if (!instruction || !pipeline!.isFree(instruction, (other) => this.#neighbourAt(other))) return undefined;
    return (pc + instruction.length) >>> 0;
  }
  #stepTo(next: number): EngineExit {
    this.addBreakpoint(next);
    try {
      const exit = this.step();
      return exit.kind === 'breakpoint' ? BUDGET_EXIT : exit;
    } finally {
      this.deleteBreakpoint(next);
    }
  }

  /** A computed branch to where pc has another high word: the scalar says where. */
  #goFar(): void {
    const at = this.layout.scalars[FAR.target]!.offset >> 2;
    this.pcHigh = this.#words[at + 1]!;
    this.pc = this.#words[at]!;
  }

  #trap(exit: number): EngineTrap {
    this.#words[ENGINE.exit >> 2] = 0;
    return { kind: 'trap', trap: this.isa.traps[exit - 1]!, argument: this.#words[ENGINE.exitArgument >> 2]! };
  }

  /** Ticks that the next slice should last at most, so that hot code is found. */
  get slice(): number {
    return this.#tiering?.slice ?? Number.POSITIVE_INFINITY;
  }

  /** Compiles the regions that begin at some addresses, and enters them from now on when execution comes there. */
  compile(entries: readonly number[]): void {
    const wanted = entries.filter((entry) => {
      const record = this.#record(entry);
      return record !== undefined && this.#halfwords[record >> 1]! > REGION;
    });
    if (wanted.length === 0) return;
    if (this.hot.isFull) this.remapped();
    for (const [entry, number] of this.hot.compile(wanted)) this.#setEntry(entry, number);
  }

  /** Execution goes on in compiled code where it comes to an address that has been decoded. */
  #setEntry(address: number, number: number): void {
    const [first, behind] = this.#viewsFor(this.view);
    for (let view = first; view < behind; view++) this.#setEntryIn(view, address, number);
  }
  /** Views that have the compiled regions of one: itself where the core has paging, else all. */
  #viewsFor(view: number): readonly [number, number] {
    return this.#codeViews === undefined ? [0, this.#records.views] : [view, view + 1];
  }
  #hotOf(view: number): HotEngine {
    return this.#codeViews?.all[view]?.hot ?? this.#hot;
  }
  #setEntryIn(view: number, address: number, number: number): void {
    const found = this.#records.at(address, view);
    if (found === undefined) return;
    const [record, at] = [found >> 1, this.#records.entryAt(address, view)! >> 1];
    if (this.#halfwords[record]! <= BREAKPOINT) return;
    this.#halfwords[at] = number;
    if (this.#halfwords[record] === REGION) return;
    this.#halfwords[at + 1] = this.#halfwords[record]!;
    this.#halfwords[record] = REGION;
  }

  /** What was counted, if that was asked for. */
  get statistics(): EngineStatistics | undefined {
    if (!this.hot.counting) return undefined;
    const counted = (address: number) => Number(this.#counters[address >> 3]!);
    const [cold, hot] = [counted(COUNTERS.cold), counted(COUNTERS.hot)];
    const exits = EXIT_CAUSES.map((cause, i) => [cause, counted(COUNTERS.exits + 8 * i)] as const);
    const rest = this.#counts.statistics;
    return {
      ...rest,
      instructions: cold + hot,
      hotInstructions: hot,
      exits: Object.fromEntries(exits) as Record<ExitCause, number>,
    };
  }

  #tiers(): Tiers {
    const counts = this.#counts;
    return {
      get compiled() {
        return counts.statistics.compiledInstructions;
      },
      get known() {
        return counts.known;
      },
      isEntry: (pc) => this.hot.isEntry(pc),
      covers: (pc) => this.hot.covers(pc),
      compile: (entries) => this.compile(entries),
      learn: (accesses, jumps, reached) => {
        const { hot } = this;
        const dropped = accesses.map((pc) => hot.generalise(pc));
        const alone = reached.filter((pc) => !hot.isMissing(pc));
        for (const [pc, targets] of jumps) {
          const stale = hot.addJumpTargets(pc, targets);
          if (stale) dropped.push(stale);
          else alone.push(...targets);
        }
        dropped.push(hot.dropThoseMissing(reached));
        for (const { entries } of dropped) this.#undoEntries(entries);
        this.compile([...dropped.flatMap(({ first }) => first), ...alone]);
      },
    };
  }

  /** At the end of a run of so many ticks; `over`: the slice was used up. */
  #sample(over: boolean, ticks: number): void {
    const tiering = this.#tiering!;
    const words = this.#words;
    if (words[ENGINE.noted >> 2] !== 0 && tiering.canLearn) {
      words[ENGINE.noted >> 2] = 0;
      readNotes(words, (notes) => tiering.noted(notes));
    }
    if (!over) return;
    if (this.#slowCode) this.#countMisses(tiering.slice);
    // behind a region the cold engine walks to the end of the slice: where that ends says nothing
    if (words[ENGINE.tail >> 2] === 0) tiering.sample(words[ENGINE.lastTarget >> 2]! >>> 0, ticks);
    else tiering.quiet(ticks);
    words[ENGINE.tail >> 2] = 0;
  }

  #undoEntries(entries: readonly number[], view = this.view): void {
    if (entries.length > 0) this.#words[ENGINE.stale >> 2] = 1;
    for (const entry of entries) this.#undoEntry(entry, view);
  }

  /** Gives a record back the handler it had before a region began there. */
  #undoEntry(entry: number, of: number): void {
    const [first, behind] = this.#viewsFor(of);
    for (let view = first; view < behind; view++) {
      const record = this.#records.at(entry, view);
      if (record === undefined || this.#halfwords[record >> 1] !== REGION) continue;
      this.#halfwords[record >> 1] = this.#halfwords[(this.#records.entryAt(entry, view)! >> 1) + 1]!;
    }
  }

  #dropRegions(address: number, view = this.view): void {
    this.#undoEntries(this.#hotOf(view).drop(address).entries, view);
  }

  /** Sees to it that changes of this code are heard of: where nothing was decoded, records say that code lies there, and no more. */
  #cover(spans: readonly number[]): boolean {
    for (let i = 0; i < spans.length; i += 2) {
      const address = spans[i]!;
      if (this.#space !== 0) this.#revive(address);
      if (this.#record(address) === undefined && this.#records.isFull) return false;
      const record = this.#recordFor(address);
      if (this.#words[record >> 2] !== 0) continue;
      this.#words[record >> 2] = LONG << 16;
      this.#codeDecoded(address, spans[i + 1]!);
    }
    if (this.#space !== 0) CodeViews.link(this.#codeView!, spans);
    return true;
  }

  /** The instruction at an address if it was decoded: what was not has not been executed yet. */
  #decoded(pc: number): Decoded | undefined {
    const record = this.#records.isStale(pc) ? undefined : this.#record(pc);
    return record === undefined || this.#halfwords[record >> 1] === UNDECODED ? undefined : this.#compilable(pc);
  }
  #compilable(pc: number): Decoded | undefined {
    const decoded = this.#peek(pc);
    return decoded && !this.#crossing.mayLeave(pc, decoded) ? decoded : undefined;
  }

  #peek(pc: number): Decoded | undefined {
    try {
      return this.decode(pc);
    } catch {
      return undefined;
    }
  }

  /** Decodes one instruction as it stands in memory, with what its neighbours make it cost; faults as a fetch does. */
  decode(address: number): Decoded | undefined {
    const first = this.#host.fetch16(address);
    const second = this.isa.lengthOf(first) === 4 ? this.#fetchBehind(address) : 0;
    const decoded = this.#compiled.decoder.decode(first, second);
    const { pipeline } = this.isa;
    if (!decoded || !pipeline) return decoded;
    if (this.#ideal) return { ...decoded, fields: { ...decoded.fields, ...pipeline.alone } };
    const beside: number[] = [];
    const cycles = pipeline.cycles(this.#neighbour(address, decoded), (pc) => {
      const neighbour = this.#neighbourAt(pc);
      if (this.#host.codeAt(pc) !== undefined) beside.push(pc, neighbour?.length ?? 2);
      return neighbour;
    });
    return { ...decoded, fields: { ...decoded.fields, ...cycles }, beside };
  }

  /** The halfword after the one at an address. */
  #fetchBehind(address: number): number {
    return this.#host.fetch16((address + 2) >>> 0, address >= 0xffff_fffe ? 1 : 0);
  }

  /** An instruction for its neighbours to look at: it is not fetched, and what does not lie in memory is none. */
  #neighbourAt(pc: number): Neighbour | undefined {
    const first = this.#host.codeAt(pc);
    if (first === undefined) return undefined;
    const second = this.isa.lengthOf(first) === 4 ? this.#host.codeAt((pc + 2) >>> 0) : 0;
    const decoded = second === undefined ? undefined : this.#compiled.decoder.decode(first, second);
    return decoded && this.#neighbour(pc, decoded);
  }
  #neighbour(pc: number, decoded: Decoded): Neighbour {
    const { programs } = this.#compiled.handlers.code(decoded.row, decoded.fields);
    const { row, fields, length, word } = decoded;
    const program = programs[0]!;
    return { row, fields, length, word, pc, program, ...registerUse(program, fields, pc) };
  }

  /** All bits of an address count where pc has 64; a number is as `Cpu.pc` gives it: signed where that makes it exact. */
  addBreakpoint(address: number | bigint): void {
    const [low, high] = this.#wordsOf(address);
    const highs = this.#breakpointHighs.get(low) ?? new Set();
    this.#breakpointHighs.set(low, highs.add(high));
    this.#setStop(low, true);
  }
  deleteBreakpoint(address: number | bigint): void {
    const [low, high] = this.#wordsOf(address);
    const highs = this.#breakpointHighs.get(low);
    if (!highs?.delete(high) || highs.size > 0) return;
    this.#breakpointHighs.delete(low);
    this.#setStop(low, false);
  }
  #wordsOf(address: number | bigint): readonly [number, number] {
    const wide = BigInt(address);
    const high = isLong(this.isa) ? Number(BigInt.asIntN(32, wide >> 32n)) : 0;
    return [Number(BigInt.asUintN(32, wide)), high];
  }
  #setStop(low: number, on: boolean): void {
    if (on) this.#breakpoints.add(low);
    else this.#breakpoints.delete(low);
    this.#decodeAnew(low);
  }
  /** The instruction is the same as before: what depends on it stays. */
  #decodeAnew(address: number): void {
    for (let view = 0; view < this.#records.views; view++) {
      const record = this.#records.at(address, view);
      if (record === undefined || this.#words[record >> 2] === 0) continue;
      this.#words[record >> 2] = LONG << 16;
      this.#undoEntries(this.#hotOf(view).dropThoseAt(address).entries, view);
    }
  }

  /** Forgets decoded instructions that overlap a range of guest addresses whose bytes changed: physical ones, where that differs. */
  invalidate(address: number, length: number): void {
    if (this.#codeViews !== undefined) {
      this.#invalidateShown(this.#codeViews, address >>> 0, length);
      this.#entries.changed(address, length, this.#entryChanged);
    }
    const first = (address & ~1) - 2;
    for (let at = first - this.#reach; at < (address | 0) + length; at += 2) this.#undecode(at >>> 0);
    if (this.#branchesTo.size === 0) return;
    for (let at = first; at < (address | 0) + length; at += 2) this.#undecodeBranchesTo(at >>> 0);
  }
  get #reach(): number {
    return this.#ideal ? 0 : (this.isa.pipeline?.reach ?? 0);
  }
  #undecodeBranchesTo(target: number): void {
    const branches = this.#branchesTo.get(target);
    if (branches === undefined) return;
    this.#branchesTo.delete(target);
    for (const pc of branches) this.#undecode(pc);
  }

  readonly #entryChanged = (user: number): void => {
    if (user === ALL_CODE) this.translationsChanged();
    else if (user < CODE_PAGES) this.tlb!.entryChanged(user);
    else {
      const [view, page] = [Math.floor((user - CODE_PAGES) / PAGES), (user - CODE_PAGES) % PAGES];
      const known = this.#codeViews!.all[view];
      if (known?.pages.has(page)) this.#dropPage(known, (page << PAGE_SHIFT) >>> 0);
    }
  };
  #invalidateShown(views: CodeViews, address: number, length: number): void {
    const behind = address + length;
    for (let at = address; at < behind; ) {
      const end = Math.min(behind, ((at | (PAGE_SIZE - 1)) >>> 0) + 1);
      for (const { view, page } of views.showing(at >>> PAGE_SHIFT)) {
        const seen = (page << PAGE_SHIFT) | (at & (PAGE_SIZE - 2));
        for (let i = -2; i < end - at; i += 2) this.#undecodeIn((seen + i) >>> 0, view.number);
      }
      at = end;
    }
  }

  /** A store changed a decoded instruction, or one that others depend on; its own record says so already. */
  #codeChanged(address: number): void {
    this.#dropRegions(address);
    for (let at = address - this.#reach; at < address; at += 2) this.#undecode(at >>> 0);
    this.#undecodeBranchesTo(address);
  }

  /** Plain memory is no longer where it was, or must no longer be read without asking. */
  remapped(): void {
    this.tlb?.flush();
    const views = this.#codeViews?.all;
    if (views === undefined) this.#undoEntries(this.#hot.dropAll());
    else for (const view of views) this.#undoEntries(view.hot.dropAll(), view.number);
  }

  /** Forgets everything decoded. */
  flush(): void {
    if (this.#codeViews === undefined) this.#hot.dropAll();
    else for (const { hot } of this.#codeViews.all) hot.dropAll();
    this.#codeViews?.forgetPages();
    this.#words[ENGINE.stale >> 2] = 1;
    this.#records.clear();
    this.#branchesTo.clear();
  }

  /**
   * The state of the core that decides what may be fetched, as a small number: what was decoded in one is not executed in
   * another. Compiled regions are for all of them. Changed only between runs. Cores with paging have `enterRegime` instead.
   */
  get view(): number {
    return this.#records.view;
  }
  set view(view: number) {
    this.#records.view = view;
  }

  /**
   * How a core with paging sees memory from now on: its code, and its data. 0 is as it is; other numbers are the core's, of up to 53
   * bits. Told between runs. What was decoded in one way of seeing code, and what pages showed in one way of seeing data, is kept for when it comes back.
   */
  enterRegime(code: number, data: number): void {
    if ((code !== 0 || data !== 0) && this.tlb === undefined) throw new InternalError({ what: 'no room for paging' });
    if (this.tlb?.enter(data)) this.#words[ENGINE.stale >> 2] = 1;
    this.#space = code;
    this.#look();
  }

  /** Addresses of code may be translated differently from now on. What was decoded is looked at again before it is executed. */
  translationsChanged(): void {
    this.#words[ENGINE.stale >> 2] = 1;
    this.#records.translationsChanged();
  }
  /** The same for one page. */
  translationChanged(low: number): void {
    for (const { number, pages } of this.#codeViews!.all) {
      if (!pages.has(low >>> PAGE_SHIFT)) continue;
      this.#words[ENGINE.stale >> 2] = 1;
      this.#records.translationChanged(low, number);
    }
  }

  /** The core's state is another one, as after a restore. */
  restored(): void {
    this.tlb?.flush();
    this.translationsChanged();
  }

  /** Turns to the view that fits the core's state. */
  #look(): void {
    const views = this.#codeViews;
    if (views === undefined) return;
    const { pcHigh } = this;
    const present = this.#codeView!;
    if (present.space === this.#space && present.high === pcHigh) return;
    let view = views.known(this.#space, pcHigh);
    if (view === undefined) {
      if (views.isFull) {
        this.flush();
        views.clear();
        this.#records.view = 0;
      }
      view = views.add(this.#space, pcHigh);
    }
    this.#codeView = view;
    this.#hot = view.hot;
    this.#records.view = view.number;
    this.#words[ENGINE.stale >> 2] = 1;
  }

  /** Where a stale chunk was come to: what of it is still true comes back. False if there is no such chunk. */
  #revive(pc: number): boolean {
    if (!this.#records.isStale(pc)) return false;
    const view = this.#codeView!;
    for (const chunk of CodeViews.linked(view, pc >>> CHUNK_SHIFT)) {
      const address = (chunk << CHUNK_SHIFT) >>> 0;
      if (!this.#records.isStale(address)) continue;
      for (const page of pagesOfChunk(address)) this.#checkPage(view, page);
      this.#records.renew(address);
    }
    return true;
  }
  #checkPage(view: CodeView, address: number): void {
    const page = address >>> PAGE_SHIFT;
    const known = view.pages.get(page);
    if (known === undefined) return;
    if (this.#physicalPage(address) === known) this.#noteEntries(view, page);
    else this.#dropPage(view, address);
  }
  #dropPage(view: CodeView, address: number): void {
    this.#words[ENGINE.stale >> 2] = 1;
    this.#codeViews!.hide(view, address >>> PAGE_SHIFT);
    this.#records.clearPage(address, view.number);
    this.#undecodeIn((address - 2) >>> 0, view.number);
    this.#undoEntries(view.hot.dropPage(address).entries, view.number);
  }
  /** A page of code depends on the entries that were walked last. */
  #noteEntries({ number }: CodeView, page: number): void {
    const walked = this.#host.walked?.() ?? [];
    for (let i = 0; i < walked.length; i++) {
      this.#entries.add(walked[i]!, i < walked.length - 1 ? ALL_CODE : CODE_PAGES + number * PAGES + page);
    }
  }
  #physicalPage(address: number): number {
    const carry = address < 1 << PAGE_SHIFT && this.pc >= 0xffff_f000 ? 1 : 0;
    const physical = this.#host.codeAddress!(address, carry);
    return physical < 0 || physical >= 2 ** 32 ? -1 : physical >>> PAGE_SHIFT;
  }

  /** Code was decoded, or counts as decoded: its changes are to be heard of. */
  #codeDecoded(address: number, length: number): void {
    if (this.#space === 0) {
      this.#host.codeDecoded(address, length, false);
      return;
    }
    const offset = address & (PAGE_SIZE - 1);
    const within = Math.min(length, PAGE_SIZE - offset);
    this.#host.codeDecoded(this.#shownBy(address >>> PAGE_SHIFT) * PAGE_SIZE + offset, within, true);
    if (within === length) return;
    const next = ((address + within) >>> PAGE_SHIFT) & (PAGES - 1);
    this.#host.codeDecoded(this.#shownBy(next) * PAGE_SIZE, length - within, true);
  }
  /** The physical page behind one of the present view, from which code was fetched. */
  #shownBy(page: number): number {
    const view = this.#codeView!;
    const known = view.pages.get(page);
    if (known !== undefined) return known;
    const physical = this.#physicalPage((page << PAGE_SHIFT) >>> 0);
    if (physical < 0)
      throw new InternalError({ what: `code was decoded from page ${page.toString(16)}, which shows nothing` });
    this.#codeViews!.show(view, page, physical);
    this.#noteEntries(view, page);
    return physical;
  }

  /** Host address of a record, if its chunk is in use. */
  #record(address: number): number | undefined {
    return this.#records.at(address);
  }

  #undecode(address: number): void {
    const views = this.#codeViews === undefined ? this.#records.views : 1;
    for (let view = 0; view < views; view++) this.#undecodeIn(address, view);
  }
  #undecodeIn(address: number, view: number): void {
    const record = this.#records.at(address, view);
    if (record === undefined || this.#words[record >> 2] === 0) return;
    this.#words[record >> 2] = 0;
    this.#dropRegions(address, view);
  }

  #recordFor(address: number): number {
    const known = this.#record(address);
    if (known !== undefined) return known;
    if (this.#records.isFull) this.flush();
    return this.#records.make(address, this.#space === 0);
  }

  /** Decodes the instruction at an address and some that follow; what stops the first one is reported. */
  #decodeFrom(address: number): EngineExit | undefined {
    const decoded = this.decode(address);
    if (!decoded) {
      const first = this.#host.fetch16(address);
      const long = this.isa.lengthOf(first) === 4;
      return { kind: 'undefined', first, second: long ? this.#fetchBehind(address) : 0 };
    }
    this.#write(address, decoded);
    const compiled = this.hot.numberAt(address);
    if (compiled !== undefined) this.#setEntry(address, compiled);
    else if (this.#mode === 'hot') this.compile([address]);
    if (this.#mode !== 'hot') this.#decodeAhead(address, (address + decoded.length) >>> 0);
    return undefined;
  }

  /** Decodes on in the same page, silently: data after code may look like anything. */
  #decodeAhead(from: number, next: number): void {
    let address = next;
    for (let i = 0; i < DECODE_AHEAD && address >>> 12 === from >>> 12; i++) {
      const record = this.#record(address);
      if (record === undefined || this.#halfwords[record >> 1] !== UNDECODED || (address & 0xffe) === 0xffe) return;
      const decoded = this.#peek(address);
      if (!decoded) return;
      this.#write(address, decoded);
      address = (address + decoded.length) >>> 0;
    }
  }

  #write(address: number, decoded: Decoded): void {
    const { row, fields, length, beside } = decoded;
    if (beside !== undefined) this.#dependsOn(address, beside);
    const { handlers } = this.#compiled;
    const { outside, inside } = handlers.numbers(row, fields);
    const record = this.#recordFor(address);
    const { programs, record: layout } = handlers.code(row, fields);
    for (const slot of layout.slots) {
      const value = slotValue(programs, slot, fields, address);
      const at = record + slot.offset;
      if (slot.bytes === 4) this.#words[at >> 2] = value;
      else if (slot.bytes === 2) this.#halfwords[at >> 1] = value;
      else this.#bytes[at] = value;
    }
    const stop = this.#breakpoints.has(address) || this.#crossing.mayLeave(address, decoded);
    this.#halfwords[record >> 1] = stop ? BREAKPOINT : outside;
    this.#halfwords[(record >> 1) + 1] =
      (stop ? BREAKPOINT : inside) | (length === 4 ? LONG : 0) | (row.unconditional ? UNCONDITIONAL : 0);
    this.#codeDecoded(address, length);
  }

  /** Sees to it that an instruction is decoded anew once its neighbours change. */
  #dependsOn(address: number, beside: readonly number[]): void {
    this.#cover(beside);
    for (let i = 0; i < beside.length; i += 2) {
      const target = beside[i]!;
      if (target > address && target <= address + 4 + this.#reach) continue;
      const branches = this.#branchesTo.get(target);
      if (branches) branches.add(address);
      else this.#branchesTo.set(target, new Set([address]));
    }
  }

  /** A check that a handler number read back from a record is one of this ISA's. */
  handlerAt(address: number): string {
    const record = this.#record(address);
    const number = record === undefined ? UNDECODED : this.#halfwords[record >> 1]!;
    if (number <= BREAKPOINT) return number === UNDECODED ? 'undecoded' : 'breakpoint';
    const handler = this.#compiled.handlers.all[number - FIRST];
    if (!handler) throw new InternalError({ what: `record at ${address.toString(16)} names handler ${number}` });
    return handler.variant.row.text;
  }
}
