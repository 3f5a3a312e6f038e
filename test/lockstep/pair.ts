import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { layoutState } from '../../src/emu/isa/layout.js';
import type { Machine, RunEnd } from '../../src/emu/machine.js';
import type { Snapshot } from '../../src/emu/snapshot.js';

/** One thing done to both machines at a stop. */
export type Action =
  | { readonly kind: 'run'; readonly cycles: number }
  | { readonly kind: 'step'; readonly count: number }
  | { readonly kind: 'save' }
  /** To a kept snapshot; `other`: each machine to the one that the other machine took. */
  | { readonly kind: 'restore'; readonly index: number; readonly other: boolean }
  /** A breakpoint where the machines were some stops ago, or the end of all breakpoints. */
  | { readonly kind: 'break'; readonly back: number }
  | { readonly kind: 'clear' }
  /** Watches a word, or ends all watches; with `stop` an access ends the run. */
  | { readonly kind: 'watch'; readonly address: number; readonly access: 'read' | 'write'; readonly stop: boolean }
  | { readonly kind: 'unwatch' }
  /** A store of the host's to a register. */
  | { readonly kind: 'write'; readonly address: number; readonly value: number }
  | { readonly kind: 'poke'; readonly address: number; readonly value: number }
  | { readonly kind: 'pin'; readonly name: string; readonly drive: 'high' | 'low' | 'none' }
  | { readonly kind: 'reset' };

/** A machine with what the actions need to remember. */
interface Player {
  readonly machine: Machine;
  readonly snapshots: Snapshot[];
  readonly seen: number[];
  readonly breakpoints: Set<number>;
  unwatch: (() => void)[];
  /** What runs ended by and watches saw since the last comparison. */
  notes: string[];
}

const KEPT_SNAPSHOTS = 4;

/** Two machines of one description and image that differ in nothing but their engine. */
export class Pair {
  readonly cold: Player;
  readonly hot: Player;

  constructor(create: (engine: EngineMode) => Machine, mode: EngineMode) {
    this.cold = playerOf(create('cold'));
    this.hot = playerOf(create(mode));
  }

  act(action: Action): void {
    if (action.kind === 'restore') this.#restore(action);
    else for (const player of [this.cold, this.hot]) act(player, action);
  }

  /** What differs, undefined where nothing does. With `whole` the hash over everything is compared, too. */
  difference(whole: boolean): string | undefined {
    const { cold, hot } = this;
    const notes = [cold.notes.splice(0), hot.notes.splice(0)].map((list) => list.join(', ')) as [string, string];
    if (notes[0] !== notes[1]) return `events: ${notes[1]} instead of ${notes[0]}`;
    return differenceOf(hot.machine, cold.machine, whole);
  }

  #restore({ index, other }: Extract<Action, { kind: 'restore' }>): void {
    const { cold, hot } = this;
    const count = cold.snapshots.length;
    if (count === 0) return;
    const [own, theirs] = [cold.snapshots[index % count]!, hot.snapshots[index % count]!];
    cold.machine.restore(own);
    // a snapshot is plain data: made the hot machine's own, it is as good as the one that it took itself
    hot.machine.restore(other ? { ...own, owner: theirs.owner } : theirs);
  }
}

function playerOf(machine: Machine): Player {
  return { machine, snapshots: [], seen: [], breakpoints: new Set(), unwatch: [], notes: [] };
}

function act(player: Player, action: Exclude<Action, { kind: 'restore' }>): void {
  const { machine, snapshots, seen, breakpoints, notes } = player;
  switch (action.kind) {
    case 'run':
      notes.push(run(player, action.cycles));
      seen.push(machine.cpu.pc);
      return;
    case 'step':
      for (let i = 0; i < action.count; i++) notes.push(machine.step() ? 'stepped' : 'stands');
      return;
    case 'save':
      snapshots.push(machine.snapshot());
      if (snapshots.length > KEPT_SNAPSHOTS) snapshots.shift();
      return;
    case 'break': {
      const address = seen.at(-1 - action.back);
      if (address === undefined) return;
      machine.cpu.breakpoints.add(address);
      breakpoints.add(address);
      return;
    }
    case 'clear':
      for (const address of breakpoints) machine.cpu.breakpoints.delete(address);
      breakpoints.clear();
      return;
    case 'watch':
      player.unwatch.push(watch(player, action));
      return;
    case 'unwatch':
      for (const end of player.unwatch.splice(0)) end();
      return;
    case 'poke':
      machine.bus.poke(action.address, 4, action.value);
      return;
    case 'write':
      machine.bus.write(action.address, 4, action.value);
      return;
    case 'pin':
      machine.pinDriver(action.name).set(action.drive);
      return;
    case 'reset':
      machine.reset('pin');
  }
}

