import type { DerivedClockRow } from '../emu/machine-description.js';
import type { Mistakes } from './mistakes.js';
import type { ClockValue, Entry, Named } from './model.js';
import { meant } from './read.js';

/** Clocks of a description: sources with their frequencies, and those made from others. */

export interface ClockRows {
  readonly clocks: Record<string, number>;
  readonly derivedClocks: Record<string, DerivedClockRow>;
}

export function clockRows(clocks: Named<ClockValue>, mistakes: Mistakes): ClockRows {
  const rows: ClockRows = { clocks: {}, derivedClocks: {} };
  for (const [name, entry] of clocks) {
    const { value, where } = entry;
    if (name === 'cpu' || name === 'ns') {
      mistakes.add(where(), `a clock cannot be called '${name}': there is one of that name`, 'choose another name');
    } else if (value.from === undefined) source(rows, name, entry, mistakes);
    else if (value.hertz !== undefined) {
      mistakes.add(where(), `clock '${name}' has both a frequency and a source`, 'give `hertz`, or `from`');
    } else if (checkFactors(name, entry, mistakes)) {
      const { from, multiply, divide, gate } = value;
      rows.derivedClocks[name] = {
        from,
        ...(multiply && { multiply }),
        ...(divide && { divide }),
        ...(gate && { gate }),
      };
    }
  }
  for (const [name, { from }] of Object.entries(rows.derivedClocks)) checkSource(name, from, clocks, mistakes);
  return rows;
}

function source(rows: ClockRows, name: string, { value, where }: Entry<ClockValue>, mistakes: Mistakes): void {
  if (value.hertz === undefined) {
    mistakes.add(where(), `clock '${name}' has neither a frequency nor a source`, 'give `hertz: 8MHz`, or `from: hse`');
  } else if (value.multiply !== undefined || value.divide !== undefined || value.gate !== undefined) {
    mistakes.add(
      where(),
      `clock '${name}' is a source, which is not multiplied, divided or gated`,
      'make another clock from it',
    );
  } else rows.clocks[name] = value.hertz;
}

function checkFactors(name: string, { value, where }: Entry<ClockValue>, mistakes: Mistakes): boolean {
  for (const key of ['multiply', 'divide'] as const) {
    const factor = value[key];
    if (factor === undefined || (factor >= 1 && factor <= 0xffff_ffff)) continue;
    mistakes.add(where(key), `clock '${name}' cannot ${key} by ${factor}`, 'give 1 or more');
    return false;
  }
  return true;
}

function checkSource(name: string, from: string, clocks: Named<ClockValue>, mistakes: Mistakes): void {
  const where = clocks.get(name)!.where('from');
  if (from !== 'cpu' && !clocks.has(from)) {
    mistakes.add(
      where,
      `clock '${name}' is made from '${from}', which is no clock`,
      meant(
        from,
        ['cpu', ...clocks.keys()].filter((one) => one !== name),
      ),
    );
    return;
  }
  const path = [name];
  for (let at: string | undefined = from; at !== undefined; at = clocks.get(at)?.value.from) {
    if (path.includes(at)) {
      mistakes.add(where, `clock '${name}' is made from itself: ${[...path, at].join(' ← ')}`);
      return;
    }
    path.push(at);
  }
}

/** Hz of a clock at power-on; undefined if it is none, or depends on the CPU's. */
export function hertzAtStart(name: string, { clocks, derivedClocks }: ClockRows, depth = 0): number | undefined {
  if (Object.hasOwn(clocks, name)) return clocks[name];
  const row = Object.hasOwn(derivedClocks, name) ? derivedClocks[name] : undefined;
  if (row === undefined || depth > 64) return undefined;
  const source = hertzAtStart(row.from, { clocks, derivedClocks }, depth + 1);
  return source === undefined ? undefined : (source * (row.multiply ?? 1)) / (row.divide ?? 1);
}
