import { Emitter } from './emitter.js';
import { BREAKPOINT, HANDLER_MASK, type Handler, Handlers, LONG, REGION, UNCONDITIONAL } from './handlers.js';
import { functionImport, helperImport, helperImports, type Import } from './imports.js';
import { checkRows, type Isa, isLong } from './instruction.js';
import type { Program, Type } from './ir.js';
import {
  CHUNK_SHIFT,
  COUNTERS,
  ENGINE,
  ENTRIES_OFFSET,
  GUEST_BASE,
  LINE_SHIFT,
  LINES,
  NOTE,
  WASM_PAGE,
} from './layout.js';
import { codeLineFunction, dataLineFunction, LINE_CALLS, missFunction } from './line-functions.js';
import { noteFunction } from './note.js';
import type { DataAddress, PrintContext } from './print-context.js';
import { Printer } from './printer.js';
import { layoutRecord, type RecordView } from './record.js';
import { chunkBias, entryAddress, LEFT, REGION_PARAMS, REGION_RESULTS } from './region-entry.js';
import { addSlowPath, SLOW_CALLS, type SlowPath, slowParams } from './slow-path.js';
import { FunctionBody } from './wasm/code.js';
import { ModuleBuilder } from './wasm/module.js';
import { EMPTY_BLOCK, OP, VALUE_TYPE } from './wasm/opcodes.js';

/** ENGINE.exit after a run: 0 = budget used up, these, or 1 + index of a trap. */
export const EXIT_UNDECODED = -1;
export const EXIT_BREAKPOINT = -2;

/** Out-of-line instructions: (record, pc, budget) → (pc, budget). */
const OUT_OF_LINE: readonly Type[] = ['i32', 'i32', 'i32'];
const OUT_OF_LINE_RESULT: readonly Type[] = ['i32', 'i32'];

/**
 * Generates the cold engine of an ISA as a WebAssembly module: one dispatch function, all other rows behind a table.
 * `slowCode`: it waits for lines of a slow memory (see lines.ts).
 */
export function generateColdModule(isa: Isa, counting = false, slowCode = false): Uint8Array<ArrayBuffer> {
  checkRows(isa);
  return new ColdModule(isa, counting, slowCode).build();
}

/** The imports' names and signatures, in order. */
const hostImports = (isa: Isa): Import[] => [
  { name: 'load', params: ['i32', ...slowParams('load', 'i32', isLong(isa))], results: ['i32'] },
  { name: 'load64', params: slowParams('load', 'i64', isLong(isa)), results: ['i64'] },
  { name: 'store', params: ['i32', ...slowParams('store', 'i32', isLong(isa))], results: [] },
  { name: 'store64', params: slowParams('store', 'i64', isLong(isa)), results: [] },
  { name: 'codeChanged', params: ['i32'], results: [] },
  ...helperImports(isa),
];

interface Locals {
  readonly target: number;
  readonly pc: number;
  readonly budget: number;
  readonly bias: number;
  readonly record: number;
}

class ColdModule {
  readonly #isa: Isa;
  readonly #handlers: Handlers;
  readonly #module = new ModuleBuilder(GUEST_BASE / WASM_PAGE);
  readonly #imports = new Map<string, number>();
  readonly #slowPath: SlowPath;
  #itBlock = -1;
  /** Functions that wait for a line, where there is a slow memory. */
  #codeLine: number | undefined;
  #dataLine: number | undefined;
  #note = -1;
  #table = 0;
  readonly #counter: number | undefined;

