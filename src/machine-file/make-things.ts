import type { CpuType } from '../emu/cpu.js';
import type { DeviceType } from '../emu/device.js';
import type { PartType } from '../emu/part.js';
import { CPUS, closestKind, DEVICES, kindNamed, PARTS } from './kinds/index.js';
import type { AnyKind, CpuKind, DeviceKind, OptionValues, PartKind } from './kinds/kind.js';
import { type OptionSchemas, optionSchemas } from './kinds/option-schemas.js';
import { zod } from './libraries.js';
import type { Mistakes } from './mistakes.js';
import type { Entry, Thing, Where } from './model.js';
import { descriptionAt, meant, noteIssues } from './read.js';
import { CPU_KEYS, DEVICE_KEYS } from './schema.js';

/** Devices, parts and CPUs from their types and options. Types of a user's own files come before those of the package. */

export interface Kinds {
  readonly devices: ReadonlyMap<string, DeviceKind>;
  readonly parts: ReadonlyMap<string, PartKind>;
  readonly cpus: ReadonlyMap<string, CpuKind>;
  /** Types of a user's own devices that are a `compatible` of devicetrees. */
  readonly compatibles?: ReadonlySet<string>;
}
export type KindList = 'devices' | 'parts' | 'cpus';
export const KINDS: Kinds = { devices: DEVICES, parts: PARTS, cpus: CPUS };

const ROW_KEYS = new Map<KindList, readonly string[]>([
  ['devices', DEVICE_KEYS],
  ['cpus', CPU_KEYS],
]);
const LISTS = { devices: 'device', parts: 'part', cpus: 'CPU' } as const;

export interface Made<M, K> {
  readonly made: M;
  /** Undefined for those of a board's own code. */
  readonly kind: K | undefined;
  readonly options: OptionValues;
}

/** What options are made of, once: a schema compiles itself when it is first asked, which takes longer than the question. */
let schemas: OptionSchemas | undefined;
const shapes = new WeakMap<AnyKind, ReturnType<typeof strictShape>>();

function strictShape(kind: AnyKind) {
  const { z } = zod();
  schemas ??= optionSchemas(z, '.');
  return z.strictObject(kind.shape?.(schemas) ?? {});
}

function shapeOf(kind: AnyKind): ReturnType<typeof strictShape> {
  const known = shapes.get(kind) ?? strictShape(kind);
  shapes.set(kind, known);
  return known;
}

export class Makers {
  readonly #kinds: Kinds;
  readonly #mistakes: Mistakes;

  constructor(kinds: Kinds, mistakes: Mistakes) {
    this.#kinds = kinds;
    this.#mistakes = mistakes;
  }

  partKind(type: string): PartKind | undefined {
    return kindNamed(this.#kinds.parts, type);
  }
  cpuKind(type: string): CpuKind | undefined {
    return kindNamed(this.#kinds.cpus, type);
  }
  device(name: string, entry: Entry<Thing<DeviceType>>): Made<DeviceType, DeviceKind> | undefined {
    return this.#make('devices', this.#kinds.devices, name, entry);
  }
  part(name: string, entry: Entry<Thing<PartType>>): Made<PartType, PartKind> | undefined {
    return this.#make('parts', this.#kinds.parts, name, entry);
  }
  cpu(name: string, entry: Entry<Thing<CpuType>>, more: OptionValues = {}): Made<CpuType, CpuKind> | undefined {
    const { value, where } = entry;
    const options = { ...more, ...value.options };
    return this.#make('cpus', this.#kinds.cpus, name, { value: { ...value, options }, where });
  }

  #make<M extends object, K extends AnyKind>(
    list: KindList,
    kinds: ReadonlyMap<string, K>,
    name: string,
    { value, where }: Entry<Thing<M>>,
  ): Made<M, K> | undefined {
    const kind = kindNamed(kinds, value.type);
    if (value.made !== undefined) return { made: value.made, kind, options: value.options };
    if (kind === undefined) {
      const near = closestKind(kinds, value.type);
      const remedy = near ? `did you mean '${near}'?` : `\`fwtest ${list}\` lists them`;
      this.#mistakes.add(
        where('type'),
        `${name}: there is no ${LISTS[list]} type '${value.type}'${this.#elsewhere(list, value.type)}`,
        remedy,
      );
      return undefined;
    }
    const options = this.#options(list, kind, name, value.options, where);
    const made = options && this.#mistakes.guard(where(), () => kind.make(options) as M);
    return made && { made, kind, options: options! };
  }

  /** A device among the parts, or a part among the devices. */
  #elsewhere(list: KindList, type: string): string {
    const other = list === 'devices' ? 'parts' : 'devices';
    return list !== 'cpus' && kindNamed<AnyKind>(this.#kinds[other], type) ? `; it is a ${LISTS[other]}` : '';
  }

  #options(list: KindList, kind: AnyKind, name: string, given: OptionValues, where: Where): OptionValues | undefined {
    const all = { ...kind.fromName?.(name), ...given };
    if (kind.free) return all;
    const schema = shapeOf(kind);
    const result = schema.safeParse(all, { reportInput: true });
    if (result.success)
      return Object.fromEntries(Object.entries(result.data).filter(([, value]) => value !== undefined));
    const before = this.#mistakes.count;
    const names = Object.keys(schema.shape);
    const keys = [...names, ...(ROW_KEYS.get(list) ?? [])];
    const said = (path: readonly PropertyKey[]) => descriptionAt(schema, path);
    noteIssues(result.error.issues, where, this.#mistakes, { keys: () => keys, said, word: 'option' });
    if (this.#mistakes.count === before)
      this.#mistakes.add(where(), `the options of ${name} are wrong`, meant('', names));
    return undefined;
  }
}
