import type { Decoded } from '../decoder.js';
import type { EngineStatistics, StatisticsOptions } from '../engine-statistics.js';
import { REGION } from '../handlers.js';
import type { Isa } from '../instruction.js';
import type { Type } from '../ir.js';
import { ENTRIES_OFFSET, type StateLayout } from '../layout.js';
import { chunkBias, entryAddress, REGION_PARAMS, REGION_RESULTS } from '../region-entry.js';
import { SLOW_CALLS } from '../slow-path.js';
import type { FunctionBody } from '../wasm/code.js';
import { ModuleBuilder } from '../wasm/module.js';
import { EMPTY_BLOCK, OP, PURE_OPCODE } from '../wasm/opcodes.js';
import { type Step, stepAt } from './flow.js';
import { buildRegion, type Region } from './region.js';
import { exitCounter, RegionPrinter } from './region-printer.js';

/** `return_call_indirect` of the tail-call proposal. */
const RETURN_CALL_INDIRECT = 0x13;

/** One module with the functions of some regions, named by their position. */
export function generateRegions(
  isa: Isa,
  layout: StateLayout,
  regions: readonly Region[],
  counting: boolean,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder(1);
  module.importTable();
  const type = module.type(REGION_PARAMS, REGION_RESULTS);
  const slow = new Map<string, number>();
  if (regions.some(({ blocks }) => blocks.some(({ steps }) => steps.some((step) => step.inline)))) {
    for (const { name, kind, size } of SLOW_CALLS) slow.set(name, module.import(name, ...slowSignature(kind, size)));
  }
  for (const [index, region] of regions.entries()) {
    const go = (out: FunctionBody): void => goOn(out, type, counting);
    const call = (kind: string, size: number) => slow.get(`${kind}${size}`)!;
    const code = module.function(REGION_PARAMS, REGION_RESULTS, () =>
      new RegionPrinter(isa, layout, region, { slow: call, go, counting }).print(),
    );
    module.export(`${index}`, code);
  }
  return module.build();
}

function slowSignature(kind: 'load' | 'store', size: number): [Type[], Type[]] {
  const type: Type = size === 8 ? 'i64' : 'i32';
  return kind === 'load' ? [['i32', 'i32'], [type]] : [['i32', type, 'i32'], []];
}

/** Continues in the region compiled at the pc in local 0, or leaves to the cold engine. */
function goOn(out: FunctionBody, type: number, counting: boolean): void {
  const [pc, budget, bias] = [0, 1, out.local('i32')];
  chunkBias(out, pc);
  out.tee(bias).get(pc).i32(3).op(OP.i32_shl, OP.i32_add).memory(OP.i32_load16_u, 0);
  out.i32(REGION).op(PURE_OPCODE.eq!.i32 as number, OP.if, EMPTY_BLOCK);
  out.get(pc).get(budget);
  entryAddress(out, pc, bias);
  out.memory(OP.i32_load16_u, ENTRIES_OFFSET).op(RETURN_CALL_INDIRECT).code.u32(type).byte(0);
  out.op(OP.end);
  if (counting) out.count(exitCounter('target'));
  out.get(pc).get(budget).i32(0).op(OP.return);
}

/** Where the code of a step lies. */
type Span = Pick<Step, 'pc' | 'length'>;

/** A region as compiled code, with the bytes it was made from. */
interface CompiledRegion {
  readonly spans: readonly Span[];
  readonly module: WebAssembly.Module;
  /** Halfwords of the code in the order of its steps. */
  readonly code: readonly number[];
  readonly inlined: string;
  readonly counting: boolean;
  readonly instructions: number;
  readonly bytes: number;
}

/** Compiled regions of this process, shared by all machines that hold the same code at the same address. */
const shared = new WeakMap<Isa, Map<number, CompiledRegion[]>>();
const KEPT_PER_ENTRY = 4;

export interface HotHost {
  decode(pc: number): Decoded | undefined;
  halfword(pc: number): number;
  /** Functions by the names of SLOW_CALLS. */
  readonly slowCalls: Readonly<Record<string, unknown>>;
  /** Addresses at which a region must end. */
  isStop(pc: number): boolean;
  readonly statistics: StatisticsOptions | undefined;
}

type HotStatistics = Omit<EngineStatistics, 'instructions' | 'hotInstructions' | 'exits'>;

/** Compiles regions for one machine and knows which code they were made from. */
export class HotEngine {
  readonly table: WebAssembly.Table;
  readonly statistics: { -readonly [K in keyof HotStatistics]: HotStatistics[K] } = {
    regions: 0,
    reused: 0,
    compiledInstructions: 0,
    compiledBytes: 0,
    compileMilliseconds: 0,
  };
  readonly #isa: Isa;
  readonly #layout: StateLayout;
  readonly #memory: WebAssembly.Memory;
  readonly #host: HotHost;
  readonly #entries = new Map<number, { number: number; spans: readonly Span[] }>();
  /** How many regions contain a step at an address. */
  readonly #covered = new Map<number, number>();
  /** Addresses whose slow accesses are the usual case. */
  readonly #inline = new Set<number>();
  #next = 0;

