import { z } from 'zod';
import { MISUSE_RULES, type MisuseKind, misuseKindOf, OTHER_REPORTS } from '../../emu/misuse.js';
import { commandGroup } from './command.js';
import { reportData } from './events.js';
import { exact, exactInteger, hexText } from './values.js';

const { define, commands } = commandGroup('What the firmware did wrong');
export const reportCommands = commands;

const KINDS = Object.keys({ ...MISUSE_RULES, ...OTHER_REPORTS }) as MisuseKind[];

define({
  name: 'fault-list',
  doc: 'Faults the core took: the first 64, and the first of each kind.',
  result: z.strictObject({
    count: exactInteger.describe('all that there were'),
    faults: z.array(z.strictObject({ name: z.string(), text: z.string() })),
  }),
  run: (_, { target: { board, bench } }) => ({
    count: exact(bench.faultCount),
    faults: board.faults.map(({ name, text }) => ({ name, text })),
  }),
});

define({
  name: 'misuse-list',
  doc: 'What the firmware did that the chip or a device minds, of one kind or all: misuse, unmodelled parts, guest errors.',
  args: { kind: z.enum(KINDS).optional() },
  result: z.strictObject({
    lost: z.int().describe('how many came after the log was full'),
    reports: z.array(
      z.strictObject({
        kind: z.enum(KINDS),
        device: z.string(),
        what: z.string(),
        pc: hexText,
        time: exactInteger,
        cycles: exactInteger,
        where: z.string().optional(),
        remedy: z.string().optional(),
        section: z.string().optional().describe('of the manual'),
      }),
    ),
  }),
  run({ kind }, { target: { board, bench } }) {
    const those = board.guestErrors.filter((report) => kind === undefined || misuseKindOf(report) === kind);
    return {
      lost: bench.machine.guestErrorsLost,
      reports: those.map((report) => ({ ...reportData(report), time: exact(report.ns), cycles: exact(report.cycles) })),
    };
  },
});
