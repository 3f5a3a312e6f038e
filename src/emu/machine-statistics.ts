import type { EngineStatistics } from './isa/engine-statistics.js';

/** What a machine did since it was made; restoring a snapshot takes nothing of it away. */
export interface MachineStatistics extends EngineStatistics {
  /** Of the CPU clock, asleep or not. */
  readonly cycles: number;
  /** Machine time, in ns. */
  readonly nanoseconds: number;
}
