import { BOARDS, boardNamed } from '../../../src/machine-file/boards.js';
import { modelOf } from '../../../src/machine-file/from-board.js';
import { CPUS, DEVICES, PARTS } from '../../../src/machine-file/kinds/index.js';
import type { AnyKind } from '../../../src/machine-file/kinds/kind.js';
import { optionSchemas } from '../../../src/machine-file/kinds/option-schemas.js';
import { zod } from '../../../src/machine-file/libraries.js';
import { machineSchema, type RawMachine } from '../../../src/machine-file/schema.js';
import { rawOf } from '../../../src/machine-file/to-raw.js';
import type { Random } from '../mutants.js';
import { ODD_NUMBERS, ODD_WORDS, oddText, pick } from './odd-values.js';

/** Descriptions of machines, damaged where their schema has something to say. */

/** Written as it is, whatever YAML makes of it. */
export class Plain {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Value = Plain | string | number | boolean | null | Value[] | { [key: string]: Value };
export type Path = readonly (string | number)[];
type Group = Value[] | { [key: string]: Value };

const isGroup = (value: unknown): value is Group =>
  typeof value === 'object' && value !== null && !(value instanceof Plain);

const SMALL: readonly Value[] = [
  {
    machine: 'none',
    cpus: { cpu0: { type: 'rv32', clock: '100MHz' } },
    memory: { ram: { at: 0x8000_0000, size: '64K' } },
    devices: { uart0: { type: 'ns16550', at: 0x1000_0000, irq: 'plic.10' } },
  },
  {
    machine: 'none',
    cpus: { cpu0: { type: 'cortex-m4', clock: 'hse' } },
    clocks: { hse: '8MHz' },
    memory: { flash: { kind: 'flash', at: 0x800_0000, size: '64K' } },
    devices: { gpioa: { type: 'stm32-gpio', at: 0x4002_0000 } },
    parts: { led: { type: 'led', pin: 'PA5' } },
  },
  {
    machine: 'none',
    cpus: { cpu0: { type: 'rv32', clock: 'core', count: 2 } },
    clocks: { xtal: '12MHz', core: { from: 'xtal', multiply: 25, divide: 3 } },
    containers: { soc: { at: 0x4000_0000, size: '64K' } },
    memory: {
      ram: { at: 0x8000_0000, size: '64K', fill: 0x5a },
      low: { kind: 'alias', of: 'ram', offset: '4K', size: '4K', at: 0 },
      bg: { in: 'soc', at: 0, size: '64K', kind: 'rom', contents: 'AAAA' },
    },
    devices: { a: { type: 'mmio-calculator', at: 0x1000_0000, irq: [3, 4], wires: { irq: 'cpu.hart1.msip' } } },
    wires: ['a.irq = plic.7'],
    absent: { X: { at: 0x6000_0000, size: '4K' } },
    boot: 'elf-entry',
  },
];

/** Every place where the schema says something: `devices.x.irq`, `images.0.at`. */
export function schemaPaths(): readonly Path[] {
  interface Node {
    readonly def?: {
      readonly innerType?: Node;
      readonly shape?: Readonly<Record<string, Node>>;
      readonly valueType?: Node;
      readonly element?: Node;
      readonly options?: readonly Node[];
      readonly in?: Node;
    };
  }
  const paths = new Map<string, Path>();
  const walk = (node: Node | undefined, path: Path): void => {
    const { def } = node ?? {};
    if (def === undefined) return;
    if (path.length > 0) paths.set(path.join('.'), path);
    for (const inner of [def.innerType, def.in, ...(def.options ?? [])]) walk(inner, path);
    for (const [key, inner] of Object.entries(def.shape ?? {})) walk(inner, [...path, key]);
    walk(def.valueType, [...path, 'x']);
    walk(def.element, [...path, 0]);
  };
  walk(machineSchema(zod().z) as unknown as Node, []);
  return [...paths.values()];
}

function at(value: Value, path: Path): Value | undefined {
  return path.reduce<Value | undefined>(
    (one, key) => (isGroup(one) && Object.hasOwn(one, key) ? (one as Record<string, Value>)[key] : undefined),
    value,
  );
}

/** Puts a value at a path; makes what is not there on the way. */
function put(value: Group, [head, ...rest]: Path, given: Value): void {
  const all = value as Record<string, Value>;
  const key = String(head);
  // other keys, and gaps, are nothing that YAML can say
  if (Array.isArray(value) && !(/^\d+$/.test(key) && Number(key) <= value.length)) return;
  const set = (one: Value) =>
    Object.defineProperty(all, key, { value: one, enumerable: true, configurable: true, writable: true });
  if (rest.length === 0) {
    set(given);
    return;
  }
  if (!Object.hasOwn(all, key) || !isGroup(all[key])) set(typeof rest[0] === 'number' ? [] : {});
  put(all[key] as Group, rest, given);
}

/** A row of each type, as a board of the package has it. */
function goodRows(): ReadonlyMap<string, { readonly [key: string]: Value }> {
  const rows = new Map<string, { readonly [key: string]: Value }>();
  const keep = (group: RawMachine['devices'] | RawMachine['parts'] | RawMachine['cpus']) => {
    for (const row of Object.values(group ?? {})) {
      const {
        wires: _wires,
        irq: _irq,
        enable: _enable,
        reset: _reset,
        clock: _clock,
        ...rest
      } = row as Record<string, Value>;
      rows.set(String(row.type), rest);
    }
  };
  for (const { name } of BOARDS) {
    const { devices, parts, cpus } = rawOf(modelOf(boardNamed(name)));
    for (const group of [devices, parts, cpus]) keep(group);
  }
  return rows;
}

const GROUPS = [
  ['devices', DEVICES],
  ['parts', PARTS],
  ['cpus', CPUS],
] as const;

/** Each option of each kind, and each place of the schema, with each odd value. */
export function listedDescriptions(): readonly (() => string)[] {
  const odd: readonly Value[] = [
    ...ODD_NUMBERS.map((text) => new Plain(text)),
    ...ODD_WORDS,
    [],
    {},
    [[]],
    [0, 'a'],
    { a: {} },
  ];
  const documents: (() => string)[] = [];
  const add = (path: Path, value: Value, base = SMALL[0]!) => {
    documents.push(() => {
      const document = structuredClone(base) as Group;
      put(document, path, value);
      return yamlText(document);
    });
  };
  for (const path of schemaPaths()) for (const value of odd) add(path, value);
  const [rows, o] = [goodRows(), optionSchemas(zod().z, '.')];
  for (const [group, kinds] of GROUPS) {
    for (const kind of (kinds as ReadonlyMap<string, AnyKind>).values()) {
      const base = structuredClone(SMALL[0]!) as Group;
      put(base, [group, 'uart0'], { at: 0x1000_0000, clock: '1MHz', type: kind.type, ...rows.get(kind.type) });
      if (group !== 'devices') delete (at(base, [group, 'uart0']) as Record<string, Value>)['at'];
      if (group !== 'cpus') delete (at(base, [group, 'uart0']) as Record<string, Value>)['clock'];
      if (group === 'cpus') delete (at(base, ['cpus']) as Record<string, Value>)['cpu0'];
      for (const option of Object.keys(kind.shape?.(o) ?? {}))
        for (const value of odd) add([group, 'uart0', option], value, base);
    }
  }
  return documents;
}

function pathsIn(value: Value, path: Path = []): Path[] {
  if (!isGroup(value)) return [path];
  const inner = Array.isArray(value) ? value.map((one, i) => [i, one] as const) : Object.entries(value);
  return [path, ...inner.flatMap(([key, one]) => pathsIn(one as Value, [...path, key]))];
}

function oddValue(random: Random, document: Value): Value {
  switch (random(12)) {
    case 0:
      return null;
    case 1:
      return pick(random, [true, false, [], {}, [[]], {}]);
    case 2:
      return structuredClone(at(document, pick(random, pathsIn(document))) ?? null);
    case 3:
      return pick(random, [[oddText(random), oddText(random)], { [oddText(random)]: oddText(random) }]);
    case 4: {
      let nested: Value = oddText(random);
      for (let depth = 1 << random(7); depth > 0; depth--) nested = random(2) === 0 ? [nested] : { a: nested };
      return nested;
    }
    case 5:
      return Array.from({ length: 1 << random(7) }, () => pick(random, ODD_WORDS));
    case 6:
      return oddText(random);
    default:
      return new Plain(oddText(random).replaceAll('\n', ' '));
  }
}

const TYPES = GROUPS.flatMap(([, kinds]) => [...kinds.keys()]);
const PATHS = schemaPaths();

/** One of the small machines, changed in a few places. */
export function damagedDescription(random: Random): Value {
  const document = structuredClone(pick(random, SMALL)) as Group;
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const paths = pathsIn(document).filter((path) => path.length > 0);
    const path = paths.length > 0 ? pick(random, paths) : ['a'];
    const parent = at(document, path.slice(0, -1)) as Group;
    const last = String(path.at(-1));
    switch (random(7)) {
      case 0:
        if (Array.isArray(parent)) parent.splice(Number(last), 1);
        else delete parent[last];
        break;
      case 1:
        put(document, pick(random, PATHS), oddValue(random, document));
        break;
      case 2:
        put(document, [...path.slice(0, -1), oddText(random)], structuredClone(at(document, path) ?? null));
        break;
      case 3:
        put(document, [...path.slice(0, -1), 'type'], pick(random, TYPES));
        break;
      case 4: {
        const from = at(document, pick(random, paths.length > 0 ? paths : [['a']])) ?? null;
        put(document, path, structuredClone(from));
        break;
      }
      default:
        put(document, path, oddValue(random, document));
    }
  }
  return document;
}

