import { isDeepStrictEqual } from 'node:util';
import { kindNamed } from './kinds/index.js';
import { type AnyKind, type OptionValues, originOf } from './kinds/kind.js';
import { optionSchemas } from './kinds/option-schemas.js';
import { zod } from './libraries.js';
import { KINDS, type KindList, type Kinds } from './make-things.js';
import { Mistakes } from './mistakes.js';
import type { Entry, MemoryValue, Model, Named, Thing } from './model.js';
import type { RawMachine } from './schema.js';

/** A model as a description that loads to the same machine. */
export function rawOf(model: Model, kinds: Kinds = KINDS): RawMachine {
  const mistakes = new Mistakes();
  const thing = (list: KindList) => (name: string, entry: Entry<Thing<object>>) =>
    thingOf(kinds[list], list, name, entry, mistakes);
  const raw: RawMachine = {
    name: model.name,
    machine: 'none',
    deviceFiles: listed(model.deviceFiles),
    cpus: mapped(model.cpus, (name, entry) => ({
      ...thing('cpus')(name, entry),
      ...defined({ clock: entry.value.clock, count: entry.value.count }),
    })),
    clocks: mapped(model.clocks, (_, { value }) => (value.from === undefined ? value.hertz! : value)),
    memory: mapped(model.memory, (_, { value }) => memoryOf(value)),
    containers: mapped(model.containers, (_, { value }) => value),
    windows: mapped(model.windows, (_, { value }) => value),
    bitBands: listed(model.bitBands.map(({ value }) => value)),
    devices: mapped(model.devices, (name, entry) => {
      const { type, options: _options, made: _made, ...row } = entry.value;
      const { type: _type, ...own } = thing('devices')(name, entry);
      return { type: kindNamed<AnyKind>(kinds.devices, type)?.type ?? type, ...defined(pick(row)), ...own };
    }),
    parts: mapped(model.parts, thing('parts')),
    wires: listed(model.wires.map(({ value }) => value)),
    absent: mapped(model.absent, (_, { value }) => value),
    contents: listed(
      model.contents.map(({ value: { at, bytes } }) => ({ at, contents: Buffer.from(bytes).toString('base64') })),
    ),
    pinNames: mapped(model.pinNames, (_, { value }) => value),
    sharedIrqs: listed([...model.sharedIrqs]),
    bridges: model.bridges?.value,
    timing: model.timing,
    images: listed(model.images.map(({ value }) => value)),
    boot: model.boot && defined(model.boot.value),
    semihosting: model.semihosting && defined(model.semihosting),
  };
  mistakes.check();
  return defined(raw) as RawMachine;
}

const ROW_KEYS = ['at', 'in', 'priority', 'places', 'irq', 'clock', 'enable', 'reset', 'wires', 'privileged'] as const;
const pick = (row: Readonly<Record<string, unknown>>) => Object.fromEntries(ROW_KEYS.map((key) => [key, row[key]]));

/** Without what is undefined. */
export function defined(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

function mapped<T, R>(map: Named<T>, convert: (name: string, entry: Entry<T>) => R): Record<string, R> | undefined {
  if (map.size === 0) return undefined;
  return Object.fromEntries([...map].map(([name, entry]) => [name, convert(name, entry)]));
}
const listed = <T>(list: readonly T[]): T[] | undefined => (list.length === 0 ? undefined : [...list]);

/** In an order of its own, whoever made it. */
function memoryOf({
  bytes,
  kind,
  at,
  size,
  fill,
  execute,
  dma,
  controller,
  ...value
}: MemoryValue): NonNullable<RawMachine['memory']>[string] {
  const contents = bytes && Buffer.from(bytes).toString('base64');
  return {
    ...defined({ kind, at, size, fill, execute, dma, controller }),
    ...value,
    ...(contents !== undefined && { contents }),
  };
}

/** Type and options; those that its name says already are left out. */
function thingOf(
  kinds: ReadonlyMap<string, AnyKind>,
  list: string,
  name: string,
  { value, where }: Entry<Thing<object>>,
  mistakes: Mistakes,
): { type: string } & Record<string, unknown> {
  const kind = kindNamed(kinds, value.type);
  if (kind === undefined || (value.made !== undefined && originOf(value.made) === undefined)) {
    mistakes.add(
      where(),
      `'${name}' is of a board's own code, which a file cannot say`,
      `name the module that defines it: --device-file (${list})`,
    );
    return { type: value.type };
  }
  if (kind.free) return { type: kind.type, ...value.options };
  const { z } = zod();
  const shape = kind.shape?.(optionSchemas(z, '.')) ?? {};
  const names = Object.keys(shape);
  const implied = kind.fromName?.(name) ?? {};
  // What was written as text is read as what it means.
  const read = value.made === undefined ? z.object(shape).partial().safeParse(value.options) : undefined;
  const given: OptionValues = read?.success ? read.data : value.options;
  const options = names
    .filter((option) => given[option] !== undefined && !isDeepStrictEqual(implied[option], given[option]))
    .map((option) => [option, plain(given[option])]);
  return { type: kind.type, ...Object.fromEntries(options) };
}

const plain = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
