import type { StateAllocator } from './allocator.js';
import { DEFAULT_PROTECTION } from './memory-map.js';
import { MPU_CTRL, protectionOf, REGIONS } from './mpu-regions.js';
import type { Protection } from './protection.js';

/** Worked-out permissions that are kept: a kernel has a setting for each of its tasks. */
const KEPT = 64;

/** What the MPU was told: words of its registers, and the permissions that follow. */
export class MpuState {
  readonly #words: Int32Array;
  readonly rbar: Int32Array;
  readonly rasr: Int32Array;
  readonly #known = new Map<string, Protection>();
  #protection: Protection = DEFAULT_PROTECTION;

  constructor(allocator: StateAllocator) {
    this.#words = allocator.i32('mpu', 2);
    this.rbar = allocator.i32('mpu-rbar', REGIONS);
    this.rasr = allocator.i32('mpu-rasr', REGIONS);
  }

  get ctrl(): number {
    return this.#words[0]!;
  }
  set ctrl(value: number) {
    this.#words[0] = value;
  }
  get rnr(): number {
    return this.#words[1]!;
  }
  set rnr(value: number) {
    this.#words[1] = value;
  }
  get enabled(): boolean {
    return (this.ctrl & MPU_CTRL.ENABLE) !== 0;
  }
  /** Whether handlers at priority −1 and −2 are checked, too. */
  get checksNegative(): boolean {
    return (this.ctrl & MPU_CTRL.HFNMIENA) !== 0;
  }
  reset(): void {
    this.#words.fill(0);
    this.rbar.fill(0);
    this.rasr.fill(0);
    this.changed();
  }

  /** The permissions now: the default map's while the MPU is off. */
  get protection(): Protection {
    return this.#protection;
  }
  /** After any change of the words, also by a restore. */
  changed(): void {
    this.#protection = this.enabled ? this.#workedOut() : DEFAULT_PROTECTION;
  }

  #workedOut(): Protection {
    const key = `${this.ctrl} ${this.rbar} ${this.rasr}`;
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#known.size === KEPT) this.#known.clear();
    const protection = protectionOf(this.ctrl, this.rbar, this.rasr);
    this.#known.set(key, protection);
    return protection;
  }
}
