import { resolve } from 'node:path';
import type { z as Zod } from 'zod';
import { closest } from '../emu/spelling.js';
import { base64, fileBytes } from './file-bytes.js';
import { wrongAddress } from './image-address.js';
import { CPUS, kindNamed } from './kinds/index.js';
import { zod } from './libraries.js';
import { checkSizes } from './limits.js';
import type { Source } from './load-yaml.js';
import { mended } from './mend-shape.js';
import type { Mistakes } from './mistakes.js';
import type { BootValue, CpuValue, ImageValue, Model, Named, Where } from './model.js';
import { parseInteger } from './quantities.js';
import { CPU_KEYS, DEVICE_KEYS, type MachineFile, machineSchema, PART_KEYS } from './schema.js';

/** From what was written to a model: shape first, then everything to its place. */

type Issue = Zod.core.$ZodIssue;
let schema: ReturnType<typeof machineSchema> | undefined;

export interface ReadFile {
  readonly file: MachineFile;
  readonly source: Source;
}

/** Checks the shape of a description. @returns what of it has the right shape; undefined if that is nothing to go on with */
export function readShape(source: Source, mistakes: Mistakes): ReadFile | undefined {
  const { raw, where } = source;
  for (const one of source.mistakes ?? []) mistakes.add(one.where, one.what, one.remedy);
  schema ??= machineSchema(zod().z);
  if (raw === null || raw === undefined) {
    mistakes.add(where(), 'the machine file is empty', 'start with: board: riscv-virt');
    return undefined;
  }
  if (typeof raw === 'object') checkSizes(raw, where);
  const result = schema.safeParse(raw, { reportInput: true });
  if (result.success) return { file: result.data, source };
  noteIssues(result.error.issues, where, mistakes, { keys: keysAt, said: (path) => descriptionAt(schema, path) });
  const rest = mended(raw, result.error.issues, where, mistakes);
  const again = rest && schema.safeParse(rest.raw);
  return again?.success ? { file: again.data, source: { ...source, ...rest } } : undefined;
}

/** What a schema can say at a path beside what is wrong there. */
interface Words {
  /** The keys that may stand there. */
  readonly keys: (path: readonly PropertyKey[]) => readonly string[];
  /** What belongs there. */
  readonly said: (path: readonly PropertyKey[]) => string | undefined;
  readonly word?: 'key' | 'option';
}

/** Turns what zod found into mistakes. */
export function noteIssues(issues: readonly Issue[], where: Where, mistakes: Mistakes, words: Words): void {
  const { keys, said, word = 'key' } = words;
  for (const issue of issues) {
    const path = issue.path as (string | number)[];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const names = keys(path);
        mistakes.add(where(...path, key), `there is no ${word} '${key}'${inside(path)}`, meant(key, names));
      }
    } else if (issue.code === 'invalid_union') noteUnion(issue, where, mistakes, words);
    else mistakes.add(where(...path), `${named(path)} ${worded(issue)}`, belongs(issue, said(path)));
  }
}

/** Of something that is missing or of another type: what belongs there. */
function belongs(issue: Issue, said: string | undefined): string | undefined {
  if (issue.code !== 'invalid_type' || said === undefined) return undefined;
  return `give '${String(issue.path.at(-1))}': ${said.replace(/^what it is: /, '')}`;
}

/** Of a union the branch that came furthest says what is wrong. */
function noteUnion(issue: Issue & { code: 'invalid_union' }, where: Where, mistakes: Mistakes, words: Words): void {
  const path = issue.path as (string | number)[];
  if (issue.input === undefined && 'input' in issue) {
    mistakes.add(where(...path), `${named(path)} is missing`, remedyOf(issue, words.said(path)));
    return;
  }
  const branches = issue.errors.map((one) => one.filter((inner) => inner.code === 'custom' || inner.path.length > 0));
  const best = branches.find((one) => one.length > 0);
  if (best === undefined) {
    mistakes.add(where(...path), `${named(path)} has a wrong value`, giveOne(issue));
    return;
  }
  const moved = best.map((inner) => ({ ...inner, path: [...path, ...inner.path] }) as Issue);
  noteIssues(moved, where, mistakes, { ...words, keys: () => [] });
}

