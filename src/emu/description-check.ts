import { AddressMap } from './address-map.js';
import { Assembly, type AssemblyHost } from './assembly.js';
import { Region } from './bus-region.js';
import type { DeviceMemory } from './device.js';
import { UsageError } from './errors.js';
import { type MachineDescription, placesOf } from './machine-description.js';
import { arenaBytesFor } from './machine-room.js';
import { Scheduler } from './scheduler.js';
import { Signal, Signals } from './signal.js';
import { Arena } from './state.js';
import { Timebase } from './time.js';

/** Checks a description by placing and wiring everything once, without core and memory. Errors name both sides. */
export function checkDescription(description: MachineDescription): void {
  const map = new AddressMap();
  try {
    for (const region of regionsOf(description)) map.add(region);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError({ ...error.problem, where: `${description.name}: ${error.problem.where}` });
  }
  checkControllers(description);
  new Assembly(description, quietHost(description), {});
}

/** What assembled devices ask of a machine, where there is none: nothing happens. */
export function quietHost(description: MachineDescription): AssemblyHost {
  const arena = new Arena(arenaBytesFor(description));
  const timebase = new Timebase(arena, description.hertz);
  const quiet = () => {};
  return {
    arena,
    timebase,
    scheduler: new Scheduler(arena, timebase),
    signals: new Signals(arena),
    cpuInput: (name) => new Signal(`cpu.${name}`, arena),
    cpuOutput: (name) => new Signal(`cpu.${name}`, arena),
    cpuNames: description.cpu.members?.map(({ name }) => name) ?? [],
    memory: (controller) => memoryOf(description, controller),
    stallWhile: quiet,
    watchStores: quiet,
    bus: { read: () => undefined, write: () => false },
    report: quiet,
    modifiesInPlace: () => false,
    emit: quiet,
    requestReset: quiet,
    loseRam: quiet,
  };
}

function checkControllers({ name: where, memories, devices }: MachineDescription): void {
  for (const [name, { controller }] of Object.entries(memories)) {
    const device = controller?.split('.')[0];
    if (device === undefined || device in devices) continue;
    const what = `memory '${name}' is controlled by '${controller}', but there is no device '${device}'`;
    throw new UsageError({ what, where, remedy: 'name a device and one of its ports' });
  }
}

/** What a device may know of a memory before there is one. */
function memoryOf({ memories }: MachineDescription, controller: string): DeviceMemory | undefined {
  const row = Object.values(memories).find((one) => one.controller === controller);
  return row && { size: row.size, load: () => 0, fill: () => {}, addressesOf: (offset) => [row.address + offset] };
}

function* regionsOf(description: MachineDescription): Generator<Region> {
  for (const [name, row] of Object.entries(description.memories)) {
    for (const { address, size } of placesOf(row, row.size)) yield new Region('memory', name, address, size);
  }
  for (const [name, { address, size }] of Object.entries(description.windows ?? {})) {
    yield new Region('memory', name, address, size);
  }
  for (const { alias, bytes } of description.bitBands ?? [])
    yield new Region('bit-band', 'bit-band', alias, bytes * 32);
  for (const [name, row] of Object.entries(description.devices)) {
    for (const { address, size } of placesOf(row, row.device.size)) yield new Region('device', name, address, size);
  }
  for (const [name, { address, size }] of Object.entries(description.absent ?? {})) {
    yield new Region('absent', name, address, size);
  }
}
