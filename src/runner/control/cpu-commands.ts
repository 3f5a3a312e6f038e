import { z } from 'zod';
import { UsageError } from '../../emu/errors.js';
import { coreNamed } from '../core-access.js';
import { disassembly } from '../disassembly.js';
import { commandGroup, nothing } from './command.js';
import { addressArgument, addressOf, fitting, hexOf, hexText, integerArgument } from './values.js';

const { define, commands } = commandGroup('The core');
export const cpuCommands = commands;

const cpuName = z
  .string()
  .max(100)
  .optional()
  .describe('`"cpu"`, or `"hart1"` of several; the one that executes if it is left out');

define({
  name: 'query-cpus',
  doc: 'The cores, or harts of a core, with the names of their registers. Cores know others besides: numbers, CSRs.',
  result: z.strictObject({
    present: z.string().describe('the one that executes, or did last'),
    cpus: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.string(),
        instructionSet: z.enum(['arm', 'riscv', 'unknown']),
        bits: z.int(),
        pc: hexText,
        mode: z.string(),
        sleeping: z.boolean(),
        locked: z.boolean(),
        registers: z.array(z.string()),
      }),
    ),
  }),
  run: (_, { target: { board, bench } }) => ({
    present: coreNamed(bench.machine).name,
    cpus: board.cpu.harts.map(({ name, bits, pc, mode, sleeping, locked, registerNames }) => ({
      name,
      kind: board.cpu.name,
      instructionSet: bench.instructionSet,
      bits,
      pc: hexOf(pc, bits / 4),
      mode,
      sleeping,
      locked,
      registers: [...registerNames],
    })),
  }),
});

define({
  name: 'registers-get',
  doc: 'Registers of a core, by the manual’s names, as hexadecimal text of their full width.',
  args: { cpu: cpuName, names: z.array(z.string().max(100)).max(200).optional().describe('all if it is left out') },
  result: z.strictObject({ cpu: z.string(), registers: z.record(z.string(), hexText) }),
  run({ cpu, names }, { target: { bench } }) {
    const core = coreNamed(bench.machine, cpu);
    const those = names ?? core.registerNames;
    const registers = those.map((name) => [name, hexOf(core.register(name), core.bits / 4)] as const);
    return { cpu: core.name, registers: Object.fromEntries(registers) };
  },
});

define({
  name: 'registers-set',
  doc: 'Sets registers of a core, in the order given.',
  args: { cpu: cpuName, values: z.record(z.string().max(100), integerArgument) },
  result: nothing,
  run({ cpu, values }, { target: { bench } }) {
    const core = coreNamed(bench.machine, cpu);
    const checked = Object.entries(values).map(([name, value]) => {
      // Nothing is set where one of them cannot be.
      core.register(name);
      return [name, fitting(value, core.bits, `register ${name}`)] as const;
    });
    bench.protect(() => {
      for (const [name, value] of checked) core.setRegister(name, value);
    });
    return {};
  },
});

define({
  name: 'disassemble',
  doc: 'Instructions as text; one that the core does not have is `.2byte` or `.4byte`.',
  args: {
    address: addressArgument.optional().describe('where the core is if it is left out'),
    count: z.int().min(1).max(1000).default(10),
  },
  result: z.strictObject({
    instructions: z.array(z.strictObject({ address: hexText, bytes: z.string(), text: z.string(), place: z.string() })),
  }),
  run({ address, count }, { target: { board, bench } }) {
    const start = address === undefined ? board.cpu.pc : addressOf(bench, address);
    const lines = disassembly(bench.machine, (start & ~1) >>> 0, count);
    if (lines.length === 0) {
      throw new UsageError({
        what: `there is no memory at ${hexOf(start)}`,
        remedy: 'give the address of an instruction',
      });
    }
    return {
      instructions: lines.map(({ address: at, bytes, text }) => ({
        address: hexOf(at),
        bytes: Buffer.from(bytes).toString('hex'),
        text,
        place: bench.place(at),
      })),
    };
  },
});