const WORDS: Readonly<Record<string, string>> = {
  object: 'a group (key: value)',
  record: 'a group (key: value)',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
};
function giveOne(issue: Issue & { code: 'invalid_union' }): string | undefined {
  const expected = issue.errors.flatMap(([first]) => (first ? expectedBy(first as Issue) : []));
  return expected.length > 0 ? `give ${[...new Set(expected)].join(' or ')}` : undefined;
}

function remedyOf(issue: Issue & { code: 'invalid_union' }, said: string | undefined): string | undefined {
  return said === undefined ? giveOne(issue) : `give '${String(issue.path.at(-1))}': ${said}`;
}

function expectedBy(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [WORDS[issue.expected] ?? String(issue.expected)];
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union'
    ? issue.errors.flatMap(([first]) => (first ? expectedBy(first as Issue) : []))
    : [];
}

function worded(issue: Issue): string {
  if (issue.code === 'custom') return `is wrong: ${issue.message}`;
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_big') return `is too large: at most ${issue.maximum}${unitOf(issue.origin)}`;
  if (issue.code === 'too_small') return `is too small: at least ${issue.minimum}${unitOf(issue.origin)}`;
  return `is wrong: ${issue.message.replace(/^Invalid input: /, '')}`;
}

const unitOf = (origin: string): string => ({ string: ' characters', array: ' of them' })[origin] ?? '';

const named = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? 'the machine' : `'${path.map(String).join('.')}'`;
const inside = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? '' : ` in '${path.map(String).join('.')}'`;

export function meant(name: string, names: Iterable<string>): string | undefined {
  const all = [...names];
  const near = closest(name, all)[0];
  if (near !== undefined) return `did you mean '${near}'?`;
  return all.length > 0 && all.length <= 24 ? `there are ${all.join(', ')}` : undefined;
}

/** What is used of a schema here. */
interface SchemaNode {
  readonly description?: string | undefined;
  readonly def?: {
    readonly innerType?: SchemaNode;
    readonly shape?: Readonly<Record<string, SchemaNode>>;
    readonly valueType?: SchemaNode;
    readonly options?: readonly SchemaNode[];
  };
}

const unwrapped = (one: SchemaNode): SchemaNode =>
  one.def?.innerType === undefined ? one : unwrapped(one.def.innerType);

function schemaAt(whole: SchemaNode, path: readonly PropertyKey[]): SchemaNode {
  let at = whole;
  for (const key of path) {
    const { def } = unwrapped(at);
    at = (def?.shape && Object.hasOwn(def.shape, key) ? def.shape[String(key)] : def?.valueType) ?? {};
  }
  return at;
}

/** What a schema says of what lies at a path. */
export const descriptionAt = (whole: unknown, path: readonly PropertyKey[]): string | undefined =>
  schemaAt(whole as SchemaNode, path).description;

/** Names of the keys at a path of the schema, for suggestions. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const { def } = unwrapped(schemaAt(schema as unknown as SchemaNode, path));
  const objects = [def, ...(def?.options ?? []).map((one) => unwrapped(one).def)];
  return objects.flatMap((one) => Object.keys(one?.shape ?? {}));
}

/** What is left of a loose object without the keys that everything of its sort has. */
function optionsOf(
  value: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  folder: string,
): Record<string, unknown> {
  const own = Object.entries(value).filter(([key]) => !keys.includes(key));
  return Object.fromEntries(own.map(([key, one]) => [key, isFile(one) ? { file: resolve(folder, one.file) } : one]));
}

const isFile = (value: unknown): value is { readonly file: string } =>
  typeof value === 'object' && value !== null && 'file' in value && typeof value.file === 'string';

