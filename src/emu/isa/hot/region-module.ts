import { REGION } from '../handlers.js';
import { functionImport, helperImport, helperImports, type Import } from '../imports.js';
import { type Isa, isLong } from '../instruction.js';
import type { Type } from '../ir.js';
import { ENGINE, ENTRIES_OFFSET, type StateLayout } from '../layout.js';
import { LINE_CALLS, LINE_IMPORTS } from '../line-functions.js';
import { chunkBias, entryAddress, LEFT, REGION_PARAMS, REGION_RESULTS } from '../region-entry.js';
import { SLOW_CALLS, slowParams } from '../slow-path.js';
import { FunctionBody } from '../wasm/code.js';
import { ModuleBuilder } from '../wasm/module.js';
import { EMPTY_BLOCK, OP } from '../wasm/opcodes.js';
import type { Part } from './flow.js';
import type { Region } from './region.js';
import { exitCounter, type RegionLines, RegionPrinter, type Site } from './region-printer.js';

const [PC, BUDGET] = [0, 1];

/**
 * Subroutines that compiled code has called and that have not come back take frames of the host's stack: so many bytes of
 * it at most (V8 has 984 KB), and so many frames. One call more leaves them all, and the cold engine starts afresh. A
 * kernel that switches tasks calls and calls, and nothing comes back.
 */
const HOST_STACK = 300_000;
const CALL_DEPTH = 100;

export interface RegionsOptions {
  readonly isa: Isa;
  readonly layout: StateLayout;
  /** How an instruction's accesses are made. */
  readonly site: (part: Part) => Site;
  readonly constantWord: (region: Region, address: number) => number | undefined;
  readonly counting: boolean;
  readonly slowCode: boolean;
  /** What regions do where a line is not kept. */
  readonly misses: RegionLines['misses'];
  /** Addresses are translated. */
  readonly translated: boolean;
}

/** One module with the functions of some regions, exported by their position. */
export function generateRegions(
  regions: readonly Region[],
  { isa, layout, site, constantWord, counting, slowCode, misses, translated }: RegionsOptions,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder(1);
  module.importTable();
  const type = module.type(REGION_PARAMS, REGION_RESULTS);
  const imports = new Map<string, number>();
  for (const { name, params, results } of regionImports(isa, slowCode))
    imports.set(name, module.import(name, params, results));
  const environment = {
    slow: (kind: string, size: number) => imports.get(`${kind}${size}`)!,
    helper: (name: string) => imports.get(helperImport(name))!,
    pure: (name: string) => imports.get(functionImport(name))!,
    note: imports.get('note')!,
    go: (out: FunctionBody, otherwise: number): void => goOn(out, type, otherwise, counting),
    site,
    constantWord,
    counting,
    translated,
    lines: slowCode ? { ...lineCalls(imports), misses } : undefined,
  };
  for (const [index, region] of regions.entries()) {
    let frame = 0; // bodies are made in order: the region's is there before that of its way to call
    const print = () => {
      const body = new RegionPrinter(isa, layout, region, { ...environment, enter }).print();
      frame = body.frame;
      return body;
    };
    module.export(`${index}`, module.function(REGION_PARAMS, REGION_RESULTS, print));
    const enter = module.function(REGION_PARAMS, REGION_RESULTS, () => enterFunction(type, frame));
  }
  return module.build();
}

const lineCalls = (imports: ReadonlyMap<string, number>) => ({
  missCode: imports.get(LINE_CALLS.missCode)!,
  missData: imports.get(LINE_CALLS.missData)!,
  dataLine: imports.get(LINE_CALLS.dataLine)!,
});

/** What a module of regions imports from the cold engine's module and the CPU. */
function regionImports(isa: Isa, slowCode: boolean): Import[] {
  const slow = SLOW_CALLS.map(({ name, kind, size }): Import => {
    const type: Type = size === 8 ? 'i64' : 'i32';
    return { name, params: slowParams(kind, type, isLong(isa)), results: kind === 'load' ? [type] : [] };
  });
  const note: Import = { name: 'note', params: ['i32', 'i32'], results: [] };
  return [...slow, ...helperImports(isa), note, ...(slowCode ? LINE_IMPORTS : [])];
}

/** Puts on the stack whether a region is compiled at the address in local PC; its chunk's bias is kept. */
function isCompiled(out: FunctionBody, bias: number): void {
  chunkBias(out, PC);
  out.tee(bias).get(PC).i32(3).op(OP.i32_shl, OP.i32_add).memory(OP.i32_load16_u, 0);
  out.i32(REGION).op(OP.i32_eq);
}

/** Continues in the region compiled at the address in local PC, or leaves to the cold engine for a reason of LEFT. */
function goOn(out: FunctionBody, type: number, otherwise: number, counting: boolean): void {
  const bias = out.local('i32');
  isCompiled(out, bias);
  out.op(OP.if, EMPTY_BLOCK).get(PC).get(BUDGET);
  entryAddress(out, PC, bias);
  out.memory(OP.i32_load16_u, ENTRIES_OFFSET).op(OP.return_call_indirect).code.u32(type).byte(0);
  out.op(OP.end);
  if (counting) out.count(exitCounter('target'));
  out.get(PC).get(BUDGET).i32(otherwise).op(OP.return);
}

/**
 * Runs the subroutine at an address until it returns: a region's way to call. Where it cannot, pc stays where it is.
 * `frame`: bytes that the calling region keeps on the host's stack meanwhile.
 */
function enterFunction(type: number, frame: number): FunctionBody {
  const out = new FunctionBody(REGION_PARAMS);
  const [bias, stack] = [out.local('i32'), out.local('i32')];
  const kept = Math.max(frame, HOST_STACK / CALL_DEPTH);
  isCompiled(out, bias);
  out.i32(0).memory(OP.i32_load, ENGINE.hostStack).tee(stack).i32(HOST_STACK).op(OP.i32_lt_s, OP.i32_and);
  out.op(OP.if, EMPTY_BLOCK);
  out.i32(0).get(stack).i32(kept).op(OP.i32_add).memory(OP.i32_store, ENGINE.hostStack);
  out.get(PC).get(BUDGET);
  entryAddress(out, PC, bias);
  out.memory(OP.i32_load16_u, ENTRIES_OFFSET).op(OP.call_indirect).code.u32(type).byte(0);
  out.i32(0).get(stack).memory(OP.i32_store, ENGINE.hostStack);
  return out.op(OP.return, OP.end).get(PC).get(BUDGET).i32(LEFT.going);
}
