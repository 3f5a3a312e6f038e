/** All commands of the control protocol. */

import type { Command } from './command.js';
import { cpuCommands } from './cpu-commands.js';
import { deviceCommands } from './device-commands.js';
import { memoryCommands } from './memory-commands.js';
import { partCommands } from './part-commands.js';
import { pinCommands } from './pin-commands.js';
import { queryCommands } from './query-commands.js';
import { reportCommands } from './report-commands.js';
import { runCommands } from './run-commands.js';
import { sessionCommands } from './session-commands.js';
import { snapshotCommands } from './snapshot-commands.js';
import { stopPointCommands } from './stop-point-commands.js';
import { symbolCommands } from './symbol-commands.js';
import { uartCommands } from './uart-commands.js';
import { wireCommands } from './wire-commands.js';

/** By group, in the order of the reference. */
export const commands: readonly Command[] = [
  ...sessionCommands,
  ...queryCommands,
  ...runCommands,
  ...stopPointCommands,
  ...cpuCommands,
  ...memoryCommands,
  ...deviceCommands,
  ...wireCommands,
  ...pinCommands,
  ...partCommands,
  ...uartCommands,
  ...snapshotCommands,
  ...reportCommands,
  ...symbolCommands,
];

const byName = new Map(commands.map((command) => [command.name, command]));

export function commandNamed(name: string): Command | undefined {
  return byName.get(name);
}
