import type { DeviceType } from '../emu/device.js';
import type { DeviceRow, PlaceRow } from '../emu/device-row.js';
import type { MemoryRow } from '../emu/machine-description.js';
import { base64, fileBytes } from './file-bytes.js';
import { type Body, flatten, type Placement } from './flatten.js';
import type { Mistakes } from './mistakes.js';
import type { DeviceValue, Entry, MemoryValue, Model, PlacementValue } from './model.js';
import { sizeText } from './quantities.js';
import { meant } from './read.js';

/** Memories and where everything is seen. */

const SPACE = 2 ** 32;
/** Of all memories together: they lie in one WebAssembly memory, with what the engine needs. */
const MOST_MEMORY = 3 * 2 ** 30;
/**
 * What is filled or loaded takes memory of the host at once; zeros only where they are used. The engine reads and writes RAM without
 * asking anybody, so there is no first touch that could fill a page of it.
 */
const MOST_FILLED = 256 * 2 ** 20;

export interface MadeDevice {
  readonly entry: Entry<DeviceValue>;
  readonly made: DeviceType;
}

/** A range that only keeps others away: windows, bit-band aliases, absent blocks, what lies beside the core. */
export interface Blocked {
  readonly label: string;
  readonly where: string;
  readonly at: number;
  readonly size: number;
}

type Sort = 'memory' | 'device';
/** A memory and a device may have the same name, as flash and its interface. */
export const bodyKey = (sort: Sort, name: string): string => `${sort} ${name}`;

export class Space {
  readonly #mistakes: Mistakes;
  readonly #bodies = new Map<string, Body>();
  readonly #aliases = new Map<string, Placement>();
  readonly #placements: Placement[] = [];
  readonly #inCircle = new Set<string>();
  readonly #model: Model;

  constructor(model: Model, mistakes: Mistakes) {
    this.#model = model;
    this.#mistakes = mistakes;
  }

  /** Notes where a memory or device is to be seen. */
  addBody(
    sort: Sort,
    name: string,
    size: number,
    { value, where }: Entry<PlacementValue & { aliases?: number[] }>,
  ): void {
    const label = `${sort} '${name}'`;
    const body = bodyKey(sort, name);
    this.#bodies.set(body, { name: body, size });
    const base = { label, of: body, priority: value.priority ?? 0, in: this.#containerOf(value.in, where('in')) };
    const places =
      value.places ?? [value.at, ...(value.aliases ?? [])].flatMap((at) => (at === undefined ? [] : [{ at }]));
    for (const { at, offset = 0, size: part = size - offset } of places as {
      at: number;
      offset?: number;
      size?: number;
    }[]) {
      if (offset + part > size || part <= 0) {
        this.#mistakes.add(
          where('places'),
          `${label} has ${size} bytes; a part of ${part} from ${offset} is not in it`,
        );
      } else this.#place({ ...base, where: where('at'), at, offset, size: part });
    }
  }

  addAlias(name: string, { value, where }: Entry<MemoryValue>): void {
    const label = `alias '${name}'`;
    const of = value.of;
    const names = [...this.#model.memory.keys(), ...this.#model.devices.keys(), ...this.#model.containers.keys()];
    if (of === undefined || !names.includes(of)) {
      const what =
        of === undefined ? `${label} does not say what it shows` : `${label} shows '${of}', which there is not`;
      this.#mistakes.add(
        where(of === undefined ? 'kind' : 'of'),
        what,
        of === undefined ? 'give `of`: a memory or device' : meant(of, names),
      );
      return;
    }
    const offset = value.offset ?? 0;
    const shown = this.#keyOf(of);
    const target = this.#sizeOf(shown);
    const size = value.size ?? (target ?? 0) - offset;
    if (target !== undefined && (offset + size > target || size <= 0)) {
      const what = `${label} shows ${size} bytes from ${offset} of '${of}', which has ${target}`;
      this.#mistakes.add(where('size'), what, 'show a part that is in it');
      return;
    }
    const placement = {
      label,
      where: where('at'),
      of: shown,
      at: value.at ?? 0,
      offset,
      size,
      priority: value.priority ?? 0,
      in: this.#containerOf(value.in, where('in')),
    };
    this.#aliases.set(name, placement);
    if (value.at !== undefined) this.#place(placement);
  }

