import type { AccessOptions, Type } from './ir.js';
import {
  CHUNK_MAP,
  CHUNK_SHIFT,
  CODE_TABLE,
  ENGINE,
  HIGH_TABLE,
  PAGE,
  PAGE_SHIFT,
  PAGE_SIZE,
  PORT,
  PORT_TABLE,
  READ_TABLE,
  RECORD_SIZE,
} from './layout.js'; // prettier-ignore
import { FunctionBody } from './wasm/code.js';
import type { ModuleBuilder } from './wasm/module.js';
import { EMPTY_BLOCK, OP } from './wasm/opcodes.js';

/**
 * Out-of-line memory accesses, one function per size. Unaligned accesses within a page of RAM and stores beside
 * decoded code are done here; everything else (devices, faults, watched or clean pages) is the machine's.
 */
export interface SlowPath {
  index(kind: 'load' | 'store', size: number): number;
}

const SIZES = [1, 2, 4, 8] as const;
/** The functions under the names by which compiled regions import them. */
export const SLOW_CALLS = (['load', 'store'] as const).flatMap((kind) =>
  SIZES.map((size) => ({ name: `${kind}${size}`, kind, size })),
);

const LOAD = { 1: OP.i32_load8_u, 2: OP.i32_load16_u, 4: OP.i32_load, 8: OP.i64_load } as const;
const STORE = { 1: OP.i32_store8, 2: OP.i32_store16, 4: OP.i32_store, 8: OP.i64_store } as const;

/** Bit 1: alignment required; bit 2: unprivileged. Bit 0 (signed) is the printer's own business. */
export const accessFlags = ({ aligned, unprivileged }: AccessOptions): number =>
  (aligned ? 2 : 0) | (unprivileged ? 4 : 0);

interface Imports {
  readonly load: number;
  readonly load64: number;
  readonly store: number;
  readonly store64: number;
  /** (address): a decoded instruction was overwritten. */
  readonly codeChanged: number;
}

/** Parameters of the slow path, and of the machine's functions behind it, beside a size: `long` addresses have a high word, which comes last. */
export const slowParams = (kind: 'load' | 'store', value: Type, long: boolean): readonly Type[] => [
  'i32',
  ...(kind === 'store' ? [value] : []),
  'i32',
  ...(long ? (['i32'] as const) : []),
];

/** What differs from core to core: 64-bit addresses, and banks of page tables. */
export interface SlowOptions {
  readonly long: boolean;
  readonly paging: boolean;
}

export function addSlowPath(module: ModuleBuilder, imports: Imports, options: SlowOptions): SlowPath {
  const { long } = options;
  const indices = new Map<string, number>();
  for (const size of SIZES) {
    const type: Type = size === 8 ? 'i64' : 'i32';
    indices.set(
      `load ${size}`,
      module.function(slowParams('load', type, long), [type], () =>
        slowLoad(size, type, size === 8 ? imports.load64 : imports.load, options),
      ),
    );
    indices.set(
      `store ${size}`,
      module.function(slowParams('store', type, long), [], () =>
        slowStore(size, type, size === 8 ? imports.store64 : imports.store, imports.codeChanged, options),
      ),
    );
  }
  return { index: (kind, size) => indices.get(`${kind} ${size}`)! };
}

/**
 * Puts on the stack whether the access lies in one page, needs no alignment trap, and is made with the core's own privilege:
 * the tables say what that may do.
 */
function allowedHere(out: FunctionBody, flags: number, size: number, options: SlowOptions): void {
  out
    .get(0)
    .i32(PAGE_SIZE - 1)
    .op(OP.i32_and)
    .i32(PAGE_SIZE - size)
    .op(OP.i32_le_u);
  out
    .get(0)
    .i32(size - 1)
    .op(OP.i32_and, OP.i32_eqz);
  out.get(flags).i32(2).op(OP.i32_and).i32(0).memory(OP.i32_load, ENGINE.strictAlignment).op(OP.i32_or);
  out.get(0).i32(PAGE_SHIFT).op(OP.i32_shr_u).memory(OP.i32_load8_u, CODE_TABLE).i32(PAGE.strict).op(OP.i32_and);
  out.op(OP.i32_or, OP.i32_eqz, OP.i32_or, OP.i32_and);
  out.get(flags).i32(4).op(OP.i32_and, OP.i32_eqz, OP.i32_and);
  if (!options.long) return;
  isOfPage(out, flags + 1, options);
  out.op(OP.i32_and);
}
/** Puts on the stack whether the page's entries are for this high word. */
function isOfPage(out: FunctionBody, high: number, { paging }: SlowOptions): void {
  pageEntry(out, HIGH_TABLE, paging);
  out.get(high).op(OP.i32_eq);
}

function pageEntry(out: FunctionBody, table: number, banked: boolean): void {
  out
    .get(0)
    .i32(PAGE_SHIFT - 2)
    .op(OP.i32_shr_u)
    .i32(0x3f_fffc)
    .op(OP.i32_and);
  if (banked) out.i32(0).memory(OP.i32_load, ENGINE.bank).op(OP.i32_add);
  out.memory(OP.i32_load, table);
}
/** Leaves the block around it unless the core sees memory as it is: only of that do the other tables tell. */
function unlessPlain(out: FunctionBody, { paging }: SlowOptions): void {
  if (paging) out.i32(0).memory(OP.i32_load, ENGINE.bank).br(0, OP.br_if);
}

/** Cycles for a read behind a bridge. */
function payForBridge(out: FunctionBody): void {
  out
    .get(0)
    .i32(17)
    .op(OP.i32_shr_u)
    .i32(0x4000_0000 >>> 17)
    .op(OP.i32_eq, OP.if, EMPTY_BLOCK);
  out.i32(0).i32(0).memory(OP.i32_load, ENGINE.budget);
  out.get(0).i32(14).op(OP.i32_shr_u).i32(4).op(OP.i32_and).memory(OP.i32_load, ENGINE.bridgeWaits);
  out.op(OP.i32_sub).memory(OP.i32_store, ENGINE.budget).op(OP.end);
}

