import type { SoftTlb } from '../../isa/soft-tlb.js';
import type { HartWords } from './hart-words.js';
import { type Mmu, NO_ACCESS } from './mmu.js';
import { type Pmp, RIGHT } from './pmp.js';
import { PRIVILEGE, type Privilege } from './privilege.js';
import { MSTATUS, type Status } from './status.js';

export interface AddressSpaceParts {
  readonly hart: HartWords;
  readonly status: Status;
  readonly pmp: Pmp;
  readonly mmu: Mmu;
  /** High word of pc, and its low word. */
  readonly pc: { readonly low: number; readonly high: number };
  /** Numbers ways of seeing memory: the same for the same text, never 0. */
  readonly numberOf: (way: string) => number;
}

const NOTHING: readonly number[] = [];
const PRIVILEGES = 4;
/** Kinds of data accesses: a privilege, with SUM, with MXR. */
const KINDS = PRIVILEGES * 4;
const UNKNOWN = -1;
const PAGE = 4096;

/** Memory as one hart sees it at present: page tables, then physical protection. Addresses that are given are physical ones. */
export class AddressSpace {
  readonly #parts: AddressSpaceParts;
  readonly #codeKeys = new Float64Array(PRIVILEGES).fill(UNKNOWN);
  #tablesKey = UNKNOWN;
  readonly #dataKeys = new Float64Array(KINDS).fill(UNKNOWN);

  constructor(parts: AddressSpaceParts) {
    this.#parts = parts;
  }

  /** satp or the protection were written. */
  changed(): void {
    this.#tablesKey = UNKNOWN;
    this.#codeKeys.fill(UNKNOWN);
    this.#dataKeys.fill(UNKNOWN);
  }

