import { basename } from 'node:path';
import type { DeviceType } from '../emu/device.js';
import { UsageError } from '../emu/errors.js';
import type { PartType } from '../emu/part.js';
import { type DeviceKind, deviceKind, hasKind, type PartKind, partKind } from './kinds/kind.js';
import type { Kinds } from './make-things.js';

/** Devices and parts of a user's own modules, as kinds that files can name. */

type Exports = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Exports =>
  (typeof value === 'object' || typeof value === 'function') && value !== null;
const isDevice = (value: unknown): value is DeviceType =>
  isObject(value) && 'size' in value && 'holes' in value && 'state' in value;
const isPart = (value: unknown): value is PartType =>
  isObject(value) && 'kind' in value && typeof value['kind'] === 'string' && 'setup' in value;

/** The kinds with those of a module besides: devices, parts, and functions that make them from an object of options. */
export function withExports(kinds: Kinds, exported: Exports, path: string): Kinds {
  const compatible = compatiblesOf(exported, path);
  const found = [...Object.entries(exported), ...compatible].flatMap(([name, value]) => kindsOf(name, value, path));
  if (found.length === 0) {
    const remedy = 'export const myDevice = defineDevice({ … })';
    throw new UsageError({ what: 'the module exports no device and no part', where: path, remedy });
  }
  const devices = new Map(kinds.devices);
  const parts = new Map(kinds.parts);
  for (const { name, device, part } of found) {
    if (device) devices.set(name, device);
    if (part) parts.set(name, part);
  }
  const compatibles = new Set([...(kinds.compatibles ?? []), ...compatible.map(([name]) => name)]);
  return { ...kinds, devices, parts, compatibles };
}

/** `export const compatible = { 'acme,thing': thing }`: the devices that nodes of a devicetree are. */
function compatiblesOf({ compatible }: Exports, path: string): [string, unknown][] {
  if (compatible === undefined || isDevice(compatible) || isPart(compatible)) return [];
  const entries = isObject(compatible) ? Object.entries(compatible) : [];
  if (entries.length > 0 && entries.every(([, one]) => isDevice(one) || typeof one === 'function')) return entries;
  const remedy = "export const compatible = { 'acme,thing': myDevice }";
  throw new UsageError({ what: "the export 'compatible' names no devices", where: path, remedy });
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
