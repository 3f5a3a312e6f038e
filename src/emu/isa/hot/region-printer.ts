import { EXIT_CAUSES, type ExitCause } from '../engine-statistics.js';
import type { Isa } from '../instruction.js';
import type { Program, Type } from '../ir.js';
import { COUNTERS, ENGINE, type StateLayout } from '../layout.js';
import type { PrintContext } from '../print-context.js';
import { Printer } from '../printer.js';
import { REGION_PARAMS } from '../region-entry.js';
import { FunctionBody } from '../wasm/code.js';
import { EMPTY_BLOCK, OP } from '../wasm/opcodes.js';
import type { Part, Step } from './flow.js';
import { cyclesToNextCheck, type Region } from './region.js';

const [PC, BUDGET] = [0, 1];
const LEFT_BY_ACCESS = 1;
const LEFT_BY_BUDGET = 2;

/** Where exits of a cause are counted. */
export const exitCounter = (cause: ExitCause) => COUNTERS.exits + 8 * EXIT_CAUSES.indexOf(cause);

/** What a region's code needs from its module. */
export interface RegionEnvironment {
  readonly slow: SlowCalls;
  /** Continues a region that is compiled at the address in local PC, or leaves to the cold engine. */
  readonly go: (out: FunctionBody) => void;
  /** Instructions and exits are counted. */
  readonly counting: boolean;
}

/** Index of the out-of-line function for a slow access. */
export type SlowCalls = (kind: 'load' | 'store', size: number) => number;

const LOAD: Readonly<Record<Type, number>> = { i32: OP.i32_load, i64: OP.i64_load, f32: OP.f32_load, f64: OP.f64_load };
const STORE: Readonly<Record<Type, number>> = {
  i32: OP.i32_store,
  i64: OP.i64_store,
  f32: OP.f32_store,
  f64: OP.f64_store,
};

/** Where a branch may go: an open loop or block of the structure, or a frame that only takes up a depth. */
type Frame = { readonly kind: 'loop' | 'merge'; readonly block: number } | { readonly kind: 'leave' | 'go' | 'other' };

/**
 * Prints a region as one WebAssembly function with structured control flow, by its dominator tree: a block that
 * several forward edges lead to becomes the code behind a `block`, a loop header a `loop`, any other is printed where
 * it is branched to.
 */
export class RegionPrinter {
  readonly #isa: Isa;
  readonly #region: Region;
  readonly #layout: StateLayout;
  readonly #out = new FunctionBody(REGION_PARAMS);
  readonly #frames: Frame[] = [];
  readonly #children: readonly number[][];
  readonly #checks: readonly number[];
  /** Locals of registers (by index) and scalars (by name) that the region uses. */
  readonly #registers = new Map<number, number>();
  readonly #scalars = new Map<string, number>();
  readonly #written = new Set<number>();
  readonly #pool = new Map<Type, number[]>();
  /** Cycles of instructions printed since the budget was last reduced. */
  #pending = 0;
  readonly #environment: RegionEnvironment;
  /** 1 where a slow access left, 2 where the budget did not suffice. */
  readonly #left = this.#out.local('i32');
  /** Of an access made from here: the budget before it, and how it was cut. */
  readonly #expected = this.#out.local('i32');
  readonly #cut = this.#out.local('i32');

  constructor(isa: Isa, layout: StateLayout, region: Region, environment: RegionEnvironment) {
    this.#isa = isa;
    this.#layout = layout;
    this.#region = region;
    this.#environment = environment;
    this.#checks = cyclesToNextCheck(region);
    const children: number[][] = region.blocks.map(() => []);
    for (let block = 1; block < region.blocks.length; block++) children[region.dominator[block]!]!.push(block);
    this.#children = children;
  }

