/** What firmware did in a stretch of tests: sums and differences of a machine's counts. */

import type { EngineMode } from '../emu/isa/engine-mode.js';
import { EXIT_CAUSES, type ExitCause } from '../emu/isa/engine-statistics.js';
import type { MachineStatistics } from '../emu/machine-statistics.js';

export interface RunStatistics extends MachineStatistics {
  /** Host ms inside the machine: runs, waits and what is looked at between them. */
  readonly hostMilliseconds: number;
  /** Engines that machines ran on. */
  readonly engines: readonly EngineMode[];
}

type Count = Exclude<keyof RunStatistics, 'exits' | 'engines'>;

const NO_COUNTS: Readonly<Record<Count, number>> = {
  instructions: 0,
  hotInstructions: 0,
  cycles: 0,
  nanoseconds: 0,
  hostMilliseconds: 0,
  regions: 0,
  reused: 0,
  compiledInstructions: 0,
  compiledBytes: 0,
  compileMilliseconds: 0,
};
const COUNTS = Object.keys(NO_COUNTS) as Count[];

const recordOf = <K extends string>(keys: readonly K[], value: (key: K) => number) =>
  Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, number>;

export const NOTHING: RunStatistics = { ...NO_COUNTS, exits: recordOf(EXIT_CAUSES, () => 0), engines: [] };

function combined(
  a: RunStatistics,
  b: RunStatistics,
  combine: (a: number, b: number) => number,
): Omit<RunStatistics, 'engines'> {
  return {
    ...recordOf(COUNTS, (name) => combine(a[name], b[name])),
    exits: recordOf<ExitCause>(EXIT_CAUSES, (cause) => combine(a.exits[cause], b.exits[cause])),
  };
}

export function sumOf(all: readonly RunStatistics[]): RunStatistics {
  return all.reduce(
    (sum, one) => ({
      ...combined(sum, one, (a, b) => a + b),
      engines: [...new Set([...sum.engines, ...one.engines])],
    }),
    NOTHING,
  );
}

/** What was done between two looks at one machine. */
export function since(before: RunStatistics, after: RunStatistics): RunStatistics {
  return { ...combined(before, after, (a, b) => b - a), engines: after.engines };
}

/** What a test tells the main process about itself. */
export interface StatisticsMeta {
  fwtestStatistics?: RunStatistics;
}

/** A retried test counts as often as it ran. */
export function noteStatistics(meta: StatisticsMeta, counted: RunStatistics): void {
  meta.fwtestStatistics = sumOf(meta.fwtestStatistics ? [meta.fwtestStatistics, counted] : [counted]);
}
