import { z } from 'zod';
import { commandGroup } from './command.js';
import type { Target } from './target.js';
import { exact, exactInteger } from './values.js';

const { define, commands } = commandGroup('Pins');
export const pinCommands = commands;

const pinName = z.string().min(1).max(100).describe('`"PD12"`');
const LEVELS = ['high', 'low', 'floating', 'conflict'] as const;
const level = z.enum(['high', 'low']);
const pinState = z.strictObject({
  pin: z.string(),
  level: z.enum(LEVELS),
  strength: z.enum(['driven', 'pulled', 'none']),
  voltage: z.number().optional().describe('left out while nothing determines it'),
});

function stateOf(target: Target, name: string): z.output<typeof pinState> {
  const { level, strength, voltage } = target.pin(name);
  return { pin: name, level, strength, ...(voltage === undefined ? {} : { voltage }) };
}

/** A change of what is on a pin; answers with what it is then. */
function change(target: Target, name: string, fn: (pin: ReturnType<Target['pin']>) => void): z.output<typeof pinState> {
  const pin = target.pin(name);
  target.bench.protect(() => fn(pin));
  return stateOf(target, name);
}

define({
  name: 'pin-list',
  doc: 'The pins with their levels.',
  result: z.strictObject({ pins: z.array(pinState) }),
  run: (_, { target }) => ({
    // Looking at a pin by name has its bits shown from there on; a list must not.
    pins: [...target.bench.machine.assembly.nets].map(([pin, { level, strength, voltage }]) => ({
      pin,
      level,
      strength,
      ...(voltage === undefined ? {} : { voltage }),
    })),
  }),
});

define({
  name: 'pin-query',
  doc: 'The level of a pin, and how strong it is.',
  args: { pin: pinName },
  result: pinState,
  run: ({ pin }, { target }) => stateOf(target, pin),
});

define({
  name: 'pin-edges',
  doc: 'Changes of a pin’s level, the last 16,384 at least.',
  args: { pin: pinName, last: z.int().min(1).max(20_000).default(100).describe('how many of them') },
  result: z.strictObject({
    pin: z.string(),
    edges: z.array(z.strictObject({ time: exactInteger, cycles: exactInteger, level: z.enum(LEVELS) })),
  }),
  run({ pin, last }, { target }) {
    const edges = target.pin(pin).edges.slice(-last);
    return {
      pin,
      edges: edges.map(({ ns, cycles, level: changed }) => ({
        time: exact(ns),
        cycles: exact(cycles),
        level: changed,
      })),
    };
  },
});

define({
  name: 'pin-drive',
  doc: 'Puts a level on a pin from outside, against pulls; against the chip, if it drives, it is a conflict.',
  args: { pin: pinName, level },
  result: pinState,
  run: ({ pin, level: to }, { target }) => change(target, pin, (handle) => handle.drive(to)),
});

define({
  name: 'pin-pull',
  doc: 'Pulls a pin from outside, as a resistor would.',
  args: { pin: pinName, level },
  result: pinState,
  run: ({ pin, level: to }, { target }) => change(target, pin, (handle) => handle.pull(to)),
});

define({
  name: 'pin-voltage',
  doc: 'Puts a voltage on a pin from outside, for analog inputs.',
  args: { pin: pinName, volts: z.number().min(-1000).max(1000) },
  result: pinState,
  run: ({ pin, volts }, { target }) => change(target, pin, (handle) => handle.setVoltage(volts)),
});

define({
  name: 'pin-release',
  doc: 'Takes back what was put on a pin from outside.',
  args: { pin: pinName },
  result: pinState,
  run: ({ pin }, { target }) => change(target, pin, (handle) => handle.release()),
});
