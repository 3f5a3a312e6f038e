/** What there is to choose from on the command line. */

import * as exportedBoards from '../boards/index.js';
import * as exportedDevices from '../devices.js';
import { UsageError } from '../emu/errors.js';
import { isNamedOnly } from '../emu/not-modelled.js';
import { closest } from '../emu/spelling.js';
import { CPUS } from '../machine-file/kinds/index.js';
import { cpuFacts } from './board-facts.js';
import type { AnyBoard } from './station.js';

/** A board and the name it is imported by. */
export interface BoardEntry {
  readonly exportName: string;
  readonly definition: AnyBoard;
}

/** All boards that `fwtest/boards` exports. */
export function boards(): BoardEntry[] {
  return Object.entries(exportedBoards as Record<string, unknown>)
    .filter((entry): entry is [string, AnyBoard] => isBoard(entry[1]))
    .map(([exportName, definition]) => ({ exportName, definition }));
}

function isBoard(value: unknown): value is AnyBoard {
  return typeof value === 'object' && value !== null && 'chip' in value && 'createMachine' in value;
}

/** A device or part, where it is from and, on a chip, what its blocks are called. */
export interface DeviceEntry extends Readonly<Record<string, string>> {
  readonly name: string;
  /** A device that is only named keeps its registers and reports its use; nothing else happens. */
  readonly state: 'modelled' | 'named only';
  readonly where: string;
  /** With blanks between. */
  readonly instances: string;
}

/** Devices and parts that `fwtest/devices` exports, and the blocks the boards' chips have of them. */
export function devices(): DeviceEntry[] {
  const found = new Map<string, DeviceEntry>();
  for (const name of Object.keys(exportedDevices))
    found.set(name, { name, state: 'modelled', where: 'fwtest/devices', instances: '' });
  for (const { definition } of boards()) {
    for (const [instance, { device }] of Object.entries(definition.chip.devices)) {
      const state = isNamedOnly(device) ? 'named only' : 'modelled';
      const key = `${device.name}\n${definition.chip.name}\n${state}`;
      const known = found.get(key)?.instances.split(' ') ?? [];
      // one chip on several boards
      const instances = [...new Set([...known, instance])].join(' ');
      found.set(key, { name: device.name, state, where: `chip ${definition.chip.name}`, instances });
    }
  }
  return [...found.values()];
}

/** A kind of processor, with the boards' chips that have it. */
export interface CpuEntry {
  readonly name: string;
  readonly isa: string;
  readonly chips: readonly string[];
  readonly summary: string;
}

/** The processors of the boards' chips, then the other kinds that `--cpu` takes. */
export function cpus(): CpuEntry[] {
  const found = new Map<string, { name: string; isa: string; chips: Set<string> }>();
  for (const { definition } of boards()) {
    for (const { name, isa } of cpuFacts(definition)) {
      const known = found.get(`${name} ${isa}`) ?? { name, isa, chips: new Set() };
      found.set(`${name} ${isa}`, known);
      known.chips.add(definition.chip.name);
    }
  }
  const used = [...found.values()].map(({ chips, ...one }) => ({
    ...one,
    chips: [...chips],
    summary: summaryOf(one.name),
  }));
  const others = [...CPUS.values()].filter(({ type }) => !used.some(({ name }) => name === type));
  return [...used, ...others.map(({ type, summary }) => ({ name: type, isa: '', chips: [], summary }))];
}

const summaryOf = (type: string): string => CPUS.get(type)?.summary ?? '';

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
