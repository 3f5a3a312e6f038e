import { UsageError } from '../emu/errors.js';
import { closest } from '../emu/spelling.js';
import type { OptionValues, Shape } from './kinds/kind.js';
import { type OptionSchemas, optionSchemas } from './kinds/option-schemas.js';
import { zod } from './libraries.js';
import { Mistakes } from './mistakes.js';
import { descriptionAt, noteIssues } from './read.js';

/** Options of boards, checked against their shape. */

/** @throws MachineMistakes for all that are wrong */
export function boardOptions(
  board: string,
  shape: (o: OptionSchemas) => Shape,
  given: OptionValues,
  folder = '.',
): OptionValues {
  const { z } = zod();
  const known = shape(optionSchemas(z, folder));
  const schema = z.strictObject(known);
  const result = schema.safeParse(given, { reportInput: true });
  if (result.success) return Object.fromEntries(Object.entries(result.data).filter(([, value]) => value !== undefined));
  const mistakes = new Mistakes();
  noteIssues(result.error.issues, (...path) => [`board '${board}'`, ...path].join('.'), mistakes, {
    keys: () => Object.keys(known),
    said: (path) => descriptionAt(schema, path),
    word: 'option',
  });
  mistakes.check();
  throw noOption(board, Object.keys(given)[0] ?? '', Object.keys(known));
}

export function noOption(board: string, option: string, names: readonly string[]): UsageError {
  const near = closest(option, names)[0];
  const remedy = near
    ? `did you mean '${near}'?`
    : names.length > 0
      ? `it has ${names.join(', ')}`
      : 'it has none: leave it out';
  return new UsageError({ what: `board '${board}' has no option '${option}'`, remedy });
}
