import { Decoder } from '../../src/emu/isa/decoder.js';
import { disassemble } from '../../src/emu/isa/disassembler.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import type { Machine } from '../../src/emu/machine.js';
import { type Action, hex, Pair } from './pair.js';

/** An experiment that can be repeated: machines, and what is done to them. */
export interface Experiment {
  readonly create: (engine: EngineMode) => Machine;
  readonly mode: EngineMode;
  readonly actions: readonly Action[];
}

/** Where the engines came apart. */
export interface Divergence {
  readonly action: number;
  readonly text: string;
}

/** Stops from one comparison of everything to the next; between them logs and pages restored by snapshots are left out. */
const WHOLE = 32;
/** Stops without an instruction after which a core that sleeps for good is reset. */
const PATIENCE = 8;

/** Plays the actions on both engines and compares at every one; undefined where they agree throughout. */
export function diverge({ create, mode, actions }: Experiment): Divergence | undefined {
  const pair = new Pair(create, mode);
  let stuck = 0;
  for (const [index, action] of actions.entries()) {
    const before = pair.cold.machine.cpu.pc;
    pair.act(action);
    const difference = pair.difference(index % WHOLE === 0 || index === actions.length - 1);
    if (difference !== undefined) return { action: index, text: report(pair, before, action, difference) };
    const { cpu } = pair.cold.machine;
    stuck = cpu.locked || (cpu.sleeping && action.kind === 'run') ? stuck + 1 : 0;
    if (stuck >= PATIENCE) pair.act({ kind: 'reset' });
  }
  return undefined;
}

function report(pair: Pair, before: number, action: Action, difference: string): string {
  const cold = pair.cold.machine;
  return [
    difference,
    `after ${JSON.stringify(action)} from pc ${hex(before)}, at cycle ${cold.cycles}`,
    'where it began:',
    ...listing(cold, before),
    'where the cold engine is:',
    ...listing(cold, cold.cpu.pc - 12),
    ...(pair.hot.machine.cpu.pc === cold.cpu.pc
      ? []
      : ['where the other engine is:', ...listing(cold, pair.hot.machine.cpu.pc - 12)]),
  ].join('\n');
}

/** Some instructions as they stand in memory. */
export function listing(machine: Machine, from: number, count = 12): string[] {
  const { isa } = machine.cpu;
  const decoder = new Decoder(isa);
  const lines: string[] = [];
  let pc = (from & ~1) >>> 0;
  for (let i = 0; i < count; i++) {
    const [first, second] = [machine.bus.peek(pc, 2), machine.bus.peek(pc + 2, 2)];
    if (first === undefined) return [...lines, `  ${hex(pc)}  nothing is there`];
    const decoded = decoder.decode(first, second ?? 0);
    lines.push(`  ${hex(pc)}  ${decoded ? disassemble(isa, decoded, pc) : `undefined: 0x${first.toString(16)}`}`);
    pc += decoded?.length ?? isa.lengthOf(first);
  }
  return lines;
}

/**
 * The least that still diverges: the actions up to there, fewer tasks, then without one action after the other. `make` gives
 * the machines for some of the tasks.
 */
export function shrink(
  experiment: Omit<Experiment, 'create'>,
  tasks: readonly number[],
  make: (tasks: readonly number[]) => Experiment['create'],
): { readonly tasks: readonly number[]; readonly actions: readonly Action[]; readonly text: string } {
  const attempt = (some: readonly number[], actions: readonly Action[]) =>
    diverge({ ...experiment, create: make(some), actions });
  let best = { tasks, actions: experiment.actions, text: '' };
  const take = (some: readonly number[], actions: readonly Action[]): boolean => {
    const found = attempt(some, actions);
    if (!found) return false;
    best = { tasks: some, actions: actions.slice(0, found.action + 1), text: found.text };
    return true;
  };
  take(tasks, experiment.actions);
  for (const one of tasks) {
    if (best.tasks.length > 1 && take([one], experiment.actions)) break;
  }
  for (let size = best.actions.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at + size < best.actions.length; at += size) {
      take(best.tasks, [...best.actions.slice(0, at), ...best.actions.slice(at + size)]);
    }
  }
  return best;
}
