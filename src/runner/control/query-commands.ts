import { z } from 'zod';
import { boards } from '../catalogue.js';
import { commandGroup } from './command.js';
import { commandSchemas } from './self-description.js';
import { stopData, stopResult } from './stop-data.js';
import { exact, exactInteger, hexOf, hexText, instant, instantOf, place } from './values.js';

const { define, commands } = commandGroup('What there is');
export const queryCommands = commands;

define({
  name: 'query-commands',
  doc: 'All commands with the JSON Schemas of their arguments and results, or the one of a name.',
  when: 'now',
  early: true,
  args: { name: z.string().max(100).optional() },
  result: z.strictObject({
    commands: z.array(
      z.strictObject({
        name: z.string(),
        group: z.string(),
        doc: z.string(),
        when: z.enum(['now', 'in-turn', 'stopped']),
        arguments: z.looseObject({}),
        result: z.looseObject({}),
      }),
    ),
  }),
  run: ({ name }) => ({ commands: commandSchemas(name) }),
});

define({
  name: 'query-status',
  doc: 'Whether the machine runs, where it is, and why it stands.',
  when: 'now',
  result: z.strictObject({
    running: z.boolean(),
    ...instant,
    ...place,
    mode: z.string().describe('mode and privilege of the core, in words'),
    sleeping: z.boolean(),
    locked: z.boolean(),
    exitCode: exactInteger.optional().describe('what the firmware ended with, since the last reset'),
    stop: stopResult
      .pick({ reason: true, what: true, exitCode: true, error: true })
      .optional()
      .describe('the last one'),
  }),
  run(_, { target }) {
    const { board, bench, runs } = target;
    const { cpu } = board;
    const last = runs.last && stopData(target, runs.last);
    return {
      running: runs.running,
      ...instantOf(bench),
      ...target.where,
      mode: cpu.mode,
      sleeping: cpu.sleeping,
      locked: cpu.locked,
      ...(runs.exitCode === undefined ? {} : { exitCode: exact(runs.exitCode) }),
      ...(last ? { stop: { reason: last.reason, what: last.what, exitCode: last.exitCode, error: last.error } } : {}),
    };
  },
});

const memoryRow = z.strictObject({
  name: z.string(),
  address: hexText,
  size: z.int(),
  kind: z.enum(['ram', 'rom']),
  aliases: z.array(hexText),
});

define({
  name: 'query-board',
  doc: 'The board: its core, clock and memories; devices, parts, pins and UARTs by name.',
  result: z.strictObject({
    name: z.string(),
    chip: z.string(),
    cpu: z.string(),
    hertz: z.number().describe('of the CPU clock, as it is now'),
    engine: z.string(),
    image: z.string().optional(),
    memories: z.array(memoryRow),
    devices: z.array(z.string()),
    parts: z.array(z.string()),
    uarts: z.array(z.string()),
    pins: z.int().describe('how many; `pin-list` names them'),
  }),
  run(_, { target }) {
    const { definition, board, bench, image } = target;
    const { machine } = bench;
    const { assembly, description } = machine;
    return {
      name: definition.name,
      chip: definition.chip.name,
      cpu: board.cpu.name,
      hertz: bench.hertz,
      engine: machine.engine,
      ...(image === undefined ? {} : { image }),
      memories: Object.entries(description.memories).map(([name, { address, size, kind, aliases = [] }]) => ({
        name,
        address: hexOf(address),
        size,
        kind,
        aliases: aliases.map((alias) => hexOf(alias)),
      })),
      devices: [...assembly.devices.keys()],
      parts: [...assembly.parts.keys()],
      uarts: [...board.uartOutputs.keys()],
      pins: assembly.nets.size,
    };
  },
});

define({
  name: 'query-boards',
  doc: 'The boards that fwtest comes with.',
  result: z.strictObject({
    boards: z.array(
      z.strictObject({ name: z.string(), chip: z.string(), cpu: z.string(), parts: z.array(z.string()) }),
    ),
  }),
  run: () => ({
    boards: boards().map(({ definition: { name, chip, parts } }) => ({
      name,
      chip: chip.name,
      cpu: chip.cpu.name,
      parts: Object.keys(parts),
    })),
  }),
});
