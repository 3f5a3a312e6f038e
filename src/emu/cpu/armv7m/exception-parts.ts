import type { StateAllocator } from './allocator.js';
import type { CpuState } from './cpu-state.js';
import type { FaultRecords } from './fault-record.js';
import type { FaultStatus } from './fault-status.js';
import type { FloatContext } from './float-context.js';
import type { FloatStacking } from './float-stacking.js';
import type { Priorities } from './priorities.js';

/** What exception entry and return (exceptions.ts) are made with. */

/** Which fault status a refused access of the stacking hardware deserves. */
export type WordFault = 'bus' | 'memManage';
/** Word access of the stacking and vector hardware; throws where the memory refuses. */
export interface WordMemory {
  readWord(address: number): number;
  /** Consecutive words, lowest address first; where one is refused, those before it are done. */
  readWords(address: number, words: Int32Array): void;
  writeWords(address: number, words: Int32Array): void;
  /** The same for what was deferred, with the privilege of that time; `negative`: the priority was −1 or −2. */
  writeDeferred(address: number, words: Int32Array, privileged: boolean, negative: boolean): void;
  /** `readWords` comes next, for a return to Handler or to Thread mode, whose privilege it has. */
  unstackFor(handler: boolean): void;
  /** Classifies what `readWord` or `writeWord` threw; rethrows what is not a guest fault. */
  faultOf(error: unknown): WordFault;
}

export interface ExceptionParts {
  readonly state: CpuState;
  readonly priorities: Priorities;
  readonly status: FaultStatus;
  readonly records: FaultRecords;
  readonly memory: WordMemory;
  readonly float: FloatContext;
  readonly floatStacking: FloatStacking;
  readonly allocator: StateAllocator;
  /** VTOR and SCR of the SCB. */
  readonly control: { readonly vtor: number; readonly scr: number };
  /** Cycles to wait for code at an address: vectors come by the bus of instructions (Arm DDI 0439D 2.3.1). */
  readonly waitForCode: (address: number) => number;
  readonly counters: { addException(cycles: number): void };
  /** SleepOnExit() (B1.5.17). */
  readonly sleepOnExit: () => void;
  /** Hears of each vector that is taken. */
  readonly handlers: { entered(exception: number, vector: number): void };
  /** An exception became active, or ended. */
  readonly notify: (exception: number, change: 'enter' | 'leave') => void;
  /** Hears of each return that is done: execution goes on at the PC. */
  readonly returned: () => void;
}
