/** What there is to choose from on the command line. */

import * as exportedBoards from '../boards/index.js';
import * as exportedDevices from '../devices.js';
import { closest } from '../emu/debug/symbols-spelling.js';
import { UsageError } from '../emu/errors.js';
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

/** Devices and parts that `fwtest/devices` exports, and the blocks the boards' chips have of them. */
export function devices() {
  const own = Object.keys(exportedDevices).map((name) => ({ name, where: 'fwtest/devices', instances: '' }));
  const used = new Map<string, string[]>();
  for (const { definition } of boards()) {
    for (const [instance, { device }] of Object.entries(definition.chip.devices)) {
      const key = `${device.name}\n${definition.chip.name}`;
      used.set(key, [...(used.get(key) ?? []), instance]);
    }
  }
  const built = [...used].map(([key, instances]) => {
    const [name = '', chip = ''] = key.split('\n');
    return { name, where: `chip ${chip}`, instances: instances.join(' ') };
  });
  return [...own, ...built];
}

/** The processors of the boards' chips. */
export function cpus() {
  const names = new Map<string, string[]>();
  for (const { definition } of boards()) {
    const { cpu, name } = definition.chip;
    names.set(cpu.name, [...(names.get(cpu.name) ?? []), name]);
  }
  return [...names].map(([name, chips]) => ({ name, chips: [...new Set(chips)] }));
}

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
