import { ALIAS_NAMES, CPUS, PARTS } from './kinds/index.js';
import type { AnyKind } from './kinds/kind.js';
import { type OptionSchemas, optionSchemas } from './kinds/option-schemas.js';
import { zod } from './libraries.js';
import { KINDS } from './make-things.js';
import { machineSchema } from './schema.js';

/** The JSON Schema of machine files, for editors: `schema/machine.schema.json`, with the options of every device, part and CPU. */

export type Json = { readonly [key: string]: unknown };

interface ObjectSchema extends Json {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
}

export function machineJsonSchema(): Json {
  const { z } = zod();
  const whole = z.toJSONSchema(machineSchema(z), { io: 'input', unrepresentable: 'any' }) as ObjectSchema;
  const o = optionSchemas(z, '.');
  const properties = { ...whole.properties };
  const definitions: Record<string, Json> = {};
  const groups = [
    ['devices', KINDS.devices],
    ['parts', PARTS],
    ['cpus', CPUS],
  ] as const;
  for (const [group, kinds] of groups) {
    const own = properties[group]!;
    const base = own['additionalProperties'] as ObjectSchema;
    const keys = Object.keys(base.properties ?? {});
    const shared = Object.fromEntries(keys.map((key) => [key, { $ref: `#/$defs/${group}/properties/${key}` }]));
    const branches = [...kinds.values()].map((kind) => kindSchema(kind, shared, o));
    properties[group] = { ...own, additionalProperties: { anyOf: [...branches, others(kinds, shared)] } };
    definitions[group] = { properties: base.properties };
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'fwtest machine',
    description: 'A machine for fwtest: processors, memories, devices, wires, clocks, parts, images.',
    type: 'object',
    properties,
    additionalProperties: false,
    $defs: definitions,
  };
}

/** What one kind takes, as a JSON Schema. */
export function optionsSchema(kind: AnyKind, o: OptionSchemas): ObjectSchema {
  const { z } = zod();
  const schema = z.toJSONSchema(z.strictObject(kind.shape?.(o) ?? {}), { io: 'input', unrepresentable: 'any' });
  const { $schema: _, ...rest } = schema as ObjectSchema;
  return rest;
}

function kindSchema(kind: AnyKind, shared: Readonly<Record<string, Json>>, o: OptionSchemas): Json {
  const options = optionsSchema(kind, o);
  const names = [kind.type, ...ALIAS_NAMES.filter(([, type]) => type === kind.type).map(([alias]) => alias)];
  return {
    title: kind.type,
    description: kind.summary,
    type: 'object',
    properties: {
      ...shared,
      ...options.properties,
      type: names.length === 1 ? { const: kind.type } : { enum: names },
    },
    // Pins may be said by wires.
    required: ['type', ...needed(kind, options.required).filter((name) => !pinsOf(kind).includes(name))],
    additionalProperties: false,
  };
}

const pinsOf = (kind: AnyKind): readonly string[] => ('pins' in kind && kind.pins) || [];

/** What of the options that a kind is made with must be given: others follow from the name, or from the image that is booted. */
export function needed(kind: AnyKind, required: readonly string[] = []): readonly string[] {
  const implied = Object.keys(kind.fromName?.('name0') ?? {});
  const ofImage = 'startOption' in kind ? kind.startOption : undefined;
  return required.filter((name) => !implied.includes(name) && name !== ofImage);
}

/** Types of a user's own modules. */
function others(kinds: ReadonlyMap<string, AnyKind>, shared: Readonly<Record<string, Json>>): Json {
  const known = [...kinds.keys(), ...ALIAS_NAMES.filter(([, type]) => kinds.has(type)).map(([alias]) => alias)];
  return {
    title: 'from a module of your own',
    type: 'object',
    properties: { ...shared, type: { type: 'string', not: { enum: known } } },
    required: ['type'],
  };
}