  addContainer(
    name: string,
    { value, where }: Entry<Model['containers'] extends Map<string, Entry<infer V>> ? V : never>,
  ): void {
    this.#checkCircle(name, where);
    if (value.at === undefined) return;
    const size = value.size ?? SPACE - value.at;
    this.#place({
      label: `container '${name}'`,
      where: where('at'),
      of: name,
      at: value.at,
      offset: 0,
      size,
      priority: value.priority ?? 0,
      in: this.#containerOf(value.in, where('in')),
    });
  }

  /** A container that lies in itself is seen nowhere. Each circle is told once, where its first container is. */
  #checkCircle(name: string, where: Entry<unknown>['where']): void {
    const { containers } = this.#model;
    const path = [name];
    for (let at = containers.get(name)?.value.in; at !== undefined; at = containers.get(at)?.value.in) {
      if (at === name && !path.some((one) => this.#inCircle.has(one))) {
        for (const one of path) this.#inCircle.add(one);
        const what = `container '${name}' lies in itself: ${[...path, at].join(' in ')}`;
        this.#mistakes.add(where('in'), what, 'put one of them into another container, or into none');
      }
      if (path.includes(at)) return;
      path.push(at);
    }
  }

  block({ label, where, at, size }: Blocked): void {
    this.#place({ label, where, of: undefined, at, offset: 0, size, priority: 0, in: undefined });
  }

  flatten(): ReadonlyMap<string, readonly PlaceRow[]> {
    const containers = new Map([...this.#model.containers].map(([name, { value }]) => [name, { size: value.size }]));
    const layout = { bodies: this.#bodies, aliases: this.#aliases, containers, placements: this.#placements };
    return flatten(layout, this.#mistakes);
  }

  /** A memory before a device of the same name. */
  #keyOf(name: string): string {
    const keys = (['memory', 'device'] as const).map((sort) => bodyKey(sort, name));
    return keys.find((key) => this.#bodies.has(key)) ?? name;
  }

  #sizeOf(name: string): number | undefined {
    const body = this.#bodies.get(name);
    return body?.size ?? this.#aliases.get(name)?.size ?? this.#model.containers.get(name)?.value.size;
  }

  #containerOf(name: string | undefined, where: string): string | undefined {
    if (name === undefined || this.#model.containers.has(name)) return name;
    this.#mistakes.add(where, `there is no container '${name}'`, meant(name, this.#model.containers.keys()));
    return undefined;
  }

  #place(placement: Placement): void {
    const { label, where, at, size } = placement;
    const hex = (value: number) => `0x${value.toString(16)}`;
    if (at % 4 !== 0) this.#mistakes.add(where, `${label} is at ${hex(at)}, which is no multiple of 4`, 'move it');
    else if (at + size > SPACE) {
      this.#mistakes.add(
        where,
        `${label} is at ${hex(at)} and ends at ${hex(at + size)}, beyond 4 GiB`,
        'addresses have 32 bits',
      );
    } else this.#placements.push(placement);
  }
}

/** A memory's row without its place; undefined if it cannot be one. */
export function memoryRow(
  name: string,
  entry: Entry<MemoryValue>,
  mistakes: Mistakes,
): Omit<MemoryRow, 'address'> | undefined {
  const { value, where } = entry;
  if (value.of !== undefined)
    mistakes.add(where('of'), `memory '${name}' is no alias, but says what it shows`, 'give kind: alias');
  if (value.size === undefined || value.size === 0 || value.size > MOST_MEMORY) {
    const what =
      value.size === undefined ? `memory '${name}' has no size` : `memory '${name}' cannot have ${value.size} bytes`;
    mistakes.add(where('size'), what, 'give 1 byte to 3 GiB: size: 128K');
    return undefined;
  }
  const { size, execute, dma, controller, rejectedWrites } = value;
  const kind = value.kind === 'flash' ? 'rom' : value.kind === 'rom' ? 'rom' : 'ram';
  const fill = value.fill ?? (value.kind === 'flash' ? 0xff : undefined);
  if (fill !== undefined && fill > 0xff)
    mistakes.add(where('fill'), `memory '${name}' cannot be filled with ${fill}`, 'give a byte');
  else if (fill && size > MOST_FILLED) {
    const what = `memory '${name}' has ${sizeText(size)}, too much to be filled with 0x${fill.toString(16)}`;
    const remedy =
      'fill 256M at most, since all of it is written at power-on: leave out `fill`, or fill a smaller memory beside it';
    mistakes.add(where('fill'), what, remedy);
  }
  const contents = contentsOf(name, entry, fill ?? 0, mistakes);
  const optional = { execute, dma, controller, rejectedWrites, fill, contents };
  return { kind, size, ...Object.fromEntries(Object.entries(optional).filter(([, one]) => one !== undefined)) };
}

function contentsOf(
  name: string,
  { value, where }: Entry<MemoryValue>,
  fill: number,
  mistakes: Mistakes,
): Uint8Array | undefined {
  if (value.bytes) return value.bytes;
  if (value.file !== undefined && value.contents !== undefined) {
    mistakes.add(where('file'), `memory '${name}' has contents and a file`, 'give one of them');
    return undefined;
  }
  if (value.file === undefined && value.contents === undefined) return undefined;
  const bytes =
    value.contents !== undefined
      ? base64(value.contents, where('contents'), mistakes)
      : fileBytes(value.file!, where('file'), mistakes);
  if (bytes === undefined) return undefined;
  const offset = value.fileOffset ?? 0;
  if (offset + bytes.length > value.size!) {
    mistakes.add(
      where('file'),
      `memory '${name}' has ${value.size} bytes; ${bytes.length} from ${offset} do not fit in`,
    );
    return undefined;
  }
  if (offset + bytes.length > MOST_FILLED) {
    const what = `memory '${name}' begins with ${sizeText(offset)} before its file, more than 256M`;
    mistakes.add(where('fileOffset'), what, 'put the file into a memory of its own at that address');
    return undefined;
  }
  if (offset === 0) return bytes;
  const all = new Uint8Array(offset + bytes.length).fill(fill);
  all.set(bytes, offset);
  return all;
}

/** Checks that all memories together are not too much. */
export function checkTotal(
  rows: Readonly<Record<string, { readonly size: number; readonly fill?: number }>>,
  where: string,
  mistakes: Mistakes,
): void {
  const total = Object.values(rows).reduce((sum, { size }) => sum + size, 0);
  if (total > MOST_MEMORY) mistakes.add(where, `the memories have ${total} bytes together`, 'give them 3 GiB at most');
  const filled = Object.values(rows).reduce((sum, { size, fill }) => sum + (fill ? size : 0), 0);
  if (filled > MOST_FILLED) {
    const what = `${sizeText(filled)} of memories are filled with other bytes than 0`;
    mistakes.add(where, what, 'fill 256M at most: flash is filled with 0xff unless fill: 0 says otherwise');
  }
}

/** Address, and places where they are not all of it once. */
export function placed(places: readonly PlaceRow[], size: number): Pick<DeviceRow, 'address' | 'places'> {
  const [only, ...others] = places;
  if (only && others.length === 0 && only.size === size) return { address: only.address };
  return { address: only?.address ?? 0, places };
}