  constructor(isa: Isa, counting: boolean, slowCode: boolean) {
    this.#isa = isa;
    this.#counter = counting ? COUNTERS.cold : undefined;
    this.#handlers = new Handlers(isa);
    this.#module.importTable();
    for (const { name, params, results } of hostImports(isa)) {
      this.#imports.set(name, this.#module.import(name, params, results));
    }
    const host = (name: string) => this.#imports.get(name)!;
    const machine = {
      load: host('load'),
      load64: host('load64'),
      store: host('store'),
      store64: host('store64'),
      codeChanged: host('codeChanged'),
    };
    this.#slowPath = addSlowPath(this.#module, machine, { long: isLong(isa), paging: isa.paging ?? false });
    if (!slowCode) return;
    const line = (print: () => FunctionBody) => this.#module.function(['i32'], ['i32'], print);
    const missCode = line(() => missFunction(LINES.code));
    const missData = line(() => missFunction(LINES.data));
    this.#codeLine = line(() => codeLineFunction(missCode));
    this.#dataLine = line(() => dataLineFunction(missData));
    this.#module.export(LINE_CALLS.missCode, missCode);
    this.#module.export(LINE_CALLS.missData, missData);
    this.#module.export(LINE_CALLS.dataLine, this.#dataLine);
  }

