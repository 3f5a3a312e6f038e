import { EXIT_CAUSES, type ExitCause } from '../engine-statistics.js';
import { type Isa, isLong } from '../instruction.js';
import type { Type } from '../ir.js';
import { CODE_PLACES, COUNTERS, DATA_PLACES, ENGINE, LINE_SHIFT, LINES, NOTE, type StateLayout } from '../layout.js';
import { placeOf } from '../line-functions.js';
import { isSlow } from '../lines.js';
import type { DataAddress, MemoryWindow, PrintContext, SharedCheck, WordKnowledge } from '../print-context.js';
import { Printer } from '../printer.js';
import { LEFT, REGION_PARAMS } from '../region-entry.js';
import { FunctionBody } from '../wasm/code.js';
import { EMPTY_BLOCK, OP } from '../wasm/opcodes.js';
import { type CheckedOptions, checkedBefore, REACH } from './checked-addresses.js';
import { constantOf, type Part, type Step } from './flow.js';
import type { Region, Way } from './region.js';
import { type Kept, RegionState } from './region-state.js';
import { wordsBefore } from './region-words.js';
import { type AccessGroup, type Segment, type SegmentOptions, segmentsOf } from './segments.js';

const [PC, BUDGET] = [0, 1];

/** Where exits of a cause are counted. */
export const exitCounter = (cause: ExitCause) => COUNTERS.exits + 8 * EXIT_CAUSES.indexOf(cause);

/** How the accesses of an instruction are made: straight into one memory, through the page tables, or by the machine if they must. */
export type Site = { readonly window: MemoryWindow } | 'table' | 'inline';

/** Functions that read a line of code or data, and the one that waits for data; whether a region goes on after a miss, or leaves. */
export interface RegionLines {
  readonly missCode: number;
  readonly missData: number;
  readonly dataLine: number;
  readonly misses: 'inside' | 'leave';
}

/** What a region's code needs from its module. */
export interface RegionEnvironment {
  readonly slow: (kind: 'load' | 'store', size: number) => number;
  readonly helper: (name: string) => number;
  readonly pure: (name: string) => number;
  /** Index of the function that runs a subroutine: (pc, budget) as a region's results. */
  readonly enter: number;
  /** Index of the function that notes where a computed branch went: (site, target). */
  readonly note: number;
  /** Continues a region that is compiled at the address in local PC, or leaves to the cold engine for a reason of LEFT. */
  readonly go: (out: FunctionBody, otherwise: number) => void;
  readonly site: (part: Part) => Site;
  /** The word at an address, if it stays while the region is in use. */
  readonly constantWord: (region: Region, address: number) => number | undefined;
  /** Instructions and exits are counted. */
  readonly counting: boolean;
  /** Addresses are translated: there are no windows, and page tables are in the bank that the core uses. */
  readonly translated: boolean;
  /** Where code has to be waited for. */
  readonly lines: RegionLines | undefined;
}

/** Where a branch may go: an open loop or block of the structure, or a frame that only takes up a depth. */
type Frame =
  | { readonly kind: 'loop' | 'merge'; readonly block: number }
  | { readonly kind: 'leave' | 'access' | 'go' | 'jump' | 'other' };

/** The segment being printed. */
interface Open {
  readonly segment: Segment;
  /** Where execution starts over, the cycles not yet paid there, and the instructions counted since. */
  readonly pc: number;
  readonly pending: number;
  executed: number;
  /** What has a new value. */
  readonly changed: Set<Kept>;
  readonly places: Map<AccessGroup, number>;
  /** Accesses of the block that need not look at their address again. */
  readonly checkedAlready: ReadonlyMap<Part, ReadonlySet<number>>;
}

/**
 * Prints a region as one WebAssembly function with structured control flow, by its dominator tree: a block that
 * several forward edges lead to becomes the code behind a `block`, a loop header a `loop`, any other is printed where
 * it is branched to.
 */
