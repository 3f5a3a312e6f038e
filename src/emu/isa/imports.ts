import type { Isa } from './instruction.js';
import type { Type } from './ir.js';

/** A function that a module imports. */
export interface Import {
  readonly name: string;
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

/** The name under which a helper of the CPU is imported. */
export const helperImport = (name: string) => `helper ${name}`;

export function helperImports({ helpers }: Isa): Import[] {
  return Object.entries(helpers).map(([name, { params, result }]) => ({
    name: helperImport(name),
    params,
    results: result === 'void' ? [] : [result],
  }));
}
