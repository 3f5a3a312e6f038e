import type { Board, DeviceRows, PartRows } from '../boards/define.js';
import { UsageError } from '../emu/errors.js';
import type { DerivedClockRow, MemoryRow } from '../emu/machine-description.js';
import { Rational } from '../emu/rational.js';
import type { Frequency } from '../emu/time.js';
import { kindNamed } from './kinds/index.js';
import { doesStartByImage, type OptionValues, type Origin, originOf } from './kinds/kind.js';
import { KINDS } from './make-things.js';
import {
  type ClockValue,
  type DeviceValue,
  emptyModel,
  type MemoryValue,
  type Model,
  type Named,
  type Where,
} from './model.js';

/** A board in TypeScript as a model, so that files and flags can change it and `--dump-config` can write it out. */

export type AnyBoard = Board<DeviceRows, PartRows>;

export function modelOf(board: AnyBoard): Model {
  const { chip, parts } = board;
  const model = emptyModel(board.name);
  const where: Where = () => `board '${board.name}'`;
  const put = <T>(into: Named<T>, name: string, value: T) => into.set(name, { value, where });
  const first = hertzOf(chip.hertz, 'cpu');
  const members = chip.cpu.members ?? [{ name: 'cpu0', cpu: chip.cpu }];
  for (const [i, { name, cpu: made, rate = 1 }] of members.entries()) {
    const cpu = originOf(made);
    const clock = i === 0 ? (chip.cpuClock ?? first) : Rational.from(rate).mul(Rational.from(first)).toNumber();
    put(model.cpus, name, {
      type: cpu?.type ?? made.name,
      options: cpu ? saidOptions(made, cpu) : {},
      clock,
      ...(cpu ? {} : { made }),
    });
    if (!doesStartByImage(made)) model.cpusOfBoard.add(name);
  }
  for (const [name, frequency] of Object.entries(chip.clocks ?? {})) {
    put(model.clocks, name, { hertz: hertzOf(frequency, name) });
  }
  for (const [name, row] of Object.entries(chip.derivedClocks ?? {})) put(model.clocks, name, derived(row));
  for (const [name, row] of Object.entries(chip.memories)) put(model.memory, name, memoryOf(row));
  for (const [name, { address, ...row }] of Object.entries(chip.windows ?? {})) {
    put(model.windows, name, { ...row, at: address, shows: row.shows.map((one) => one ?? null) });
  }
  for (const { bytes, ...row } of chip.bitBands ?? []) model.bitBands.push({ value: { ...row, size: bytes }, where });
  for (const [name, row] of Object.entries(chip.devices)) put(model.devices, name, deviceOf(row));
  for (const [name, { address, size }] of Object.entries(chip.absent ?? {}))
    put(model.absent, name, { at: address, size });
  for (const [name, part] of Object.entries(parts)) {
    const origin = originOf(part);
    put(model.parts, name, { type: origin?.type ?? part.kind, options: origin?.options ?? {}, made: part });
  }
  for (const joined of chip.joins ?? []) {
    for (const pin of joined.slice(1)) model.wires.push({ value: `${joined[0]} = ${pin}`, where });
  }
  for (const { physicalAddress: at, data: bytes } of chip.contents?.() ?? [])
    model.contents.push({ value: { at, bytes }, where });
  model.programs.push(...(chip.loaded ?? []));
  for (const [name, pin] of Object.entries(chip.pinNames ?? {})) put(model.pinNames, name, pin);
  for (const line of sharedLines(chip.devices)) model.sharedIrqs.add(line);
  if (chip.bridges) model.bridges = { value: { clocks: [...chip.bridges.clocks] }, where };
  if (chip.timing) model.timing = chip.timing;
  return model;
}

/** Without the start that was only taken until an image is known. */
function saidOptions(made: object, { type, options }: Origin): OptionValues {
  const start = doesStartByImage(made) ? kindNamed(KINDS.cpus, type)?.startOption : undefined;
  if (start === undefined) return options;
  const { [start]: _assumed, ...said } = options;
  return said;
}

function hertzOf(frequency: Frequency, name: string): number {
  if (typeof frequency === 'number') return frequency;
  const number = Number(frequency);
  if (Number.isFinite(number)) return number;
  throw new UsageError({ what: `the frequency of clock '${name}' is no plain number`, remedy: 'give it in Hz' });
}

const derived = (row: DerivedClockRow): ClockValue => ({ ...row });

function memoryOf({ address, contents, places, aliases, ...row }: MemoryRow): MemoryValue {
  return {
    ...row,
    at: address,
    ...(aliases && { aliases: [...aliases] }),
    ...(places && { places: places.map(({ address: at, offset, size }) => ({ at, offset, size })) }),
    ...(contents && { bytes: contents }),
  };
}

function deviceOf(row: DeviceRows[string]): DeviceValue {
  const { address, device, places, irq, clock, enable, reset, wires, privileged } = row;
  const origin = originOf(device);
  return {
    type: origin?.type ?? device.name,
    options: origin?.options ?? {},
    made: device,
    at: address,
    ...(places && { places: places.map(({ address: at, offset, size }) => ({ at, offset, size })) }),
    ...(irq !== undefined && { irq: typeof irq === 'object' ? { ...irq } : irq }),
    ...(clock !== undefined && { clock }),
    ...(enable !== undefined && { enable }),
    ...(reset !== undefined && { reset }),
    ...(wires && {
      wires: Object.fromEntries(
        Object.entries(wires).map(([wire, to]) => [wire, typeof to === 'string' ? to : [...to]]),
      ),
    }),
    ...(privileged !== undefined && { privileged }),
  };
}

/** Interrupt lines that several devices of a chip are wired to: it is right there. */
function sharedLines(devices: DeviceRows): Iterable<number> {
  const users = new Map<number, number>();
  for (const { irq } of Object.values(devices)) {
    const lines = typeof irq === 'object' ? Object.values(irq) : irq === undefined ? [] : [irq];
    for (const line of new Set(lines.filter((one) => typeof one === 'number')))
      users.set(line, (users.get(line) ?? 0) + 1);
  }
  return [...users].filter(([, count]) => count > 1).map(([line]) => line);
}
