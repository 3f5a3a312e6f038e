import { InternalError } from './errors.js';
import {
  CODE_TABLE,
  GUARD,
  GUEST_BASE,
  PAGE,
  PAGE_SHIFT,
  PAGE_SIZE,
  type PageGuard,
  READ_TABLE,
  WASM_PAGE,
  WRITE_TABLE,
} from './isa/layout.js';

/** A memory of the chip: bytes that guest addresses are mapped to. */
export interface MemoryOptions {
  readonly name: string;
  readonly size: number;
  /** `rom` is not changed by plain stores (flash, boot ROM). */
  readonly kind: 'ram' | 'rom';
  /** Whether instructions can be fetched; true unless said otherwise. */
  readonly execute?: boolean;
  /** Whether other bus masters than the core reach it; true unless said otherwise. */
  readonly dma?: boolean;
  /** The device that takes stores to it, and a name for it there: `'flash.main'`. Its wire `access` says what is let through. */
  readonly controller?: string;
  /** What a store to a ROM without controller does: a bus error (default), or nothing but a report. */
  readonly rejectedWrites?: 'fault' | 'report';
  /** Value of every byte after power-on: 0xff for erased flash. */
  readonly fill?: number;
  /** What the chip's maker put there, from the first byte on: a boot ROM's code. */
  readonly contents?: Uint8Array;
}

/** Where a memory, or a part of it, is seen by the guest. */
interface View {
  readonly base: number;
  readonly offset: number;
  readonly length: number;
}

/** Told when bytes under decoded instructions change, with every guest address they are seen at. */
export type CodeChanged = (address: number, length: number) => void;

/** What becomes of an access of the guest: busy memories let the bus wait, for answered ones the controller speaks. */
export type Access = 'open' | 'busy' | 'refused' | 'answered';

const DECODED = 1;
const WATCHED_WRITES = 2;
const WATCHED_READS = 4;
const HIDDEN = 8;
/** The page's bytes have their power-on value in name only: nobody looked at them yet. */
const BLANK = 16;
/** Instructions in it were decoded at other addresses than its own. */
const DECODED_ELSEWHERE = 32;
/** Changes of it are told as those of code are. */
const TRACKED = 64;
const TOLD = DECODED | TRACKED;

/** One guest memory inside the machine's Wasm memory. */
export class MemoryBlock {
  readonly name: string;
  readonly size: number;
  readonly options: MemoryOptions;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  /** Number of its first page in the pool. */
  readonly firstPage: number;
  /** Takes the stores to it, if it has a controller. */
  onStore: ((offset: number, value: number, size: number) => void) | undefined;
  /** Gives what loads see while its access is `answered`. */
  onLoad: ((offset: number, size: number) => number) | undefined;
  /** What its controller lets through. */
  access: Access = 'open';
  /** How many pages nobody looked at since they were given their power-on value; the pool counts them. */
  blankPages = 0;
  readonly #pool: MemoryPool;
  #views: readonly View[] = [];

  constructor(pool: MemoryPool, options: MemoryOptions, buffer: ArrayBuffer, firstPage: number) {
    this.#pool = pool;
    this.options = options;
    this.name = options.name;
    this.size = options.size;
    this.firstPage = firstPage;
    this.#bytes = new Uint8Array(buffer, GUEST_BASE + firstPage * PAGE_SIZE, options.size);
  }

  /** All its bytes; `slice` gives some of them for less. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.slice(0, this.size);
  }
  /** The bytes themselves, not a copy. */
  slice(offset: number, length: number): Uint8Array<ArrayBuffer> {
    this.#pool.materialise(this, offset, length);
    return this.#bytes.subarray(offset, offset + length);
  }

  get pageCount(): number {
    return Math.ceil(this.size / PAGE_SIZE);
  }
  get executable(): boolean {
    return this.options.execute ?? true;
  }
  get isRam(): boolean {
    return this.options.kind === 'ram';
  }