  print(): FunctionBody {
    const out = this.#out;
    this.#allocate();
    this.#checkBudget(0, () => this.#count('budget').get(PC).get(BUDGET).i32(LEFT_BY_BUDGET).op(OP.return));
    for (const [index, local] of this.#registers) {
      out
        .i32(0)
        .memory(
          this.#layout.registerSize === 8 ? OP.i64_load : OP.i32_load,
          this.#layout.registers + index * this.#layout.registerSize,
        )
        .set(local);
    }
    for (const [name, local] of this.#scalars) {
      const { type, offset } = this.#layout.scalars[name]!;
      out.i32(0).memory(LOAD[type], offset).set(local);
    }
    out.op(OP.block, EMPTY_BLOCK);
    this.#frames.push({ kind: 'leave' });
    out.op(OP.block, EMPTY_BLOCK);
    this.#frames.push({ kind: 'go' });
    this.#tree(0);
    out.op(OP.end);
    this.#frames.pop();
    this.#spill();
    this.#environment.go(out);
    out.op(OP.end);
    this.#frames.pop();
    this.#spill();
    return out.get(PC).get(BUDGET).get(this.#left);
  }

  /** Gives a local to every register and scalar that occurs, and notes which are written. */
  #allocate(): void {
    const steps = this.#region.blocks.flatMap((block) => block.steps).filter((step) => !step.cold);
    for (const { program, predicate } of steps.flatMap((step) => step.parts)) {
      this.#allocateIn(program);
      if (predicate) this.#allocateIn(predicate.test);
    }
  }

  #allocateIn(program: Program): void {
    for (const node of program) {
      if (node.op === 'reg' || node.op === 'setReg') {
        const index = program[node.args[0]]!;
        if (index.op !== 'const') continue;
        const number = Number(index.value);
        if (!this.#registers.has(number)) this.#registers.set(number, this.#out.local(this.#isa.state.registers.type));
        if (node.op === 'setReg') this.#written.add(this.#registers.get(number)!);
      } else if (node.op === 'get' || node.op === 'set') {
        const { type } = this.#layout.scalars[node.name]!;
        if (!this.#scalars.has(node.name)) this.#scalars.set(node.name, this.#out.local(type));
        if (node.op === 'set') this.#written.add(this.#scalars.get(node.name)!);
      }
    }
  }

  #spill(): void {
    const out = this.#out;
    for (const [index, local] of this.#registers) {
      if (!this.#written.has(local)) continue;
      const { registerSize, registers } = this.#layout;
      out
        .i32(0)
        .get(local)
        .memory(registerSize === 8 ? OP.i64_store : OP.i32_store, registers + index * registerSize);
    }
    for (const [name, local] of this.#scalars) {
      if (!this.#written.has(local)) continue;
      const { type, offset } = this.#layout.scalars[name]!;
      out.i32(0).get(local).memory(STORE[type], offset);
    }
  }

  #depthOf(frame: (frame: Frame) => boolean, extra: number): number {
    return this.#frames.length - 1 - this.#frames.findLastIndex(frame) + extra;
  }

  #checkBudget(block: number, leave: () => void): void {
    this.#out.get(BUDGET).i32(this.#checks[block]!).op(0x48, OP.if, EMPTY_BLOCK); // i32.lt_s
    leave();
    this.#out.op(OP.end);
  }

