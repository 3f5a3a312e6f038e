import { UsageError } from '../emu/errors.js';
import type { Where } from './model.js';
import { MOST_OF_A_SORT } from './schema.js';

/** How many things a machine can have: the engine keeps the state of all in tables of fixed size. */

/** Of wires, loaded contents, options and whatever else lies in one collection. */
const MOST_OF_A_LIST = 4096;
/** Of all that a description says: the largest board of the package says about 2,000 things. */
const MOST_OF_ALL = 100_000;

/** Collections in each other; one that lies in itself has no end. */
const MOST_DEPTH = 64;

type Path = readonly (string | number)[];

/** Before anything looks at them one by one. @throws UsageError that names the group */
export function checkCounts(description: object, where: Where): void {
  for (const [key, group] of Object.entries(description)) {
    if (typeof group !== 'object' || group === null || Array.isArray(group)) continue;
    const count = group instanceof Map ? group.size : Object.keys(group).length;
    if (count > MOST_OF_A_SORT) tooMany(count, key === 'memory' ? 'memories' : key, MOST_OF_A_SORT, where(key));
  }
}

/**
 * The same for all that lies in a description, however deep: much of what is done with a list takes the square of its length.
 * @throws UsageError that names the collection
 */
export function checkSizes(description: object, where: Where): void {
  checkCounts(description, where);
  const open: { readonly value: object; readonly path: Path }[] = [{ value: description, path: [] }];
  let all = 0;
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { value, path } = one;
    if (path.length > MOST_DEPTH) {
      const what = `'${path[0]}' lies in itself, or collections more than ${MOST_DEPTH} deep in each other`;
      throw new UsageError({ what, where: where(path[0]!), remedy: 'write it flatter' });
    }
    const keys = Object.keys(value);
    const called = path.length === 0 ? 'keys' : `entries in '${path.join('.')}'`;
    if (keys.length > MOST_OF_A_LIST) tooMany(keys.length, called, MOST_OF_A_LIST, where(...path));
    all += keys.length;
    if (all > MOST_OF_ALL) tooMany(all, 'values', MOST_OF_ALL, where());
    for (const key of keys) {
      const inner = (value as Readonly<Record<string, unknown>>)[key];
      if (typeof inner !== 'object' || inner === null || ArrayBuffer.isView(inner)) continue;
      open.push({ value: inner, path: [...path, Array.isArray(value) ? Number(key) : key] });
    }
  }
}

function tooMany(count: number, what: string, most: number, where: string): never {
  throw new UsageError({
    what: `the machine has ${count} ${what}, more than ${most}`,
    where,
    remedy: 'leave out what the firmware does not use, or test with several machines (docs/several-boards.md)',
  });
}
