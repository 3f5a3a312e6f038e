import { AddressMap } from './address-map.js';
import { Assembly } from './assembly.js';
import { Region } from './bus-region.js';
import { UsageError } from './errors.js';
import type { MachineDescription } from './machine-description.js';
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
  const arena = new Arena(1 << 22);
  const timebase = new Timebase(arena, description.hertz);
  const quiet = () => {};
  new Assembly(
    description,
    {
      arena,
      timebase,
      scheduler: new Scheduler(arena, timebase),
      signals: new Signals(arena),
      cpuInput: (name) => new Signal(`cpu.${name}`, arena),
      report: quiet,
      emit: quiet,
      requestReset: quiet,
    },
    {},
  );
}

function* regionsOf(description: MachineDescription): Generator<Region> {
  for (const [name, { address, size, aliases = [] }] of Object.entries(description.memories)) {
    for (const at of [address, ...aliases]) yield new Region('memory', name, at, size);
  }
  for (const [name, { address, size }] of Object.entries(description.windows ?? {})) {
    yield new Region('memory', name, address, size);
  }
  for (const { alias, bytes } of description.bitBands ?? [])
    yield new Region('bit-band', 'bit-band', alias, bytes * 32);
  for (const [name, { address, device }] of Object.entries(description.devices)) {
    yield new Region('device', name, address, device.size);
  }
  for (const [name, { address, size }] of Object.entries(description.absent ?? {})) {
    yield new Region('absent', name, address, size);
  }
}
