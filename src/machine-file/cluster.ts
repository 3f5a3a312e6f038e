import { isDeepStrictEqual } from 'node:util';
import type { CpuKind, OptionValues } from './kinds/kind.js';
import type { Mistakes } from './mistakes.js';
import type { CpuValue, Entry } from './model.js';

/**
 * Several CPUs as one cluster: RISC-V harts of one width, which share a clock and take turns. Hart 0 may have another instruction set and
 * other modes than the rest, as the monitor core of SiFive's chips has. CPUs of different families in one machine are a later concern.
 */
export function combineCpus(
  cpus: ReadonlyMap<string, Entry<CpuValue>>,
  kindOf: (type: string) => CpuKind | undefined,
  mistakes: Mistakes,
): readonly [string, Entry<CpuValue>] | undefined {
  const entries = [...cpus];
  const [first] = entries;
  if (first === undefined) return undefined;
  const count = entries.reduce((sum, [, { value }]) => sum + (value.count ?? 1), 0);
  if (count === 1) return first;
  const kinds = entries.map(([, { value }]) => kindOf(value.type));
  if (kinds.some((kind) => kind === undefined)) return first;
  const odd = kinds.findIndex((kind) => kind!.family !== 'riscv' || kind!.family !== kinds[0]!.family);
  if (odd >= 0) {
    const { where } = entries[odd === 0 ? Math.min(1, entries.length - 1) : odd]![1];
    mistakes.add(
      where(),
      'CPUs of this kind cannot be several in one machine',
      'give one; RISC-V harts can be up to 5',
    );
    return first;
  }
  return harts(entries, kinds as CpuKind[], count, mistakes);
}

function harts(
  entries: readonly (readonly [string, Entry<CpuValue>])[],
  kinds: readonly CpuKind[],
  count: number,
  mistakes: Mistakes,
): readonly [string, Entry<CpuValue>] {
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