  /** A number for the way fetches see memory: 0 as it is. */
  get codeKey(): number {
    const { privilege } = this.#parts.hart;
    const known = this.#codeKeys[privilege]!;
    if (known !== UNKNOWN) return known;
    const key = this.#isOpen(privilege) ? 0 : this.#parts.numberOf(this.#codeWayOf(privilege));
    this.#codeKeys[privilege] = key;
    return key;
  }
  /**
   * A number for the tables that supervisor code is seen through; 0 where it is not. They are not in the key: all of them show one
   * kernel, mostly, so that what is known of its code is kept and looked at again.
   */
  get tablesKey(): number {
    if (this.#parts.hart.privilege !== PRIVILEGE.supervisor) return 0;
    if (this.#tablesKey === UNKNOWN) {
      const { mmu, numberOf } = this.#parts;
      this.#tablesKey = mmu.translates(PRIVILEGE.supervisor) ? numberOf(mmu.tables) : 0;
    }
    return this.#tablesKey;
  }
  /** The same for loads and stores. */
  get dataKey(): number {
    const { status } = this.#parts;
    const { bits, dataPrivilege } = status;
    const kind = dataPrivilege * PRIVILEGES + ((bits & (MSTATUS.SUM | MSTATUS.MXR)) >>> SUM_SHIFT);
    const known = this.#dataKeys[kind]!;
    if (known !== UNKNOWN) return known;
    const flags = `${bits & (MSTATUS.SUM | MSTATUS.MXR)}`;
    const key = this.#isOpen(dataPrivilege) ? 0 : this.#parts.numberOf(this.#dataWayOf(dataPrivilege, flags));
    this.#dataKeys[kind] = key;
    return key;
  }

  /** A physical address, NO_PAGE or NO_ACCESS. */
  translateData(low: number, high: number, size: number, right: number): number {
    return this.#translate(low, high, size, right, this.#parts.status.dataPrivilege, false);
  }
  /** Where a load would go at present, or what refuses it; nothing is changed. */
  peekData(low: number, high: number): number {
    return this.#translate(low, high, 1, RIGHT.read, this.#parts.status.dataPrivilege, true);
  }
  /** Addresses of the page-table entries that say where a load goes at present. */
  walkedFor(low: number, high: number): readonly number[] {
    const { mmu, status } = this.#parts;
    if (!mmu.translates(status.dataPrivilege)) return NOTHING;
    mmu.translate(low, high, RIGHT.read, status.dataPrivilege, true);
    return mmu.walked;
  }
  /** The access that was translated last was let through: the engine need not ask about its page again. */
  shown(tlb: SoftTlb, low: number, high: number, physical: number): void {
    const { mmu, pmp, status } = this.#parts;
    const { dataPrivilege } = status;
    let rights = pmp.pageRights(physical - (physical % PAGE), dataPrivilege);
    const isTranslated = mmu.translates(dataPrivilege);
    if (isTranslated) rights &= mmu.rights;
    const [read, write] = [(rights & RIGHT.read) !== 0, (rights & RIGHT.write) !== 0];
    if (read || write) tlb.fill(low, high, physical, read, write, isTranslated ? mmu.walked : NOTHING);
  }

  translateFetch(low: number, high: number): number {
    return this.#translate(low, high, 2, RIGHT.execute, this.#parts.hart.privilege, false);
  }
  /** The same without any effect, for looking at code. `carry`: what the address has more than pc above its low word. */
  peekFetch(low: number, carry = 0): number {
    return this.#translate(low, this.pcHigh + carry, 2, RIGHT.execute, this.#parts.hart.privilege, true);
  }
  /**
   * Where code lies whose instructions may be fetched one by one: the protection, which may differ within a page, is asked for each of
   * them, and does not change in one way of seeing code.
   */
  codePlace(low: number, carry: number): number {
    const { mmu, hart } = this.#parts;
    const high = this.pcHigh + carry;
    if (mmu.translates(hart.privilege)) return mmu.translate(low, high, RIGHT.execute, hart.privilege, true);
    return physicalOf(low, high);
  }
  /** High word of pc. */
  get pcHigh(): number {
    return this.#parts.pc.high;
  }
  /** Addresses of the page-table entries that the last translation read; none where nothing is translated. */
  get walked(): readonly number[] {
    return this.#parts.mmu.translates(this.#parts.hart.privilege) ? this.#parts.mmu.walked : NOTHING;
  }

  /** Neither is anything translated nor refused for a privilege. */
  #isOpen(privilege: Privilege): boolean {
    const { mmu, pmp } = this.#parts;
    return !mmu.translates(privilege) && pmp.isOpen(privilege);
  }
  /** What decides about fetches: whose they are, the tables, and the protection. */
  #codeWayOf(privilege: Privilege): string {
    const { mmu, pmp } = this.#parts;
    if (!mmu.translates(privilege)) return this.#untranslatedWayOf(privilege);
    return privilege === PRIVILEGE.user ? `user ${mmu.tables} ${pmp.signature}` : `kernel ${pmp.signature}`;
  }
  #dataWayOf(privilege: Privilege, flags: string): string {
    const { mmu, pmp } = this.#parts;
    if (!mmu.translates(privilege)) return this.#untranslatedWayOf(privilege);
    return `${privilege} ${flags} ${mmu.tables} ${pmp.signature}`;
  }
  #untranslatedWayOf(privilege: Privilege): string {
    return `${privilege === PRIVILEGE.machine ? 'machine' : 'others'} ${this.#parts.pmp.signature}`;
  }

  #translate(low: number, high: number, size: number, right: number, privilege: Privilege, pure: boolean): number {
    const { mmu, pmp } = this.#parts;
    let physical = physicalOf(low, high);
    if (mmu.translates(privilege)) {
      physical = mmu.translate(low, high, right, privilege, pure);
      if (physical < 0) return physical;
    }
    return pmp.permits(physical, size, right, privilege) ? physical : NO_ACCESS;
  }
}

const physicalOf = (low: number, high: number) => (low >>> 0) + (high === 0 ? 0 : (high >>> 0) * 2 ** 32);

/** MSTATUS.SUM and MXR stand beside each other. */
const SUM_SHIFT = 18;
