import { z } from 'zod';
import { commandGroup, nothing } from './command.js';
import { instant, instantOf } from './values.js';

const { define, commands } = commandGroup('Snapshots');
export const snapshotCommands = commands;

const name = z.string().min(1).max(100);
const saved = z.strictObject({ name, ...instant });
const MOST_DIFFERENCES = 10_000;

define({
  name: 'snapshot-save',
  doc: 'Keeps this instant under a name: memory, registers, devices, pins, time, and what was written so far. Replaces one of the same name.',
  args: { name },
  result: saved,
  run: ({ name }, { target }) => ({ name, ...instantOf(target.save(name)) }),
});

define({
  name: 'snapshot-restore',
  doc: 'Goes back to an instant. Breakpoints, watchpoints and subscriptions stay.',
  when: 'stopped',
  args: { name },
  result: saved,
  run({ name }, { target }) {
    target.board.restore(target.saved(name));
    return { name, ...instantOf(target.bench) };
  },
});

define({
  name: 'snapshot-delete',
  doc: 'Forgets an instant.',
  args: { name },
  result: nothing,
  run({ name }, { target }) {
    target.forget(name);
    return {};
  },
});

define({
  name: 'snapshot-list',
  doc: 'The instants that are kept.',
  result: z.strictObject({ snapshots: z.array(saved) }),
  run: (_, { target }) => ({
    snapshots: [...target.snapshots].map(([name, snapshot]) => ({ name, ...instantOf(snapshot) })),
  }),
});

define({
  name: 'snapshot-diff',
  doc: 'Where the machine differs between two instants, by name: registers, wires, pages of memory, logs.',
  args: { from: name, to: name.optional().describe('now, if it is left out') },
  result: z.strictObject({
    differences: z.array(z.strictObject({ what: z.string(), detail: z.string() })),
    more: z.int().describe('how many are left out'),
  }),
  run({ from, to }, { target }) {
    const first = target.saved(from);
    const all = target.board.diff(first, to === undefined ? target.board.snapshot() : target.saved(to));
    const shown = all.slice(0, MOST_DIFFERENCES).map(({ what, detail }) => ({ what, detail }));
    return { differences: shown, more: all.length - shown.length };
  },
});

define({
  name: 'hash',
  doc: '16 hexadecimal digits over the whole state: equal on every computer for the same firmware and the same commands.',
  result: z.strictObject({ hash: z.string() }),
  run: (_, { target }) => ({ hash: target.board.hash() }),
});
