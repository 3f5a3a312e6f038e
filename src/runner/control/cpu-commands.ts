import { z } from 'zod';
import { UsageError } from '../../emu/errors.js';
import { unknown } from '../../emu/options.js';
import { disassembly } from '../disassembly.js';
import { commandGroup, nothing } from './command.js';
import type { Target } from './target.js';
import { addressArgument, addressOf, fitting, hexOf, hexText, integerArgument } from './values.js';

const { define, commands } = commandGroup('The core');
export const cpuCommands = commands;

const cpuName = z.string().max(100).optional().describe('the name of a core; the first if it is left out');

/** @throws UsageError when there is no core of that name */
function checkCpu({ board }: Target, name: string | undefined): void {
  if (name === undefined || name === board.cpu.name || name === 'cpu') return;
  throw unknown(`board '${board.name}'`, 'core', name, ['cpu', board.cpu.name]);
}

/** The register's own name; @throws UsageError when the core has no such register */
function registerOf({ board, bench }: Target, name: string): string {
  const names = bench.machine.cpu.registerNames;
  const found = names.find((one) => one === name) ?? names.find((one) => one === name.toLowerCase());
  if (found !== undefined) return found;
  // Others that the core knows by name, a register's number or a CSR.
  if (isKnown(() => bench.machine.cpu.register(name))) return name;
  throw unknown(board.cpu.name, 'register', name, names);
}

function isKnown(read: () => unknown): boolean {
  try {
    return typeof read() === 'number';
  } catch {
    return false;
  }
}

define({
  name: 'query-cpus',
  doc: 'The cores with the names of their registers.',
  result: z.strictObject({
    cpus: z.array(
      z.strictObject({
        name: z.string(),
        instructionSet: z.enum(['arm', 'riscv', 'unknown']),
        pc: hexText,
        mode: z.string(),
        registers: z.array(z.string()),
      }),
    ),
  }),
  run(_, { target: { board, bench } }) {
    const { name, pc, mode } = board.cpu;
    const registers = [...bench.machine.cpu.registerNames];
    return { cpus: [{ name, instructionSet: bench.instructionSet, pc: hexOf(pc), mode, registers }] };
  },
});

define({
  name: 'registers-get',
  doc: 'Registers of a core, by the manual’s names, as hexadecimal text of their full width.',
  args: { cpu: cpuName, names: z.array(z.string().max(100)).max(200).optional().describe('all if it is left out') },
  result: z.strictObject({ registers: z.record(z.string(), hexText) }),
  run({ cpu, names }, { target }) {
    checkCpu(target, cpu);
    const { board, bench } = target;
    const those = names?.map((name) => registerOf(target, name)) ?? bench.machine.cpu.registerNames;
    return { registers: Object.fromEntries(those.map((name) => [name, hexOf(board.cpu.register(name))])) };
  },
});

define({
  name: 'registers-set',
  doc: 'Sets registers of a core, in the order given.',
  args: { cpu: cpuName, values: z.record(z.string().max(100), integerArgument) },
  result: nothing,
  run({ cpu, values }, { target }) {
    checkCpu(target, cpu);
    const checked = Object.entries(values).map(([name, value]) => {
      const own = registerOf(target, name);
      return [own, fitting(value, 32, `register ${own}`)] as const;
    });
    for (const [name, value] of checked) {
      if (name === 'pc') target.board.cpu.pc = Number(value);
      else target.board.cpu.setRegister(name, Number(value));
    }
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