  /** 1, 2 or 4 bytes, little endian, unsigned; the caller has checked the range. */
  load(offset: number, size: number): number {
    if (this.blankPages !== 0) this.#pool.materialise(this, offset, size);
    const bytes = this.#bytes;
    if (size === 1) return bytes[offset]!;
    if (size === 2) return bytes[offset]! | (bytes[offset + 1]! << 8);
    return (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0;
  }

  /** Stores whatever the kind of memory; marks pages dirty and drops decoded instructions. */
  store(offset: number, size: number, value: number): void {
    if (this.blankPages !== 0) this.#pool.materialise(this, offset, size);
    for (let i = 0; i < size; i++) this.#bytes[offset + i] = value >>> (8 * i);
    this.#pool.changed(this, offset, size);
  }

  fill(offset: number, bytes: Uint8Array): void {
    this.#pool.materialise(this, offset, bytes.length);
    this.#bytes.set(bytes, offset);
    this.#pool.changed(this, offset, bytes.length);
  }

  /** Gives every byte its power-on value; pages that have it already stay untouched, so that unused memory is free. */
  clear(): void {
    const value = this.options.fill ?? 0;
    const pool = this.#pool;
    for (let page = 0; page < this.pageCount; page++) {
      if (value === 0) {
        page = pool.nextTouched(this.firstPage + page) - this.firstPage;
        if (page >= this.pageCount) break;
      }
      // A page of the host costs more than all else that happens to one of erased flash.
      if (!this.isRam && (page + 1) * PAGE_SIZE <= this.size && pool.leaveBlank(this, page)) continue;
      const bytes = this.#bytes.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
      if (isFilled(bytes, value)) continue;
      bytes.fill(value);
      pool.changed(this, page * PAGE_SIZE, bytes.length);
    }
    if (this.options.contents) this.fill(0, this.options.contents);
  }

  /** Makes `length` bytes from `offset` visible at guest address `base`. */
  map(base: number, offset: number, length: number): void {
    this.#views = [...this.#views, { base, offset, length }];
    if (!this.#pool.isPristine || base % PAGE_SIZE !== 0 || offset % PAGE_SIZE !== 0) this.refreshAll();
    else {
      const pages = Math.floor(Math.min(length, this.size - offset) / PAGE_SIZE);
      this.#pool.showPristine(base, this.firstPage + offset / PAGE_SIZE, pages);
    }
  }
  unmap(base: number): void {
    const gone = this.#views.filter((view) => view.base === base);
    this.#views = this.#views.filter((view) => view.base !== base);
    for (const view of gone) {
      this.#pool.clearEntries(view.base, view.length);
      this.#pool.dropDecoded(this, view);
    }
    this.refreshAll();
  }

  /** Guest addresses at which a byte is seen. */
  addressesOf(offset: number): number[] {
    return this.#views
      .filter((v) => offset >= v.offset && offset < v.offset + v.length)
      .map((v) => v.base + offset - v.offset);
  }

  /** Brings the engine's table entries of one page (0 = the memory's first) up to date. */
  refresh(page: number): void {
    const start = page * PAGE_SIZE;
    const host = GUEST_BASE + (this.firstPage + page) * PAGE_SIZE;
    for (const view of this.#views) {
      const address = view.base + start - view.offset;
      const whole = start >= view.offset && start + PAGE_SIZE <= Math.min(view.offset + view.length, this.size);
      if (!whole || address % PAGE_SIZE !== 0) continue;
      this.#pool.setEntries(address, host, this.firstPage + page, this.isRam, this.#views.length === 1);
    }
  }

  refreshAll(): void {
    for (let page = 0; page < this.pageCount; page++) this.refresh(page);
  }
}

const filledPages = new Map<number, Uint8Array>();

/** A page with the same value in every byte, always the same one: not to be written. */
export function filledPage(value: number): Uint8Array {
  let page = filledPages.get(value);
  if (page === undefined) {
    page = new Uint8Array(PAGE_SIZE).fill(value);
    filledPages.set(value, page);
  }
  return page;
}

/** Whether every byte of a page (or a rest of one) has the value. */
export function isFilled(bytes: Uint8Array, value: number): boolean {
  if (bytes.length === PAGE_SIZE) return Buffer.compare(bytes, filledPage(value & 0xff)) === 0;
  const whole = bytes.length >> 2;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, whole);
  const word = Math.imul(value & 0xff, 0x0101_0101);
  for (let i = 0; i < whole; i++) if (words[i] !== word) return false;
  for (let i = whole * 4; i < bytes.length; i++) if (bytes[i] !== value) return false;
  return true;
}

/**
 * All guest memories of a machine, in one WebAssembly memory with the engine. It keeps, for every 4 KiB page, whether
 * it changed since the last snapshot, holds decoded instructions, or is watched; from that follow the engine's tables.
 */
export class MemoryPool {
  readonly memory: WebAssembly.Memory;
  readonly blocks: readonly MemoryBlock[];
  readonly pageCount: number;
  /** Pages changed since the last snapshot or restore, and how many there are. */
  readonly dirtyList: Int32Array;
  dirtyCount = 0;
  readonly #dirty: Uint8Array;
  /** 1 for pages that ever changed; all others are zero as the host made them. */
  readonly #touched: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #blockOfPage: Uint16Array;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  /** Whether any page ever was dirty, or had a flag. */
  #pristine = true;
  #codeListener: CodeChanged = () => {};
  #remapListener: () => void = () => {};
  #withdrawListener: ((host: number | undefined) => void) | undefined;
  #guardOf: PageGuard = () => 0;
  #apart = false;
  /** Guest pages that were guarded from windows once: they stay out of them, so that compiled code stays true. */
  readonly #closed = new Set<number>();
  #closedOne = false;
  /** By guest page: 1 where entries are empty that need not be. */
  #withdrawn: Uint8Array | undefined;

