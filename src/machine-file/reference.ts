import { BOARDS } from './boards.js';
import { type Json, machineJsonSchema, needed, optionsSchema } from './json-schema.js';
import { ALIAS_NAMES, CPUS, PARTS } from './kinds/index.js';
import type { AnyKind } from './kinds/kind.js';
import { optionSchemas } from './kinds/option-schemas.js';
import { zod } from './libraries.js';
import { KINDS } from './make-things.js';

/** The reference of machine files, `docs/machine-file.md`, from the schema. */

type Properties = Readonly<Record<string, Json>>;

export function machineReference(): string {
  const schema = machineJsonSchema();
  const properties = schema['properties'] as Properties;
  const { $schema: _, ...top } = properties;
  const groups = ['memory', 'containers', 'windows', 'bitBands', 'absent', 'contents', 'clocks', 'images', 'boot'];
  return [
    '## Keys of the file',
    table(top, []),
    ...groups.map((group) => `## \`${group}\`\n\n${table(inner(properties[group]!), requiredIn(properties[group]!))}`),
    '## `devices`\n\nEvery device has these keys, and the options of its type below.',
    table(baseOf(schema, 'devices'), ['type']),
    ...kindTexts(KINDS.devices),
    '## `parts`\n\nPins can be given as options, or by wires: `gpioa.5 = led1.in`.',
    ...kindTexts(PARTS),
    '## `cpus`\n\nEvery CPU has these keys, and the options of its type below.',
    table(baseOf(schema, 'cpus'), ['type']),
    ...kindTexts(CPUS),
    '## Boards\n\nWhat `board` can name, with their other names and options.',
    ...BOARDS.map((board) => boardText(board.name, board.aliases, board.shape)),
  ].join('\n\n');
}

/** The object that stands in a group, whether by name or in a list. */
function inner(group: Json): Properties {
  return (objectIn(group)?.['properties'] ?? {}) as Properties;
}
function requiredIn(group: Json): readonly string[] {
  return (objectIn(group)?.['required'] ?? []) as readonly string[];
}
function objectIn(schema: Json): Json | undefined {
  if (schema['properties'] !== undefined) return schema;
  const below = [schema['additionalProperties'], schema['items'], ...((schema['anyOf'] as Json[] | undefined) ?? [])];
  return below
    .map((one) => (typeof one === 'object' && one !== null ? objectIn(one as Json) : undefined))
    .find((one) => one);
}

/** What all kinds of a group share. */
function baseOf(schema: Json, group: string): Properties {
  return (schema['$defs'] as Readonly<Record<string, { properties: Properties }>>)[group]!.properties;
}

function kindTexts(kinds: ReadonlyMap<string, AnyKind>): string[] {
  const o = optionSchemas(zod().z, '.');
  return [...kinds.values()].map((kind) => {
    const { properties = {}, required = [] } = optionsSchema(kind, o);
    const others = ALIAS_NAMES.filter(([, type]) => type === kind.type).map(([alias]) => `\`${alias}\``);
    const also = others.length > 0 ? ` Also ${others.join(', ')}.` : '';
    const rows = table(properties, needed(kind, required));
    return `### ${kind.type}\n\n${capital(kind.summary)}.${also}${rows === '' ? '' : `\n\n${rows}`}`;
  });
}

function boardText(name: string, aliases: readonly string[], shape: (typeof BOARDS)[number]['shape']): string {
  const also = aliases.length > 0 ? `\n\nAlso ${aliases.map((one) => `\`${one}\``).join(', ')}.` : '';
  const { z } = zod();
  const options =
    shape &&
    (z.toJSONSchema(z.strictObject(shape(optionSchemas(z, '.'))), { io: 'input', unrepresentable: 'any' }) as Json);
  const rows = options ? `\n\n${table(options['properties'] as Properties, [])}` : '';
  return `### ${name}${also}${rows}`;
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function table(properties: Properties, required: readonly string[]): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const needed = required.includes(name) ? ' (needed)' : '';
    return `| \`${name}\` | ${typeText(schema)} | ${String(schema['description'] ?? '').replaceAll('|', '\\|')}${needed} |`;
  });
  return rows.length === 0 ? '' : ['| key | value | |', '| --- | --- | --- |', ...rows].join('\n');
}

/** `number or text`, `one of a, b`, `list of …`. */
function typeText(schema: Json): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((one) => `\`${one}\``).join(', ');
  if (schema['const'] !== undefined) return `\`${String(schema['const'])}\``;
  const any = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined;
  if (any) return [...new Set(any.flatMap((one) => typeText(one).split(' or ')))].join(' or ');
  const type = schema['type'];
  if (type === 'array') return `list${schema['items'] ? ` of ${typeText(schema['items'] as Json)}` : ''}`;
  if (type === 'object') return schema['properties'] ? 'map' : 'map by name';
  if (type === 'string') return 'text';
  if (type === 'boolean') return 'true, false';
  return type === 'integer' || type === 'number' ? 'number' : 'any';
}
