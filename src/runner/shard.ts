/** Parts of the test files, as pipelines run them side by side: a project may have fewer files than parts. */

import { UsageError } from '../emu/errors.js';

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