  constructor(isa: Isa, layout: StateLayout, memory: WebAssembly.Memory, host: HotHost) {
    this.#isa = isa;
    this.#layout = layout;
    this.#memory = memory;
    this.#host = host;
    this.table = new WebAssembly.Table({ element: 'anyfunc', initial: 64 });
  }

  get counting(): boolean {
    return this.#host.statistics !== undefined;
  }
  covers(pc: number): boolean {
    return this.#covered.has(pc);
  }
  isEntry(pc: number): boolean {
    return this.#entries.has(pc);
  }

  /** Makes a function for the region at an address: its number in the table, undefined where that cannot be. */
  compile(entry: number): number | undefined {
    const known = this.#entries.get(entry);
    if (known) return known.number;
    const clock = this.#host.statistics?.clock;
    const start = clock?.() ?? 0;
    try {
      return this.#compile(entry);
    } finally {
      this.statistics.compileMilliseconds += (clock?.() ?? 0) - start;
    }
  }

  #compile(entry: number): number | undefined {
    const compiled = this.#find(entry) ?? this.#make(entry);
    if (!compiled) return undefined;
    const imports = { memory: this.#memory, regions: this.table, ...this.#host.slowCalls } as WebAssembly.ModuleImports;
    const instance = new WebAssembly.Instance(compiled.module, { host: imports });
    const number = this.#next++;
    if (number === this.table.length) this.table.grow(this.table.length);
    this.table.set(number, instance.exports['0']);
    this.#entries.set(entry, { number, spans: compiled.spans });
    for (const { pc } of compiled.spans) this.#covered.set(pc, (this.#covered.get(pc) ?? 0) + 1);
    this.statistics.regions++;
    this.statistics.compiledInstructions += compiled.instructions;
    this.statistics.compiledBytes += compiled.bytes;
    return number;
  }

  /** From now on slow accesses of this instruction are made inside regions; gives the entries that are out of date. */
  makeInline(pc: number): number[] {
    if (this.#inline.has(pc)) return [];
    this.#inline.add(pc);
    return this.drop(pc);
  }

  /** Forgets the regions whose code covers an address; gives their entries. */
  drop(address: number): number[] {
    const dropped: number[] = [];
    for (const [entry, { spans }] of this.#entries) {
      if (!spans.some(({ pc, length }) => address >= pc && address < pc + length)) continue;
      dropped.push(entry);
      this.#entries.delete(entry);
      for (const { pc } of spans) {
        const left = this.#covered.get(pc)! - 1;
        if (left === 0) this.#covered.delete(pc);
        else this.#covered.set(pc, left);
      }
    }
    return dropped;
  }

  #kept(entry: number): CompiledRegion[] {
    const byEntry = shared.get(this.#isa) ?? new Map<number, CompiledRegion[]>();
    shared.set(this.#isa, byEntry);
    const kept = byEntry.get(entry) ?? [];
    byEntry.set(entry, kept);
    return kept;
  }

  #find(entry: number): CompiledRegion | undefined {
    const found = this.#kept(entry).find(({ spans, code, inlined, counting }) => {
      if (counting !== this.counting) return false;
      if (spans.some(({ pc }) => this.#host.isStop(pc)) || inlined !== this.#inlinedOf(spans)) return false;
      const present = this.#codeOf(spans);
      return present !== undefined && code.every((halfword, i) => halfword === present[i]);
    });
    if (found) this.statistics.reused++;
    return found;
  }

  #make(entry: number): CompiledRegion | undefined {
    const fetch = (pc: number) => (this.#host.isStop(pc) ? undefined : this.#host.decode(pc));
    // what another region begins with is left to that one
    const region = buildRegion(entry, (pc) =>
      pc !== entry && this.#entries.has(pc) ? undefined : stepAt(this.#isa, pc, fetch, this.#inline.has(pc)),
    );
    if (!region) return undefined;
    const spans = region.blocks.flatMap(({ steps }) => steps.map(({ pc, length }) => ({ pc, length })));
    const bytes = generateRegions(this.#isa, this.#layout, [region], this.counting);
    const compiled = {
      spans,
      module: new WebAssembly.Module(bytes),
      code: this.#codeOf(spans)!,
      inlined: this.#inlinedOf(spans),
      counting: this.counting,
      instructions: region.blocks.reduce((n, { steps }) => n + steps.reduce((m, { parts }) => m + parts.length, 0), 0),
      bytes: bytes.length,
    };
    const kept = this.#kept(entry);
    kept.unshift(compiled);
    kept.length = Math.min(kept.length, KEPT_PER_ENTRY);
    return compiled;
  }

  #inlinedOf(steps: readonly Span[]): string {
    return steps
      .filter(({ pc }) => this.#inline.has(pc))
      .map(({ pc }) => pc)
      .join();
  }

  /** The code as it stands in memory; undefined if some of it cannot be fetched. */
  #codeOf(steps: readonly Span[]): number[] | undefined {
    const code: number[] = [];
    try {
      for (const { pc, length } of steps) {
        for (let at = 0; at < length; at += 2) code.push(this.#host.halfword((pc + at) >>> 0));
      }
    } catch {
      return undefined; // the guest would fault here: this code is not there
    }
    return code;
  }
}
