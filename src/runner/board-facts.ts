/** What a board consists of, for programs: `fwtest boards --json`. */

import type { CpuType } from '../emu/cpu.js';
import type { DeviceRow } from '../emu/device-row.js';
import { placesOf } from '../emu/machine-description.js';
import { isNamedOnly } from '../emu/not-modelled.js';
import { Rational } from '../emu/rational.js';
import { boardKind } from '../machine-file/boards.js';
import { hartKind } from '../machine-file/hart-kind.js';
import { CPUS, kindNamed } from '../machine-file/kinds/index.js';
import { type OptionValues, originOf } from '../machine-file/kinds/kind.js';
import type { BoardEntry } from './catalogue.js';
import type { AnyBoard } from './station.js';

export interface CpuFacts {
  /** The kind of core, as `--cpu` takes it: `sifive-u54`, `cortex-m4`; `riscv` if it is like none that has a name of its own. */
  readonly name: string;
  /** `rv64imafdc`, `armv7e-m`. */
  readonly isa: string;
  readonly harts: number;
  /** Hz after power-on. */
  readonly clock: number;
}

export interface MemoryFacts {
  readonly name: string;
  readonly address: number;
  /** Bytes. */
  readonly size: number;
  readonly kind: 'ram' | 'rom';
}

export interface DeviceFacts {
  readonly name: string;
  /** Its kind, as `--device` takes it. */
  readonly type: string;
  readonly address: number;
  /** Interrupt lines by wire name; a number for the wire `irq`, null without. */
  readonly irq: DeviceRow['irq'] | null;
  /** A device that is only named keeps its registers and reports its use; one beside the core is made by it. */
  readonly state: 'modelled' | 'named only' | 'beside the core';
}

export interface BoardFacts {
  readonly name: string;
  readonly import: string;
  readonly aliases: readonly string[];
  readonly chip: string;
  readonly cpu: string;
  readonly cpus: readonly CpuFacts[];
  readonly memory: readonly MemoryFacts[];
  readonly devices: readonly DeviceFacts[];
  readonly parts: readonly { readonly name: string; readonly kind: string }[];
}

export function boardFacts({ exportName, definition }: BoardEntry): BoardFacts {
  const { name, chip, parts } = definition;
  return {
    name,
    import: exportName,
    aliases: boardKind(name)?.aliases ?? [],
    chip: chip.name,
    cpu: chip.cpu.name,
    cpus: cpuFacts(definition),
    memory: Object.entries(chip.memories).flatMap(([memory, row]) =>
      placesOf(row, row.size).map(({ address, size }) => ({ name: memory, address, size, kind: row.kind })),
    ),
    devices: [...devicesBeside(chip.cpu), ...Object.entries(chip.devices).map(deviceFacts)],
    parts: Object.entries(parts).map(([part, { kind }]) => ({ name: part, kind })),
  };
}

function deviceFacts([name, { address, device, irq }]: readonly [string, DeviceRow]): DeviceFacts {
  const state = isNamedOnly(device) ? 'named only' : 'modelled';
  return { name, type: originOf(device)?.type ?? device.name, address, irq: irq ?? null, state };
}

function devicesBeside(cpu: CpuType): DeviceFacts[] {
  const origin = originOf(cpu);
  const regions = origin && kindNamed(CPUS, origin.type)?.regions?.(origin.options);
  return (regions ?? []).map(({ name, at }) => ({
    name: name.toLowerCase(),
    type: name,
    address: at,
    irq: null,
    state: 'beside the core' as const,
  }));
}

/** The harts of a core, by what they can do: SiFive's monitor core is one of its own. */
export function cpuFacts({ chip: { cpu, hertz } }: AnyBoard): CpuFacts[] {
  const members = cpu.members ?? [{ cpu, rate: 1 }];
  return members.flatMap((one) => coreFacts(one.cpu, Rational.from(one.rate ?? 1).toNumber() * Number(hertz)));
}

function coreFacts(cpu: CpuType, hertz: number): CpuFacts[] {
  const { type = cpu.name, options = {} } = originOf(cpu) ?? {};
  const clock = Math.round(hertz || 0);
  const harts = Number(cpu.share ?? 1);
  if (options['xlen'] === undefined) return [{ name: type, isa: isaOf(cpu), harts, clock }];
  const monitor = options['monitor'] as OptionValues | undefined;
  const isa = (letters: unknown) => `rv${String(options['xlen'])}${String(letters)}`;
  const name = type === 'riscv' ? hartKind(options) : type;
  const others = { name, isa: isa(options['isa']), harts: monitor ? harts - 1 : harts, clock };
  if (monitor === undefined) return [others];
  return [{ name: hartKind(options, monitor), isa: isa(monitor['isa']), harts: 1, clock }, others];
}

const isaOf = (cpu: CpuType): string => (cpu.name.startsWith('cortex-m4') ? 'armv7e-m' : cpu.name);
