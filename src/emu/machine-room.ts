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

/** For wires, pins, events and logs, which are known only when all is set up: of a machine, of each device, of each part. */
const MARGIN = { machine: 1 << 19, device: 1 << 12, part: 1 << 13 } as const;

/** A register's value, what it reads as, and whether it was told: 9 bytes. */
const REGISTER = 16;

/** Room for the devices' words with a margin; a multiple of 8. What nobody uses of it costs nothing. */
export function arenaBytesFor({ devices, parts = {} }: MachineDescription): number {
  let bytes = MARGIN.machine + MARGIN.part * Object.keys(parts).length;
  for (const { device } of Object.values(devices)) {
    const registers =
      device.registers === undefined ? 0 : layoutOf(device.registers, device.size, device.name).flat.length;
    bytes += MARGIN.device + REGISTER * registers;
    for (const spec of Object.values(device.state)) bytes += spec.byteLength + 8;
  }
  return Math.ceil(bytes / 8) * 8;
}
