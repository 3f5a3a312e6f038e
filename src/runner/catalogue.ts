/** What there is to choose from on the command line. */

import * as exported from '../boards/index.js';
import { closest } from '../emu/debug/symbols-spelling.js';
import { UsageError } from '../emu/errors.js';

/** A board and the name it is imported by. */
export interface BoardEntry {
  readonly exportName: string;
  readonly definition: { readonly name: string };
}

/** All boards that \`fwtest/boards\` exports. */
export function boards(): BoardEntry[] {
  return Object.entries(exported).map(([exportName, definition]) => ({
    exportName,
    definition: definition as { name: string },
  }));
}

/** @throws UsageError when there is no such board */
export function boardNamed(name: string): BoardEntry {
  const all = boards();
  const found = all.find((one) => one.definition.name === name || one.exportName === name);
  if (found) return found;
  const names = all.map((one) => one.definition.name);
  const near = closest(name, names)[0];
  throw new UsageError({
    what: `there is no board '${name}'`,
    where: '--board',
    remedy: near ? `did you mean ${near}? \`fwtest boards\` lists them` : `there are ${names.join(', ')}`,
  });
}