  /** Where the bytes begin that are the machine's to use. */
  readonly room: number;

  /** `room`: bytes behind the guest memories. */
  constructor(options: readonly MemoryOptions[], room = 0) {
    const pages = options.map(({ size }) => Math.ceil(size / PAGE_SIZE));
    this.pageCount = pages.reduce((sum, count) => sum + count, 0);
    this.room = GUEST_BASE + this.pageCount * PAGE_SIZE;
    this.memory = new WebAssembly.Memory({ initial: this.#rounded(this.room + room) / WASM_PAGE });
    const buffer = this.memory.buffer as ArrayBuffer;
    this.#words = new Int32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#dirty = new Uint8Array(this.pageCount);
    this.#touched = new Uint8Array(this.pageCount);
    this.#flags = new Uint8Array(this.pageCount);
    this.dirtyList = new Int32Array(this.pageCount);
    this.#blockOfPage = new Uint16Array(this.pageCount);
    if (options.length > 0xffff)
      throw new InternalError({ what: `${options.length} memories are more than a machine holds` });
    let first = 0;
    this.blocks = options.map((one, i) => {
      const block = new MemoryBlock(this, one, buffer, first);
      this.#blockOfPage.fill(i, first, first + pages[i]!);
      first += pages[i]!;
      return block;
    });
  }

  onCodeChanged(listener: CodeChanged): void {
    this.#codeListener = listener;
  }

  /** `listener` hears when pages are no longer where they were, or must no longer be read without asking. */
  onRemapped(listener: () => void): void {
    this.#remapListener = listener;
  }

  /** `listener` hears when the engine's entries of a page allow less than before: of the one at an address of the engine's memory, or of any. */
  onWithdrawn(listener: (host: number | undefined) => void): void {
    this.#withdrawListener = listener;
  }

  /** Whether a page ever changed; one that did not is zero. */
  isTouched(page: number): boolean {
    return this.#touched[page] !== 0;
  }

  /** The first page from `page` on that ever changed; behind the last page if there is none. */
  nextTouched(page: number): number {
    const next = this.#touched.indexOf(1, page);
    return next < 0 ? this.pageCount : next;
  }
  /** Whether nothing ever changed, was decoded, watched or hidden. */
  get isPristine(): boolean {
    return this.#pristine;
  }

  /** The bytes of one page of the pool. */
  page(page: number): Uint8Array<ArrayBuffer> {
    if (this.#isBlank(page)) {
      const block = this.blockOf(page);
      this.materialise(block, (page - block.firstPage) * PAGE_SIZE, PAGE_SIZE);
    }
    return this.#page(page);
  }
  /** What a page holds, to be read and not kept: for one that nobody looked at, bytes that lie elsewhere. */
  content(page: number): Uint8Array {
    return this.#isBlank(page) ? filledPage(this.blockOf(page).options.fill ?? 0) : this.#page(page);
  }
  #isBlank(page: number): boolean {
    return (this.#flags[page]! & BLANK) !== 0;
  }
  #page(page: number): Uint8Array<ArrayBuffer> {
    const start = GUEST_BASE + page * PAGE_SIZE;
    return this.#bytes.subarray(start, start + PAGE_SIZE);
  }
  blockOf(page: number): MemoryBlock {
    return this.blocks[this.#blockOfPage[page]!]!;
  }

  /** Bytes of a block were changed by other than the engine's fast path. */
  changed(block: MemoryBlock, offset: number, length: number): void {
    if (length === 0) return;
    const last = (offset + length - 1) >> PAGE_SHIFT;
    for (let page = offset >> PAGE_SHIFT; page <= last; page++) {
      const index = block.firstPage + page;
      if ((this.#flags[index]! & TOLD) !== 0) this.#announce(block, page, offset, length);
      if (this.#dirty[index] === 0) {
        this.#markDirty(index);
        block.refresh(page);
      }
    }
  }

  /** Gives an untouched page its power-on value, in name; false if something happened to it before. */
  leaveBlank(block: MemoryBlock, page: number): boolean {
    const index = block.firstPage + page;
    if (this.#isBlank(index)) return true;
    if (this.#touched[index] !== 0 || this.#flags[index] !== 0) return false;
    this.#flags[index] = BLANK;
    block.blankPages++;
    this.#markDirty(index);
    block.refresh(page);
    return true;
  }

  /** Sees to it that bytes are where they belong, before somebody looks at them or changes them. */
  materialise(block: MemoryBlock, offset: number, length: number): void {
    if (block.blankPages === 0 || length === 0) return;
    const last = Math.min(offset + length - 1, block.size - 1) >> PAGE_SHIFT;
    for (let page = offset >> PAGE_SHIFT; page <= last; page++) {
      const index = block.firstPage + page;
      if (!this.#isBlank(index)) continue;
      this.#page(index).fill(block.options.fill ?? 0);
      this.#flags[index] = this.#flags[index]! & ~BLANK;
      block.blankPages--;
      block.refresh(page);
    }
  }

  /**
   * An instruction was decoded at an offset: stores to this page go through the slow path from now on; `elsewhere`: at another
   * address than the memory's own.
   */
  decoded(block: MemoryBlock, offset: number, length: number, elsewhere = false): void {
    const last = Math.min(offset + length - 1, block.size - 1) >> PAGE_SHIFT;
    const flags = elsewhere ? DECODED | DECODED_ELSEWHERE : DECODED;
    for (let page = offset >> PAGE_SHIFT; page <= last; page++) this.#setFlag(block, page, flags, true);
  }

  /** Changes of a page are told as those of code are, or no longer. */
  track(block: MemoryBlock, page: number, on: boolean): void {
    this.#setFlag(block, page, TRACKED, on);
  }

  /** Every access of a kind to these bytes goes through the bus, or no longer. */
  watch(block: MemoryBlock, page: number, kind: 'read' | 'write', on: boolean): void {
    this.#setFlag(block, page, kind === 'read' ? WATCHED_READS : WATCHED_WRITES, on);
    if (kind === 'read' && on) this.#remapListener();
  }

  /**
   * Hides a memory from the engine, or no longer. While it is hidden nothing of it is decoded, and every load and fetch
   * comes to the bus.
   */
  hide(block: MemoryBlock, hidden: boolean): void {
    this.#pristine = false;
    for (let page = 0; page < block.pageCount; page++) {
      const index = block.firstPage + page;
      if (hidden && (this.#flags[index]! & DECODED) !== 0) {
        this.#announce(block, page, page * PAGE_SIZE, PAGE_SIZE);
        this.#flags[index] = this.#flags[index]! & ~DECODED;
      }
      this.#flags[index] = hidden ? this.#flags[index]! | HIDDEN : this.#flags[index]! & ~HIDDEN;
      // the engine has no entries of the others anyway
      if (!this.#isBlank(index)) block.refresh(page);
    }
    if (hidden) this.#remapListener();
  }

  /** What keeps the engine from pages; those whose guard changed are refreshed, then `guarded` is called. */
  setGuard(guardOf: PageGuard, apart: boolean): void {
    this.#guardOf = guardOf;
    this.#apart = apart;
  }
  /** Windows that reach into pages which are closed since then are given up. */
  guarded(): void {
    this.#pristine = false;
    if (this.#closedOne) this.#remapListener();
    this.#closedOne = false;
  }

  /** Empties the engine's entries for the guest pages of a range, until they are refreshed: those of writes, or all. */
  withdraw(from: number, to: number, reads: boolean): void {
    this.#withdrawn ??= new Uint8Array(2 ** (32 - PAGE_SHIFT));
    const [first, behind] = [Math.floor(from / PAGE_SIZE), Math.ceil(to / PAGE_SIZE)];
    if (reads) this.#words.fill(0, (READ_TABLE >> 2) + first, (READ_TABLE >> 2) + behind);
    this.#words.fill(0, (WRITE_TABLE >> 2) + first, (WRITE_TABLE >> 2) + behind);
    this.#withdrawn.fill(1, first, behind);
  }
  isWithdrawn(address: number): boolean {
    return this.#withdrawn !== undefined && this.#withdrawn[address >>> PAGE_SHIFT] !== 0;
  }

  /** Forgets what was decoded from a stretch of a block. */
  forgetCode(block: MemoryBlock, from: number, to: number): void {
    for (let page = from >> PAGE_SHIFT; page << PAGE_SHIFT < to; page++) {
      if ((this.#flags[block.firstPage + page]! & DECODED) !== 0) this.#announce(block, page, from, to - from);
    }
  }

  /** Replaces a page's bytes, as a restore does: what was decoded from words that differ is dropped. */
  replace(index: number, content: Uint8Array): void {
    // The very page that stands for it in snapshots: nothing happened to it there either.
    if (content === this.content(index)) return;
    const page = this.page(index);
    if ((this.#flags[index]! & TOLD) !== 0) this.#announceDifferences(index, page, content);
    page.set(content);
  }

  /** Called with every page clean again: after a snapshot or a restore. */
  clean(): void {
    this.#withdrawListener?.(undefined);
    for (let i = 0; i < this.dirtyCount; i++) {
      const index = this.dirtyList[i]!;
      this.#dirty[index] = 0;
      const block = this.blockOf(index);
      block.refresh(index - block.firstPage);
    }
    this.dirtyCount = 0;
  }

  /** A view is gone: nothing that was decoded through it is true any more. */
  dropDecoded(block: MemoryBlock, view: View): void {
    for (let page = view.offset >> PAGE_SHIFT; page << PAGE_SHIFT < view.offset + view.length; page++) {
      if ((this.#flags[block.firstPage + page]! & TOLD) === 0) continue;
      const from = Math.max(page << PAGE_SHIFT, view.offset);
      const to = Math.min((page + 1) << PAGE_SHIFT, view.offset + view.length);
      this.#codeListener(view.base + from - view.offset, to - from);
    }
  }

  /** For blocks only: makes pages visible, before anything happened to any page: they can be read and no more. */
  showPristine(address: number, first: number, count: number): void {
    const from = (READ_TABLE >> 2) + (address >>> PAGE_SHIFT);
    this.#words.fill((GUEST_BASE + first * PAGE_SIZE - address) | 0, from, from + count);
    if ((this.#guardOf(address) & GUARD.unaligned) === 0) return;
    const kinds = CODE_TABLE + (address >>> PAGE_SHIFT);
    this.#bytes.fill(PAGE.strict, kinds, kinds + count);
  }

  /** For blocks only: the engine's entries of a whole guest page. */
  setEntries(address: number, host: number, index: number, ram: boolean, single: boolean): void {
    const guest = address >>> PAGE_SHIFT;
    const flags = this.#flags[index]!;
    const entry = (host - address) | 0;
    const guard = this.#guardOf(address);
    if (this.#withdrawn !== undefined) this.#withdrawn[guest] = 0;
    const readable = (flags & (WATCHED_READS | HIDDEN | BLANK)) === 0 && (guard & GUARD.read) === 0;
    if (this.#withdrawListener !== undefined) this.#noteLess(guest, host, readable);
    this.#words[(READ_TABLE >> 2) + guest] = readable ? entry : 0;
    const writable = (flags & (WATCHED_WRITES | HIDDEN)) === 0 && (guard & GUARD.write) === 0;
    const storable = ram && this.#dirty[index] !== 0 && writable;
    this.#words[(WRITE_TABLE >> 2) + guest] = storable && (flags & TOLD) === 0 ? entry : 0;
    // The engine reaches such a page through the read entry, and knows only the address stored to.
    const beside = storable && readable && (flags & (TOLD | DECODED_ELSEWHERE)) === DECODED && single && !this.#apart;
    const strict = (guard & GUARD.unaligned) !== 0 ? PAGE.strict : 0;
    this.#bytes[CODE_TABLE + guest] = (beside ? PAGE.code : 0) | strict | this.#closedBit(guest, guard);
  }
  /** Before a page's entries are set: whatever else was made of them is told that they are. */
  #noteLess(guest: number, host: number, readable: boolean): void {
    const reads = this.#words[(READ_TABLE >> 2) + guest] !== 0 && !readable;
    if (reads || this.#words[(WRITE_TABLE >> 2) + guest] !== 0) this.#withdrawListener!(host);
  }
  #closedBit(guest: number, guard: number): number {
    if (this.#closed.has(guest)) return PAGE.closed;
    if ((guard & GUARD.window) === 0) return 0;
    this.#closed.add(guest);
    this.#closedOne = true;
    return PAGE.closed;
  }
  clearEntries(base: number, length: number): void {
    this.#remapListener();
    this.#withdrawListener?.(undefined);
    for (let guest = base >>> PAGE_SHIFT; guest < (base + length) / PAGE_SIZE; guest++) {
      this.#words[(READ_TABLE >> 2) + guest] = 0;
      this.#words[(WRITE_TABLE >> 2) + guest] = 0;
      this.#bytes[CODE_TABLE + guest] = 0;
    }
  }

  #rounded(bytes: number): number {
    return Math.ceil(bytes / WASM_PAGE) * WASM_PAGE;
  }

  #markDirty(index: number): void {
    this.#pristine = false;
    this.#dirty[index] = 1;
    this.#touched[index] = 1;
    this.dirtyList[this.dirtyCount++] = index;
  }

  #setFlag(block: MemoryBlock, page: number, flag: number, on: boolean): void {
    const index = block.firstPage + page;
    const flags = on ? this.#flags[index]! | flag : this.#flags[index]! & ~flag;
    if (flags === this.#flags[index]) return;
    this.#pristine = false;
    this.#flags[index] = flags;
    block.refresh(page);
  }

  #announce(block: MemoryBlock, page: number, offset: number, length: number): void {
    const from = Math.max(offset, page * PAGE_SIZE);
    const to = Math.min(offset + length, (page + 1) * PAGE_SIZE);
    for (const address of block.addressesOf(from)) this.#codeListener(address, to - from);
  }

  #announceDifferences(index: number, before: Uint8Array, after: Uint8Array): void {
    const block = this.blockOf(index);
    const page = index - block.firstPage;
    for (let at = 0; at < PAGE_SIZE; at += 4) {
      const same =
        before[at] === after[at] &&
        before[at + 1] === after[at + 1] &&
        before[at + 2] === after[at + 2] &&
        before[at + 3] === after[at + 3];
      if (!same) this.#announce(block, page, page * PAGE_SIZE + at, 4);
    }
  }
}