/** Puts what a description says into a model, over what is there. */
export function readInto(
  model: Model,
  file: MachineFile,
  { where, folder }: Pick<Source, 'where' | 'folder'>,
  mistakes: Mistakes,
): void {
  const below =
    (...head: (string | number)[]): Where =>
    (...path) =>
      where(...head, ...path);
  const put = <V, T>(
    into: Named<T>,
    key: keyof MachineFile,
    values: Record<string, V> | undefined,
    convert: (value: V) => T,
  ) => {
    for (const [name, value] of Object.entries(values ?? {})) {
      into.set(name, { value: convert(value), where: below(key, name) });
    }
  };
  // An empty one, of a command without flags, is no place for what is missing.
  if (Object.keys(file).length > 0 || model.whole() === model.name) model.whole = where;
  if (file.name !== undefined) model.name = file.name;
  for (const name of file.remove ?? []) remove(model, name, where('remove'), mistakes);
  // One of the name of a board's processor stands in its place; others are added.
  for (const [name, cpu] of Object.entries(file.cpus ?? {})) {
    const old = model.cpusOfBoard.delete(name) ? model.cpus.get(name)?.value : undefined;
    const value = inPlaceOf(old, { ...cpu, options: optionsOf(cpu, CPU_KEYS, folder) });
    model.cpus.set(name, { value, where: below('cpus', name) });
  }
  put(model.clocks, 'clocks', file.clocks, (clock) => (typeof clock === 'number' ? { hertz: clock } : clock));
  put(model.memory, 'memory', file.memory, (one) =>
    one.file === undefined ? one : { ...one, file: resolve(folder, one.file) },
  );
  put(model.containers, 'containers', file.containers, (one) => one);
  put(model.devices, 'devices', file.devices, (one) => ({ ...one, options: optionsOf(one, DEVICE_KEYS, folder) }));
  put(model.parts, 'parts', file.parts, (one) => ({ type: one.type, options: optionsOf(one, PART_KEYS, folder) }));
  put(model.windows, 'windows', file.windows, (one) => one);
  put(model.absent, 'absent', file.absent, (one) => one);
  for (const [i, value] of (file.wires ?? []).entries()) model.wires.push({ value, where: below('wires', i) });
  for (const [i, value] of (file.bitBands ?? []).entries()) model.bitBands.push({ value, where: below('bitBands', i) });
  for (const [i, value] of (file.contents ?? []).entries())
    readContents(model, value, below('contents', i), folder, mistakes);
  put(model.pinNames, 'pinNames', file.pinNames, (pin) => pin);
  for (const path of file.deviceFiles ?? []) model.deviceFiles.push(resolve(folder, path));
  for (const line of file.sharedIrqs ?? []) model.sharedIrqs.add(line);
  for (const [i, image] of (file.images ?? []).entries()) {
    const where = below('images', i);
    const value = imageOf(image, folder, where(), mistakes);
    if (value) model.images.push({ value, where });
  }
  if (file.bridges) model.bridges = { value: file.bridges, where: below('bridges') };
  if (file.timing) model.timing = file.timing;
  if (file.semihosting) {
    const { files } = file.semihosting;
    model.semihosting = { ...file.semihosting, ...(files !== undefined && { files: resolve(folder, files) }) };
  }
  if (file.boot) model.boot = { value: bootOf(file.boot, folder), where: below('boot') };
  for (const [key, value] of Object.entries(file.set ?? {})) set(model, key, value, where('set', key), mistakes);
}

function readContents(
  model: Model,
  { at, contents, file }: NonNullable<MachineFile['contents']>[number],
  where: Where,
  folder: string,
  mistakes: Mistakes,
): void {
  if ((contents === undefined) === (file === undefined)) {
    mistakes.add(where(), 'contents have either `contents` or `file`', 'give one of them');
    return;
  }
  const bytes =
    contents !== undefined
      ? base64(contents, where('contents'), mistakes)
      : fileBytes(resolve(folder, file!), where('file'), mistakes);
  if (bytes) model.contents.push({ value: { at, bytes }, where });
}

/** What a core is, as opposed to where it stands on its board. */
const OF_THE_CORE = ['xlen', 'isa', 'modes', 'mmu', 'pmpEntries', 'misaligned', 'monitor'];

/** Another processor of the same family on a board keeps what the board says: clock, addresses, interrupt lines. */
function inPlaceOf(old: CpuValue | undefined, cpu: CpuValue): CpuValue {
  const [was, is] = [old && kindNamed(CPUS, old.type), kindNamed(CPUS, cpu.type)];
  if (old === undefined || was === undefined || was.family !== is?.family) return cpu;
  const kept = Object.entries({ ...was.fromName?.(''), ...old.options }).filter(([key]) => !OF_THE_CORE.includes(key));
  return { ...cpu, clock: cpu.clock ?? old.clock, options: { ...Object.fromEntries(kept), ...cpu.options } };
}

