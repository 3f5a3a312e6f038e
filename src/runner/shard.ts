/** Parts of the test files, as pipelines run them side by side: a project may have fewer files than parts. */

import { UsageError } from '../emu/errors.js';

/** vitest's plugin hook, as far as it is used here. */
interface Configured {
  readonly vitest: { readonly config: { passWithNoTests?: boolean } };
}

/** A surplus shard is no error, unlike in vitest, which refuses more shards than test files. */
export interface SurplusShards {
  readonly plugin: { readonly name: string; configureVitest(context: Configured): void };
  /** Whether the user wants runs without any test file to pass. */
  readonly emptyRunPasses: boolean;
}

/**
 * Refuses what is no `index/count`.
 * @throws UsageError
 */
export function checkShard(shard: string, watching: boolean): void {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(shard) ?? [];
  const where = '--shard';
  if (count === undefined || Number(index) < 1 || Number(index) > Number(count)) {
    const remedy = 'give <index>/<count>, with the index from 1 to the count: --shard=1/2 and --shard=2/2';
    throw new UsageError({ what: `${JSON.stringify(shard)} is not a shard`, where, remedy });
  }
  if (watching) throw new UsageError({ what: 'a watching run has no shards', where, remedy: 'use `fwtest run`' });
}

/** Lets vitest take a shard without files; the run's own wish about empty runs is kept aside. */
export function surplusShards(): SurplusShards {
  let wanted: boolean | undefined;
  return {
    plugin: {
      name: 'fwtest:surplus-shards',
      configureVitest({ vitest: { config } }) {
        // vitest calls this once for each project.
        wanted ??= config.passWithNoTests === true;
        config.passWithNoTests = true;
      },
    },
    get emptyRunPasses() {
      return wanted === true;
    },
  };
}
