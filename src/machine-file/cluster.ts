import { isDeepStrictEqual } from 'node:util';
import type { CpuKind, OptionValues } from './kinds/kind.js';
import type { Mistakes } from './mistakes.js';
import type { CpuValue, Entry } from './model.js';

export type NamedCpu = readonly [name: string, entry: Entry<CpuValue>];

/**
 * The processors that a machine is made of. RISC-V harts of one width and one clock are a cluster, called as its first hart is: hart 0
 * may have another instruction set and other modes than the rest, as the monitor core of SiFive's chips has. All others are by
 * themselves.
 */
export function processorsOf(
  cpus: ReadonlyMap<string, Entry<CpuValue>>,
  kindOf: (type: string) => CpuKind | undefined,
  mistakes: Mistakes,
): readonly NamedCpu[] {
  const [first] = cpus.values();
  const groups = new Map<string, NamedCpu[]>();
  for (const [name, entry] of cpus) {
    const { type, options, clock = first!.value.clock, made } = entry.value;
    const kind = kindOf(type);
    const xlen = String({ ...kind?.fromName?.(name), ...options }['xlen']);
    const key = kind?.family === 'riscv' && made === undefined ? `${xlen} bits at ${clock}` : `'${name}'`;
    groups.set(key, [...(groups.get(key) ?? []), [name, entry]]);
  }
  return [...groups.values()].flatMap((entries) => processors(entries, kindOf, mistakes));
}

function processors(
  entries: readonly NamedCpu[],
  kindOf: (type: string) => CpuKind | undefined,
  mistakes: Mistakes,
): readonly NamedCpu[] {
  const count = entries.reduce((sum, [, { value }]) => sum + (value.count ?? 1), 0);
  const kinds = entries.map(([, { value }]) => kindOf(value.type));
  const [name, { value, where }] = entries[0]!;
  if (count === 1 || kinds.some((kind) => kind === undefined)) return entries;
  if (kinds[0]!.family === 'riscv') return [harts(entries, kinds as CpuKind[], count, mistakes)];
  const { count: _count, ...one } = value;
  return Array.from({ length: count }, (_, i) => [i === 0 ? name : `${name}_${i}`, { value: one, where }]);
}

function harts(entries: readonly NamedCpu[], kinds: readonly CpuKind[], count: number, mistakes: Mistakes): NamedCpu {
  const options = entries.map(
    ([name, { value }], i) => ({ ...kinds[i]!.fromName?.(name), ...value.options }) as OptionValues,
  );
  const [name, { value, where }] = entries[0]!;
  const last = entries.length - 1;
  const most = options[last]!;
  for (const [i, one] of options.entries())
    checkSame(entries[i]!, one, most, entries[i]![1].value.count ?? 1, i, mistakes);
  const { isa, modes } = options[0]!;
  const differs = last > 0 && !(isa === most['isa'] && modes === most['modes']);
  // What is said of the first counts where it is not the harts' own.
  const shared = Object.fromEntries(
    Object.entries(entries[0]![1].value.options).filter(([key]) => SHARED.includes(key)),
  );
  const all = { ...most, ...shared, harts: count, ...(differs && { monitor: { isa, modes } }) };
  return [
    name,
    { value: { type: 'riscv', options: all, ...(value.clock !== undefined && { clock: value.clock }) }, where },
  ];
}

/** Options of the cluster, not of a hart. */
const SHARED = ['timebase', 'clint', 'plic', 'sources', 'priorities', 'resetVector'];
/** Options of hart 0 that may be other ones. */
const OF_MONITOR = ['isa', 'modes', 'mmu', ...SHARED];

function checkSame(
  [name, { where, value }]: readonly [string, Entry<CpuValue>],
  one: OptionValues,
  most: OptionValues,
  count: number,
  index: number,
  mistakes: Mistakes,
): void {
  if (value.options['harts'] !== undefined) {
    mistakes.add(where('harts'), `'${name}' is one of several CPUs and has harts of its own`, 'give `count`');
  }
  const free = index === 0 && count === 1 ? OF_MONITOR : SHARED;
  for (const key of new Set([...Object.keys(one), ...Object.keys(most)])) {
    if (free.includes(key) || isDeepStrictEqual(String(one[key]), String(most[key]))) continue;
    const what = `'${name}' has ${key} ${String(one[key])}, the last hart ${String(most[key])}: harts of a machine differ in nothing but isa and modes of hart 0`;
    mistakes.add(where(key), what, 'make them equal');
  }
}