/** `app.bin@0x8000_0000`, or the long form. */
function imageOf(
  image: NonNullable<MachineFile['images']>[number],
  folder: string,
  where: string,
  mistakes: Mistakes,
): ImageValue | undefined {
  if (typeof image !== 'string') return { ...image, file: resolve(folder, image.file) };
  const [, path, address] = /^(.+)@(0x[0-9a-fA-F_]+|\d[\d_]*)$/.exec(image) ?? [];
  const wrong = wrongAddress(image, folder);
  if (wrong !== undefined) mistakes.add(where, `'${wrong}' is no address`, 'give file@0x80000000');
  if (path === undefined) return wrong === undefined ? { file: resolve(folder, image) } : undefined;
  const at = parseInteger(address!);
  if (at === undefined) mistakes.add(where, `'${address}' is no address`);
  return { file: resolve(folder, path), at };
}

export function bootOf(boot: NonNullable<MachineFile['boot']>, folder: string): BootValue {
  if (typeof boot === 'string') return { protocol: boot };
  const path = (one: string | undefined) =>
    one === undefined || one === 'none' || one === 'default' ? one : resolve(folder, one);
  const paths = { bios: path(boot.bios), kernel: path(boot.kernel), initrd: path(boot.initrd), dtb: path(boot.dtb) };
  const drive = boot.drive?.map((one) => resolve(folder, one));
  return { ...boot, ...paths, drive, pflash: boot.pflash?.map((one) => path(one)!) };
}

/** Takes something of the board away. */
function remove(model: Model, name: string, where: string, mistakes: Mistakes): void {
  const maps = [
    model.devices,
    model.parts,
    model.memory,
    model.containers,
    model.clocks,
    model.cpus,
    model.windows,
    model.absent,
  ];
  const found = maps.filter((map) => map.delete(name));
  if (found.length > 0) return;
  const names = maps.flatMap((map) => [...map.keys()]);
  mistakes.add(where, `there is no '${name}' to remove`, meant(name, names));
}

/** `calc.busyCycles`: an option of something that is there already. */
function set(model: Model, key: string, value: unknown, where: string, mistakes: Mistakes): void {
  const [name, ...rest] = key.split('.');
  const option = rest.join('.');
  const maps = [model.devices, model.parts, model.cpus] as Named<{
    type: string;
    options: object;
    made?: object;
    row?: object;
  }>[];
  const map = maps.find((one) => one.has(name!));
  if (map === undefined || option === '') {
    const names = maps.flatMap((one) => [...one.keys()]);
    mistakes.add(where, `'${key}' is no option of a device, part or CPU`, meant(name!, names) ?? "give 'name.option'");
    return;
  }
  const { value: old } = map.get(name!)!;
  const { made: _made, row: _row, ...kept } = old;
  const ownKey = [...CPU_KEYS, ...DEVICE_KEYS].includes(option as never) && map !== (model.parts as unknown);
  const changes = ownKey
    ? ownKeyOf(map === (model.cpus as unknown) ? 'cpus' : 'devices', old.type, option, value, where, mistakes)
    : undefined;
  const changed = ownKey
    ? { ...kept, made: old.made, ...changes }
    : { ...kept, options: { ...old.options, [option]: value } };
  map.set(name!, { value: changed as never, where: () => where });
}

/** A key that is no option, such as `at` or `clock`, as the schema reads it. */
function ownKeyOf(
  group: 'cpus' | 'devices',
  type: string,
  option: string,
  value: unknown,
  where: string,
  mistakes: Mistakes,
): object | undefined {
  const shape = readShape(
    { raw: { [group]: { it: { type, [option]: value } } }, where: () => where, folder: '.' },
    mistakes,
  );
  const read = shape?.file[group]?.['it'] as Record<string, unknown> | undefined;
  return read && { [option]: read[option] };
}
