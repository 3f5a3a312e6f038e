import type { StateAllocator } from './allocator.js';
import type { CpuState } from './cpu-state.js';
import { EXCEPTION } from './exception-numbers.js';

/** No exception: lower than every priority (B1.5.4). */
const NO_PRIORITY = 256;
const CANDIDATE = 0;
const CANDIDATE_PRIORITY = 1;
const ACTIVE_PRIORITY = 2;
const PRIGROUP = 3;

export interface PriorityOptions {
  readonly irqs: number;
  /** Implemented priority bits, 3–8: the upper bits of each priority byte. */
  readonly priorityBits: number;
}

/**
 * Which exceptions are pending, enabled and active, and with which priority (B1.5.4, B3.4). Bitmaps: word 0 holds the
 * system exceptions 1–15 by number, word 1 + n the interrupts 32n to 32n + 31.
 */
export class Priorities {
  readonly count: number;
  readonly words: number;
  /** Ones where a priority byte is implemented. */
  readonly byteMask: number;
  readonly pending: Int32Array;
  readonly enabled: Int32Array;
  readonly active: Int32Array;
  /** Levels of the interrupt lines. */
  readonly lines: Int32Array;
  /** Priority by exception number: 0–255, or the fixed −3, −2, −1. */
  readonly priority: Int32Array;
  /** What the search found; kept with the state, so that it is right after a restore. */
  readonly #found: Int32Array;
  readonly #state: CpuState;

  constructor(state: CpuState, allocator: StateAllocator, options: PriorityOptions) {
    this.#state = state;
    this.count = EXCEPTION.irq0 + options.irqs;
    this.words = 1 + Math.ceil(options.irqs / 32);
    this.byteMask = (0xff << (8 - options.priorityBits)) & 0xff;
    this.pending = allocator.i32('pending', this.words);
    this.enabled = allocator.i32('enabled', this.words);
    this.active = allocator.i32('active', this.words);
    this.lines = allocator.i32('lines', this.words);
    this.priority = allocator.i32('priority', this.count);
    this.#found = allocator.i32('priority-search', 4);
    this.reset();
  }

  /** Everything but the levels of the lines, which are the devices'. */
  reset(): void {
    this.pending.fill(0);
    this.active.fill(0);
    this.enabled.fill(0);
    const { nmi, hardFault, svCall, pendSV, sysTick, reset } = EXCEPTION;
    this.enabled[0] = (1 << nmi) | (1 << hardFault) | (1 << svCall) | (1 << pendSV) | (1 << sysTick);
    this.priority.fill(0);
    this.priority[reset] = -3;
    this.priority[nmi] = -2;
    this.priority[hardFault] = -1;
    this.#found[PRIGROUP] = 0;
    for (let word = 1; word < this.words; word++) this.pending[word] = this.lines[word]!;
    this.search();
  }

  wordOf(exception: number): number {
    return exception < EXCEPTION.irq0 ? 0 : ((exception - EXCEPTION.irq0) >> 5) + 1;
  }
  bitOf(exception: number): number {
    return exception < EXCEPTION.irq0 ? 1 << exception : 1 << ((exception - EXCEPTION.irq0) & 31);
  }
  isPending(exception: number): boolean {
    return (this.pending[this.wordOf(exception)]! & this.bitOf(exception)) !== 0;
  }
  isActive(exception: number): boolean {
    return (this.active[this.wordOf(exception)]! & this.bitOf(exception)) !== 0;
  }
  isEnabled(exception: number): boolean {
    return (this.enabled[this.wordOf(exception)]! & this.bitOf(exception)) !== 0;
  }

