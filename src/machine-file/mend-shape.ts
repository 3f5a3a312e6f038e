import type { z as Zod } from 'zod';
import { closest } from '../emu/spelling.js';
import type { Mistakes } from './mistakes.js';
import type { Where } from './model.js';

/**
 * What of a description has the right shape where not all of it has: so that what is wrong with its shape does not hide what is wrong
 * besides.
 */

type Issue = Zod.core.$ZodIssue;
type Path = readonly (string | number)[];
type Values = Record<string, unknown>;

/** Without them nothing that follows would make sense. */
const NEEDED = ['board', 'machine', 'cpus', 'options'];
/** In place of a CPU whose shape is wrong: it is one that cannot be made, which is known to hide what depends on it. */
const NO_CPU = { type: 'cpu-that-is-wrong', clock: 1e6 };

export interface Mended {
  readonly raw: unknown;
  /** As that of the whole, for what was kept. */
  readonly where: Where;
}

/**
 * The description without what the issues are about. What was left out is named to `mistakes`, which then says nothing of what it brings
 * about.
 * @returns undefined if there is nothing to go on with
 */
export function mended(raw: unknown, issues: readonly Issue[], where: Where, mistakes: Mistakes): Mended | undefined {
  const paths = issues.flatMap(pathsOf);
  if (!isGroup(raw) || Array.isArray(raw) || paths.some((path) => isNeeded(path, raw))) return undefined;
  const result: Values = { ...raw };
  /** By list: the positions that its remaining members had. */
  const kept = new Map<string, readonly number[]>();
  for (const [key, wrong] of byHead(paths)) {
    const group = (raw as Values)[key];
    const members = new Set(wrong.map(([, member]) => member));
    if (!isGroup(group) || members.has(undefined)) {
      if (isGroup(group)) for (const name of Object.keys(group)) mistakes.silence(name);
      delete result[key];
    } else if (Array.isArray(group)) {
      const rest = [...group.keys()].filter((i) => !members.has(i));
      kept.set(key, rest);
      result[key] = rest.map((i) => group[i] as unknown);
    } else {
      for (const name of members) mistakes.silence(String(name));
      const rest = Object.entries(group).filter(([name]) => key === 'cpus' || !members.has(name));
      result[key] = Object.fromEntries(
        rest.map(([name, one]) => [name, members.has(name) ? NO_CPU : (one as unknown)]),
      );
    }
  }
  return { raw: result, where: (...path) => where(...original(path, kept)) };
}

function byHead(paths: readonly Path[]): ReadonlyMap<string, Path[]> {
  const groups = new Map<string, Path[]>();
  for (const path of paths) {
    const known = groups.get(String(path[0]));
    if (known) known.push(path);
    else groups.set(String(path[0]), [path]);
  }
  return groups;
}

const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What an issue is about: unknown keys one by one. */
function pathsOf(issue: Issue): Path[] {
  const path = issue.path as (string | number)[];
  return issue.code === 'unrecognized_keys' && path.length === 0 ? issue.keys.map((key) => [key]) : [path];
}

/** Something that everything else rests on, perhaps misspelt. */
function isNeeded([head, member]: Path, all: object): boolean {
  if (head === 'cpus' && member !== undefined) return false;
  if (head === undefined || NEEDED.includes(String(head))) return true;
  const meant = closest(String(head), [...NEEDED, 'memory'])[0];
  return meant !== undefined && NEEDED.includes(meant) && !Object.hasOwn(all, meant);
}

function original(path: Path, kept: ReadonlyMap<string, readonly number[]>): Path {
  const [head, index, ...rest] = path;
  const positions = typeof index === 'number' ? kept.get(String(head)) : undefined;
  return positions === undefined ? path : [head!, positions[index as number] ?? (index as number), ...rest];
}
