import type { HartWords } from './hart-words.js';
import { type Mmu, NO_ACCESS } from './mmu.js';
import { type Pmp, RIGHT } from './pmp.js';
import type { Privilege } from './privilege.js';
import type { Status } from './status.js';

const PAGE = 4096;
const NOTHING: readonly number[] = [];

export interface AddressSpaceParts {
  readonly hart: HartWords;
  readonly status: Status;
  readonly pmp: Pmp;
  readonly mmu: Mmu;
  /** High word of pc, and its low word. */
  readonly pc: { readonly low: number; readonly high: number };
}

/** Memory as one hart sees it at present: page tables, then physical protection. Addresses that are given are physical ones. */
export class AddressSpace {
  readonly #parts: AddressSpaceParts;
  /** Whether the last translation went through tables. */
  #isWalked = false;

  constructor(parts: AddressSpaceParts) {
    this.#parts = parts;
  }

  /** Neither is anything translated nor refused for a privilege, here and now. */
  isOpen(privilege: Privilege): boolean {
    const { mmu, pmp } = this.#parts;
    return !mmu.translates(privilege) && pmp.isOpen(privilege);
  }
  /** For loads and stores. */
  get isPlain(): boolean {
    return this.isOpen(this.#parts.status.dataPrivilege);
  }
  /** For fetches: beyond 4 GiB is no memory, and what the engine knows by the low word alone must not be taken for it. */
  get isIdentity(): boolean {
    return this.#parts.pc.high === 0 && this.isOpen(this.#parts.hart.privilege);
  }
  /** High word of pc. */
  get pcHigh(): number {
    return this.#parts.pc.high;
  }

  /** A physical address, NO_PAGE or NO_ACCESS. */
  translateData(low: number, high: number, size: number, right: number): number {
    const { status } = this.#parts;
    return this.#translate(low, high, size, right, status.dataPrivilege, false);
  }
  /** Addresses of the page-table entries that the last translation was led by. */
  get walked(): readonly number[] {
    return this.#isWalked ? this.#parts.mmu.walked : NOTHING;
  }
  /** What loads and stores may do in all of the page of the last translation, which gave this address. */
  pageRights(physical: number): number {
    const { mmu, pmp, status } = this.#parts;
    const rights = pmp.pageRights(physical - (physical % PAGE), status.dataPrivilege);
    return this.#isWalked ? rights & mmu.rights : rights;
  }
  translateFetch(low: number, high: number): number {
    return this.#translate(low, high, 2, RIGHT.execute, this.#parts.hart.privilege, false);
  }
  /** The same without any effect, for looking at code. */
  peekFetch(low: number): number {
    return this.#translate(low, this.fetchHigh(low), 2, RIGHT.execute, this.#parts.hart.privilege, true);
  }
  /** The high word of an address near pc. */
  fetchHigh(low: number): number {
    const { pc } = this.#parts;
    return low >>> 0 < 4 && pc.low >>> 0 > 0xffff_fff0 ? (pc.high + 1) | 0 : pc.high;
  }

  #translate(low: number, high: number, size: number, right: number, privilege: Privilege, pure: boolean): number {
    const { mmu, pmp } = this.#parts;
    let physical = (low >>> 0) + (high === 0 ? 0 : (high >>> 0) * 2 ** 32);
    this.#isWalked = mmu.translates(privilege);
    if (this.#isWalked) {
      physical = mmu.translate(low, high, right, privilege, pure);
      if (physical < 0) return physical;
    }
    return pmp.permits(physical, size, right, privilege) ? physical : NO_ACCESS;
  }
}
