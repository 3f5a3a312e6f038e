import type { MachineDescription } from '../emu/machine-description.js';
import { placesOf } from '../emu/machine-description.js';
import type { AnyBoard } from './from-board.js';

/** For tests: everything that joins the devices of a board, in one form however it was written. */
export function wiringOf(board: AnyBoard): Readonly<Record<string, unknown>> {
  const { cpu, hertz, clocks, derivedClocks, cpuClock, bridges, timing, ...chip } = board.chip;
  const { memories, windows, bitBands, devices, absent, pinNames, joins } = chip;
  return {
    cpu: { name: cpu.name, members: (cpu.members ?? []).map(({ name, cpu: one, rate = 1 }) => [name, one.name, rate]) },
    clocks: { cpu: cpuClock ?? Number(hertz), ...rates(clocks), ...sorted(derivedClocks) },
    memories: each(memories, ({ address, aliases, places, contents, size, ...row }) => ({
      ...defined(row),
      size,
      places: seen({ address, ...(aliases && { aliases }), ...(places && { places }) }, size),
      bytes: contents?.length ?? 0,
    })),
    windows: each(windows, ({ shows, ...row }) => ({ ...defined(row), shows: shows.map((one) => one ?? 'none') })),
    bitBands: bitBands ?? [],
    devices: each(devices, deviceOf),
    absent: absent ?? {},
    pinNames: sorted(pinNames),
    joins: nodes(joins ?? []),
    bridges: bridges?.clocks ?? [],
    timing,
    parts: each(board.parts, ({ kind }) => kind),
    contents: (board.chip.contents?.() ?? []).map(({ physicalAddress, data }) => [physicalAddress, data.length]),
  };
}

type Row = MachineDescription['devices'][string];

function deviceOf({ address, device, places, irq, clock, enable, reset, wires, privileged, ofOneCore, bank }: Row) {
  return {
    device: device.name,
    places: seen({ address, ...(places && { places }) }, device.size),
    irq: typeof irq === 'object' ? sorted(irq) : irq,
    wires: Object.fromEntries(Object.entries(sorted(wires)).map(([wire, to]) => [wire, [to].flat()])),
    ...defined({ clock, enable, reset, privileged, ofOneCore, bank }),
  };
}

const seen = (row: Parameters<typeof placesOf>[0], size: number) =>
  placesOf(row, size).map(({ address, offset, size: bytes }) => `${address}:${offset}+${bytes}`);

const each = <T, R>(group: Readonly<Record<string, T>> | undefined, convert: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(sorted(group)).map(([name, value]) => [name, convert(value as T)]));

function sorted(values: object = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(defined(values)).sort(([a], [b]) => (a < b ? -1 : 1)));
}
const defined = (values: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, one]) => one !== undefined));
const rates = (clocks: MachineDescription['clocks']): Record<string, unknown> =>
  Object.fromEntries(Object.entries(sorted(clocks)).map(([name, rate]) => [name, Number(rate)]));

/** Pins that are one node, however the pairs were written. */
function nodes(joins: readonly (readonly string[])[]): string[] {
  const found: Set<string>[] = [];
  for (const joined of joins) {
    const met = found.filter((node) => joined.some((pin) => node.has(pin)));
    const whole = new Set([...met.flatMap((node) => [...node]), ...joined]);
    found.splice(0, found.length, ...found.filter((node) => !met.includes(node)), whole);
  }
  return found.map((node) => [...node].sort().join(' = ')).sort();
}
