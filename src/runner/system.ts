/** Several boards in one test: made, wired and run together. */

import type { PartRows } from '../boards/define.js';
import type { Duration } from '../emu/duration.js';
import { GuestError, UsageError } from '../emu/errors.js';
import { Bridge } from '../emu/system/bridge.js';
import { Lockstep } from '../emu/system/lockstep.js';
import type { Wire } from '../emu/system/wire.js';
import type { BoardHandle, BoardSnapshot } from './board-handle.js';
import { HostWatch } from './machine-bench.js';
import { type AnyBoard, createStation, type Station, type StationOptions } from './station.js';

/** A board of a system, and what runs on it. */
export interface Member<B extends AnyBoard = AnyBoard> {
  readonly board: B;
  /** The ELF, relative to the test file. */
  readonly firmware: string;
}
export type Members = Readonly<Record<string, Member>>;

/** Handles of the boards by their names in the system. */
export type BoardHandles<M extends Members> = { readonly [K in keyof M]: BoardHandle<M[K]['board']> };

/** All boards at one instant. */
export interface SystemSnapshot {
  readonly boards: readonly BoardSnapshot[];
}

/** The boards of a test as one thing. */
export class System<M extends Members = Members> {
  readonly boards: BoardHandles<M>;
  readonly stations: readonly Station[];

  /** Of the boards, in their order. */
  readonly names: readonly string[];
  #restoring = false;

  constructor(names: readonly string[], stations: readonly Station[]) {
    this.stations = stations;
    this.names = names;
    for (const [i, { bench }] of stations.entries()) bench.allowRestore = () => this.#allowRestore(names[i]!);
    this.boards = Object.fromEntries(names.map((name, i) => [name, stations[i]!.board])) as BoardHandles<M>;
  }
  /** Lets machine time pass on all boards. */
  run(duration: Duration): void {
    this.stations[0]!.board.run(duration);
  }
  /** Machine time in ns. */
  get time(): number {
    return this.stations[0]!.board.time;
  }
  snapshot(): SystemSnapshot {
    return { boards: this.stations.map(({ board }) => board.snapshot()) };
  }
  /** Goes back to an instant of this system. */
  restore(snapshot: SystemSnapshot): void {
    this.#restoring = true;
    try {
      for (const [i, { board }] of this.stations.entries()) board.restore(snapshot.boards[i]!);
    } finally {
      this.#restoring = false;
    }
  }
  #allowRestore(name: string): void {
    if (this.#restoring) return;
    throw new UsageError({
      what: `boards.${name}.restore() would take one board of a system to another time than the others`,
      where: 'systemTest',
      remedy: 'restore all of them: const s = system.snapshot() … system.restore(s)',
    });
  }
  /** 16 hexadecimal digits a board, over their whole state. */
  hash(): string {
    return this.stations.map(({ board }) => board.hash()).join(' ');
  }
}

/** What the ends of wires are called on their boards: no name that a user would give. */
const endName = (wire: Wire): string => `wire ${wire.name}`;

/** @throws UsageError for a wire to a board that is not there, or the wrong way round */
function ends(wires: readonly Wire[], names: readonly string[], bridge: Bridge): Record<string, PartRows> {
  const parts: Record<string, Record<string, PartRows[string]>> = Object.fromEntries(names.map((name) => [name, {}]));
  for (const wire of wires) {
    const numbers = wire.boards.map((board) => numberOf(board, names, wire));
    if (new Set(numbers).size < numbers.length)
      throw refused(`${wire.name} joins a board with itself`, 'join two boards');
    const early = wire.leader === undefined ? undefined : numbers.find((number) => number < numbers[0]!);
    if (early !== undefined) {
      const remedy = `list '${wire.boards[0]}' before '${names[early]}' in \`boards\``;
      throw refused(`${wire.name}: ${wire.leader} has to come before the other one`, remedy);
    }
    if (endName(wire) in parts[wire.boards[0]!]!) throw refused(`${wire.name} is there twice`, 'leave one out');
    for (const [i, end] of wire.ends(bridge, ...numbers).entries()) parts[wire.boards[i]!]![endName(wire)] = end;
  }
  return parts;
}

function numberOf(board: string, names: readonly string[], wire: Wire): number {
  const index = names.indexOf(board);
  if (index >= 0) return index;
  throw refused(`${wire.name}: there is no board '${board}'`, `the boards are ${names.join(', ')}`);
}

function refused(what: string, remedy: string, where = 'the wires of systemTest'): UsageError {
  return new UsageError({ what, where, remedy });
}

/** @throws UsageError for names that wires cannot name, or that JavaScript would put in another order than they are listed in */
function checkNames(names: readonly string[]): void {
  if (names.length === 0) throw refused('a system needs boards', 'give `boards`', 'systemTest');
  const wrong = names.find((name) => !/^[A-Za-z_]\w*$/.test(name) || name in Object.prototype);
  if (wrong === undefined) return;
  const remedy = 'names are letters, digits and _, and begin with a letter: sender, node1';
  throw refused(`'${wrong}' cannot be the name of a board`, remedy, 'the boards of systemTest');
}

/** An error in making a board, or in what a test left on it, with the board's name in the system. */
export function onBoard<T>(name: string, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof GuestError)) throw error;
    const { what, where, remedy } = error.problem;
    const place = where === undefined ? `board '${name}'` : `board '${name}' of the system, ${where}`;
    const said = remedy?.replaceAll('expect(board)', `expect(boards.${name})`).replaceAll('firmwareTest', 'systemTest');
    const Kind = error.constructor as typeof UsageError;
    throw new Kind({ what, where: place, ...(said === undefined ? {} : { remedy: said }) });
  }
}

/** Makes the machines of a system, with their firmware in them, connected. `firmware` gives the path of a board's image. */
export function createSystem<M extends Members>(
  members: M,
  wires: readonly Wire[],
  firmware: (relative: string) => string,
  options: StationOptions,
): System<M> {
  const names = Object.keys(members);
  checkNames(names);
  const bridge = new Bridge();
  const parts = ends(wires, names, bridge);
  const stations = names.map((name) => {
    const { board, firmware: image } = members[name]!;
    const wired = () =>
      createStation(board.with(parts[name]!) as AnyBoard, firmware(image), { ...options, title: name });
    return onBoard(name, wired);
  });
  const machines = stations.map(({ machine }) => machine);
  const lockstep = new Lockstep(machines, bridge.hears, (index, fn) => stations[index]!.bench.protect(fn));
  const hostWatch = new HostWatch();
  for (const [index, { bench }] of stations.entries()) {
    bench.hostWatch = hostWatch;
    bench.meet = () => lockstep.meet(index);
    bench.drive = {
      run: (limit) => lockstep.run(index, limit),
      step: () => lockstep.step(index),
      stop: () => lockstep.stop(index),
    };
    bench.aside = (fn) => {
      const before = lockstep.frozen;
      lockstep.frozen = true;
      try {
        return fn();
      } finally {
        lockstep.frozen = before;
      }
    };
  }
  bridge.connect(lockstep);
  return new System<M>(names, stations);
}
