/** What a handle shows, as JSON. */

import { exact } from './values.js';

const DEEPEST = 6;
const MOST = 10_000;

/** Plain data of a value; undefined for what is none (functions, registers). Large and deep ones are cut. */
export function dataOf(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint' || Number.isInteger(value)) return exact(value as number | bigint);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || depth >= DEEPEST) return undefined;
  if (value instanceof Uint8Array) return { base64: Buffer.from(value.subarray(0, 1 << 20)).toString('base64') };
  if (ArrayBuffer.isView(value)) return dataOf([...(value as unknown as Iterable<unknown>)], depth);
  if (Array.isArray(value)) return value.slice(0, MOST).map((one) => dataOf(one, depth + 1) ?? null);
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  const entries = Object.entries(value).slice(0, MOST);
  return Object.fromEntries(entries.flatMap(([key, one]) => entryOf(key, dataOf(one, depth + 1))));
}

const entryOf = (key: string, data: unknown): [string, unknown][] => (data === undefined ? [] : [[key, data]]);