export class RegionPrinter {
  readonly #isa: Isa;
  readonly #region: Region;
  readonly #layout: StateLayout;
  readonly #environment: RegionEnvironment;
  readonly #out = new FunctionBody(REGION_PARAMS);
  readonly #frames: Frame[] = [];
  readonly #children: readonly number[][];
  readonly #state: RegionState;
  readonly #pool = new Map<Type, number[]>();
  /** Cycles of instructions printed since the budget was last reduced. */
  #pending = 0;
  /** Of them, those from before the block that is printed. */
  #carried = 0;
  /** Cycles of the branch that is printed next. */
  #taken = 0;
  /** One of LEFT. */
  readonly #left = this.#out.local('i32');
  /** Of a call into the machine: the budget before it, and how it was cut. */
  readonly #expected = this.#out.local('i32');
  readonly #cut = this.#out.local('i32');
  /** Address of the computed branch, or of the access, by which the region is left. */
  readonly #site = this.#out.local('i32');
  #open!: Open;
  /** Scalars that are known not to be 0 in the block being printed. */
  readonly #guarded = new Set<string>();
  /** Registers of 64 bits whose value in the block being printed is known to be a word with the sign extended. */
  #words = new Map<number, WordKnowledge>();
  /** Of them, those that hold words where each block begins, as bits. */
  readonly #wordsBefore: readonly bigint[];
  /** The same at the end of the only block that leads to the one to be printed next. */
  #inherited: ReadonlyMap<number, WordKnowledge> | undefined;
  /** The line of the instruction printed last, undefined where several may have come before. */
  #line: number | undefined;
  readonly #place = this.#out.local('i32');
  /** Number of the place that control is on its way to, 0 once it is there. */
  readonly #way = this.#out.local('i32');
  /** Where addresses are translated: what ENGINE.bank was when the region was entered. */
  readonly #bank: number | undefined;

  constructor(isa: Isa, layout: StateLayout, region: Region, environment: RegionEnvironment) {
    this.#isa = isa;
    this.#layout = layout;
    this.#region = region;
    this.#environment = environment;
    this.#bank = environment.translated ? this.#out.local('i32') : undefined;
    this.#state = new RegionState(isa, layout, this.#out, region, environment.lines !== undefined);
    this.#wordsBefore = isLong(isa) ? wordsBefore(region) : region.blocks.map(() => 0n);
    const children: number[][] = region.blocks.map(() => []);
    for (let block = 1; block < region.blocks.length; block++) children[region.dominator[block]!]!.push(block);
    this.#children = children;
  }

  print(): FunctionBody {
    const out = this.#out;
    const { cyclesToCheck, blockAt, entries } = this.#region;
    const most = Math.max(cyclesToCheck[0]!, ...[...entries.keys()].map((pc) => cyclesToCheck[blockAt.get(pc)!]!));
    this.#checkBudget(most, () => this.#count('budget').get(PC).get(BUDGET).i32(LEFT.budget).op(OP.return));
    this.#state.reload();
    if (this.#bank !== undefined) out.i32(0).memory(OP.i32_load, ENGINE.bank).set(this.#bank);
    this.#chooseWay();
    this.#frame('leave');
    this.#frame('access');
    this.#frame('go');
    this.#frame('jump');
    this.#tree(0);
    this.#close();
    this.#state.spill();
    out.get(this.#site).get(PC).call(this.#environment.note);
    // it is for the branch to learn the target, not for a region of its own to begin there
    this.#environment.go(out, LEFT.otherwise);
    this.#close();
    this.#state.spill();
    this.#environment.go(out, LEFT.going);
    this.#close();
    this.#state.spill();
    out.i32(NOTE.access).get(this.#site).call(this.#environment.note);
    out.get(PC).get(BUDGET).i32(LEFT.access).op(OP.return);
    this.#close();
    this.#state.spill();
    return out.get(PC).get(BUDGET).get(this.#left);
  }

  #frame(kind: 'leave' | 'access' | 'go' | 'jump'): void {
    this.#out.op(OP.block, EMPTY_BLOCK);
    this.#frames.push({ kind });
  }
  #close(): void {
    this.#out.op(OP.end);
    this.#frames.pop();
  }

  #depthOf(frame: (frame: Frame) => boolean, extra: number): number {
    return this.#frames.length - 1 - this.#frames.findLastIndex(frame) + extra;
  }

  #checkBudget(least: number, leave: () => void): void {
    this.#out.get(BUDGET).i32(least).op(OP.i32_lt_s, OP.if, EMPTY_BLOCK);
    leave();
    this.#out.op(OP.end);
  }