/** Runs on over a breakpoint that it stands at. */
function run({ machine, breakpoints }: Player, cycles: number): RunEnd {
  if (breakpoints.has(machine.cpu.pc)) machine.step();
  return machine.runCycles(cycles);
}

function watch({ machine, notes }: Player, { address, access, stop }: Extract<Action, { kind: 'watch' }>): () => void {
  return machine.bus.watch(address, 4, access, ({ value, size }) => {
    notes.push(`${access} ${size} ${value} at cycle ${machine.cycles}, pc ${hex(machine.cpu.pc)}`);
    if (stop) machine.stop();
  });
}

export const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;

/** What differs between two machines; with `whole` by the hash over everything, too. */
export function differenceOf(hot: Machine, cold: Machine, whole: boolean): string | undefined {
  if (hot.cycles !== cold.cycles) return `cycles: ${hot.cycles} instead of ${cold.cycles}`;
  if (hot.cpu.pc !== cold.cpu.pc) return `pc: ${hex(hot.cpu.pc)} instead of ${hex(cold.cpu.pc)}`;
  if (!sameBytes(coreState(hot), coreState(cold))) return registerDifference(hot, cold);
  if (!sameBytes(hot.arena.bytes(), cold.arena.bytes())) return arenaDifference(hot, cold);
  const pages = memoryDifference(hot, cold);
  if (pages !== undefined) return pages;
  return whole && hot.hash() !== cold.hash() ? 'hash, but neither registers, memory nor devices: logs' : undefined;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Registers, flags and the other scalars of the core. */
function coreState({ cpu, pool }: Machine): Uint8Array {
  const { registers, end } = layoutState(cpu.isa);
  return new Uint8Array(pool.memory.buffer, registers, end - registers);
}

function registerDifference(hot: Machine, cold: Machine): string {
  const names = cold.cpu.registerNames.filter((name) => hot.cpu.register(name) !== cold.cpu.register(name));
  const of = (name: string) => `${name}: ${hex(hot.cpu.register(name))} instead of ${hex(cold.cpu.register(name))}`;
  if (names.length > 0) return names.map(of).join(', ');
  const layout = layoutState(cold.cpu.isa);
  const word = (machine: Machine, offset: number) => new DataView(machine.pool.memory.buffer).getUint32(offset, true);
  const scalars = Object.entries(layout.scalars)
    .filter(([, { offset }]) => word(hot, offset) !== word(cold, offset))
    .map(([name, { offset }]) => `${name}: ${hex(word(hot, offset))} instead of ${hex(word(cold, offset))}`);
  return scalars.join(', ') || 'a register of the core that has no name';
}

function arenaDifference(hot: Machine, cold: Machine): string {
  const [a, b] = [hot.arena.bytes(), cold.arena.bytes()];
  const at = a.findIndex((byte, index) => byte !== b[index]);
  const entry = cold.arena.entries.find(({ offset, byteLength }) => at >= offset && at < offset + byteLength)!;
  const index = Math.floor((at - entry.offset) / entry.wordSize);
  return `${entry.labels?.(index) ?? `${entry.name}[${index}]`} (byte ${a[at]} instead of ${b[at]})`;
}

/** Pages written since the last snapshot of either machine; the others are as they were when they were compared. */
function memoryDifference(hot: Machine, cold: Machine): string | undefined {
  for (const { pool } of [hot, cold]) {
    for (let i = 0; i < pool.dirtyCount; i++) {
      const page = pool.dirtyList[i]!;
      const [a, b] = [hot.pool.page(page), cold.pool.page(page)];
      if (sameBytes(a, b)) continue;
      const at = a.findIndex((byte, index) => byte !== b[index]);
      const block = cold.pool.blockOf(page);
      const address = block.addressesOf((page - block.firstPage) * 4096 + at)[0];
      return `${block.name} at ${hex(address ?? 0)}: ${a[at]} instead of ${b[at]}`;
    }
  }
  return undefined;
}