  /** Prints a block and everything it dominates. */
  #tree(block: number): void {
    const merges = this.#children[block]!.filter((child) => this.#region.forwardEdges[child]! > 1).sort(
      (a, b) => b - a,
    );
    if (!this.#region.headers.has(block)) {
      this.#within(block, merges);
      return;
    }
    this.#out.op(OP.loop, EMPTY_BLOCK);
    this.#frames.push({ kind: 'loop', block });
    if (block !== 0 || this.#region.headers.has(0)) {
      this.#checkBudget(block, () => this.#leaveAt(this.#region.blocks[block]!.pc, LEFT_BY_BUDGET, 1, 0, 'budget'));
    }
    this.#within(block, merges);
    this.#frames.pop();
    this.#out.op(OP.end);
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
    this.#frames.pop();
    this.#out.op(OP.end);
    this.#tree(outer);
  }

  #block(index: number): void {
    const { steps } = this.#region.blocks[index]!;
    this.#pending = 0;
    for (const [position, step] of steps.entries()) {
      if (step.cold) {
        this.#leaveAt(step.pc, LEFT_BY_BUDGET, 0, this.#pending, 'instruction');
        return;
      }
      const last = position === steps.length - 1;
      for (const part of step.parts) this.#part(index, step, part, last && part === step.parts.at(-1));
    }
  }

  #part(block: number, step: Step, part: Part, last: boolean): void {
    const { predicate } = part;
    const context = this.#context(block, step, part, last && !predicate);
    if (!predicate) {
      new Printer(part.program, context).print();
      return;
    }
    new Printer(predicate.test, context).printValue(predicate.result);
    this.#out.op(OP.if, EMPTY_BLOCK);
    this.#frames.push({ kind: 'other' });
    new Printer(part.program, context).print();
    this.#out.op(OP.else);
    if (this.#environment.counting) this.#out.count(COUNTERS.hot);
    this.#pay(1);
    this.#frames.pop();
    this.#out.op(OP.end);
    if (last) this.#goTo(block, (part.pc + part.length) >>> 0, 0);
  }

  #context(block: number, step: Step, part: Part, last: boolean): PrintContext {
    const used = new Map<Type, number>();
    const before = this.#pending;
    const next = (part.pc + part.length) >>> 0;
    const inline = step.inline;
    return {
      out: this.#out,
      state: this.#layout,
      record: -1,
      pc: PC,
      budget: BUDGET,
      counter: this.#environment.counting ? COUNTERS.hot : undefined,
      slots: NO_SLOTS,
      length: part.length,
      temporary: (type) => this.#temporary(type, used),
      slow: this.#environment.slow,
      helper: () => -1,
      trapNumber: (kind) => 1 + this.#isa.traps.indexOf(kind),
      fallThrough: (depth) => {
        if (inline) this.#leaveIfCut(next, depth);
        if (last) this.#goTo(block, next, depth);
      },
      branch: (depth, target) => this.#branch(block, step, depth, target),
      leave: (depth, resume) => {
        this.#saveItState(part, resume === 'this' ? part.predicate?.before : part.predicate?.after);
        this.#leaveAt(resume === 'this' ? part.pc : next, LEFT_BY_BUDGET, depth, this.#pending, 'instruction');
      },
      hot: {
        register: (index) => this.#registers.get(index)!,
        scalar: (name) => this.#scalars.get(name)!,
        miss: (depth) => {
          this.#saveItState(part, part.predicate?.before);
          this.#refund(part, before, depth);
        },
        ...(inline && { inline: { before: () => this.#beforeAccess(part), after: () => this.#afterAccess() } }),
        charge: (cycles, depth) => {
          if (depth > 0 || part.predicate) this.#pay(cycles);
          else this.#pending += cycles;
        },
      },
    };
  }

  /** Everything the machine may look at is in memory while it answers an access. */
  #beforeAccess(part: Part): void {
    const out = this.#out;
    this.#spill();
    out.i32(0).i32(part.pc).memory(OP.i32_store, ENGINE.pc);
    out.i32(0).get(BUDGET).i32(this.#pending).op(OP.i32_sub).tee(this.#expected).memory(OP.i32_store, ENGINE.budget);
  }

  /** An access may shorten the slice: then the region is left behind this instruction. */
  #afterAccess(): void {
    const out = this.#out;
    out.i32(0).memory(OP.i32_load, ENGINE.budget).get(this.#expected).op(OP.i32_sub);
    out.get(this.#cut).op(OP.i32_add).set(this.#cut);
  }

  #leaveIfCut(next: number, depth: number): void {
    const out = this.#out;
    out.get(this.#cut).op(OP.if, EMPTY_BLOCK);
    out.get(BUDGET).get(this.#cut).op(OP.i32_add).set(BUDGET).i32(0).set(this.#cut);
    this.#leaveAt(next, LEFT_BY_BUDGET, depth + 1, this.#pending, 'event');
    out.op(OP.end);
  }

  #count(cause: ExitCause): FunctionBody {
    return this.#environment.counting ? this.#out.count(exitCounter(cause)) : this.#out;
  }

  #leaveAt(pc: number, reason: number, depth: number, cycles: number, cause: ExitCause): void {
    this.#count(cause).i32(reason).set(this.#left);
    this.#exitTo(pc, 'leave', depth, cycles);
  }

  /** Leaves before a part whose own cycles may already be paid (they are, inside an IT block). */
  #refund(part: Part, before: number, depth: number): void {
    if (this.#environment.counting) this.#out.count(COUNTERS.hot, -1n); // it will be executed by the cold engine
    const paid = part.predicate ? staticCycles(part) : 0;
    this.#leaveAt(part.pc, LEFT_BY_ACCESS, depth, before - paid, 'access');
  }

  #saveItState(part: Part, itstate: number | undefined): void {
    if (!part.predicate || !itstate) return;
    const { offset } = this.#layout.scalars[this.#isa.predication!.state]!;
    this.#out.i32(0).i32(itstate).memory(OP.i32_store, offset);
  }

  #temporary(type: Type, used: Map<Type, number>): number {
    const index = used.get(type) ?? 0;
    used.set(type, index + 1);
    const list = this.#pool.get(type) ?? [];
    this.#pool.set(type, list);
    list[index] ??= this.#out.local(type);
    return list[index]!;
  }

  #branch(block: number, step: Step, depth: number, target: number | undefined): void {
    if (target === undefined) {
      this.#out.set(PC);
      this.#pay(this.#pending);
      this.#out.br(this.#depthOf(({ kind }) => kind === 'go', depth));
    } else if (step.calls) this.#exitTo(target, 'go', depth, this.#pending);
    else this.#goTo(block, target, depth);
  }

  #pay(cycles: number): void {
    if (cycles !== 0) this.#out.get(BUDGET).i32(cycles).op(OP.i32_sub).set(BUDGET);
  }

  #exitTo(pc: number, kind: 'leave' | 'go', depth: number, cycles: number): void {
    this.#out.i32(pc).set(PC);
    this.#pay(cycles);
    this.#out.br(this.#depthOf((frame) => frame.kind === kind, depth));
  }

  /** Goes on at an address: a branch in the structure, the code itself, or out of the region. */
  #goTo(from: number, pc: number, depth: number): void {
    const to = this.#region.blockAt.get(pc);
    const pending = this.#pending;
    if (to === undefined || !this.#region.blocks[from]!.successors.includes(to)) {
      this.#exitTo(pc, 'go', depth, pending);
      return;
    }
    this.#pay(pending);
    if (to <= from) this.#out.br(this.#depthOf((frame) => frame.kind === 'loop' && frame.block === to, depth));
    else if (this.#region.forwardEdges[to]! > 1) {
      this.#out.br(this.#depthOf((frame) => frame.kind === 'merge' && frame.block === to, depth));
    } else {
      for (let i = 0; i < depth; i++) this.#frames.push({ kind: 'other' });
      this.#tree(to);
      for (let i = 0; i < depth; i++) this.#frames.pop();
    }
    this.#pending = pending;
  }
}

const NO_SLOTS = {
  decoded: new Set<number>(),
  slot: () => {
    throw new Error('a region has no record');
  },
};

/** What a part is charged at its start, whatever path it takes. */
function staticCycles({ program }: Part): number {
  const first = program.find((node) => node.op === 'charge');
  const cycles = first?.op === 'charge' ? program[first.args[0]]! : undefined;
  return cycles?.op === 'const' ? Number(cycles.value) : 0;
}
