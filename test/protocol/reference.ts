/** The protocol as a JSON Schema, and as the reference of its documentation. */

import { z } from 'zod';
import { ALWAYS, SUBSCRIBED } from '../../src/runner/control/events.js';
import { ERROR_CLASSES } from '../../src/runner/control/failure.js';
import { commandSchemas, type DescribedCommand } from '../../src/runner/control/self-description.js';
import { errorResult, stopResult } from '../../src/runner/control/stop-data.js';
import { addressArgument, integerArgument } from '../../src/runner/control/values.js';
import { versionResult } from '../../src/runner/control/version-data.js';

type Json = Readonly<Record<string, unknown>>;

const ID = {
  description: 'comes back with the answer',
  anyOf: [{ type: 'number' }, { type: 'string', maxLength: 1000 }],
};
const TIME = {
  description: 'machine time in ns; hexadecimal text beyond 2^53',
  anyOf: [{ type: 'integer' }, { type: 'string' }],
};

function inner({ $schema: _, ...schema }: Json): Json {
  return schema;
}
const schemaOf = (type: z.ZodType): Json => inner(z.toJSONSchema(type, { io: 'output' }) as Json);

function object(properties: Json, required: readonly string[]): Json {
  return { type: 'object', properties, required, additionalProperties: false };
}

function requestSchema(command: DescribedCommand): Json {
  const needed = (command.arguments['required'] as readonly string[] | undefined) ?? [];
  return {
    title: command.name,
    description: command.doc,
    ...object({ execute: { const: command.name }, arguments: inner(command.arguments), id: ID }, [
      'execute',
      ...(needed.length > 0 ? ['arguments'] : []),
    ]),
  };
}

function eventSchema([name, doc]: readonly [string, string]): Json {
  const data = name === 'STOP' ? schemaOf(stopResult) : { type: 'object' };
  return {
    title: name,
    description: doc,
    ...object({ event: { const: name }, data, time: TIME }, ['event', 'data', 'time']),
  };
}

/** Of everything that goes over the line: `#/$defs/request` the client's, the others the server's. */
export function protocolSchema(): Json {
  const commands = commandSchemas();
  const greeting = object(
    {
      version: schemaOf(versionResult),
      protocol: { const: 1 },
      capabilities: { type: 'array', items: { enum: Object.keys(SUBSCRIBED) } },
    },
    ['version', 'protocol', 'capabilities'],
  ); // prettier-ignore
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'fwtest control protocol, version 1',
    description: 'One JSON object a line.',
    anyOf: ['request', 'greeting', 'answer', 'failure', 'event'].map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: {
      request: { oneOf: commands.map(requestSchema) },
      greeting: object({ fwtest: greeting }, ['fwtest']),
      answer: object({ return: { type: 'object' }, id: ID }, ['return']),
      failure: object({ error: schemaOf(errorResult), id: ID }, ['error']),
      event: { oneOf: Object.entries({ ...ALWAYS, ...SUBSCRIBED }).map(eventSchema) },
      results: Object.fromEntries(commands.map(({ name, result }) => [name, inner(result)])),
    },
  };
}

/** `"high" | "low"`, `integer 1…64`: a type in a few words. */
function typeText(schema: Json): string {
  const {
    type,
    enum: values,
    anyOf,
    items,
    additionalProperties,
  } = schema as {
    type?: string;
    enum?: readonly unknown[];
    anyOf?: readonly Json[];
    items?: Json;
    additionalProperties?: Json | false;
  };
  if (typeof schema['title'] === 'string') return schema['title'];
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (values) return values.map((value) => JSON.stringify(value)).join(' \\| ');
  if (anyOf) return anyOf.map(typeText).join(' \\| ');
  if (type === 'array') return `[${items ? typeText(items) : 'any'}, …]`;
  if (type === 'object' && schema['properties']) return membersText(schema);
  if (type === 'object' && additionalProperties) return `{…: ${typeText(additionalProperties)}}`;
  if (type === 'string' && schema['pattern'] === '^0x[0-9a-f]+$') return 'hex';
  return type ?? 'any';
}

/** What a type that has a name consists of. */
function typeRow({ title, description, ...schema }: Json): string {
  return `| ${title} | ${[description, schema['properties'] && `\`${membersText(schema)}\``].filter(Boolean).join(': ')} |`;
}

function membersText(schema: Json): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
  const required = (schema['required'] ?? []) as readonly string[];
  return `{${properties.map(([name, one]) => `${name}${required.includes(name) ? '' : '?'}: ${typeText(one)}`).join(', ')}}`;
}

function rangeText({ minimum, maximum, maxLength, default: initial }: Json): string {
  const shown = (value: unknown) =>
    typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  const [from, to] = [shown(minimum), shown(maximum)];
  return [
    from !== undefined && to !== undefined ? `${from} to ${to}` : '',
    typeof maxLength === 'number' && maxLength > 4096 ? `at most ${maxLength} characters` : '',
    initial === undefined ? '' : `default \`${JSON.stringify(initial)}\``,
  ]
    .filter(Boolean)
    .join('; '); // prettier-ignore
}

function argumentRow([name, schema]: readonly [string, Json], required: readonly string[]): string {
  const said = [schema['description'], rangeText(schema)].filter(Boolean).join('; ');
  return `| \`${name}\`${required.includes(name) && schema['default'] === undefined ? '' : ' (optional)'} | ${typeText(schema)} | ${said} |`;
}

const WHEN = {
  now: 'At once, also while a `run` is in progress.',
  'in-turn': '',
  stopped: 'Only while the machine stands.',
} as const;

function commandText({ name, doc, when, arguments: args, result }: DescribedCommand): string {
  const properties = Object.entries((args['properties'] ?? {}) as Record<string, Json>);
  const required = (args['required'] ?? []) as readonly string[];
  const rows = properties.map((one) => argumentRow(one, required));
  const table = rows.length > 0 ? ['', '| argument | | |', '| --- | --- | --- |', ...rows] : [];
  const members = membersText(result);
  return [
    `#### ${name}`,
    '',
    [doc, WHEN[when]].filter(Boolean).join(' '),
    ...table,
    '',
    `Gives \`${members.replaceAll('\\|', '|')}\`.`,
    '',
  ].join('\n'); // prettier-ignore
}

const list = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([name, doc]) => `| \`${name}\` | ${doc} |`);

/** Commands by group, events and classes of errors, as Markdown. */
export function protocolReference(): string {
  const commands = commandSchemas();
  const groups = [...new Set(commands.map(({ group }) => group))];
  const parts = groups.map((group) => {
    const those = commands.filter((one) => one.group === group);
    return `### ${group}\n\n${those.map(commandText).join('\n')}`;
  });
  return [
    ...parts,
    '### Types\n',
    [
      '| type | |',
      '| --- | --- |',
      ...[addressArgument, integerArgument, stopResult, errorResult].map((type) => typeRow(schemaOf(type))),
    ].join('\n'),
    '\n### Events\n\nThese always come:\n',
    ['| event | |', '| --- | --- |', ...list(ALWAYS)].join('\n'),
    '\nThese by `capabilities` or `subscribe`:\n',
    ['| event | |', '| --- | --- |', ...list(SUBSCRIBED)].join('\n'),
    '\n### Errors\n',
    ['| class | |', '| --- | --- |', ...list(ERROR_CLASSES)].join('\n'),
    '',
  ].join('\n');
}
