import type { StateAllocator } from './allocator.js';
import type { CpuState } from './cpu-state.js';
import { FPSCR_DEFAULTS, FPSCR_INTERRUPTING } from './float-status.js';

/** Bits of FPCCR (B3.2.21). */
export const FPCCR = {
  LSPACT: 1 << 0,
  USER: 1 << 1,
  THREAD: 1 << 3,
  HFRDY: 1 << 4,
  MMRDY: 1 << 5,
  BFRDY: 1 << 6,
  MONRDY: 1 << 8,
  LSPEN: 1 << 30,
  ASPEN: 1 << 31,
} as const;
const FPCCR_RESET = 0xc000_0000 | 0;
/** Clocks of the extension's registers on their way to or from the stack. */
export const FLOAT_FRAME_CYCLES = 17;

const ACCESS_SHIFT = 20;
const PRIVILEGED_ONLY = 1;
const FULL = 3;

/**
 * Who may use the floating-point extension, and whose context its registers hold: CPACR, FPCCR, FPCAR, FPDSCR and
 * CONTROL.FPCA (B1.5.7, B3.2.20–B3.2.23).
 */
export class FloatContext {
  readonly #state: CpuState;
  readonly #words: Int32Array;
  /** Hears the level of the interrupt that the cumulative flags make. */
  listener: (level: 0 | 1) => void = () => {};

  constructor(state: CpuState, allocator: StateAllocator) {
    this.#state = state;
    this.#words = allocator.i32('float-context', 4);
    this.#words[1] = FPCCR_RESET;
  }

  reset(): void {
    this.#words.fill(0);
    this.#words[1] = FPCCR_RESET;
    this.changed();
    this.show();
  }

  get cpacr(): number {
    return this.#words[0]!;
  }
  set cpacr(value: number) {
    this.#words[0] = value;
    this.changed();
  }
  get fpccr(): number {
    return this.#words[1]!;
  }
  set fpccr(value: number) {
    this.#words[1] = value;
    this.changed();
  }
  get fpcar(): number {
    return this.#words[2]!;
  }
  set fpcar(value: number) {
    this.#words[2] = value & ~7;
  }
  get fpdscr(): number {
    return this.#words[3]!;
  }
  set fpdscr(value: number) {
    this.#words[3] = value & FPSCR_DEFAULTS;
  }

  /** CheckVFPEnabled(): CP10 decides; a CP11 of another value is UNPREDICTABLE and ignored. */
  get allowed(): boolean {
    return this.allows(this.#state.privileged);
  }
  allows(privileged: boolean): boolean {
    const access = (this.cpacr >>> ACCESS_SHIFT) & 3;
    return access === FULL || (access === PRIVILEGED_ONLY && privileged);
  }
  /** The registers hold a context that is still to be stacked. */
  get lazy(): boolean {
    return (this.fpccr & FPCCR.LSPACT) !== 0;
  }
  get stacksLazily(): boolean {
    return (this.fpccr & FPCCR.LSPEN) !== 0;
  }

  /** Whenever privilege, CONTROL.FPCA, CPACR or FPCCR has changed: whether instructions execute without further ado. */
  changed(): void {
    const state = this.#state;
    const owned = state.fpca || (this.fpccr & FPCCR.ASPEN) === 0;
    state.floatReady = owned && !this.lazy && this.allowed;
  }

  /**
   * The rest of ExecuteFPCheck(): what executes gets a context of its own. FPSCR[26:22] come from FPDSCR; the flags, which stacking
   * has left UNKNOWN, are 0: ST's handlers of their interrupt count on it (PM0214 4.6.7).
   */
  begin(): void {
    const state = this.#state;
    if ((this.fpccr & FPCCR.ASPEN) !== 0 && !state.fpca) {
      state.fpscr = this.fpdscr;
      state.fpca = true;
      this.show();
    }
    this.changed();
  }

  /** Cumulative flags have changed: the interrupt follows. */
  show(fpscr = this.#state.fpscr): void {
    this.listener((fpscr & FPSCR_INTERRUPTING) === 0 ? 0 : 1);
  }
}