/** Cycles for the accesses that an unaligned one is made of: see `piecesOf`. */
function payForPieces(out: FunctionBody, size: 1 | 2 | 4 | 8): void {
  if (size !== 2 && size !== 4) return;
  out.i32(0).i32(0).memory(OP.i32_load, ENGINE.budget);
  out
    .get(0)
    .i32(size - 1)
    .op(OP.i32_and, OP.i32_eqz, OP.i32_eqz);
  if (size === 4) out.get(0).i32(1).op(OP.i32_and, OP.i32_add);
  out.i32(0).memory(OP.i32_load, ENGINE.piecesCost).op(OP.i32_mul, OP.i32_sub).memory(OP.i32_store, ENGINE.budget);
}

/** Accesses beside the first that an unaligned halfword or word is made of (Arm DDI 0439D 3.3.2). */
export const piecesOf = (address: number, size: number): number =>
  Number((address & (size - 1)) !== 0) + (size === 4 ? address & 1 : 0);

function slowLoad(size: 1 | 2 | 4 | 8, type: Type, host: number, options: SlowOptions): FunctionBody {
  const { long, paging } = options;
  const out = new FunctionBody(slowParams('load', type, long));
  const entry = out.local('i32');
  allowedHere(out, 1, size, options);
  out.op(OP.if, EMPTY_BLOCK);
  pageEntry(out, READ_TABLE, paging);
  out.tee(entry).op(OP.if, EMPTY_BLOCK);
  payForPieces(out, size);
  out.get(entry).get(0).op(OP.i32_add).memory(LOAD[size], 0).op(OP.return, OP.end, OP.end);
  if (size === 4) readPort(out, 1, entry, options);
  out.get(0);
  if (size < 8) out.i32(size);
  out.get(1);
  if (long) out.get(2);
  return out.call(host);
}

/** Returns the word of a device register whose read has no other effect than to be counted. */
function readPort(out: FunctionBody, flags: number, port: number, options: SlowOptions): void {
  out.op(OP.block, EMPTY_BLOCK);
  unlessPlain(out, options);
  if (options.long) out.get(flags + 1).br(0, OP.br_if);
  out.get(flags).i32(4).op(OP.i32_and).br(0, OP.br_if);
  out.get(0).i32(3).op(OP.i32_and).br(0, OP.br_if);
  pageEntry(out, PORT_TABLE, false);
  out.tee(port).op(OP.i32_eqz).br(0, OP.br_if);
  out
    .get(0)
    .i32(PAGE_SIZE - 1)
    .op(OP.i32_and)
    .get(port)
    .op(OP.i32_add)
    .memory(OP.i32_load, 0)
    .tee(port)
    .op(OP.i32_eqz)
    .br(0, OP.br_if);
  out.get(port).memory(OP.i32_load, PORT.blocked).memory(OP.i32_load, 0).br(0, OP.br_if);
  out.get(port).memory(OP.i32_load, PORT.reads);
  out.get(port).memory(OP.i32_load, PORT.reads).memory(OP.i32_load, 0).i32(1).op(OP.i32_add).memory(OP.i32_store, 0);
  payForBridge(out);
  out.get(port).memory(OP.i32_load, PORT.value).memory(OP.i32_load, 0).op(OP.return);
  out.op(OP.end);
}

function slowStore(
  size: 1 | 2 | 4 | 8,
  type: Type,
  host: number,
  codeChanged: number,
  options: SlowOptions,
): FunctionBody {
  const { long } = options;
  const out = new FunctionBody(slowParams('store', type, long));
  const [halfword, record] = [out.local('i32'), out.local('i32')];
  allowedHere(out, 2, size, options);
  out.get(0).i32(PAGE_SHIFT).op(OP.i32_shr_u).memory(OP.i32_load8_u, CODE_TABLE).op(OP.i32_and);
  if (options.paging) out.i32(0).memory(OP.i32_load, ENGINE.bank).op(OP.i32_eqz, OP.i32_and);
  out.op(OP.if, EMPTY_BLOCK);
  // every halfword whose record may cover the stored bytes: from the instruction that starts 2 bytes before
  out.get(0).i32(-2).op(OP.i32_and).i32(2).op(OP.i32_sub).set(halfword);
  out.op(OP.loop, EMPTY_BLOCK);
  out.get(halfword).i32(CHUNK_SHIFT).op(OP.i32_shr_u).i32(2).op(OP.i32_shl).memory(OP.i32_load, CHUNK_MAP);
  out
    .get(halfword)
    .i32(Math.log2(RECORD_SIZE / 2))
    .op(OP.i32_shl, OP.i32_add)
    .tee(record);
  out.memory(OP.i32_load, 0).op(OP.if, EMPTY_BLOCK).get(record).i32(0).memory(OP.i32_store, 0);
  out.get(halfword).call(codeChanged).op(OP.end);
  out.get(halfword).i32(2).op(OP.i32_add).tee(halfword);
  out
    .get(0)
    .op(OP.i32_sub)
    .i32(size - 1)
    .op(OP.i32_le_s)
    .br(0, OP.br_if)
    .op(OP.end);
  payForPieces(out, size);
  pageEntry(out, READ_TABLE, false);
  out.get(0).op(OP.i32_add).get(1).memory(STORE[size], 0).op(OP.return, OP.end);
  out.get(0).get(1);
  if (size < 8) out.i32(size);
  out.get(2);
  if (long) out.get(3);
  return out.call(host);
}
