import { ENGINE, NOTES } from './layout.js';
import { FunctionBody } from './wasm/code.js';
import { EMPTY_BLOCK, OP } from './wasm/opcodes.js';

/** `note(site, target)`: counts it in NOTES; another note in its place loses a count, and the place with the last one. */
export function noteFunction(): FunctionBody {
  const out = new FunctionBody(['i32', 'i32']);
  const [site, target, at, count] = [0, 1, out.local('i32'), out.local('i32')];
  out.get(target).i32(1).op(OP.i32_shr_u).get(site).op(OP.i32_xor);
  out
    .i32(NOTES.entries - 1)
    .op(OP.i32_and)
    .i32(Math.log2(NOTES.stride))
    .op(OP.i32_shl)
    .set(at);
  out
    .get(at)
    .memory(OP.i32_load, NOTES.base + 8)
    .set(count);
  out.get(at).memory(OP.i32_load, NOTES.base).get(site).op(OP.i32_xor);
  out
    .get(at)
    .memory(OP.i32_load, NOTES.base + 4)
    .get(target)
    .op(OP.i32_xor);
  out.op(OP.i32_or, OP.i32_eqz, OP.if, EMPTY_BLOCK);
  out
    .get(at)
    .get(count)
    .i32(1)
    .op(OP.i32_add)
    .tee(count)
    .memory(OP.i32_store, NOTES.base + 8);
  out
    .get(count)
    .i32(NOTES.often - 1)
    .op(OP.i32_and, OP.i32_eqz, OP.if, EMPTY_BLOCK);
  out.i32(0).i32(1).memory(OP.i32_store, ENGINE.noted);
  out.op(OP.end, OP.return, OP.end);
  out.get(count).i32(1).op(OP.i32_sub).tee(count).i32(0).op(OP.i32_le_s, OP.if, EMPTY_BLOCK);
  out.get(at).get(site).memory(OP.i32_store, NOTES.base);
  out
    .get(at)
    .get(target)
    .memory(OP.i32_store, NOTES.base + 4);
  out.i32(1).set(count).op(OP.end);
  return out
    .get(at)
    .get(count)
    .memory(OP.i32_store, NOTES.base + 8);
}

/** One note as counted. */
export interface Note {
  readonly site: number;
  readonly target: number;
  readonly count: number;
}

/** All notes, most often made first. Those that `heeded` says were acted upon start again from 0. */
export function readNotes(words: Int32Array, heeded: (notes: readonly Note[]) => ReadonlySet<Note>): void {
  const places = new Map<Note, number>();
  for (let i = 0; i < NOTES.entries; i++) {
    const at = (NOTES.base + i * NOTES.stride) >> 2;
    const count = words[at + 2]!;
    if (count > 0) places.set({ site: words[at]! >>> 0, target: words[at + 1]! >>> 0, count }, at);
  }
  const notes = [...places.keys()].sort((a, b) => b.count - a.count || a.target - b.target);
  for (const note of heeded(notes)) words[places.get(note)! + 2] = 0;
}
