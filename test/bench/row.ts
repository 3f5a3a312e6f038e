import type { BenchResult } from './result.js';

/** What a row's measurement may use. */
export interface BenchContext {
  /** Says what is being measured, for people who wait. */
  progress(what: string): void;
}

/** One line of the benchmark. */
export interface BenchRow {
  readonly name: string;
  /** Why it cannot be measured here, or undefined. */
  skip?(): string | undefined;
  measure(context: BenchContext): BenchResult | Promise<BenchResult>;
}
