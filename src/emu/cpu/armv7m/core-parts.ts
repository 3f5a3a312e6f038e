import type { DeviceProblem } from '../../device.js';
import type { StateAllocator } from './allocator.js';
import type { CpuState } from './cpu-state.js';
import type { Exceptions } from './exceptions.js';
import type { FaultStatus } from './fault-status.js';
import type { InterruptControl } from './interrupt-control.js';
import type { Priorities } from './priorities.js';

/** Words of the System Control Block that the exception model reads: kept here, shown by the SCB's registers. */
export interface SystemControl {
  vtor: number;
  scr: number;
  /** DEMCR.MON_EN, TRCENA as bits of DEMCR. */
  demcr: number;
}

/** What the registers beside the core work on. */
export interface CoreParts {
  readonly irqs: number;
  readonly allocator: StateAllocator;
  readonly state: CpuState;
  readonly priorities: Priorities;
  readonly interrupts: InterruptControl;
  readonly exceptions: Exceptions;
  readonly status: FaultStatus;
  readonly control: SystemControl;
  readonly requestReset: () => void;
  readonly report: (problem: DeviceProblem) => void;
}

/** The system control words as state. */
export function systemControl(allocator: StateAllocator): SystemControl & { reset(): void } {
  const words = allocator.i32('system-control', 3);
  return {
    get vtor() {
      return words[0]! >>> 0;
    },
    set vtor(value) {
      words[0] = value;
    },
    get scr() {
      return words[1]!;
    },
    set scr(value) {
      words[1] = value;
    },
    get demcr() {
      return words[2]!;
    },
    set demcr(value) {
      words[2] = value;
    },
    reset() {
      words.fill(0, 0, 2);
    },
  };
}
