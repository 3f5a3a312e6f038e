import type { Cell } from './csr-cell.js';
import type { ScalarWord } from './hart-context.js';
import { type HartWords, WORD } from './hart-words.js';
import { PRIVILEGE, type Privilege } from './privilege.js';
import type { HartModel } from './riscv-options.js';

/** Bits of mstatus' low word (Priv 3.1.6). Big-endian accesses and other widths than XLEN are not there: MBE, SBE, UBE are 0. */
export const MSTATUS = {
  SIE: 1 << 1,
  MIE: 1 << 3,
  SPIE: 1 << 5,
  MPIE: 1 << 7,
  SPP: 1 << 8,
  MPP: 3 << 11,
  FS: 3 << 13,
  MPRV: 1 << 17,
  SUM: 1 << 18,
  MXR: 1 << 19,
  TVM: 1 << 20,
  TW: 1 << 21,
  TSR: 1 << 22,
} as const;
const MPP_SHIFT = 11;
const FS_SHIFT = 13;
/** The top bit of the register, which RV64 has in the high word. */
const SD = 1 << 31;
/** What supervisor mode sees (Priv 4.1.1). */
const SSTATUS = MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP | MSTATUS.FS | MSTATUS.SUM | MSTATUS.MXR;
const INITIAL = 1;
const DIRTY = 3;

/** The scalars by which the engine knows of the floating-point unit; absent where a hart's instruction set has none. */
export interface FloatScalars {
  /** Not 0 while FS is not Off. */
  readonly on: ScalarWord;
  /** The same for double precision, where the hart has it. */
  readonly doubleOn: ScalarWord | undefined;
  /** Not 0 once a register or flag was written since FS was set. */
  readonly dirty: ScalarWord;
}

/** mstatus and its view sstatus: privilege stack, interrupt enables, FS. */
export class Status {
  readonly #model: HartModel;
  readonly #hart: HartWords;
  readonly #words: Int32Array;
  readonly #writable: number;
  readonly #float: FloatScalars | undefined;
  readonly #changed: () => void;

  /** `changed`: a write may have made an interrupt due, or changed what memory accesses mean. */
  constructor(model: HartModel, hart: HartWords, float: FloatScalars | undefined, changed: () => void) {
    this.#model = model;
    this.#hart = hart;
    this.#words = hart.words;
    this.#float = model.hasFloat ? float : undefined;
    this.#changed = changed;
    this.#writable = writableBits(model);
  }

