import type { Import } from './imports.js';
import { CODE_PLACES, DATA_PLACES, ENGINE, LINE_SHIFT, LINES, SLOW_MEMORY } from './layout.js';
import { FunctionBody } from './wasm/code.js';
import { EMPTY_BLOCK, OP } from './wasm/opcodes.js';

/** What generated code does about lines of a slow memory, as `Lines` does. */

/**
 * The cold engine's functions under the names by which regions import them: (address in the slow memory) → cycles. The first
 * two for lines that are known not to be kept.
 */
export const LINE_CALLS = { missCode: 'missCode', missData: 'missData', dataLine: 'dataLine' } as const;
export const LINE_IMPORTS: readonly Import[] = Object.values(LINE_CALLS).map((name) => ({
  name,
  params: ['i32'],
  results: ['i32'],
}));

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

/** The line of an address is not kept: it is read, and takes the place of the one that was not used for longest. */
export function missFunction(cache: typeof LINES.code | typeof LINES.data): FunctionBody {
  const out = new FunctionBody(['i32']);
  const code = cache === LINES.code;
  const [cycles, oldest, place] = [out.local('i32'), out.local('i32'), out.local('i32')];
  const [least, used] = [out.local('i64'), out.local('i64')];
  out.i32(0).i32(0).memory(OP.i32_load, ENGINE.misses).i32(1).op(OP.i32_add).memory(OP.i32_store, ENGINE.misses);
  out.i32(0).memory(OP.i32_load, LINES.read).set(cycles);
  if (code) {
    out.get(0).i32(LINE_SHIFT).op(OP.i32_shr_u).i32(0).memory(OP.i32_load, LINES.current).i32(1).op(OP.i32_add);
    out.op(OP.i32_eq, OP.if, EMPTY_BLOCK).i32(0).memory(OP.i32_load, LINES.readAhead).set(cycles).op(OP.end);
  }
  out
    .i32(0)
    .memory(OP.i32_load, LINES.keeps)
    .i32(code ? 1 : 2)
    .op(OP.i32_and, OP.if, EMPTY_BLOCK);
  out.i32(0).memory(OP.i64_load, cache.used).set(least).i32(1).set(place).op(OP.loop, EMPTY_BLOCK);
  out.get(place).i32(3).op(OP.i32_shl).memory(OP.i64_load, cache.used).tee(used).get(least);
  out.op(OP.i64_lt_u, OP.if, EMPTY_BLOCK).get(used).set(least).get(place).set(oldest).op(OP.end);
  out.get(place).i32(1).op(OP.i32_add).tee(place).i32(cache.places).op(OP.i32_lt_u).br(0, OP.br_if).op(OP.end);
  const places = code ? CODE_PLACES : DATA_PLACES;
  out.get(oldest).i32(2).op(OP.i32_shl).memory(OP.i32_load, cache.line).tee(place).op(OP.if, EMPTY_BLOCK);
  out
    .get(place)
    .i32(0)
    .memory(OP.i32_store8, places - 1)
    .op(OP.end);
  out.get(0).i32(LINE_SHIFT).op(OP.i32_shr_u).i32(LINE_MASK).op(OP.i32_and).set(place);
  out.get(oldest).i32(2).op(OP.i32_shl).get(place).i32(1).op(OP.i32_add).memory(OP.i32_store, cache.line);
  out.count(LINES.count);
  out.get(oldest).i32(3).op(OP.i32_shl).i32(0).memory(OP.i64_load, LINES.count).memory(OP.i64_store, cache.used);
  out.get(place).get(oldest).i32(1).op(OP.i32_add).memory(OP.i32_store8, places).op(OP.end);
  return out.get(cycles);
}