function flow(value: Value): string {
  if (value instanceof Plain) return value.text;
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (isGroup(value))
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${flow(one)}`)
      .join(', ')} }`;
  return JSON.stringify(value);
}

/** One line for each key; what lies deeper between braces. */
export function yamlText(value: Value): string {
  if (!isGroup(value) || Array.isArray(value)) return flow(value);
  return `${Object.entries(value)
    .map(([key, one]) => `${/^[a-z]\w*$/i.test(key) ? key : JSON.stringify(key)}: ${flow(one)}`)
    .join('\n')}\n`;
}

/** Anchors, aliases, tags, keys and documents that are there twice: what only the text can be wrong with. */
export function withYamlTricks(text: string, random: Random): string {
  const lines = text.split('\n');
  const line = random(lines.length);
  const key = /^([^:]+): (.*)$/s.exec(lines[line]!);
  const rest = key?.[2] ?? '';
  switch (random(12)) {
    case 0:
      return `${text}${lines[line]}\n`;
    case 1:
      lines[line] = `${key?.[1] ?? 'a'}: &a ${rest}`;
      return `${lines.join('\n')}x: *a\n`;
    case 2:
      return `${text}x: *${random(2) === 0 ? 'a' : 'cpus'}\n`;
    case 3:
      return `x0: &x0 [a, a]\n${Array.from({ length: 2 + random(30) }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}, *x${i}]`).join('\n')}\n${text}`;
    case 4:
      lines[line] =
        `${key?.[1] ?? 'a'}: ${pick(random, ['!!binary', '!!str', '!!int', '!!set', '!!omap', '!x', '!!js/function', '!<tag:x>'])} ${rest}`;
      return lines.join('\n');
    case 5:
      return `${text}---\n${text}`;
    case 6:
      return `%YAML ${pick(random, ['1.1', '1.2', '9.9', 'x'])}\n---\n${text}`;
    case 7:
      lines[line] = `? ${rest}\n: ${key?.[1] ?? 'a'}`;
      return lines.join('\n');
    case 8:
      lines[line] = `${key?.[1] ?? 'a'}: ${pick(random, ['|', '>', '|+9', '>-'])}\n  ${rest}`;
      return lines.join('\n');
    case 9:
      return `${text}<<: { a: 1 }\n<<: *a\n`;
    case 10:
      return text.replaceAll(' ', pick(random, ['\t', '\u00a0', '  ', '']));
    default:
      return `\ufeff${text.replaceAll('\n', pick(random, ['\r\n', '\r', '\n\n']))}`;
  }
}
