/** What a command of the control protocol is: its name, what it takes and gives, a line of documentation, what it does. */

import { z } from 'zod';
import type { Client } from './client.js';
import type { Target } from './target.js';

/**
 * When a command is executed. `now`: at once, also while a `run` before it is in progress. `in-turn`: after the commands before it;
 * while the machine runs by `cont`, between two slices. `stopped`: as `in-turn`, and only while the machine stands.
 */
export type When = 'now' | 'in-turn' | 'stopped';

/** What a command works on. */
export interface Context {
  readonly target: Target;
  readonly client: Client;
}

export interface Command {
  /** `snapshot-save` */
  readonly name: string;
  /** Heading of the reference that it stands under. */
  readonly group: string;
  readonly doc: string;
  readonly when: When;
  /** Known before negotiation, too. */
  readonly early: boolean;
  readonly args: z.ZodType<object>;
  readonly result: z.ZodType;
  /** `args` as checked by its schema. */
  run(args: object, context: Context): unknown;
}

interface Definition<A extends z.ZodRawShape, R extends z.ZodType> {
  readonly name: string;
  readonly doc: string;
  readonly when?: When;
  readonly early?: boolean;
  readonly args?: A;
  readonly result: R;
  run(args: z.output<z.ZodObject<A>>, context: Context): z.output<R> | Promise<z.output<R>>;
}

/** Commands of one group: `const { define, commands } = commandGroup('Memory')`. */
export function commandGroup(group: string) {
  const commands: Command[] = [];
  const define = <const A extends z.ZodRawShape, R extends z.ZodType>(definition: Definition<A, R>): void => {
    const { args = {} as A, when = 'in-turn', early = false, run, ...rest } = definition;
    const schema = z.strictObject(args);
    commands.push({ ...rest, group, when, early, args: schema, run: (given, context) => run(given as never, context) });
  };
  return { define, commands };
}

/** The result of commands that only do something. */
export const nothing = z.strictObject({});
