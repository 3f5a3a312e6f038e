import type { StatisticsOptions } from './engine-statistics.js';

/** Which engine runs: `auto` compiles what proves hot, `hot` all it can, `cold` nothing. Results are the same. */
export type EngineMode = 'auto' | 'cold' | 'hot';

/** What cycles are: `part` as on silicon, pipeline, wait states and buses; `ideal` by the manual's table alone. */
export type TimingModel = 'part' | 'ideal';

/** How a core's engines run. */
export interface EngineOptions {
  readonly mode: EngineMode;
  /** `part` where it is not given. */
  readonly timing?: TimingModel | undefined;
  /** Where the bytes of the engine's memory begin that a core with paging asked for (PAGING_ROOM). */
  readonly room?: number | undefined;
  /** Where the chunks of decoded code begin of one of several cores; at CHUNKS_BASE unless given. */
  readonly chunks?: number | undefined;
  /** Counts what is executed and left, which costs speed. */
  readonly statistics?: StatisticsOptions | undefined;
}

let mode: EngineMode = 'auto';

/** What machines use that are not told otherwise. */
export function defaultEngine(): EngineMode {
  return mode;
}
export function setDefaultEngine(engine: EngineMode): void {
  mode = engine;
}
