import { BusPorts } from './bus-ports.js';
import type { MachineDescription } from './machine-description.js';
import { layoutOf } from './register-file.js';

/** How many bytes of the engine's memory a machine needs behind its guest memories. */

/** Room for the registers that the engine reads by itself. */
export function portBytesFor({ devices }: MachineDescription): number {
  return BusPorts.roomFor(
    Object.values(devices).map(({ device }) => ({
      size: device.size,
      registers: device.registers === undefined ? 0 : layoutOf(device.registers, device.size, device.name).flat.length,
    })),
  );
}

/** Room for the devices' words with a margin for wires, pins and events; a multiple of 8. */
export function arenaBytesFor({ devices }: MachineDescription): number {
  let bytes = 1 << 19;
  for (const { device } of Object.values(devices)) {
    bytes += 2 * device.size;
    for (const spec of Object.values(device.state)) bytes += spec.byteLength + 8;
  }
  return Math.ceil(bytes / 8) * 8;
}
