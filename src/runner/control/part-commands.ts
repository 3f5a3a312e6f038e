import { z } from 'zod';
import { UsageError } from '../../emu/errors.js';
import { unknown } from '../../emu/options.js';
import { commandGroup } from './command.js';
import { dataOf } from './handle-data.js';
import type { Target } from './target.js';

const { define, commands } = commandGroup('Parts');
export const partCommands = commands;

const partName = z
  .string()
  .min(1)
  .max(100)
  .describe('of a part on the board, or of a device of the chip that can be talked to like one');
const member = z.string().min(1).max(100);

function handleOf({ bench, definition }: Target, name: string): Readonly<Record<string, unknown>> {
  const { parts, devices } = bench.machine.assembly;
  if (parts.has(name) || devices.has(name)) return bench.machine.handle(name) as Record<string, unknown>;
  throw unknown(`board '${definition.name}'`, 'part', name, [...parts.keys()]);
}

const membersOf = (handle: object, functions: boolean) =>
  Object.entries(Object.getOwnPropertyDescriptors(handle))
    .filter(([, { value, enumerable }]) => enumerable && (typeof value === 'function') === functions)
    .map(([name]) => name);

/** @throws UsageError when the part has no such member */
function memberOf(handle: object, part: string, name: string, functions: boolean): void {
  const names = membersOf(handle, functions);
  if (!names.includes(name)) throw unknown(part, functions ? 'action' : 'property', name, names);
}

/** What a client gave to a part's own code, which may take anything amiss. */
function asked<T>(target: Target, what: string, fn: () => T): T {
  return target.bench.protect(() => {
    try {
      return fn();
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      const remedy = 'see the part’s description for what it takes';
      throw new UsageError({ what: `${what} refuses what it was given: ${error.message}`, remedy });
    }
  });
}

define({
  name: 'part-list',
  doc: 'The parts on the board with their pins, the names of what they show, and of what can be done with them.',
  result: z.strictObject({
    parts: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.string(),
        pins: z.array(z.string()),
        properties: z.array(z.string()),
        actions: z.array(z.string()),
      }),
    ),
  }),
  run: (_, { target }) => ({
    parts: [...target.bench.machine.assembly.parts].map(([name, { type, handle }]) => ({
      name,
      kind: type.kind,
      pins: [...type.pins],
      properties: membersOf(handle, false),
      actions: membersOf(handle, true),
    })),
  }),
});

define({
  name: 'part-get',
  doc: 'A property of a part: `green` `lit`. Bytes are `{"base64": …}`.',
  args: { part: partName, property: member },
  result: z.strictObject({ value: z.unknown() }),
  run({ part, property }, { target }) {
    const handle = handleOf(target, part);
    memberOf(handle, part, property, false);
    return { value: asked(target, `${part}.${property}`, () => dataOf(handle[property])) ?? null };
  },
});

define({
  name: 'part-set',
  doc: 'Sets a property of a part that can be set: `thermometer` `temperature`.',
  args: { part: partName, property: member, value: z.json() },
  result: z.strictObject({ value: z.unknown().describe('what it is then') }),
  run({ part, property, value }, { target }) {
    const handle = handleOf(target, part);
    memberOf(handle, part, property, false);
    if (Object.getOwnPropertyDescriptor(handle, property)?.set === undefined) {
      throw new UsageError({ what: `${part}.${property} cannot be set`, remedy: '`part-list` names its actions' });
    }
    asked(target, `${part}.${property}`, () => Reflect.set(handle, property, value));
    return { value: dataOf(handle[property]) ?? null };
  },
});

define({
  name: 'part-call',
  doc: 'Does something with a part: `button` `press` `[{"for": "20ms"}]`.',
  args: { part: partName, action: member, arguments: z.array(z.json()).max(16).default([]) },
  result: z.strictObject({ value: z.unknown().describe('what it gave back, if that is data') }),
  run({ part, action, arguments: args }, { target }) {
    const handle = handleOf(target, part);
    memberOf(handle, part, action, true);
    const fn = handle[action] as (...args: readonly unknown[]) => unknown;
    return { value: asked(target, `${part}.${action}`, () => dataOf(fn.apply(handle, args))) ?? null };
  },
});