  get prigroup(): number {
    return this.#found[PRIGROUP]!;
  }
  set prigroup(value: number) {
    this.#found[PRIGROUP] = value;
    this.search();
  }
  /** The part of a priority that decides on pre-emption: without the subpriority bits (B1.5.4). */
  group(priority: number): number {
    return priority < 0 ? priority : priority & ~((2 << this.#found[PRIGROUP]!) - 1);
  }

  /** The pending enabled exception of highest priority, 0 for none. Equal priorities: the lowest number. */
  get candidate(): number {
    return this.#found[CANDIDATE]!;
  }
  /** ExecutionPriority() (B1.5.4); `primask` 0 leaves PRIMASK out, as WFI does (B1.5.19). */
  executionPriority(primask = this.#state.primask): number {
    let boosted = NO_PRIORITY;
    if (this.#state.faultmask !== 0) boosted = -1;
    else if (primask !== 0) boosted = 0;
    else if (this.#state.basepri !== 0) boosted = this.group(this.#state.basepri);
    return Math.min(boosted, this.#found[ACTIVE_PRIORITY]!);
  }
  /** Whether a pending exception would pre-empt what runs now. */
  get preempts(): boolean {
    return this.#found[CANDIDATE] !== 0 && this.#found[CANDIDATE_PRIORITY]! < this.executionPriority();
  }
  /** The same with PRIMASK left out: what wakes WFI. */
  get wakes(): boolean {
    return this.#found[CANDIDATE] !== 0 && this.#found[CANDIDATE_PRIORITY]! < this.executionPriority(0);
  }
  /** ICSR.VECTPENDING: the candidate, unless BASEPRI or FAULTMASK hides it; PRIMASK does not (B3.2.4). */
  get visibleCandidate(): number {
    const { faultmask, basepri } = this.#state;
    if (this.#found[CANDIDATE] === 0) return 0;
    let boosted = basepri !== 0 ? this.group(basepri) : NO_PRIORITY;
    if (faultmask !== 0) boosted = -1;
    return this.#found[CANDIDATE_PRIORITY]! < boosted ? this.#found[CANDIDATE]! : 0;
  }
  /** Whether an exception of this number could be taken now. */
  canPreempt(exception: number): boolean {
    return this.isEnabled(exception) && this.group(this.priority[exception]!) < this.executionPriority();
  }

  /** Makes an exception pending. */
  pend(exception: number): void {
    const word = this.wordOf(exception);
    const bit = this.bitOf(exception);
    this.pending[word] = this.pending[word]! | bit;
    if ((this.enabled[word]! & bit) === 0) return;
    const [candidate, priority] = [this.#found[CANDIDATE]!, this.priority[exception]!];
    const best = this.priority[candidate]!;
    if (candidate !== 0 && (best < priority || (best === priority && candidate < exception))) return;
    this.#found[CANDIDATE] = exception;
    this.#found[CANDIDATE_PRIORITY] = this.group(priority);
  }
  /** A pending exception becomes active. */
  activate(exception: number): void {
    const word = this.wordOf(exception);
    const bit = this.bitOf(exception);
    this.pending[word] = this.pending[word]! & ~bit;
    this.active[word] = this.active[word]! | bit;
    this.#found[ACTIVE_PRIORITY] = Math.min(this.#found[ACTIVE_PRIORITY]!, this.group(this.priority[exception]!));
    this.#searchPending();
  }
  /** It is active no longer; a line that is still high pends again (B3.4.1). */
  deactivate(exception: number): void {
    if (exception >= this.count) return;
    const word = this.wordOf(exception);
    const bit = this.bitOf(exception);
    this.active[word] = this.active[word]! & ~bit;
    if ((this.lines[word]! & bit) !== 0) this.pend(exception);
    this.#searchActive();
  }

  /** Finds the candidate and the active priority anew: after every other change of the bitmaps or priorities. */
  search(): void {
    this.#searchPending();
    this.#searchActive();
  }

  #searchPending(): void {
    let best = 0;
    let bestPriority = NO_PRIORITY;
    for (let word = 0; word < this.words; word++) {
      for (let set = this.pending[word]! & this.enabled[word]!; set !== 0; set &= set - 1) {
        const number = lowestOf(set, word);
        const priority = this.priority[number]!;
        if (priority < bestPriority) {
          best = number;
          bestPriority = priority;
        }
      }
    }
    this.#found[CANDIDATE] = best;
    this.#found[CANDIDATE_PRIORITY] = bestPriority === NO_PRIORITY ? NO_PRIORITY : this.group(bestPriority);
  }

  #searchActive(): void {
    let least = NO_PRIORITY;
    for (let word = 0; word < this.words; word++) {
      for (let set = this.active[word]!; set !== 0; set &= set - 1) {
        const priority = this.priority[lowestOf(set, word)]!;
        if (priority < least) least = priority;
      }
    }
    this.#found[ACTIVE_PRIORITY] = least === NO_PRIORITY ? NO_PRIORITY : this.group(least);
  }

  /** Number of active exceptions: ExceptionActiveBitCount() (B1.5.8). */
  get activeCount(): number {
    let count = 0;
    for (let word = 0; word < this.words; word++) {
      for (let set = this.active[word]!; set !== 0; set &= set - 1) count++;
    }
    return count;
  }
  /** Whether that is more than 0; of the search, without counting. */
  get anyActive(): boolean {
    return this.#found[ACTIVE_PRIORITY] !== NO_PRIORITY;
  }
}

/** The number of the lowest exception in a word of a bitmap. */
function lowestOf(set: number, word: number): number {
  return (word === 0 ? 0 : (word - 1) * 32 + EXCEPTION.irq0) + 31 - Math.clz32(set & -set);
}
