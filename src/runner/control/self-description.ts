/** Commands as JSON Schemas. */

import { z } from 'zod';
import { unknown } from '../../emu/options.js';
import type { Command, When } from './command.js';
import { commands } from './commands.js';

export interface DescribedCommand {
  readonly name: string;
  readonly group: string;
  readonly doc: string;
  readonly when: When;
  readonly arguments: Record<string, unknown>;
  readonly result: Record<string, unknown>;
}

function described({ name, group, doc, when, args, result }: Command): DescribedCommand {
  return {
    name,
    group,
    doc,
    when,
    arguments: z.toJSONSchema(args, { io: 'input' }) as Record<string, unknown>,
    result: z.toJSONSchema(result, { io: 'output' }) as Record<string, unknown>,
  };
}

const known = new Map<string, DescribedCommand>();
function describedOnce(command: Command): DescribedCommand {
  const found = known.get(command.name) ?? described(command);
  known.set(command.name, found);
  return found;
}

/** All, or the one of a name; @throws UsageError when there is none */
export function commandSchemas(name?: string): DescribedCommand[] {
  if (name === undefined) return commands.map(describedOnce);
  const found = commands.find((one) => one.name === name);
  if (!found)
    throw unknown(
      'query-commands',
      'command',
      name,
      commands.map((one) => one.name),
    );
  return [describedOnce(found)];
}