  /** The bits as they are stored; FS may be behind. */
  get bits(): number {
    return this.#words[WORD.mstatus]!;
  }
  has(bit: number): boolean {
    return (this.bits & bit) !== 0;
  }
  get mpp(): Privilege {
    return ((this.bits & MSTATUS.MPP) >>> MPP_SHIFT) as Privilege;
  }
  /** Whose rights loads and stores have (Priv 3.1.6.3). */
  get dataPrivilege(): Privilege {
    return this.has(MSTATUS.MPRV) && this.#hart.privilege === PRIVILEGE.machine ? this.mpp : this.#hart.privilege;
  }
  get floatOn(): boolean {
    return this.#float !== undefined && this.#float.on.value !== 0;
  }
  floatDirtied(): void {
    if (this.#float) this.#float.dirty.value = 1;
  }

  reset(): void {
    // MPP of a hart without other modes is always M
    this.#words[WORD.mstatus] = this.#model.hasUser ? 0 : MSTATUS.MPP;
    this.#setFloat(0);
  }

  /** Trap entry into machine mode (Priv 3.1.6.1). */
  enterMachine(from: Privilege): void {
    const { bits } = this;
    const stacked = (bits & MSTATUS.MIE) << 4;
    this.#words[WORD.mstatus] = (bits & ~(MSTATUS.MIE | MSTATUS.MPIE | MSTATUS.MPP)) | stacked | (from << MPP_SHIFT);
  }
  enterSupervisor(from: Privilege): void {
    const { bits } = this;
    const stacked = (bits & MSTATUS.SIE) << 4;
    const spp = from === PRIVILEGE.user ? 0 : MSTATUS.SPP;
    this.#words[WORD.mstatus] = (bits & ~(MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP)) | stacked | spp;
  }
  /** MRET: gives the privilege to go on with (Priv 3.1.6.1, 3.1.6.3). */
  leaveMachine(): Privilege {
    const { bits, mpp } = this;
    const enabled = (bits & MSTATUS.MPIE) >>> 4;
    const least = this.#model.hasUser ? PRIVILEGE.user : PRIVILEGE.machine;
    const kept = bits & ~(MSTATUS.MIE | MSTATUS.MPP | (mpp === PRIVILEGE.machine ? 0 : MSTATUS.MPRV));
    this.#words[WORD.mstatus] = kept | enabled | MSTATUS.MPIE | (least << MPP_SHIFT);
    return mpp;
  }
  leaveSupervisor(): Privilege {
    const { bits } = this;
    const enabled = (bits & MSTATUS.SPIE) >>> 4;
    const spp = (bits & MSTATUS.SPP) === 0 ? PRIVILEGE.user : PRIVILEGE.supervisor;
    this.#words[WORD.mstatus] = (bits & ~(MSTATUS.SIE | MSTATUS.SPP | MSTATUS.MPRV)) | enabled | MSTATUS.SPIE;
    return spp;
  }

  machineCell(): Cell {
    return this.#cell(-1);
  }
  supervisorCell(): Cell {
    return this.#cell(SSTATUS);
  }

  #cell(seen: number): Cell {
    const wide = this.#model.xlen === 64;
    return {
      read: () => {
        const bits = this.#present() & (seen | MSTATUS.FS);
        return !wide && (bits & MSTATUS.FS) === MSTATUS.FS ? bits | SD : bits;
      },
      high: () => this.#high(seen),
      write: (low) => this.#write((this.#present() & ~seen) | (low & seen)),
    };
  }

  /** With FS as the floating-point unit has left it. */
  #present(): number {
    const float = this.#float;
    if (float === undefined || float.on.value === 0 || float.dirty.value === 0) return this.bits;
    return this.bits | MSTATUS.FS;
  }
  /** SD, and UXL and SXL, which are fixed (Priv 3.1.6.2); sstatus has no SXL. */
  #high(seen: number): number {
    const { hasUser, hasSupervisor } = this.#model;
    const sd = (this.#present() & MSTATUS.FS) === MSTATUS.FS ? SD : 0;
    return sd | (hasUser ? 2 : 0) | (hasSupervisor && seen === -1 ? 2 << 2 : 0);
  }

  #write(value: number): void {
    let bits = value & this.#writable;
    const mpp = (value & MSTATUS.MPP) >>> MPP_SHIFT;
    if (!this.#isMode(mpp)) bits = (bits & ~MSTATUS.MPP) | (this.bits & MSTATUS.MPP);
    this.#words[WORD.mstatus] = bits;
    this.#setFloat((bits & MSTATUS.FS) >>> FS_SHIFT);
    this.#changed();
  }
  #isMode(privilege: number): boolean {
    if (privilege === PRIVILEGE.machine) return true;
    if (privilege === PRIVILEGE.user) return this.#model.hasUser;
    return privilege === PRIVILEGE.supervisor && this.#model.hasSupervisor;
  }
  #setFloat(state: number): void {
    const float = this.#float;
    if (float === undefined) return;
    float.on.value = state === 0 ? 0 : INITIAL;
    if (float.doubleOn) float.doubleOn.value = float.on.value;
    float.dirty.value = state === DIRTY ? 1 : 0;
  }
}

/** Fields of modes that are not there are read-only zero (Priv 3.1.6). */
function writableBits({ hasUser, hasSupervisor, hasFloat }: HartModel): number {
  const { MIE, MPIE, MPP, MPRV, TW, SIE, SPIE, SPP, SUM, MXR, TVM, TSR, FS } = MSTATUS;
  const machine = MIE | MPIE | MPP | (hasFloat ? FS : 0);
  const user = hasUser ? MPRV | TW : 0;
  const supervisor = hasSupervisor ? SIE | SPIE | SPP | SUM | MXR | TVM | TSR : 0;
  return machine | user | supervisor;
}
