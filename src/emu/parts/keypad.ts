import { type Duration, nanosecondsOf } from '../duration.js';
import { UsageError } from '../errors.js';
import type { Drive, Net, NetDriver } from '../net.js';
import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';

export interface KeypadOptions {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Names of the keys, row by row: `'123A456B789C*0#D'`. */
  readonly keys: string;
}

export interface Keypad {
  readonly pressed: readonly string[];
  press(key: string, options?: { readonly for?: Duration }): void;
  release(key?: string): void;
}

/** A matrix of keys: a pressed one joins its row with its column. It has no resistors of its own. */
export function keypad(options: KeypadOptions): PartType<Keypad> {
  const needed = ['rows', 'columns', 'keys'];
  checkNames('keypad', options, needed, needed);
  const { rows, columns, keys } = options;
  const names = [...keys];
  if (names.length !== rows.length * columns.length || new Set(names).size !== names.length) {
    const what = `${names.length} keys '${keys}' for ${rows.length} rows and ${columns.length} columns`;
    throw new UsageError({ what, where: 'keypad', remedy: 'give one character for each key, no two the same' });
  }
  const pins = [...rows, ...columns];
  return definePart({
    kind: 'keypad',
    pins,
    setup(p) {
      const nets = pins.map((pin) => p.net(pin));
      const drivers = nets.map((net) => net.driver(p.name));
      const closed = p.words('closed', names.length);
      const settle = () => settled(nets, drivers, groupsOf(closed, rows.length, columns.length));
      for (const net of nets) net.listen(settle);
      const releases = names.map((name, i) =>
        p.event(`release ${name}`, () => {
          closed[i] = 0;
          settle();
        }),
      );
      const indexOf = (key: string): number => {
        const index = names.indexOf(key);
        if (index >= 0) return index;
        throw new UsageError({ what: `${p.name} has no key '${key}'`, remedy: `its keys are ${names.join(' ')}` });
      };
      p.onPowerOn(settle);
      return {
        get pressed() {
          return names.filter((_, i) => closed[i] !== 0);
        },
        press(key, options = {}) {
          const index = indexOf(key);
          closed[index] = 1;
          settle();
          if (options.for !== undefined) releases[index]!.after(nanosecondsOf(options.for, `${p.name}.press: for`));
        },
        release(key) {
          for (const index of key === undefined ? names.keys() : [indexOf(key)]) {
            closed[index] = 0;
            releases[index]!.cancel();
          }
          settle();
        },
      };
    },
  });
}

/** Pins that pressed keys join: several keys join more than their own row and column. */
function groupsOf(closed: Int32Array, rows: number, columns: number): number[][] {
  const group = Array.from({ length: rows + columns }, (_, i) => i);
  const root = (i: number): number => (group[i] === i ? i : root(group[i]!));
  for (let key = 0; key < closed.length; key++) {
    if (closed[key]) group[root(Math.floor(key / columns))] = root(rows + (key % columns));
  }
  const found = new Map<number, number[]>();
  for (const i of group.keys()) found.set(root(i), [...(found.get(root(i)) ?? []), i]);
  return [...found.values()];
}

const STRONGEST: readonly Drive[] = ['low', 'high', 'pull-down', 'pull-up'];

/** Each pin gets what the others of its group are driven to; a contact has no direction. */
function settled(nets: readonly Net[], drivers: readonly NetDriver[], groups: readonly (readonly number[])[]): void {
  for (const group of groups) {
    const outside = group.map((i) => nets[i]!.drivers.filter((one) => one !== drivers[i]).map(({ drive }) => drive));
    for (const [k, i] of group.entries()) {
      const others = outside.filter((_, j) => j !== k).flat();
      drivers[i]!.set(STRONGEST.find((drive) => others.includes(drive)) ?? 'none');
    }
  }
}
