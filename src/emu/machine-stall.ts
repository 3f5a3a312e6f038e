import { FetchStall } from './bus-fault.js';
import type { Cpu, CpuStop } from './cpu.js';
import { InternalError } from './errors.js';
import type { Scheduler } from './scheduler.js';
import type { Timebase } from './time.js';

/** What happens when the bus waits for a memory. */

/** The bus waits in the middle of an instruction: time passes, and what is due happens at its instant. */
export function stallWhile(waiting: () => boolean, timebase: Timebase, scheduler: Scheduler, guard: () => void): void {
  timebase.settle();
  while (waiting()) {
    const { next } = scheduler;
    if (next === Number.POSITIVE_INFINITY) throw new InternalError({ what: 'the bus waits, and nothing will end it' });
    timebase.advanceTo(next);
    scheduler.fireDue();
    guard();
  }
}

/** A core that comes to code in a busy memory stops before it: the run loop sees that in its next turn. */
export function runUnlessStalled(cpu: Cpu): CpuStop {
  try {
    return cpu.run();
  } catch (error) {
    return afterStall(error);
  }
}
export function stepUnlessStalled(cpu: Cpu): void {
  try {
    cpu.step();
  } catch (error) {
    afterStall(error);
  }
}

function afterStall(error: unknown): CpuStop {
  if (error instanceof FetchStall) return 'slice';
  throw error;
}
