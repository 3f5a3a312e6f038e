import { PAGE_SHIFT } from './layout.js';

/** Whoever used a page-table entry: a number of the owner's. */
type User = number;

/**
 * Which entries of the guest's page tables translations were made from, so that none outlives a change of its entry. `track` sees to
 * it that changes of the page at an address are told to `changed`, or no longer.
 */
export class TableEntries {
  readonly #size: 4 | 8;
  readonly #track: (address: number, on: boolean) => void;
  /** Users of an entry by its physical address. */
  readonly #users = new Map<number, User[]>();
  /** How many entries of a page have users. */
  readonly #pages = new Map<number, number>();

  /** `size`: bytes of an entry. */
  constructor(size: 4 | 8, track: (address: number, on: boolean) => void) {
    this.#size = size;
    this.#track = track;
  }

  add(address: number, user: User): void {
    const users = this.#users.get(address);
    if (users !== undefined) {
      if (!users.includes(user)) users.push(user);
      return;
    }
    this.#users.set(address, [user]);
    const page = address >>> PAGE_SHIFT;
    const count = this.#pages.get(page);
    if (count === undefined) this.#track(address, true);
    this.#pages.set(page, (count ?? 0) + 1);
  }

  /** Bytes changed: calls `fn` for the users of what was there, which are forgotten. Pages that are tracked for nobody are let go. */
  changed(address: number, length: number, fn: (user: User) => void): void {
    const page = address >>> PAGE_SHIFT;
    if (!this.#pages.has(page)) return;
    for (let at = (address & -this.#size) >>> 0; at < (address >>> 0) + length; at += this.#size) {
      const users = this.#users.get(at);
      if (users === undefined) continue;
      this.#users.delete(at);
      this.#pages.set(page, this.#pages.get(page)! - 1);
      for (const user of users) fn(user);
    }
    if (this.#pages.get(page) !== 0) return;
    this.#pages.delete(page);
    this.#track(address, false);
  }

  /** Nothing is in use any more. Pages are let go when they change next. */
  clear(): void {
    this.#users.clear();
    for (const page of this.#pages.keys()) this.#pages.set(page, 0);
  }
}
