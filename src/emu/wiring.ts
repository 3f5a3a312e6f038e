import type { Assembly, Wire } from './assembly.js';
import type { DeviceRow } from './device-row.js';
import { UsageError } from './errors.js';
import { connect, type Signal } from './signal.js';

/** The core's own wires by name; undefined where it has none. */
export interface CoreWires {
  input(name: string | number): Signal | undefined;
  output(name: string): Signal | undefined;
  /** What names of its wires begin with: `cpu`, and the names of several cores. */
  readonly names: readonly string[];
}

/** Connects what the rows of a machine name: interrupt lines, clock enables, resets and wires between devices. */
export function wireUp(assembly: Assembly, rows: Readonly<Record<string, DeviceRow>>, cpu: CoreWires): void {
  const sources = new Map<Signal, Signal[]>();
  const join = (from: Signal, to: Signal): void => {
    const known = sources.get(to);
    if (known === undefined) sources.set(to, [from]);
    else known.push(from);
  };
  for (const [name, row] of Object.entries(rows)) {
    const device = assembly.devices.get(name)!;
    const lines = typeof row.irq === 'object' ? row.irq : row.irq === undefined ? {} : { irq: row.irq };
    for (const [wire, line] of Object.entries(lines)) {
      if (typeof line === 'string') joinWires(assembly, ownWire(assembly, name, wire), line, join, cpu);
      else join(ownWire(assembly, name, wire).signal, coreWire(cpu.input(line), line, `${name}.${wire}`));
    }
    if (row.enable !== undefined) {
      const { signal } = outputNamed(assembly, row.enable, `'enable' of ${name}`);
      signal.listen((level) => device.setEnabled(level !== 0));
      device.setEnabled(signal.level !== 0);
    }
    if (row.reset !== undefined) {
      const { signal } = outputNamed(assembly, row.reset, `'reset' of ${name}`);
      signal.listen((level) => device.setHeld(level !== 0));
    }
    for (const [wire, others] of Object.entries(row.wires ?? {})) {
      for (const other of [others].flat()) joinWires(assembly, ownWire(assembly, name, wire), other, join, cpu);
    }
  }
  for (const [to, from] of sources) connect(from, to);
}

function joinWires(
  assembly: Assembly,
  own: Wire,
  other: string,
  join: (from: Signal, to: Signal) => void,
  cpu: CoreWires,
): void {
  const where = `wire ${own.device}.${own.name}`;
  const ofCore = assembly.wires.has(other) ? undefined : nameInCore(other, cpu.names);
  if (ofCore !== undefined) {
    const name = /^\d+$/.test(ofCore) ? Number(ofCore) : ofCore;
    if (own.direction === 'output') join(own.signal, coreWire(cpu.input(name), name, where));
    else join(coreWire(cpu.output(ofCore), ofCore, where, 'output'), own.signal);
    return;
  }
  const far = assembly.wires.get(other) ?? unknownWire(assembly, other, where);
  if (own.direction === far.direction) {
    const what = `${own.device}.${own.name} and ${other} are both ${own.direction}s`;
    throw new UsageError({ what, where, remedy: 'connect an output to an input' });
  }
  if (own.direction === 'output') join(own.signal, far.signal);
  else join(far.signal, own.signal);
}

/** `cpu.nmi` is the core's `nmi`, `nvic.37` its interrupt 37; `cpu1.nmi` stays so, where that is one of several cores. */
function nameInCore(wire: string, names: readonly string[]): string | undefined {
  const [, head, rest] = /^(\w+)\.(.+)$/.exec(wire) ?? [];
  if (head === undefined) return undefined;
  if (head === 'cpu') return rest;
  if (/^(nvic|plic)$/.test(head) && /^\d+$/.test(rest!)) return rest;
  return names.includes(head) ? wire : undefined;
}

function coreWire(signal: Signal | undefined, name: string | number, where: string, kind = 'input'): Signal {
  if (signal !== undefined) return signal;
  throw new UsageError({ what: `the core has no ${kind} ${name}`, where, remedy: "see the chip's vector table" });
}

function ownWire(assembly: Assembly, device: string, wire: string): Wire {
  return assembly.wires.get(`${device}.${wire}`) ?? unknownWire(assembly, `${device}.${wire}`, `row '${device}'`);
}

/** `rcc.APB1ENR.17`, or `APB1ENR.17` where only one device has such an output. */
export function outputNamed(assembly: Assembly, name: string, where: string): Wire {
  const exact = assembly.wires.get(name);
  if (exact !== undefined) return exact;
  const found = [...assembly.wires.values()].filter((wire) => wire.name === name && wire.direction === 'output');
  if (found.length === 1) return found[0]!;
  return unknownWire(assembly, name, where);
}

function unknownWire(assembly: Assembly, name: string, where: string): never {
  const device = name.split('.')[0]!;
  const near = [...assembly.wires.keys()].filter((wire) => wire.startsWith(`${device}.`));
  const remedy =
    near.length > 0 ? `'${device}' has ${near.slice(0, 8).join(', ')}` : `there is no device '${device}' with wires`;
  throw new UsageError({ what: `no device has a wire '${name}'`, where, remedy });
}
