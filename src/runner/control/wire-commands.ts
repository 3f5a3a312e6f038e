import { z } from 'zod';
import { UsageError } from '../../emu/errors.js';
import { Signal } from '../../emu/signal.js';
import { closest } from '../../emu/spelling.js';
import { commandGroup } from './command.js';
import type { Target } from './target.js';

const { define, commands } = commandGroup('Wires');
export const wireCommands = commands;

const wireName = z
  .string()
  .min(1)
  .max(200)
  .describe(
    '`"usart2.irq"`; inputs of the core are `"cpu.mtip"`, its interrupt lines `"cpu.irq.37"`; of several, `"cpu1.irq.37"`',
  );
const wireState = z.strictObject({ wire: z.string(), direction: z.enum(['output', 'input']), level: z.int() });

interface Found {
  readonly wire: string;
  readonly direction: 'output' | 'input';
  readonly signal: Signal;
}

const LINE = /^irq\.(\d{1,5})$/;

function coreWire({ bench }: Target, name: string): Found | undefined {
  const { cpu } = bench.machine;
  const line = LINE.exec(name)?.[1];
  const input = line === undefined ? cpu.input(name) : cpu.interrupt(Number(line));
  // A core may look names up in an object, which has `constructor` and the like.
  if (input instanceof Signal) return { wire: `cpu.${name}`, direction: 'input', signal: input };
  const output = cpu.output?.(name);
  return output instanceof Signal ? { wire: `cpu.${name}`, direction: 'output', signal: output } : undefined;
}

/** `cpu1.mtip`, `cpu1.irq.37`: of one of several cores. */
function memberWire({ bench }: Target, name: string): Found | undefined {
  const { cpu } = bench.machine;
  const dot = name.indexOf('.');
  const core = cpu.cores?.find((one) => one.name === name.slice(0, dot));
  if (core === undefined) return undefined;
  const line = LINE.exec(name.slice(dot + 1))?.[1];
  const input = line === undefined ? cpu.input(name) : core.cpu.interrupt(Number(line));
  if (input instanceof Signal) return { wire: name, direction: 'input', signal: input };
  const output = cpu.output?.(name);
  return output instanceof Signal ? { wire: name, direction: 'output', signal: output } : undefined;
}

function wireOf(target: Target, name: string): Found {
  const { wires } = target.bench.machine.assembly;
  const known = wires.get(name);
  if (known) return { wire: name, direction: known.direction, signal: known.signal };
  const ofCore = name.startsWith('cpu.') ? coreWire(target, name.slice(4)) : memberWire(target, name);
  if (ofCore) return ofCore;
  const near = closest(name, wires.keys());
  const remedy = near.length > 0 ? `did you mean ${near.join(', ')}?` : '`wire-list` names them';
  throw new UsageError({ what: `there is no wire '${name}'`, where: `board '${target.definition.name}'`, remedy });
}

const stateOf = ({ wire, direction, signal }: Found) => ({ wire, direction, level: signal.level });

define({
  name: 'wire-list',
  doc: 'The wires inside the machine, of all devices or of one: interrupt lines, clock enables, resets, DMA requests.',
  args: { device: z.string().max(100).optional() },
  result: z.strictObject({ wires: z.array(wireState) }),
  run({ device }, { target }) {
    const { wires } = target.bench.machine.assembly;
    const those = [...wires].filter(([, wire]) => device === undefined || wire.device === device.toLowerCase());
    return { wires: those.map(([wire, { direction, signal }]) => stateOf({ wire, direction, signal })) };
  },
});

define({
  name: 'wire-query',
  doc: 'The level of a wire.',
  args: { wire: wireName },
  result: wireState,
  run: ({ wire }, { target }) => stateOf(wireOf(target, wire)),
});

define({
  name: 'wire-set',
  doc: 'Sets the level of a wire: 0, 1, or a wider one’s number. Whoever drives it changes it again when it next does.',
  args: { wire: wireName, level: z.int().min(-0x8000_0000).max(0xffff_ffff) },
  result: wireState,
  run({ wire, level }, { target }) {
    const found = wireOf(target, wire);
    target.bench.protect(() => found.signal.set(level | 0));
    return stateOf(found);
  },
});
