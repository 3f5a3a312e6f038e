import { z } from 'zod';
import { UsageError } from '../../emu/errors.js';
import type { Watched } from '../../matchers/subject.js';
import { uartSearch } from '../../matchers/to-write-uart.js';
import { commandGroup, nothing } from './command.js';
import { Refusal } from './failure.js';
import { limitOf, STOPPERS, type Stop } from './run-control.js';
import { stopData, stopResult } from './stop-data.js';
import type { Target } from './target.js';
import { durationArgument, exactInteger, instant, instantOf, place } from './values.js';

const { define, commands } = commandGroup('Running');
export const runCommands = commands;

/** Single steps of one command: some seconds of the host's time. */
const MOST_STEPS = 10_000_000;

const stopOn = z
  .array(z.enum(STOPPERS))
  .max(20)
  .default(['exit'])
  .describe('what else ends it: `exit` (the firmware ended: the default), `fault`, `misuse`, `reset`');

const condition = {
  uart: z
    .strictObject({
      name: z.string().max(100).optional().describe('the console if it is left out'),
      text: z.string().min(1).max(4096).describe('to be written behind what was waited for last'),
    })
    .optional()
    .describe('until a UART has written a text'),
  pin: z
    .strictObject({ name: z.string().max(100), level: z.enum(['high', 'low', 'floating', 'conflict']) })
    .optional()
    .describe('until a pin has a level'),
};

interface Condition {
  readonly met: () => boolean;
  readonly watched: readonly Watched[];
  /** Called when it was met. */
  readonly done: () => void;
}

function conditionOf(target: Target, { uart, pin }: z.output<z.ZodObject<typeof condition>>): Condition | undefined {
  if (uart && pin) throw new UsageError({ what: 'there are two conditions', remedy: 'give `uart` or `pin`' });
  if (pin) {
    const handle = target.pin(pin.name);
    return { met: () => handle.level === pin.level, watched: [handle], done: () => {} };
  }
  if (!uart) return undefined;
  const output = target.uart(uart.name);
  const { found, watched } = uartSearch(output, uart.text);
  return {
    met: () => found() !== undefined,
    watched: [watched],
    done: () => {
      output.cursor = found()!.end;
    },
  };
}

/** The result of a run; what broke in it is the command's error. */
function told(target: Target, stop: Stop) {
  if (stop.error) throw new Refusal(stop.error);
  return stopData(target, stop);
}

define({
  name: 'run',
  doc: 'Lets machine time pass, and answers when that is over. Commands behind it wait, but for `stop` and queries of the status. Without `for`, `until` and condition it runs until something of `stopOn`, a breakpoint, or `stop`.',
  when: 'stopped',
  args: {
    for: durationArgument.optional().describe('from now: `"20ms"`, `"1200cycles"`; with a condition, at most so long'),
    until: durationArgument.optional().describe('since power-on; with a condition, at most until then'),
    ...condition,
    stopOn,
  },
  result: stopResult,
  async run(args, { target }) {
    if (args.for !== undefined && args.until !== undefined)
      throw new UsageError({ what: 'both `for` and `until` are given', remedy: 'give one of them' });
    const condition = conditionOf(target, args);
    const limit = limitOf(target.bench, args);
    const stop = await target.runs.run({ limit, condition, stopOn: args.stopOn });
    if (stop.reason === 'met') condition?.done();
    return told(target, stop);
  },
});

define({
  name: 'cont',
  doc: 'Lets the machine run and answers at once; STOP tells when it stands. Other commands are executed between slices of some milliseconds of the host: at which instant of machine time is not reproducible. Where a run has to be, use `run`.',
  when: 'stopped',
  args: {
    pace: z
      .number()
      .min(0.001)
      .max(1000)
      .optional()
      .describe('seconds of machine time in a second of the host at most; as many as it can if it is left out'),
    stopOn,
  },
  result: nothing,
  run({ pace, stopOn }, { target }) {
    void target.runs.run({ pace, stopOn });
    return {};
  },
});

define({
  name: 'stop',
  doc: 'Ends the run in progress after the present instruction; without one it does nothing.',
  when: 'now',
  result: z.strictObject({ running: z.boolean().describe('whether there was one') }),
  run(_, { target }) {
    const { running } = target.runs;
    target.runs.noteStop({ reason: 'stop' });
    return { running };
  },
});

define({
  name: 'step',
  doc: 'Executes instructions; a sleeping core jumps to the next event instead. Breakpoints do not stop it.',
  when: 'stopped',
  args: { count: z.int().min(1).max(MOST_STEPS).default(1) },
  result: z.strictObject({ steps: exactInteger, ...instant, ...place }),
  async run({ count }, { target }) {
    const { stop, steps } = await target.runs.step(count);
    if (stop.error) throw new Refusal(stop.error);
    return { steps, ...instantOf(target.bench), ...target.where };
  },
});

define({
  name: 'reset',
  doc: 'Resets the machine: RAM keeps its contents, machine time goes on. The cause is what flags of the chip tell.',
  args: {
    cause: z
      .enum(['pin', 'software', 'watchdog', 'window-watchdog', 'low-power', 'brown-out', 'standby'])
      .default('pin'),
  },
  result: z.strictObject(instant),
  run({ cause }, { target }) {
    target.board.reset(cause);
    return instantOf(target.bench);
  },
});

define({
  name: 'power-cycle',
  doc: 'Takes the power away and gives it back: RAM is cleared and holds what the image puts there, flash stays.',
  result: z.strictObject(instant),
  run(_, { target }) {
    target.board.powerCycle();
    return instantOf(target.bench);
  },
});
