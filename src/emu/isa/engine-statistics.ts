/** What engines are asked to count; the clock measures compile time, in milliseconds of the host. */
export interface StatisticsOptions {
  readonly clock: () => number;
}

/**
 * Why compiled code was left: the slice was over or too short for the longest path to the next check; an access that
 * it does not make itself; code that is not compiled, reached by a branch; an instruction that only the cold engine
 * executes, or a trap; a device that shortened the slice.
 */
export const EXIT_CAUSES = ['budget', 'access', 'target', 'instruction', 'event'] as const;
export type ExitCause = (typeof EXIT_CAUSES)[number];

export interface EngineStatistics {
  /** Instructions executed, by either engine. */
  readonly instructions: number;
  /** Of them, by compiled regions. */
  readonly hotInstructions: number;
  readonly regions: number;
  /** Regions of them that another machine of the process had compiled. */
  readonly reused: number;
  /** Instructions in all regions, and the bytes of their WebAssembly. */
  readonly compiledInstructions: number;
  readonly compiledBytes: number;
  readonly compileMilliseconds: number;
  /** How often compiled code was left. */
  readonly exits: Readonly<Record<ExitCause, number>>;
}
