import { hex } from './bits.js';
import { type BlockCopy, joined, restoreBlock, saveBlock } from './block-copy.js';
import { UsageError } from './errors.js';
import { Hasher } from './hash.js';
import { ENGINE, PAGE_SIZE, SCALARS, STATE_BASE } from './isa/layout.js';
import { isFilled, type MemoryPool } from './memory.js';
import { differingPages, PageHistory, type PageSet } from './page-history.js';
import { copyOf } from './slab.js';
import type { Arena } from './state.js';

/** The whole machine at one instant. It stays valid whatever is saved or restored later, and can be restored often. */
export interface Snapshot {
  readonly arena: BlockCopy;
  /** The core's registers and scalars. */
  readonly core: Uint8Array;
  readonly kept: readonly unknown[];
  readonly pages: PageSet;
  /** The machine it belongs to. */
  readonly owner: object;
}

/** Bytes of core state: from STATE_BASE up to the end of the first Wasm kilobytes that the engine gives it. */
const CORE_SIZE = 0x900;
/** First byte that is the guest's: the words before it are the engine's own, but for pc. */
const CORE_GUEST = SCALARS;

/** Saves and restores one machine; the caller settles time before and refreshes what is derived after. */
export class Snapshots {
  readonly #arena: Arena;
  readonly #block: Uint8Array;
  /** The last copy of it, whose unchanged pieces the next one shares. */
  #last: BlockCopy = [];
  readonly #core: Uint8Array;
  readonly #pages: PageHistory;
  /** What the kept state was when it was last saved or restored. */
  #kept: readonly unknown[] = [];

  constructor(arena: Arena, pool: MemoryPool) {
    this.#arena = arena;
    this.#block = arena.bytes();
    this.#core = new Uint8Array(pool.memory.buffer, STATE_BASE, CORE_SIZE);
    this.#pages = new PageHistory(pool);
  }

  save(): Snapshot {
    this.#last = saveBlock(this.#block, this.#last);
    return {
      arena: this.#last,
      core: copyOf(this.#core),
      kept: this.#saveKept(),
      pages: this.#pages.save(),
      owner: this.#arena,
    };
  }

  restore(snapshot: Snapshot): void {
    if (snapshot.owner !== this.#arena) {
      throw new UsageError({
        what: 'this snapshot belongs to another machine',
        remedy: 'restore it on the board that took it',
      });
    }
    this.#restoreKept(snapshot.kept);
    restoreBlock(this.#block, snapshot.arena);
    this.#last = snapshot.arena;
    this.#core.set(snapshot.core);
    this.#pages.restore(snapshot.pages);
  }

  #saveKept(): readonly unknown[] {
    const { touched, kept } = this.#arena;
    if (touched.size === 0) return this.#kept;
    const saved = this.#kept.slice();
    for (const index of touched) saved[index] = kept[index]!.save();
    touched.clear();
    this.#kept = saved;
    return saved;
  }

  #restoreKept(target: readonly unknown[]): void {
    const { touched, kept } = this.#arena;
    for (const index of touched) kept[index]!.restore(target[index]);
    if (target !== this.#kept) {
      for (let i = 0; i < target.length; i++) {
        if (target[i] !== this.#kept[i] && !touched.has(i)) kept[i]!.restore(target[i]);
      }
    }
    touched.clear();
    this.#kept = target;
  }
}

/** A hash of the machine that depends on nothing but its state. */
export function hashOf(arena: Arena, pool: MemoryPool): string {
  const hasher = new Hasher();
  for (let page = 0; page < pool.pageCount; page++) {
    if (!pool.isTouched(page)) continue;
    const bytes = pool.content(page);
    if (isFilled(bytes, 0)) continue;
    hasher.word(page);
    hasher.bytes(bytes);
  }
  hasher.bytes(new Uint8Array(pool.memory.buffer, ENGINE.pc, 4));
  hasher.bytes(new Uint8Array(pool.memory.buffer, CORE_GUEST, STATE_BASE + CORE_SIZE - CORE_GUEST));
  hasher.bytes(arena.bytes());
  for (const kept of arena.kept) kept.digest(hasher);
  return hasher.digest();
}

/** One thing in which two snapshots differ: `usart2.CR1`, `sram 0x20000400`, `usart2.text`. */
export interface Difference {
  readonly what: string;
  readonly detail: string;
}

/** Where two snapshots of one machine differ, by name. */
export function diffOf(a: Snapshot, b: Snapshot, arena: Arena, pool: MemoryPool): Difference[] {
  const differences: Difference[] = [];
  const blocks = [joined(a.arena), joined(b.arena)] as const;
  for (const { name, offset, byteLength, wordSize, labels } of arena.entries) {
    for (let at = offset; at < offset + byteLength; at += wordSize) {
      if (sameBytes(...blocks, at, wordSize)) continue;
      const [from, to] = blocks.map((block) => wordAt(block, at, wordSize));
      const index = (at - offset) / wordSize;
      differences.push({ what: labels?.(index) ?? `${name}[${index}]`, detail: `${from} → ${to}` });
    }
  }
  for (let at = CORE_GUEST - STATE_BASE; at < CORE_SIZE; at += 4) {
    if (sameBytes(a.core, b.core, at, 4)) continue;
    differences.push({
      what: `cpu state +${hex(at, 3)}`,
      detail: `${wordAt(a.core, at, 4)} → ${wordAt(b.core, at, 4)}`,
    });
  }
  for (const page of differingPages(a.pages, b.pages)) {
    const block = pool.blockOf(page);
    const offset = (page - block.firstPage) * PAGE_SIZE;
    const address = block.addressesOf(offset)[0];
    differences.push({
      what: block.name,
      detail: `page at ${address === undefined ? `+${hex(offset)}` : hex(address)}`,
    });
  }
  for (const [i, { name }] of arena.kept.entries()) {
    if (a.kept[i] !== b.kept[i]) differences.push({ what: name, detail: 'grew or changed' });
  }
  return differences;
}

function sameBytes(a: Uint8Array, b: Uint8Array, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function wordAt(block: Uint8Array, at: number, size: 1 | 4 | 8): string {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  if (size === 8) return `${view.getFloat64(at, true)}`;
  return size === 4 ? hex(view.getUint32(at, true)) : hex(view.getUint8(at), 2);
}
