import type { AddressRange, CpuBus } from '../../bus-access.js';
import { GUARD, PAGE_SIZE } from '../../isa/layout.js';
import type { Hart } from './hart.js';
import { PRIVILEGE } from './privilege.js';

/** What the engine gives: records by view, which can be given up. */
export interface RegimeEngine {
  view: number;
  flush(): void;
  invalidate(address: number, length: number): void;
}

const ALL: readonly AddressRange[] = [[0, 2 ** 32]];
const CLOSED = () => GUARD.read | GUARD.write;
const OPEN = () => 0;
const WORD_BYTES = 8;

/**
 * Between privileged software and the engine, which knows pages and views. As long as nothing is translated and nothing
 * protected, the engine reaches memory by itself. From the first moment on at which that is not so it asks about every access, and
 * what it decodes holds for one view: a privilege, and the tables and the protection that count for it.
 *
 * Translations are never older than the tables: a store to an entry that one was made from drops it. So no run depends on what
 * was cached, and SFENCE.VMA has nothing to do.
 */
export class Regimes {
  readonly #bus: CpuBus;
  readonly #engine: RegimeEngine;
  /** Whether the plain regime was left since the last reset. */
  #left = false;
  /** The view may be another one. */
  #isMoved = false;
  readonly #views = new Map<string, number>();
  /** Pages that code was decoded through, by the physical page it lies in, and by the table entries that led there. */
  readonly #byPage = new Map<number, Set<number>>();
  readonly #byEntry = new Map<number, Set<number>>();

  constructor(bus: CpuBus, engine: RegimeEngine) {
    this.#bus = bus;
    this.#engine = engine;
  }

  /** A hart's privilege, tables or protection are others, or another hart has the engine. True if the engine must hear of it. */
  changed(hart: Hart): boolean {
    if (!this.#left && hart.space.isIdentity && hart.space.isPlain) return false;
    this.#isMoved = true;
    return true;
  }

  /** Brings the engine up to date, before it runs. */
  sync(hart: Hart): void {
    if (!this.#isMoved) return;
    this.#isMoved = false;
    if (!this.#left) {
      if (hart.space.isIdentity && hart.space.isPlain) return;
      this.#leave();
    }
    this.#engine.view = this.#viewOf(hart);
  }

  reset(): void {
    this.#isMoved = false;
    if (!this.#left) return;
    this.#left = false;
    this.#forget();
    this.#engine.flush();
    this.#engine.view = 0;
    this.#bus.guard(OPEN, ALL, false);
  }

  /** Code was decoded from bytes at an address of a hart: changes of it, and of the entries that lead there, must be heard of. */
  codeDecoded(hart: Hart, address: number, length: number): void {
    if (!this.#left) {
      this.#bus.codeDecoded(address, length);
      return;
    }
    const within = Math.min(length, PAGE_SIZE - (address & (PAGE_SIZE - 1)));
    this.#decoded(hart, address, within);
    if (within < length) this.#decoded(hart, (address + within) | 0, length - within);
  }

  /** Bytes at a physical address changed that something was made from. */
  invalidate(address: number, length: number): void {
    this.#engine.invalidate(address, length);
    if (!this.#left) return;
    const offset = address & (PAGE_SIZE - 1);
    for (const page of this.#byPage.get((address - offset) >>> 0) ?? []) this.#engine.invalidate(page + offset, length);
    const first = (address >>> 0) - (address & (WORD_BYTES - 1));
    for (let at = first; at < (address >>> 0) + length; at += 4) this.#entryChanged(at);
  }

  #entryChanged(at: number): void {
    const pages = this.#byEntry.get(at);
    if (pages === undefined) return;
    this.#byEntry.delete(at);
    for (const page of pages) this.#engine.invalidate(page, PAGE_SIZE);
  }

  #decoded(hart: Hart, address: number, length: number): void {
    const physical = hart.space.peekFetch(address);
    if (physical < 0 || physical >= 2 ** 32) return;
    this.#bus.codeDecoded(physical, length);
    const page = (address & -PAGE_SIZE) >>> 0;
    add(this.#byPage, physical - (physical % PAGE_SIZE), page);
    if (!hart.mmu.translates(hart.words.privilege)) return;
    for (const entry of hart.mmu.walked) {
      this.#bus.codeDecoded(entry, WORD_BYTES);
      add(this.#byEntry, entry, page);
    }
  }

  #leave(): void {
    this.#left = true;
    this.#forget();
    this.#engine.flush();
    this.#bus.guard(CLOSED, ALL, true);
  }
  #forget(): void {
    this.#views.clear();
    this.#byPage.clear();
    this.#byEntry.clear();
  }

  /** View 0 is the plain regime's. */
  #viewOf({ words, mmu, pmp, context }: Hart): number {
    const { privilege } = words;
    const tables = mmu.translates(privilege) ? mmu.tables : '';
    const key = `${privilege === PRIVILEGE.machine ? 'm' : privilege} ${tables} ${context.high} ${pmp.signature}`;
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const view = this.#views.size + 1;
    this.#views.set(key, view);
    return view;
  }
}

function add(map: Map<number, Set<number>>, key: number, page: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([page]));
  else known.add(page);
}
