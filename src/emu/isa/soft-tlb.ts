import { BANK_SIZE, ENGINE, HIGH_TABLE, PAGE_SHIFT, PAGING, READ_TABLE, WRITE_TABLE } from './layout.js';
import type { TableEntries } from './table-entries.js';

/** Pages of the address space. */
export const PAGES = 2 ** (32 - PAGE_SHIFT);
/** User of a page-table entry that leads to many pages. */
export const ALL_PAGES = -1;
const NOTHING: readonly number[] = [];

/** Pages of a bank, before those in its list are looked at again, or forgotten. */
const MOST_PAGES = 1 << 14;

/** One bank of page tables beside the one for physical addresses. */
class Bank {
  /** What it is for: a number of the core's; 0 while it is for nothing. */
  key = 0;
  /** When it was used last. */
  used = 0;
  /** What to add to the addresses of the tables of the first bank. */
  readonly distance: number;
  readonly number: number;
  /** Pages that have entries, some of them perhaps twice. */
  readonly pages: number[] = [];

  constructor(number: number, distance: number) {
    this.number = number;
    this.distance = distance;
  }
}

/**
 * The pages that cores with paging have come to, as they see them: entries of the engine's page tables, filled one by one as accesses
 * that had to ask were let through. Each way of seeing memory has a bank, so that going to and fro between them costs nothing.
 * What the tables for physical addresses do not allow, no entry does: their owner says when they allow less. And none outlives a
 * change of the guest's page tables: what is cached cannot be seen.
 */
export class SoftTlb {
  readonly #words: Int32Array;
  readonly #banks: readonly Bank[];
  readonly #entries: TableEntries;
  /** Undefined while the core sees memory as it is. */
  #bank: Bank | undefined;
  #clock = 0;
  /** Counts what made pages be forgotten. */
  changes = 0;

  /** The banks lie in the engine's memory from `base` on. */
  constructor(memory: WebAssembly.Memory, base: number, entries: TableEntries) {
    this.#words = new Int32Array(memory.buffer);
    this.#entries = entries;
    this.#banks = Array.from({ length: PAGING.banks }, (_, i) => new Bank(i, base + i * BANK_SIZE - READ_TABLE));
  }

  /** Whether the core sees memory otherwise than it is. */
  get isOn(): boolean {
    return this.#bank !== undefined;
  }

  /** From now on accesses see memory as `key` says: 0, as it is. True if that is another way than before. */
  enter(key: number): boolean {
    if (key === (this.#bank?.key ?? 0)) return false;
    this.#bank = key === 0 ? undefined : this.#bankFor(key);
    this.#words[ENGINE.bank >> 2] = this.#bank?.distance ?? 0;
    return true;
  }

  /**
   * An access to a page was let through. From now on the engine makes those that are allowed by itself, if the memory at the physical
   * address is plain. `high`: the high word of a 64-bit address; `walked`: addresses of the page-table entries that led there, the
   * root's first.
   */
  fill(
    low: number,
    high: number,
    physical: number,
    read: boolean,
    write: boolean,
    walked: readonly number[] = NOTHING,
  ): void {
    const bank = this.#bank;
    if (bank === undefined) return;
    const words = this.#words;
    const [from, page] = [physical >>> PAGE_SHIFT, low >>> PAGE_SHIFT];
    const distance = (from - page) << PAGE_SHIFT;
    const [readable, writable] = [words[(READ_TABLE >> 2) + from]!, words[(WRITE_TABLE >> 2) + from]!];
    const at = (bank.distance >> 2) + page;
    const [reads, writes] = [at + (READ_TABLE >> 2), at + (WRITE_TABLE >> 2)];
    const isNew = words[reads] === 0 && words[writes] === 0;
    words[reads] = read && readable !== 0 ? readable + distance : 0;
    words[writes] = write && writable !== 0 ? writable + distance : 0;
    words[at + (HIGH_TABLE >> 2)] = high;
    if (words[reads] === 0 && words[writes] === 0) return;
    for (let i = 0; i < walked.length; i++) {
      this.#entries.add(walked[i]!, i < walked.length - 1 ? ALL_PAGES : bank.number * PAGES + page);
    }
    if (!isNew) return;
    if (bank.pages.length === MOST_PAGES) this.#compact(bank);
    bank.pages.push(page);
  }

  /** A page-table entry changed, which `user` was given for in TableEntries. */
  entryChanged(user: number): void {
    this.changes++;
    if (user === ALL_PAGES) this.flush();
    else this.#forget(this.#banks[Math.floor(user / PAGES)]!, user % PAGES);
  }

  /** Forgets all pages. */
  flush(): void {
    this.changes++;
    for (const bank of this.#banks) this.#empty(bank);
  }
  /** Forgets a page, however it is seen. */
  flushPage(low: number): void {
    for (const bank of this.#banks) if (bank.pages.length > 0) this.#forget(bank, low >>> PAGE_SHIFT);
  }

  /** The tables for physical addresses allow less of what lies at an address of the engine's memory, or of anything. */
  withdraw(host: number | undefined): void {
    if (host === undefined) {
      this.flush();
      return;
    }
    this.changes++;
    const words = this.#words;
    for (const bank of this.#banks) {
      const at = bank.distance >> 2;
      for (const page of bank.pages) {
        const entry = words[at + (READ_TABLE >> 2) + page]! || words[at + (WRITE_TABLE >> 2) + page]!;
        if (entry !== 0 && ((entry + (page << PAGE_SHIFT)) | 0) === (host | 0)) this.#forget(bank, page);
      }
    }
  }

  /** Leaves out pages that were forgotten since, and those that stand in the list twice. */
  #compact(bank: Bank): void {
    const at = bank.distance >> 2;
    const shown = (page: number) =>
      this.#words[at + (READ_TABLE >> 2) + page] !== 0 || this.#words[at + (WRITE_TABLE >> 2) + page] !== 0;
    const kept = [...new Set(bank.pages)].filter(shown);
    if (kept.length > MOST_PAGES / 2) this.#empty(bank);
    else bank.pages.splice(0, bank.pages.length, ...kept);
  }

  #bankFor(key: number): Bank {
    this.#clock++;
    let found = this.#banks.find((bank) => bank.key === key);
    if (found === undefined) {
      found = this.#banks.reduce((oldest, bank) => (bank.used < oldest.used ? bank : oldest));
      this.#empty(found);
      found.key = key;
    }
    found.used = this.#clock;
    return found;
  }
  #empty(bank: Bank): void {
    for (const page of bank.pages) this.#forget(bank, page);
    bank.pages.length = 0;
  }
  #forget(bank: Bank, page: number): void {
    const at = (bank.distance >> 2) + page;
    this.#words[at + (READ_TABLE >> 2)] = 0;
    this.#words[at + (WRITE_TABLE >> 2)] = 0;
  }
}
