import type { Type } from './ir.js';
import { CHUNK_MAP, CHUNK_SHIFT, CHUNK_SIZE } from './layout.js';
import type { FunctionBody } from './wasm/code.js';
import { OP } from './wasm/opcodes.js';

/** A compiled region: (pc, budget) → (pc, budget, one of LEFT). */
export const REGION_PARAMS: readonly Type[] = ['i32', 'i32'];
export const REGION_RESULTS: readonly Type[] = ['i32', 'i32', 'i32'];

/**
 * How compiled code was left. `going`: whatever is there at pc goes on. Otherwise the cold engine must execute the
 * instruction at pc, after all callers have left as well: an access needs it, the budget is too small for compiled
 * code, or a trap, the machine or a change of code wants control.
 */
export const LEFT = { going: 0, access: 1, budget: 2, otherwise: 3 } as const;

/** Puts what to add to pc × 8 to find its record on the stack. */
export function chunkBias(out: FunctionBody, pc: number): void {
  out.get(pc).i32(CHUNK_SHIFT).op(OP.i32_shr_u).i32(2).op(OP.i32_shl).memory(OP.i32_load, CHUNK_MAP);
}

/** Puts the address of a halfword's region entry on the stack, less ENTRIES_OFFSET: bias + chunk × 6 + pc × 2. */
export function entryAddress(out: FunctionBody, pc: number, bias: number): void {
  out.get(pc).i32(-CHUNK_SIZE).op(OP.i32_and).i32(6).op(OP.i32_mul);
  out.get(pc).i32(1).op(OP.i32_shl, OP.i32_add).get(bias).op(OP.i32_add);
}
