/** A user's own TypeScript: boards, devices and parts, loaded through Vite only when asked for. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeviceType } from '../emu/device.js';
import { UsageError } from '../emu/errors.js';
import type { PartType } from '../emu/part.js';
import { type DeviceKind, deviceKind, hasKind, type PartKind, partKind } from '../machine-file/kinds/kind.js';
import type { Kinds } from '../machine-file/make-things.js';
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
const isDevice = (value: unknown): value is DeviceType =>
  isObject(value) && 'size' in value && 'holes' in value && 'state' in value;
const isPart = (value: unknown): value is PartType =>
  isObject(value) && 'kind' in value && typeof value['kind'] === 'string' && 'setup' in value;

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

/** The kinds with those of modules besides: devices, parts, and functions that make them from an object of options. */
export async function kindsOfModules(paths: readonly string[], kinds: Kinds): Promise<Kinds> {
  if (paths.length === 0) return kinds;
  const devices = new Map(kinds.devices);
  const parts = new Map(kinds.parts);
  for (const path of paths) {
    const found = Object.entries(await load(path)).flatMap(([name, value]) => kindsOf(name, value, path));
    if (found.length === 0) {
      throw new UsageError({
        what: 'the module exports no device and no part',
        where: path,
        remedy: 'export const myDevice = defineDevice({ … })',
      });
    }
    for (const { name, device, part } of found) {
      if (device) devices.set(name, device);
      if (part) parts.set(name, part);
    }
  }
  return { ...kinds, devices, parts };
}

interface Found {
  readonly name: string;
  readonly device?: DeviceKind;
  readonly part?: PartKind;
}

/** A module's export is known by its own name, and by that of the device. */
function kindsOf(exportName: string, value: unknown, path: string): Found[] {
  const names = (own?: string) =>
    [...new Set([exportName, own ?? exportName, kebab(exportName)])].filter((one) => one !== 'default');
  const summary = `from ${basename(path)}`;
  if (hasKind(value)) return [];
  if (isDevice(value)) {
    return names(value.name).map((name) => ({ name, device: deviceKind({ type: name, summary }, () => value).kind }));
  }
  if (isPart(value))
    return names(value['kind']).map((name) => ({ name, part: partKind({ type: name, summary }, () => value).kind }));
  if (typeof value !== 'function' || /^[A-Z]/.test(exportName)) return [];
  const free = { summary, takes: ['...'], free: true };
  const make = value as (options: object) => unknown;
  const whichever = names();
  return whichever.map((name) => ({
    name,
    device: deviceKind({ ...free, type: name }, (options: object) => checked(make(options), isDevice, exportName, path))
      .kind,
    part: partKind({ ...free, type: name }, (options: object) => checked(make(options), isPart, exportName, path)).kind,
  }));
}

function checked<T>(value: unknown, isIt: (value: unknown) => value is T, name: string, path: string): T {
  if (isIt(value)) return value;
  throw new UsageError({
    what: `${name}() gave neither a device nor a part of the sort that was asked for`,
    where: path,
  });
}

const kebab = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
