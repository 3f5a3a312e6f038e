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

/** The name under which a function of the instruction set is imported. */
export const functionImport = (name: string) => `function ${name}`;

/** Helpers of the CPU, then functions of the instruction set. */
export function helperImports({ helpers, functions = [] }: Isa): Import[] {
  const called = Object.entries(helpers).map(([name, { params, result }]) => ({
    name: helperImport(name),
    params,
    results: result === 'void' ? [] : [result],
  }));
  return [
    ...called,
    ...functions.map(({ name, params, result }) => ({ name: functionImport(name), params, results: [result] })),
  ];
}