  /** Prints a block and everything it dominates. */
  #tree(block: number): void {
    const { headers, forwardEdges } = this.#region;
    const merges = this.#children[block]!.filter((child) => forwardEdges[child]! > 1).sort((a, b) => b - a);
    const loops = headers.has(block);
    if (loops) {
      this.#out.op(OP.loop, EMPTY_BLOCK);
      this.#frames.push({ kind: 'loop', block });
    }
    this.#within(block, merges);
    if (!loops) return;
    this.#close();
    this.#out.op(OP.unreachable);
  }

  #within(block: number, merges: readonly number[]): void {
    const [outer, ...rest] = merges;
    if (outer === undefined) {
      this.#block(block);
      return;
    }
    this.#out.op(OP.block, EMPTY_BLOCK);
    this.#frames.push({ kind: 'merge', block: outer });
    this.#within(block, rest);
    this.#close();
    this.#carried = 0;
    this.#tree(outer);
  }

  #block(index: number): void {
    const { checked, cyclesToCheck, blocks } = this.#region;
    const { steps, pc } = blocks[index]!;
    this.#pending = this.#carried;
    this.#guarded.clear();
    this.#words = this.#wordsAtStart(index);
    this.#proceed(index);
    if (index === 0) {
      this.#goTo(0, this.#region.entry, 0);
      return;
    }
    if (checked.has(index)) {
      this.#checkBudget(cyclesToCheck[index]!, () => this.#leaveAt(pc, LEFT.budget, 1, 0, 'budget'));
    }
    const segments = segmentsOf(steps, this.#segmentation);
    const checkedAlready = checkedBefore(steps, this.#checking);
    this.#line = this.#lineBefore(index);
    for (const segment of segments) {
      const pc = segment.steps[0]!.pc;
      this.#waitForCode(pc, false);
      this.#open = {
        segment,
        pc,
        pending: this.#pending,
        executed: 0,
        changed: new Set(),
        places: new Map(),
        checkedAlready,
      };
      for (const step of segment.steps) {
        const last = step === steps.at(-1);
        for (const part of step.parts) {
          this.#waitForCode(part.pc, step.parts.length > 1);
          this.#part(index, step, part, last && part === step.parts.at(-1));
        }
      }
    }
  }

  /** What is known of registers where a block begins. */
  #wordsAtStart(index: number): Map<number, WordKnowledge> {
    const { blocks, headers, entries, blockAt } = this.#region;
    const inherited = this.#inherited;
    this.#inherited = undefined;
    const known = new Map<number, WordKnowledge>();
    const words = this.#wordsBefore[index]!;
    for (let register = 0; words >> BigInt(register) !== 0n; register++)
      if ((words >> BigInt(register)) & 1n) known.set(register, 'word');
    if (!inherited || headers.has(index) || blocks[index]!.ways.length > 0) return known;
    if ([...entries.keys()].some((pc) => blockAt.get(pc) === index)) return known;
    for (const [register, knowledge] of inherited) if (knowledge === 'extended') known.set(register, knowledge);
    return known;
  }

  /** The line that the last instruction on every way to a block lies in, undefined if that is not known. */
  #lineBefore(index: number): number | undefined {
    if (!this.#environment.lines) return undefined;
    const { blocks, entries, blockAt } = this.#region;
    if ([...entries.keys()].some((pc) => blockAt.get(pc) === index)) return undefined;
    const lines = new Set<number | undefined>();
    for (const { successors, steps } of blocks) {
      if (successors.includes(index))
        lines.add(steps.at(-1)?.calls ? undefined : lineOf(steps.at(-1)?.parts.at(-1)?.pc));
    }
    return lines.size === 1 ? [...lines][0] : undefined;
  }

  /** Before an instruction: its line may be another than that of the instruction before it. */
  #waitForCode(pc: number, inItBlock: boolean): void {
    const { lines } = this.#environment;
    const line = lineOf(pc)!;
    if (!lines || line === this.#line) return;
    const out = this.#out;
    const known = this.#line !== undefined;
    this.#line = line;
    if (!known) out.i32(0).memory(OP.i32_load, LINES.current).i32(line).op(OP.i32_ne, OP.if, EMPTY_BLOCK);
    if (isSlow(pc)) {
      const leave = () => this.#leaveAt(pc, LEFT.otherwise, known ? 1 : 2, this.#pending, 'access');
      const miss = inItBlock || lines.misses === 'inside' ? () => this.#miss(pc, lines.missCode) : leave;
      this.#useLine(placeOf(CODE_PLACES, pc), LINES.code.used, miss);
    }
    out.i32(0).i32(line).memory(OP.i32_store, LINES.current);
    if (!known) out.op(OP.end);
  }

  /** A line is used now, or is missed. */
  #useLine(place: number, used: number, miss: () => void): void {
    const out = this.#out;
    const count = this.#state.count!;
    out.i32(0).memory(OP.i32_load8_u, place).tee(this.#place).op(OP.if, EMPTY_BLOCK);
    out.get(this.#place).i32(3).op(OP.i32_shl);
    out
      .get(count)
      .i64(1n)
      .op(OP.i64_add)
      .tee(count)
      .memory(OP.i64_store, used - 8)
      .op(OP.else);
    miss();
    out.op(OP.end);
  }
  #miss(address: number, fn: number): void {
    this.#out.get(BUDGET);
    this.#counted(() => this.#out.i32(address).call(fn));
    this.#out.op(OP.i32_sub).set(BUDGET);
  }
  /** Around a call that counts the use of a line. */
  #counted(call: () => void): void {
    const out = this.#out;
    out.i32(0).get(this.#state.count!).memory(OP.i64_store, LINES.count);
    call();
    out.i32(0).memory(OP.i64_load, LINES.count).set(this.#state.count!);
  }

  /** Data is read: at a known address, or at one in a local. Leaving, the instruction has done nothing yet and paid nothing. */
  #waitForData(address: DataAddress, leave: (depth: number) => void): void {
    const { dataLine, missData, misses } = this.#environment.lines!;
    const out = this.#out;
    if ('local' in address) {
      out.get(BUDGET);
      this.#counted(() => out.get(address.local).call(dataLine));
      out.op(OP.i32_sub).set(BUDGET);
      return;
    }
    const { at, depth } = address;
    const line = at >>> LINE_SHIFT;
    out.i32(0).memory(OP.i32_load, LINES.currentData).i32(line).op(OP.i32_ne, OP.if, EMPTY_BLOCK);
    const miss = misses === 'inside' ? () => this.#miss(at, missData) : () => leave(depth + 2);
    this.#useLine(placeOf(DATA_PLACES, at), LINES.data.used, miss);
    out.i32(0).i32(line).memory(OP.i32_store, LINES.currentData).op(OP.end);
  }

  /** Whether a load of an instruction may read the slow memory. */
  #mayWait(part: Part): boolean {
    if (!this.#environment.lines || !part.program.some(({ op }) => op === 'load')) return false;
    const site = this.#environment.site(part);
    return typeof site !== 'object' || isSlow(site.window.base) || hasLiteral(part);
  }

  readonly #segmentation: SegmentOptions = {
    placeOf: (part, kind) => {
      const site = this.#environment.site(part);
      if (kind === 'store') return site === 'inline' ? undefined : 0;
      if (this.#mayWait(part)) return undefined;
      if (this.#environment.translated) return site === 'inline' ? undefined : 0;
      return typeof site === 'object' ? site.window.base : undefined;
    },
    mayWait: (part) => this.#mayWait(part),
    entersLine: (step, before) => this.#environment.lines !== undefined && lineOf(step.pc) !== lineOf(before.pc),
    callsMachine: (part) => this.#environment.site(part) === 'inline' && accessesMemory(part),
  };

  readonly #checking: CheckedOptions = {
    checks: (part) => this.#environment.site(part) !== 'inline',
    staysInside: (part) => {
      const site = this.#environment.site(part);
      if (typeof site !== 'object') return false;
      const { base, size } = site.window;
      return base >= REACH && base + size <= 2 ** 32 - REACH;
    },
  };

  /** Registers get the values that they have at the end of the segment. */
  #commit(): void {
    for (const kept of this.#open.changed) this.#out.get(kept.next!).set(kept.local);
    this.#open.changed.clear();
  }

  #present(kept: Kept): number {
    return this.#open.changed.has(kept) ? kept.next! : kept.local;
  }

  #changed(kept: Kept): number {
    if (!this.#open.segment.atOnce) return kept.local;
    this.#open.changed.add(kept);
    kept.next ??= this.#out.local(kept.type);
    return kept.next;
  }

  #grouped(part: Part, id: number): SharedCheck | undefined {
    const access = this.#open.segment.accesses.get(part)?.get(id);
    if (!access) return undefined;
    const { group, offset } = access;
    const { places } = this.#open;
    const checked = places.has(group);
    const place = places.get(group) ?? this.#out.local('i32');
    places.set(group, place);
    const site = this.#environment.site(part);
    const window = group.kind === 'load' && typeof site === 'object' ? site.window : undefined;
    const { from, span, shift } = group;
    const base = this.#present(this.#state.register(group.base));
    return { kind: group.kind, base, from, span, shift, window, place, offset, checked };
  }

  /** Where the function was entered: at its first address, or at a place. */
  #chooseWay(): void {
    const { entry, entries } = this.#region;
    const others = [...entries].filter(([pc]) => pc !== entry).sort(([a], [b]) => a - b);
    if (others.length === 0) {
      this.#requireWords(1);
      return;
    }
    this.#out.get(PC).i32(entry).op(OP.i32_ne, OP.if, EMPTY_BLOCK);
    this.#chooseFrom(others);
    this.#out.op(OP.else);
    this.#requireWords(1);
    this.#out.op(OP.end);
  }

  #chooseFrom(places: readonly (readonly [pc: number, place: number])[]): void {
    const out = this.#out;
    const middle = places.length >> 1;
    if (middle === 0) {
      this.#requireWords(this.#region.blockAt.get(places[0]![0])!);
      out.i32(places[0]![1]).set(this.#way);
      return;
    }
    out.get(PC).i32(places[middle]![0]).op(OP.i32_lt_u, OP.if, EMPTY_BLOCK);
    this.#chooseFrom(places.slice(0, middle));
    out.op(OP.else);
    this.#chooseFrom(places.slice(middle));
    out.op(OP.end);
  }

  /** The cold engine executes the instruction at a place unless registers hold words that are taken for such. */
  #requireWords(block: number): void {
    const words = this.#wordsBefore[block]!;
    if (words === 0n) return;
    const out = this.#out;
    let several = false;
    for (let register = 0; words >> BigInt(register) !== 0n; register++) {
      if (((words >> BigInt(register)) & 1n) === 0n) continue;
      const { local } = this.#state.register(register);
      out.get(local).get(local).op(OP.i32_wrap_i64, OP.i64_extend_i32_s, OP.i64_ne);
      if (several) out.op(OP.i32_or);
      several = true;
    }
    out.op(OP.if, EMPTY_BLOCK);
    this.#count('instruction').get(PC).get(BUDGET).i32(LEFT.otherwise).op(OP.return, OP.end);
  }

  /** On the way to a place nothing is executed before it. */
  #proceed(index: number): void {
    const { ways } = this.#region.blocks[index]!;
    if (ways.length === 0) return;
    this.#out.get(this.#way).op(OP.if, EMPTY_BLOCK);
    this.#proceedBy(index, ways, 1);
    this.#out.op(OP.end);
  }

  /** One of these ways it is. */
  #proceedBy(index: number, ways: readonly Way[], depth: number): void {
    const out = this.#out;
    if (ways.length === 1) {
      const { to, first, last } = ways[0]!;
      if (first === last) out.i32(0);
      else out.i32(0).get(this.#way).get(this.#way).i32(first).op(OP.i32_eq, OP.select);
      out.set(this.#way);
      this.#goTo(index, this.#region.blocks[to]!.pc, depth);
      return;
    }
    const middle = ways.length >> 1;
    out.get(this.#way).i32(ways[middle]!.first).op(OP.i32_lt_u, OP.if, EMPTY_BLOCK);
    this.#proceedBy(index, ways.slice(0, middle), depth + 1);
    out.op(OP.end);
    this.#proceedBy(index, ways.slice(middle), depth);
  }

  #part(block: number, step: Step, part: Part, last: boolean): void {
    const { predicate } = part;
    const context = this.#context(block, step, part, last && !predicate);
    if (!predicate) {
      new Printer(part.program, context).print();
      return;
    }
    const { counter, ...uncounted } = context;
    new Printer(predicate.test, uncounted).printValue(predicate.result);
    this.#out.op(OP.if, EMPTY_BLOCK);
    this.#frames.push({ kind: 'other' });
    new Printer(part.program, context).print();
    this.#out.op(OP.else);
    if (counter !== undefined) this.#out.count(counter);
    this.#pay(1);
    this.#close();
    if (last) this.#goTo(block, (part.pc + part.length) >>> 0, 0);
  }

  #context(block: number, step: Step, part: Part, last: boolean): PrintContext {
    const used = new Map<Type, number>();
    const before = this.#pending;
    const next = (part.pc + part.length) >>> 0;
    const { slow, helper, pure, counting } = this.#environment;
    const chosen = this.#environment.site(part);
    const inline = chosen === 'inline' && step.parts.length === 1 && step.targets.length === 0 && !step.computed;
    const open = this.#open;
    const calls = (inline && accessesMemory(part)) || part.program.some(({ op }) => op === 'helper');
    return {
      out: this.#out,
      state: this.#layout,
      record: -1,
      pc: PC,
      budget: BUDGET,
      slots: NO_SLOTS,
      length: part.length,
      counter: counting ? COUNTERS.hot : undefined,
      temporary: (type) => this.#temporary(type, used),
      bank: this.#bank === undefined ? undefined : () => this.#out.get(this.#bank!),
      slow,
      helper,
      pure,
      waitForData:
        this.#environment.lines &&
        ((address) =>
          this.#waitForData(address, (depth) => {
            this.#saveItState(part, part.predicate?.before);
            this.#leaveAt(part.pc, LEFT.otherwise, depth, before - (part.predicate ? staticCycles(part) : 0), 'access');
          })),
      trapNumber: (kind) => 1 + this.#isa.traps.indexOf(kind),
      fallThrough: (depth) => {
        open.executed++;
        if (step === open.segment.steps.at(-1)) this.#commit();
        if (calls) this.#leaveIfCut(block, next, depth);
        if (last) this.#goTo(block, next, depth);
      },
      branch: (depth, target) => {
        if (target === undefined) this.#out.set(PC);
        const pending = this.#pending;
        this.#pending += this.#taken;
        this.#taken = 0;
        if (calls) this.#leaveIfCut(block, target, depth);
        this.#branch(block, step, depth, target);
        this.#pending = pending;
      },
      leave: (depth, resume) => {
        if (calls) this.#settleCut();
        this.#saveItState(part, resume === 'this' ? part.predicate?.before : part.predicate?.after);
        this.#leaveAt(resume === 'this' ? part.pc : next, LEFT.otherwise, depth, this.#pending, 'instruction');
      },
      hot: {
        register: (index) => this.#present(this.#state.register(index)),
        scalar: (name) => this.#present(this.#state.scalar(name)),
        newRegister: (index) => this.#changed(this.#state.register(index)),
        newScalar: (name) => this.#changed(this.#state.scalar(name)),
        wordIn: (index) => this.#words.get(index) ?? 'any',
        holdsWord: (index, knowledge) => this.#words.set(index, knowledge),
        checkedBefore: (id) => open.checkedAlready.get(part)?.has(id) ?? false,
        grouped: (id) => this.#grouped(part, id),
        constantWord: (address) => this.#environment.constantWord(this.#region, address),
        miss: (depth) => {
          this.#out.i32(part.pc).set(this.#site);
          this.#saveItState(part, part.predicate?.before);
          this.#startOver(part, before, depth);
        },
        refuse: (depth, charged) => {
          this.#saveItState(part, part.predicate?.before);
          this.#startOver(part, before, depth, 'leave', charged);
        },
        guarded: (name, depth) => {
          if (this.#guarded.has(name)) return true;
          if (depth === 0 && !part.predicate) this.#guarded.add(name);
          return false;
        },
        window: typeof chosen === 'object' ? chosen.window : undefined,
        inline,
        before: () => this.#beforeCall(part),
        after: (helper) => this.#afterCall(helper),
        charge: (cycles, depth, branches) => {
          if (depth === 0 && !part.predicate) this.#pending += cycles;
          else if (branches) this.#taken += cycles;
          else this.#pay(cycles);
        },
      },
    };
  }

  /** Everything the machine may look at is in memory while it is called. */
  #beforeCall(part: Part): void {
    const out = this.#out;
    this.#state.spill();
    out.i32(0).i32(part.pc).memory(OP.i32_store, ENGINE.pc);
    out.i32(0).get(BUDGET).i32(this.#pending).op(OP.i32_sub).tee(this.#expected).memory(OP.i32_store, ENGINE.budget);
  }

  /**
   * The machine may shorten the slice: then the region is left behind this instruction. An access may change scalars
   * (the core's own registers are memory-mapped), a helper registers as well.
   */
  #afterCall(helper: boolean): void {
    const out = this.#out;
    this.#guarded.clear();
    if (helper) this.#words = new Map();
    out.i32(0).memory(OP.i32_load, ENGINE.budget).get(this.#expected).op(OP.i32_sub);
    out.get(this.#cut).op(OP.i32_add).set(this.#cut);
    this.#state.reload(helper);
  }

  #settleCut(): void {
    this.#out.get(BUDGET).get(this.#cut).op(OP.i32_add).set(BUDGET).i32(0).set(this.#cut);
  }

  /** Leaves behind an instruction that called the machine, if that shortened the slice, took too long, or changed code. */
  #leaveIfCut(block: number, next: number | undefined, depth: number): void {
    const out = this.#out;
    out.get(this.#cut).i32(0).memory(OP.i32_load, ENGINE.stale).op(OP.i32_or, OP.if, EMPTY_BLOCK);
    this.#settleCut();
    // an access that only took its time leaves enough for the way to the next check, mostly
    out
      .get(BUDGET)
      .i32(this.#carried + this.#region.cyclesToCheck[block]!)
      .op(OP.i32_lt_s);
    out.i32(0).memory(OP.i32_load, ENGINE.stale).op(OP.i32_or, OP.if, EMPTY_BLOCK);
    this.#leaveAt(next, LEFT.otherwise, depth + 2, this.#pending, 'event');
    out.op(OP.end, OP.end);
  }

  #count(cause: ExitCause): FunctionBody {
    return this.#environment.counting ? this.#out.count(exitCounter(cause)) : this.#out;
  }

  /** `pc`: undefined if it is in the local already. */
  #leaveAt(pc: number | undefined, reason: number, depth: number, cycles: number, cause: ExitCause): void {
    this.#count(cause).i32(reason).set(this.#left);
    this.#exitTo(pc, 'leave', depth, cycles);
  }

  /** Leaves for an access: before its segment, or before a part whose own cycles may already be paid (they are, inside an IT block). */
  #startOver(part: Part, before: number, depth: number, kind: 'access' | 'leave' = 'access', charged = true): void {
    const { segment, pc, pending, executed } = this.#open;
    // the cold engine will execute it
    if (this.#environment.counting) this.#out.count(COUNTERS.hot, segment.atOnce ? BigInt(-executed - 1) : -1n);
    this.#count(kind === 'access' ? 'access' : 'instruction');
    if (kind === 'leave') this.#out.i32(LEFT.otherwise).set(this.#left);
    if (segment.atOnce) this.#exitTo(pc, kind, depth, pending);
    else this.#exitTo(part.pc, kind, depth, before - (part.predicate && charged ? staticCycles(part) : 0));
  }

  #saveItState(part: Part, itstate: number | undefined): void {
    if (!part.predicate || !itstate) return;
    const { offset } = this.#layout.scalars[this.#isa.predication!.state]!;
    this.#out.i32(0).i32(itstate).memory(OP.i32_store, offset);
  }

  #temporary(type: Type, used: Map<Type, number>): number {
    const index = used.get(type) ?? 0;
    used.set(type, index + 1);
    let list = this.#pool.get(type);
    if (!list) {
      list = [];
      this.#pool.set(type, list);
    }
    list[index] ??= this.#out.local(type);
    return list[index]!;
  }

  /** Branches to a known address, or to the one in local PC. */
  #branch(block: number, step: Step, depth: number, target: number | undefined): void {
    if (step.calls) this.#call(block, (step.pc + step.length) >>> 0, depth, target);
    else if (target !== undefined) this.#goTo(block, target, depth);
    else if (step.computed === 'return') this.#exitTo(undefined, 'leave', depth, this.#pending);
    else this.#jump(block, step, depth, this.#jumpTargets(block, step));
  }

  #jumpTargets(block: number, step: Step): readonly number[] {
    const { blocks, blockAt, jumpTargets } = this.#region;
    const { successors, detours } = blocks[block]!;
    const reached = jumpTargets(step.pc).filter((pc) => detours.has(pc) || successors.includes(blockAt.get(pc) ?? -1));
    return [...reached].sort((a, b) => a - b);
  }

  /** Looks for the address in local PC among those that a computed branch is known to go to. */
  #jump(block: number, step: Step, depth: number, targets: readonly number[]): void {
    const out = this.#out;
    const middle = targets.length >> 1;
    if (targets.length === 0) {
      out.i32(step.pc).set(this.#site);
      this.#exitTo(undefined, 'jump', depth, this.#pending);
      return;
    }
    out.get(PC).i32(targets[middle]!);
    if (targets.length === 1) {
      out.op(OP.i32_eq, OP.if, EMPTY_BLOCK);
      this.#goTo(block, targets[0]!, depth + 1);
      out.op(OP.end);
      this.#jump(block, step, depth, []);
      return;
    }
    out.op(OP.i32_lt_u, OP.if, EMPTY_BLOCK);
    this.#jump(block, step, depth + 1, targets.slice(0, middle));
    out.op(OP.end);
    this.#jump(block, step, depth, targets.slice(middle));
  }

  /** Runs a subroutine. It comes back here unless something came up: then all callers leave, with the state in memory. */
  #call(block: number, next: number, depth: number, target: number | undefined): void {
    const out = this.#out;
    const behind = this.#region.blockAt.get(next);
    if (behind === undefined || !this.#region.blocks[block]!.successors.includes(behind)) {
      this.#exitTo(target, 'go', depth, this.#pending);
      return;
    }
    const pending = this.#pending;
    this.#pay(pending);
    this.#state.spill();
    if (target === undefined) out.get(PC);
    else out.i32(target);
    out.get(BUDGET).call(this.#environment.enter).set(this.#left).set(BUDGET).set(PC);
    out.get(this.#left).get(PC).i32(next).op(OP.i32_xor, OP.i32_or, OP.if, EMPTY_BLOCK);
    out.get(PC).get(BUDGET).get(this.#left).op(OP.return, OP.end);
    this.#state.reload();
    this.#words = new Map();
    this.#pending = 0;
    this.#goTo(block, next, depth);
    this.#pending = pending;
  }

  #pay(cycles: number): void {
    if (cycles !== 0) this.#out.get(BUDGET).i32(cycles).op(OP.i32_sub).set(BUDGET);
  }

  #exitTo(pc: number | undefined, kind: 'leave' | 'access' | 'go' | 'jump', depth: number, cycles: number): void {
    if (pc !== undefined) this.#out.i32(pc).set(PC);
    this.#pay(cycles);
    this.#out.br(this.#depthOf((frame) => frame.kind === kind, depth));
  }

  /**
   * Whether a block that only one leads to pays for that one too. Measured: where registers have 64 bits this gains up to a
   * fifth, with 32 the host's allocation of registers loses some per cent by it.
   */
  #paysLater(block: number): boolean {
    const { checked, headers } = this.#region;
    return isLong(this.#isa) && !headers.has(block) && !checked.has(block);
  }

  /** Goes on at an address: a branch in the structure, the code itself, or out of the region. */
  #goTo(from: number, pc: number, depth: number): void {
    const detour = this.#region.blocks[from]!.detours.get(pc);
    const to = detour ? detour.by : this.#region.blockAt.get(pc);
    const [pending, carried] = [this.#pending, this.#carried];
    if (to === undefined || !this.#region.blocks[from]!.successors.includes(to)) {
      this.#exitTo(pc, 'go', depth, pending);
      return;
    }
    const isBehind = to > from && this.#region.forwardEdges[to]! === 1;
    this.#carried = isBehind && this.#paysLater(to) ? pending : 0;
    if (this.#carried === 0) this.#pay(pending);
    if (detour) this.#out.i32(detour.place).set(this.#way);
    if (to <= from) this.#out.br(this.#depthOf((frame) => frame.kind === 'loop' && frame.block === to, depth));
    else if (!isBehind) {
      this.#out.br(this.#depthOf((frame) => frame.kind === 'merge' && frame.block === to, depth));
    } else {
      const [open, line, words] = [this.#open, this.#line, this.#words];
      this.#inherited = words;
      for (let i = 0; i < depth; i++) this.#frames.push({ kind: 'other' });
      this.#tree(to);
      for (let i = 0; i < depth; i++) this.#frames.pop();
      this.#open = open; // another arm of the same instruction may follow
      this.#line = line;
      this.#words = words;
    }
    this.#pending = pending;
    this.#carried = carried;
  }
}

const lineOf = (pc: number | undefined) => (pc === undefined ? undefined : pc >>> LINE_SHIFT);

/** Reads a literal of the code: that may be folded into the region, and is waited for. */
const hasLiteral = ({ program }: Part) =>
  program.some((node) => node.op === 'load' && isSlow(constantOf(program, node.args[0]) ?? 0));

const NO_SLOTS = {
  decoded: new Set<number>(),
  slot: () => {
    throw new Error('a region has no record');
  },
};

const accessesMemory = ({ program }: Part): boolean => program.some(({ op }) => op === 'load' || op === 'store');

/** What a part is charged at its start, whatever path it takes. */
function staticCycles({ program }: Part): number {
  const first = program.find((node) => node.op === 'charge');
  const cycles = first?.op === 'charge' ? program[first.args[0]]! : undefined;
  return cycles?.op === 'const' ? Number(cycles.value) : 0;
}
