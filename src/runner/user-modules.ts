/** A user's own TypeScript: boards, devices and parts, loaded through Vite only when asked for. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../emu/errors.js';
import type { Source } from '../machine-file/load-yaml.js';
import type { Kinds } from '../machine-file/make-things.js';
import { withExports } from '../machine-file/user-kinds.js';
import type { AnyBoard } from './station.js';

type Exports = Readonly<Record<string, unknown>>;

/** @throws UsageError when it cannot be loaded: the module's own error is said */
async function load(path: string): Promise<Exports> {
  if (!existsSync(path)) {
    throw new UsageError({ what: 'the module does not exist', where: path, remedy: 'correct the path' });
  }
  try {
    if (/\.[cm]?js$/i.test(path)) return (await import(pathToFileURL(path).href)) as Exports;
    return await throughVite(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const what = `the module cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
    throw new UsageError({ what, where: path, remedy: 'mend it; `npx tsc --noEmit` says more' }, { cause: error });
  }
}

/** Vite comes with vitest, from whose folder it is found. */
async function throughVite(path: string): Promise<Exports> {
  const vitest = createRequire(import.meta.url).resolve('vitest/package.json');
  const vite = createRequire(vitest).resolve('vite');
  const { runnerImport } = (await import(pathToFileURL(vite).href)) as typeof import('vite');
  const settings = { root: dirname(path), configFile: false as const, logLevel: 'silent' as const };
  return (await runnerImport<Exports>(path, settings)).module;
}

const isObject = (value: unknown): value is Exports =>
  (typeof value === 'object' || typeof value === 'function') && value !== null;
const isBoard = (value: unknown): value is AnyBoard => isObject(value) && 'chip' in value && 'createMachine' in value;

/** The board that a module exports: as default, or the only one. */
export async function boardOfModule(path: string): Promise<AnyBoard> {
  const exported = await load(path);
  const boards = Object.entries(exported).filter((entry): entry is [string, AnyBoard] => isBoard(entry[1]));
  const main = boards.find(([name]) => name === 'default') ?? boards[0];
  if (main && (boards.length === 1 || main[0] === 'default')) return main[1];
  const what =
    boards.length === 0
      ? 'the module exports no board'
      : `the module exports ${boards.length} boards: ${boards.map(([name]) => name).join(', ')}`;
  throw new UsageError({
    what,
    where: path,
    remedy: boards.length === 0 ? 'export const board = defineBoard({ … })' : 'export one of them',
  });
}

/** The kinds with those of modules besides. */
export async function kindsOfModules(paths: readonly string[], kinds: Kinds): Promise<Kinds> {
  let all = kinds;
  for (const path of paths) all = withExports(all, await load(path), path);
  return all;
}

/** Modules that files name, relative to each. */
export function deviceFilesOf(files: readonly Source[]): string[] {
  return files.flatMap(({ raw, folder, where }) => {
    const named = typeof raw === 'object' && raw !== null && 'deviceFiles' in raw ? raw.deviceFiles : [];
    if (!Array.isArray(named)) return [];
    return named.map((path, i) => {
      if (typeof path === 'string') return resolve(folder, path);
      throw new UsageError({
        what: 'a device file is no path',
        where: where('deviceFiles', i),
        remedy: 'give ./my-device.ts',
      });
    });
  });
}
