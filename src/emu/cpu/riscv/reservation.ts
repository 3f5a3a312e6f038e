import type { SoftTlb } from '../../isa/soft-tlb.js';
import type { AddressSpace } from './address-space.js';
import type { HartContext, ScalarWord } from './hart-context.js';
import type { Mmu } from './mmu.js';
import { RIGHT } from './pmp.js';
import type { Xlen } from './x-registers.js';

/** Bytes of the reservation set: the widest LR's, aligned (Unpriv 8.2 leaves more open). */
const SET = 8;

/**
 * What ends a hart's LR/SC reservation beside its own SC (Unpriv 8.2). The engine compares virtual addresses: an SC through another
 * address of the same bytes fails, which it always may; and a reservation does not outlast a change of what its address leads to.
 */
export class Reservation {
  readonly #valid: ScalarWord;
  readonly #low: ScalarWord;
  readonly #high: ScalarWord | undefined;
  readonly #space: AddressSpace;
  readonly #mmu: Mmu;

  constructor(context: HartContext, xlen: Xlen, space: AddressSpace, mmu: Mmu) {
    this.#valid = context.scalar('reserved')!;
    this.#low = context.scalar('reservation')!;
    this.#high = xlen === 64 ? context.scalar('reservation', 1) : undefined;
    this.#space = space;
    this.#mmu = mmu;
  }

  get isValid(): boolean {
    return this.#valid.value !== 0;
  }
  end(): void {
    this.#valid.value = 0;
  }

  /** A device stores to bytes of memory: an SC must fail if some of them are those that LR has read. */
  stored(address: number, length: number): void {
    if (!this.isValid) return;
    const physical = this.#space.peekData(this.#low.value, this.#highWord);
    const from = physical - (physical % SET);
    if (physical < 0 || (address < from + SET && address + length > from)) this.end();
  }

  /** Bytes changed that may be an entry of the page tables that lead to what is reserved. The walker's own writes change no address. */
  changed(address: number, length: number): void {
    if (!this.isValid || this.#mmu.isUpdating) return;
    const walked = this.#space.walkedFor(this.#low.value, this.#highWord);
    if (walked.some((entry) => address < entry + SET && address + length > entry)) this.end();
  }

  /** After a restore changes of those entries have to be told again. */
  show(tlb: SoftTlb): void {
    if (!this.isValid) return;
    const [low, high] = [this.#low.value, this.#highWord];
    const physical = this.#space.translateData(low, high, 1, RIGHT.read);
    if (physical >= 0) this.#space.shown(tlb, low, high, physical);
  }

  get #highWord(): number {
    return this.#high?.value ?? 0;
  }
}
