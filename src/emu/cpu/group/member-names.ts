import type { CpuSystem } from '../../cpu.js';
import type { DeviceRow } from '../../device-row.js';

/** Names that a core gives to its state, wires, events and clocks, where it is one of several. */

export type Rename = (name: string) => string;

/** The first of several cores keeps its names. Of another, `cpu.nmi` is `cpu1.nmi`, and `plic.irq1` is `cpu1.plic.irq1`. */
export function renameFor(member: string, isFirst: boolean): Rename {
  if (isFirst) return (name) => name;
  return (name) => `${member}.${name.startsWith('cpu.') ? name.slice(4) : name}`;
}

type Names = Pick<CpuSystem, 'arena' | 'signals' | 'scheduler'>;

/** State, signals and events of the machine under a member's names. */
export function namedParts({ arena, signals, scheduler }: Names, rename: Rename): Names {
  return {
    arena: {
      i32: (name, length, labels) => arena.i32(rename(name), length, labels),
      u8: (name, length) => arena.u8(rename(name), length),
      f64: (name, length) => arena.f64(rename(name), length),
      log: (name, options) => arena.log(rename(name), options),
      cell: () => arena.cell(),
    },
    signals: { get: (name) => signals.get(rename(name)), has: (name) => signals.has(rename(name)) },
    scheduler: {
      event: (name, clock, fire) => scheduler.event(rename(name), clock, fire),
      get next() {
        return scheduler.next;
      },
    },
  };
}

/** What a row names, in the words of the whole machine. `clock`: the name of a clock there. */
export function renamedRow(row: DeviceRow, rename: Rename, clock: (name: string | undefined) => string | undefined) {
  const { irq, wires, enable, reset } = row;
  const lines = irq === undefined ? {} : typeof irq === 'object' ? irq : { irq };
  const line = (one: number | string) => rename(typeof one === 'number' ? `cpu.${one}` : one);
  const renamed = (one: string | readonly string[]) => (typeof one === 'string' ? rename(one) : one.map(rename));
  const named = clock(row.clock);
  return {
    ...row,
    ...(named !== undefined && { clock: named }),
    ...(irq !== undefined && {
      irq: Object.fromEntries(Object.entries(lines).map(([wire, one]) => [wire, line(one)])),
    }),
    ...(wires && { wires: Object.fromEntries(Object.entries(wires).map(([wire, to]) => [wire, renamed(to)])) }),
    ...(enable !== undefined && { enable: rename(enable) }),
    ...(reset !== undefined && { reset: rename(reset) }),
  };
}
