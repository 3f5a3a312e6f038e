import { z } from 'zod';
import { UsageError } from '../../emu/errors.js';
import { commandGroup } from './command.js';
import { decoded, encoded, encodingArgument } from './values.js';

const { define, commands } = commandGroup('UARTs');
export const uartCommands = commands;

const uartName = z
  .string()
  .max(100)
  .optional()
  .describe('of the UART or of the terminal on it; the console if it is left out');
/** Bytes of one command: what waits on the line is bounded, too. */
const MOST_BYTES = 16_384;

define({
  name: 'uart-list',
  doc: 'The UARTs and terminals. Terminals and their UARTs are the same line.',
  result: z.strictObject({
    uarts: z.array(
      z.strictObject({
        name: z.string(),
        uart: z.string(),
        input: z.boolean(),
        written: z.int().describe('bytes kept'),
      }),
    ),
  }),
  run: (_, { target }) => ({
    uarts: [...target.board.uartOutputs].map(([name, { source, input, bytes }]) => ({
      name,
      uart: source,
      input: input !== undefined,
      written: bytes.length,
    })),
  }),
});

define({
  name: 'uart-write',
  doc: 'Sends bytes to the chip, at the line’s speed: they arrive while the machine runs.',
  args: { uart: uartName, data: z.string().max(2 * MOST_BYTES), encoding: encodingArgument('utf8') },
  result: z.strictObject({ uart: z.string(), length: z.int() }),
  run({ uart, data, encoding }, { target }) {
    const output = target.uart(uart);
    if (!output.input) {
      throw new UsageError({ what: `${output.source} has no way in`, remedy: '`uart-list` says which have' });
    }
    const bytes = decoded(data, encoding);
    if (bytes.length > MOST_BYTES) {
      const remedy = `send at most ${MOST_BYTES}, and let the machine run between`;
      throw new UsageError({ what: `${bytes.length} bytes are too many for one command`, remedy });
    }
    target.bench.protect(() => output.input?.type(bytes));
    return { uart: output.source, length: bytes.length };
  },
});

define({
  name: 'uart-read',
  doc: 'What the chip has written, as far as it is kept (64 KiB at least), from a byte on. The event UART tells of all of it as it comes.',
  args: {
    uart: uartName,
    from: z.int().min(0).default(0).describe('`next` of the last answer'),
    encoding: encodingArgument('utf8'),
  },
  result: z.strictObject({
    uart: z.string(),
    data: z.string(),
    next: z.int(),
    hint: z.string().optional().describe('why nothing goes out, as far as the UART can tell'),
  }),
  run({ uart, from, encoding }, { target }) {
    const output = target.uart(uart);
    const { bytes, hint } = output;
    const start = Math.min(from, bytes.length);
    return {
      uart: output.source,
      data: encoded(bytes.subarray(start), encoding),
      next: bytes.length,
      ...(hint === undefined ? {} : { hint }),
    };
  },
});
