import type { Import } from './imports.js';
import { CODE_PLACES, DATA_PLACES, LINE_SHIFT, LINES, SLOW_MEMORY } from './layout.js';
import { FunctionBody } from './wasm/code.js';
import { EMPTY_BLOCK, OP } from './wasm/opcodes.js';

/** What generated code does about lines of a slow memory: lines that are kept are found here, others by the host. */

/** The host's functions: (address) → cycles. */
export const MISS = { code: 'missCode', data: 'missData' } as const;
export const MISSES: readonly Import[] = Object.values(MISS).map((name) => ({
  name,
  params: ['i32'],
  results: ['i32'],
}));
/** The cold engine's function under the name by which regions import it: (address in the slow memory) → cycles. */
export const DATA_LINE = 'dataLine';

const LINE_MASK = (1 << (SLOW_MEMORY.bits - LINE_SHIFT)) - 1;

/** Where a line's place in a cache stands. */
export const placeOf = (places: number, address: number) => places + ((address >>> LINE_SHIFT) & LINE_MASK);

/** The line in a place (its number, plus one, in a local) was used now. */
function noteUse(out: FunctionBody, place: number, used: number): void {
  out.count(LINES.count);
  out.get(place).i32(3).op(OP.i32_shl);
  out
    .i32(0)
    .memory(OP.i64_load, LINES.count)
    .memory(OP.i64_store, used - 8);
}

/** Code goes on at an address: (pc) → cycles to wait. */
export function codeLineFunction(miss: number): FunctionBody {
  const out = new FunctionBody(['i32']);
  const [place, cycles] = [out.local('i32'), out.local('i32')];
  out
    .get(0)
    .i32(LINE_SHIFT)
    .op(OP.i32_shr_u)
    .i32(0)
    .memory(OP.i32_load, LINES.current)
    .op(OP.i32_eq, OP.if, EMPTY_BLOCK);
  out.i32(0).op(OP.return, OP.end);
  inSlowMemory(out);
  out.op(OP.if, EMPTY_BLOCK);
  findPlace(out, CODE_PLACES, place);
  noteUse(out, place, LINES.code.used);
  out.op(OP.else).get(0).call(miss).set(cycles).op(OP.end, OP.end);
  return out.i32(0).get(0).i32(LINE_SHIFT).op(OP.i32_shr_u).memory(OP.i32_store, LINES.current).get(cycles);
}

/** Data is read at an address of the slow memory: (address) → cycles to wait. */
export function dataLineFunction(miss: number): FunctionBody {
  const out = new FunctionBody(['i32']);
  const place = out.local('i32');
  out.get(0).i32(LINE_SHIFT).op(OP.i32_shr_u).i32(0).memory(OP.i32_load, LINES.currentData);
  out.op(OP.i32_eq, OP.if, EMPTY_BLOCK).i32(0).op(OP.return, OP.end);
  out.i32(0).get(0).i32(LINE_SHIFT).op(OP.i32_shr_u).memory(OP.i32_store, LINES.currentData);
  findPlace(out, DATA_PLACES, place);
  noteUse(out, place, LINES.data.used);
  return out.i32(0).op(OP.return, OP.end).get(0).call(miss);
}

function inSlowMemory(out: FunctionBody): void {
  out
    .get(0)
    .i32(SLOW_MEMORY.bits)
    .op(OP.i32_shr_u)
    .i32(SLOW_MEMORY.base >>> SLOW_MEMORY.bits)
    .op(OP.i32_eq);
}
/** Opens an `if` for a line that is kept. */
function findPlace(out: FunctionBody, places: number, place: number): void {
  out.get(0).i32(LINE_SHIFT).op(OP.i32_shr_u).i32(LINE_MASK).op(OP.i32_and).memory(OP.i32_load8_u, places);
  out.tee(place).op(OP.if, EMPTY_BLOCK);
}
