import { UsageError } from '../emu/errors.js';
import type { Where } from './model.js';
import { MOST_OF_A_SORT } from './schema.js';

/** How many things a machine can have: the engine keeps the state of all in tables of fixed size. */

/** Of wires, loaded contents and other lists. */
const MOST_OF_A_LIST = 4096;

/** Before anything looks at them one by one. @throws UsageError that names the group */
export function checkCounts(description: object, where: Where): void {
  for (const [key, group] of Object.entries(description)) {
    const isList = Array.isArray(group);
    if (!isList && (typeof group !== 'object' || group === null)) continue;
    const count = group instanceof Map ? group.size : Object.keys(group).length;
    const most = isList ? MOST_OF_A_LIST : MOST_OF_A_SORT;
    if (count <= most) continue;
    throw new UsageError({
      what: `the machine has ${count} ${key === 'memory' ? 'memories' : key}, more than ${most}`,
      where: where(key),
      remedy: 'leave out what the firmware does not use, or test with several machines (docs/several-boards.md)',
    });
  }
}
