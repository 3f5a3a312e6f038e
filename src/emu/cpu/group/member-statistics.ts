import type { EngineStatistics } from '../../isa/engine-statistics.js';

/** What the engines of several cores counted: instructions and exits they count together. */
export function sumOf(all: readonly (EngineStatistics | undefined)[]): EngineStatistics | undefined {
  const counted = all.filter((one) => one !== undefined);
  const [first] = counted;
  if (first === undefined) return undefined;
  const sum = (key: 'regions' | 'reused' | 'compiledInstructions' | 'compiledBytes' | 'compileMilliseconds') =>
    counted.reduce((total, one) => total + one[key], 0);
  return {
    ...first,
    regions: sum('regions'),
    reused: sum('reused'),
    compiledInstructions: sum('compiledInstructions'),
    compiledBytes: sum('compiledBytes'),
    compileMilliseconds: sum('compileMilliseconds'),
  };
}