  build(): Uint8Array<ArrayBuffer> {
    const stop = this.#module.function(OUT_OF_LINE, OUT_OF_LINE_RESULT, () =>
      new FunctionBody(OUT_OF_LINE).op(OP.unreachable),
    );
    const functions = this.#handlers.all.map((handler) =>
      this.#module.function(OUT_OF_LINE, OUT_OF_LINE_RESULT, () => this.#outOfLine(handler)),
    );
    this.#table = this.#module.table([stop, stop, stop, ...functions]);
    if (this.#isa.predication)
      this.#itBlock = this.#module.function(['i32', 'i32'], OUT_OF_LINE_RESULT, () => this.#itLoop());
    for (const { name, kind, size } of SLOW_CALLS) this.#module.export(name, this.#slowPath.index(kind, size));
    this.#note = this.#module.function(['i32', 'i32'], [], noteFunction);
    this.#module.export('note', this.#note);
    this.#module.export(
      'run',
      this.#module.function([], [], () => this.#run()),
    );
    return this.#module.build();
  }

  #context(
    out: FunctionBody,
    handler: Handler,
    rest: Pick<PrintContext, 'record' | 'pc' | 'budget' | 'temporary' | 'fallThrough' | 'branch' | 'leave'>,
  ): PrintContext {
    return {
      out,
      state: this.#handlers.state,
      counter: this.#counter,
      slots: this.#code(handler).view,
      length: handler.variant.row.pattern.length / 8,
      slow: (kind, size) => this.#slowPath.index(kind, size),
      waitForData:
        this.#dataLine === undefined
          ? undefined
          : (address) => this.#payForData(out, rest.budget, address, this.#dataLine!),
      bank: this.#isa.paging ? () => out.i32(0).memory(OP.i32_load, ENGINE.bank) : undefined,
      helper: (name) => this.#imports.get(helperImport(name))!,
      pure: (name) => this.#imports.get(functionImport(name))!,
      trapNumber: (kind) => 1 + this.#isa.traps.indexOf(kind),
      ...rest,
    };
  }

  #code({ variant }: Handler): { program: Program; view: RecordView } {
    const { programs, record } = this.#handlers.code(variant.row, variant.statics);
    const index = variant.inItBlock ? 1 : 0;
    return { program: programs[index]!, view: record.views[index]! };
  }

  #outOfLine(handler: Handler): FunctionBody {
    const out = new FunctionBody(OUT_OF_LINE);
    const [record, pc, budget] = [0, 1, 2];
    const leave = () => out.get(pc).get(budget).op(OP.return);
    const context = this.#context(out, handler, {
      record,
      pc,
      budget,
      temporary: (type) => out.local(type),
      fallThrough: () =>
        out
          .get(pc)
          .i32(handler.variant.row.pattern.length / 8)
          .op(OP.i32_add)
          .get(budget)
          .op(OP.return),
      branch: () => out.get(budget).op(OP.return),
      leave,
    }); // prettier-ignore
    new Printer(this.#code(handler).program, context).print();
    return out.op(OP.unreachable);
  }

  /** `run()`: executes from ENGINE.pc until the budget is used up or ENGINE.exit says why not. */
  #run(): FunctionBody {
    const out = new FunctionBody([]);
    const locals = {
      target: out.local('i32'),
      pc: out.local('i32'),
      budget: out.local('i32'),
      bias: out.local('i32'),
      record: out.local('i32'),
    };
    const { target, pc, budget, bias, record } = locals;
    const inlined = this.#handlers.all.filter((handler) => handler.inlined);
    out.i32(0).memory(OP.i32_load, ENGINE.pc).set(target);
    out.i32(0).memory(OP.i32_load, ENGINE.budget).set(budget);
    this.#continueIfInItBlock(out, target, budget);
    out.op(OP.loop, EMPTY_BLOCK); // every branch comes back here
    // within its chunk a branch keeps the bias: the comparison is off the path to the next record, a load would be on it
    out.get(target).get(pc).op(OP.i32_xor).i32(CHUNK_SHIFT).op(OP.i32_shr_u);
    out.get(bias).op(OP.i32_eqz, OP.i32_or, OP.if, EMPTY_BLOCK);
    chunkBias(out, target);
    out.set(bias).op(OP.end).get(target).set(pc);
    out.op(OP.loop, EMPTY_BLOCK); // every other instruction comes back here
    out.get(budget).i32(0).op(OP.i32_le_s, OP.if, EMPTY_BLOCK);
    out.i32(0).get(target).memory(OP.i32_store, ENGINE.lastTarget);
    this.#leave(out, pc, budget);
    out.op(OP.end);
    const blocks = inlined.length + 4;
    for (let i = 0; i < blocks; i++) out.op(OP.block, EMPTY_BLOCK);
    out.get(pc).i32(3).op(OP.i32_shl).get(bias).op(OP.i32_add).tee(record);
    this.#waitForCode(out, pc, budget, record);
    out
      .memory(OP.i32_load16_u, 0)
      .op(OP.br_table)
      .code.u32(blocks - 1);
    for (let i = 0; i < blocks; i++) out.code.u32(i);
    out.op(OP.end);
    this.#exit(out, EXIT_UNDECODED, pc, budget);
    out.op(OP.end);
    this.#exit(out, EXIT_BREAKPOINT, pc, budget);
    out.op(OP.end);
    this.#enterRegion(out, locals, blocks - 3);
    out.op(OP.end);
    const pool = new Map<Type, number[]>();
    for (const [index, handler] of inlined.entries()) {
      // loops around this place: the blocks still open, then the inner and the outer loop
      this.#inline(out, handler, blocks - 4 - index, locals, pool);
      out.op(OP.end);
    }
    this.#callOutOfLine(out, locals);
    return out.op(OP.end, OP.end);
  }

  /** Before an instruction in another line than the last one; what is not decoded is not executed yet, and regions see to it themselves. */
  #waitForCode(out: FunctionBody, pc: number, budget: number, record: number): void {
    if (this.#codeLine === undefined) return;
    out
      .get(pc)
      .i32(LINE_SHIFT)
      .op(OP.i32_shr_u)
      .i32(0)
      .memory(OP.i32_load, LINES.current)
      .op(OP.i32_ne, OP.if, EMPTY_BLOCK);
    out.get(record).memory(OP.i32_load16_u, 0).i32(REGION).op(OP.i32_gt_u, OP.if, EMPTY_BLOCK);
    this.#payForCode(out, pc, budget);
    out.op(OP.end, OP.end);
  }
  #payForCode(out: FunctionBody, pc: number, budget: number): void {
    if (this.#codeLine === undefined) return;
    out.get(budget).get(pc).call(this.#codeLine).op(OP.i32_sub).set(budget);
  }

  #payForData(out: FunctionBody, budget: number, address: DataAddress, dataLine: number): void {
    out.get(budget);
    if ('local' in address) out.get(address.local);
    else out.i32(address.at);
    out.call(dataLine).op(OP.i32_sub).set(budget);
  }

  #inline(
    out: FunctionBody,
    handler: Handler,
    inner: number,
    locals: { target: number; pc: number; budget: number; record: number },
    pool: Map<Type, number[]>,
  ): void {
    const { target, pc, budget, record } = locals;
    const used = new Map<Type, number>();
    const length = handler.variant.row.pattern.length / 8;
    const temporary = (type: Type) => {
      const index = used.get(type) ?? 0;
      used.set(type, index + 1);
      const list = pool.get(type) ?? [];
      pool.set(type, list);
      list[index] ??= out.local(type);
      return list[index]!;
    };
    const { program } = this.#code(handler);
    const entersItBlock = program.some((node) => node.op === 'set' && node.name === this.#isa.predication?.state);
    const context = this.#context(out, handler, {
      record,
      pc,
      budget,
      temporary,
      fallThrough: (depth) => {
        out.get(pc).i32(length).op(OP.i32_add);
        if (entersItBlock) {
          out.set(target);
          this.#continueInItBlock(out, target, budget);
          out.br(depth + inner + 1);
        } else out.set(pc).br(depth + inner);
      },
      branch: (depth) => out.set(target).br(depth + inner + 1),
      leave: () => this.#leave(out, pc, budget),
    }); // prettier-ignore
    new Printer(program, context).print();
  }

  /** A compiled region begins here. When it comes back asking for it, the instruction it stopped at is executed cold. */
  #enterRegion(out: FunctionBody, locals: Locals, inner: number): void {
    const { target, pc, budget, bias, record } = locals;
    const region = this.#module.type(REGION_PARAMS, REGION_RESULTS);
    const entry = out.local('i32');
    out.i32(0).i32(0).memory(OP.i32_store, ENGINE.hostStack).i32(0).i32(0).memory(OP.i32_store, ENGINE.stale);
    out.get(pc).get(budget);
    entryAddress(out, pc, bias);
    out.memory(OP.i32_load16_u, ENTRIES_OFFSET).op(OP.call_indirect).code.u32(region).byte(0);
    out.set(entry).set(budget).set(target);
    this.#leaveIfAsked(out, target, budget);
    out.get(target).set(pc);
    chunkBias(out, pc);
    out.set(bias).get(entry).op(OP.i32_eqz, OP.if, EMPTY_BLOCK);
    out.get(pc).i32(3).op(OP.i32_shl).get(bias).op(OP.i32_add).memory(OP.i32_load16_u, 0);
    out.i32(REGION).op(OP.i32_ne, OP.if, EMPTY_BLOCK);
    out.i32(NOTE.reached).get(pc).call(this.#note).op(OP.end);
    out.br(inner + 2).op(OP.end);
    this.#atLeaving(out, entry);
    this.#continueIfInItBlock(out, target, budget, () => out.br(inner + 2));
    out
      .get(budget)
      .i32(0)
      .op(OP.i32_le_s)
      .br(inner + 1, OP.br_if);
    out.get(pc).i32(3).op(OP.i32_shl).get(bias).op(OP.i32_add).tee(record).memory(OP.i32_load16_u, 0).tee(entry);
    out.i32(REGION).op(OP.i32_eq, OP.if, EMPTY_BLOCK);
    entryAddress(out, pc, bias);
    out
      .memory(OP.i32_load16_u, ENTRIES_OFFSET + 2)
      .set(entry)
      .op(OP.end);
    out
      .get(entry)
      .i32(BREAKPOINT)
      .op(OP.i32_le_u)
      .br(inner + 1, OP.br_if);
    this.#payForCode(out, pc, budget);
    out.get(record).get(pc).get(budget).get(entry);
    out.op(OP.call_indirect).code.u32(this.#module.type(OUT_OF_LINE, OUT_OF_LINE_RESULT)).byte(this.#table);
    out.set(budget).set(target);
    this.#leaveIfAsked(out, target, budget);
    this.#continueIfInItBlock(out, target, budget);
    out.br(inner + 1);
  }

  /** Behind a region that the budget was too small for comes the end of the slice. */
  #atLeaving(out: FunctionBody, left: number): void {
    out.get(left).i32(LEFT.budget).op(OP.i32_eq, OP.if, EMPTY_BLOCK);
    out.i32(0).i32(1).memory(OP.i32_store, ENGINE.tail).op(OP.end);
  }

  #callOutOfLine(out: FunctionBody, { target, pc, budget, bias, record }: Locals): void {
    const type = this.#module.type(OUT_OF_LINE, OUT_OF_LINE_RESULT);
    out.get(record).get(pc).get(budget).get(record).memory(OP.i32_load16_u, 0);
    out.op(OP.call_indirect).code.u32(type).byte(this.#table);
    out.set(budget).set(target);
    // what the core sees of memory may be something else now
    if (this.#isa.paging) out.i32(0).set(bias);
    this.#leaveIfAsked(out, target, budget);
    out.br(1);
  }

  #continueIfInItBlock(out: FunctionBody, target: number, budget: number, then?: () => void): void {
    if (this.#itBlock < 0) return;
    const { offset } = this.#handlers.state.scalars[this.#isa.predication!.state]!;
    out.i32(0).memory(OP.i32_load8_u, offset).i32(15).op(OP.i32_and, OP.if, EMPTY_BLOCK);
    this.#continueInItBlock(out, target, budget);
    then?.();
    out.op(OP.end);
  }

  #continueInItBlock(out: FunctionBody, target: number, budget: number): void {
    out.get(target).get(budget).call(this.#itBlock).set(budget).set(target);
    this.#leaveIfAsked(out, target, budget);
  }

  #leaveIfAsked(out: FunctionBody, pc: number, budget: number): void {
    out.i32(0).memory(OP.i32_load, ENGINE.exit).op(OP.if, EMPTY_BLOCK);
    this.#leave(out, pc, budget);
    out.op(OP.end);
  }

  #leave(out: FunctionBody, pc: number, budget: number): void {
    out.i32(0).get(pc).memory(OP.i32_store, ENGINE.pc);
    out.i32(0).get(budget).memory(OP.i32_store, ENGINE.budget).op(OP.return);
  }

  #exit(out: FunctionBody, code: number, pc: number, budget: number): void {
    out.i32(0).i32(code).memory(OP.i32_store, ENGINE.exit);
    this.#leave(out, pc, budget);
  }

  /** Executes the rest of an IT block: (pc, budget) → (pc, budget); ITSTATE says what is left of it. */
  #itLoop(): FunctionBody {
    const out = new FunctionBody(['i32', 'i32']);
    const [pc, budget] = [0, 1];
    const [itstate, record, handler, before] = [out.local('i32'), out.local('i32'), out.local('i32'), out.local('i32')];
    const state = this.#handlers.state.scalars[this.#isa.predication!.state]!.offset;
    const leave = () => out.get(pc).get(budget).op(OP.return);
    out.op(OP.loop, EMPTY_BLOCK);
    out.i32(0).memory(OP.i32_load, state).tee(itstate).i32(15).op(OP.i32_and, OP.i32_eqz);
    out.get(budget).i32(0).op(OP.i32_le_s, OP.i32_or, OP.if, EMPTY_BLOCK);
    leave();
    out.op(OP.end);
    chunkBias(out, pc);
    out.get(pc).i32(3).op(OP.i32_shl, OP.i32_add).tee(record).memory(OP.i32_load16_u, 2).tee(handler);
    out.i32(HANDLER_MASK).op(OP.i32_and).i32(1).op(OP.i32_le_u, OP.if, EMPTY_BLOCK);
    out
      .i32(0)
      .i32(EXIT_UNDECODED)
      .i32(EXIT_BREAKPOINT)
      .get(handler)
      .i32(HANDLER_MASK)
      .op(OP.i32_and, OP.i32_eqz, OP.select)
      .memory(OP.i32_store, ENGINE.exit);
    leave();
    out.op(OP.end);
    this.#payForCode(out, pc, budget);
    out.get(pc).set(before);
    this.#condition(out, itstate);
    out.get(handler).i32(UNCONDITIONAL).op(OP.i32_and, OP.i32_or, OP.if, EMPTY_BLOCK);
    out.get(record).get(pc).get(budget).get(handler).i32(HANDLER_MASK).op(OP.i32_and);
    out.op(OP.call_indirect).code.u32(this.#module.type(OUT_OF_LINE, OUT_OF_LINE_RESULT)).byte(this.#table);
    out.set(budget).set(pc).op(OP.else);
    // condition failed: a cycle, and on to the next instruction
    out.get(budget).i32(1).op(OP.i32_sub).set(budget);
    if (this.#counter !== undefined) out.count(this.#counter);
    out
      .get(pc)
      .i32(2)
      .i32(4)
      .get(handler)
      .i32(LONG)
      .op(OP.i32_and, OP.i32_eqz, OP.select, OP.i32_add)
      .set(pc)
      .op(OP.end);
    // an instruction that trapped at itself has not been executed: ITSTATE stays
    out.i32(0).memory(OP.i32_load, ENGINE.exit).op(OP.if, EMPTY_BLOCK);
    out.get(pc).get(before).op(OP.i32_xor, OP.if, EMPTY_BLOCK);
    this.#advance(out, itstate, state);
    out.op(OP.end);
    leave();
    out.op(OP.end);
    this.#advance(out, itstate, state);
    return out.br(0).op(OP.end, OP.unreachable);
  }

  /** ITAdvance() (ARMv7-M A7.3.2). */
  #advance(out: FunctionBody, itstate: number, state: number): void {
    out.i32(0);
    out
      .get(itstate)
      .i32(0xe0)
      .op(OP.i32_and)
      .get(itstate)
      .i32(1)
      .op(OP.i32_shl)
      .i32(0x1f)
      .op(OP.i32_and, OP.i32_or)
      .i32(0);
    out.get(itstate).i32(7).op(OP.i32_and, OP.select).memory(OP.i32_store, state);
  }

  /** Puts on the stack whether the condition in ITSTATE<7:4> holds. */
  #condition(out: FunctionBody, itstate: number): void {
    const conditions = 15;
    out.op(OP.block, VALUE_TYPE.i32);
    for (let i = 0; i < conditions; i++) out.op(OP.block, EMPTY_BLOCK);
    out
      .get(itstate)
      .i32(4)
      .op(OP.i32_shr_u, OP.br_table)
      .code.u32(conditions - 1);
    for (let i = 0; i < conditions; i++) out.code.u32(i);
    for (let condition = 0; condition < conditions; condition++) {
      out.op(OP.end);
      this.#holds(out, condition);
      out.br(conditions - 1 - condition);
    }
    out.op(OP.end);
  }

  #holds(out: FunctionBody, condition: number): void {
    const emitter = new Emitter({ length: 2, scalars: this.#isa.state.scalars });
    const result = this.#isa.predication!.holds(emitter, condition);
    const context = this.#context(out, this.#handlers.all[0]!, {
      record: 0,
      pc: 0,
      budget: 1,
      temporary: (type) => out.local(type),
      fallThrough: () => undefined,
      branch: () => undefined,
      leave: () => undefined,
    }); // prettier-ignore
    const slots = layoutRecord([emitter.program], 4, 'condition').views[0]!;
    new Printer(emitter.program, { ...context, slots }).printValue(result.id);
  }
}
