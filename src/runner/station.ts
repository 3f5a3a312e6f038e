/** A machine with its firmware in it, and the board handle to it; kept over all test files of a worker. */

import { readFileSync, statSync } from 'node:fs';
import type { Board, DeviceRows, PartRows } from '../boards/define.js';
import type { Cpu } from '../emu/cpu.js';
import { type ElfImage, readElf, requireElfFor } from '../emu/debug/elf.js';
import { Locator } from '../emu/debug/locator.js';
import { stackLimit } from '../emu/debug/stack-limit.js';
import { InternalError, UsageError } from '../emu/errors.js';
import type { TimingModel } from '../emu/isa/engine-mode.js';
import type { Machine } from '../emu/machine.js';
import { placesOf } from '../emu/machine-description.js';
import { type BoardHandle, type BoardSnapshot, boardHandle, semihostingOf } from './board-handle.js';
import type { EngineSettings } from './engine-settings.js';
import { MachineBench } from './machine-bench.js';

export type AnyBoard = Board<DeviceRows, PartRows>;

export interface StationOptions extends EngineSettings {
  /** Host ms that one run may take. */
  readonly hostTimeout: number;
  /** What cycles are; the board's own choice where it is not given. */
  readonly timing?: TimingModel | undefined;
  /** Its name in a system, for messages: `sender.usart2`. */
  readonly title?: string;
  /** Switches semihosting on, `'auto'` where there is such; `files` is the folder below which the firmware may open files. */
  readonly semihosting?: boolean | 'auto' | SemihostingChoice;
}

export interface SemihostingChoice {
  readonly files?: string;
  readonly commandLine?: string;
}

/** A board with firmware, and its snapshots by name. */
export interface Station<B extends AnyBoard = AnyBoard> {
  readonly board: BoardHandle<B>;
  readonly bench: MachineBench;
  readonly machine: Machine;
  /** Right after power-on. */
  readonly atReset: BoardSnapshot;
  /** The board is in the hands of a test. */
  inUse: string | undefined;
}

/** What a chip's memories can take, as the check of an image wants it. */
function memoriesOf(board: AnyBoard) {
  return Object.entries(board.chip.memories).flatMap(([name, row]) =>
    placesOf(row, row.size).map(({ address, size }) => ({ name, base: address, size })),
  );
}

/** Watches the main stack of a processor, whose program is the image that it starts in. */
function guardStack(cpu: Cpu, images: readonly ElfImage[], isAlone: boolean): void {
  if (cpu.guardStack === undefined) return;
  const starts = ({ segments }: ElfImage) =>
    segments.some(({ physicalAddress: at, memorySize }) => cpu.pc >= at && cpu.pc < at + memorySize);
  const image = images.find(starts) ?? (isAlone ? images[0] : undefined);
  const limit = image && stackLimit(image, cpu.register('sp'));
  if (limit !== undefined) cpu.guardStack(limit);
}

interface Semihosting {
  enable(options: { directory?: string; commandLine?: string }): void;
}

function enableSemihosting(machine: Machine, choice: StationOptions['semihosting']): void {
  if (choice === undefined || choice === false) return;
  const all = semihostingOf(machine) as readonly Semihosting[];
  if (all.length === 0) {
    if (choice === 'auto') return;
    throw new UsageError({
      what: `${machine.cpu.name} has no semihosting`,
      where: 'firmwareTest({ semihosting })',
      remedy: 'leave it out',
    });
  }
  const { files, commandLine } = typeof choice === 'object' ? choice : {};
  for (const one of all) one.enable({ directory: files, commandLine });
}

/**
 * Reads an image that is to run on a board.
 * @throws UsageError when it is none, or is for another machine
 */
export function readImageFor(board: AnyBoard, firmware: string, contents?: Uint8Array): ElfImage {
  const image = readElf(firmware, contents);
  requireImageFor(board, image);
  return image;
}

function requireImageFor(board: AnyBoard, image: ElfImage): void {
  const { cpu } = board.chip;
  const needs = (cpu.members?.map((one) => one.cpu) ?? [cpu]).map((one) => {
    const machine = one.name.startsWith('cortex') ? 'arm' : 'riscv';
    const { wordSize = 32, float = machine === 'arm' } = one;
    return { machine, class: wordSize, fpu: float } as const;
  });
  const fitting = needs.find((one) => one.machine === image.machine && one.class === image.class);
  requireElfFor(image, { ...(fitting ?? needs[0]!), memories: memoriesOf(board) });
}

/** Puts an image into a new machine of the board; without one the board's own images run. */
export function createStation<B extends AnyBoard>(
  board: B,
  firmware: string | undefined,
  options: StationOptions,
  contents?: Uint8Array,
): Station<B> {
  const own = (board.chip.images ?? []).flatMap(({ elf }) => (elf ? [elf] : []));
  for (const elf of own) requireImageFor(board, elf);
  const given = firmware === undefined ? undefined : readImageFor(board, firmware, contents);
  const images = given ? [given, ...own] : own;
  const locator = new Locator(...images, ...(board.chip.loaded ?? []));
  let bench: MachineBench | undefined;
  const made = board.createMachine({
    ...(given && { image: given.segments, entry: given.entry, program: given }),
    symbol: (name) => locator.symbol(name)?.address,
    locate: (pc) => locator.describe(pc),
    guard: () => bench?.guard(),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    timing: options.timing,
    ...(options.stats ? { statistics: { clock: () => performance.now() } } : {}),
  });
  bench = new MachineBench(made, locator, options.hostTimeout);
  if (options.title !== undefined) bench.title = options.title;
  enableSemihosting(made, options.semihosting);
  for (const cpu of made.cpu.cores?.map((one) => one.cpu) ?? [made.cpu])
    guardStack(cpu, images, made.cpu.cores === undefined);
  const handle = boardHandle(board, bench);
  return { board: handle, bench, machine: made, atReset: handle.snapshot(), inUse: undefined };
}

interface Kept {
  readonly board: AnyBoard;
  readonly key: string;
  readonly stamp: string;
  readonly hash: string;
  station: Station;
}

/** Machines a worker keeps; a board made by \`with()\` in each of many files must not fill the memory. */
const MOST = 8;

const CACHE = Symbol.for('fwtest.stations');

/** One list a worker, even where a test run loads this module twice. */
function kept(): Kept[] {
  const holder = globalThis as { [CACHE]?: Kept[] };
  holder[CACHE] ??= [];
  return holder[CACHE];
}

function stampOf(firmware: string | undefined): string {
  if (firmware === undefined) return "the board's own";
  const stats = statSync(firmware, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs} ${stats.size}` : 'missing';
}

/** Only tests come here: whoever starts a machine once does not wait for Node's cryptography. */
function hashOf(contents: Uint8Array): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(contents).digest('hex');
}

/** The worker's machine for a board and an image; a new one when the image's contents changed. */
export function stationFor<B extends AnyBoard>(
  board: B,
  firmware: string | undefined,
  options: StationOptions,
): Station<B> {
  const list = kept();
  const key = JSON.stringify([firmware, options.semihosting, options.engine, options.timing, options.stats]);
  const stamp = stampOf(firmware);
  const index = list.findIndex((one) => one.board === board && one.key === key);
  const known = index < 0 ? undefined : list.splice(index, 1)[0];
  if (known && known.stamp === stamp) {
    list.push(known);
    return known.station as Station<B>;
  }
  const contents = stamp === 'missing' || firmware === undefined ? undefined : readFileSync(firmware);
  const hash = contents ? hashOf(contents) : '';
  const same = known !== undefined && known.hash === hash;
  const station = same ? (known.station as Station<B>) : createStation(board, firmware, options, contents);
  list.push({ board, key, stamp, hash, station });
  if (list.length > MOST) list.shift();
  return station;
}

/** Hands the board to a test: nobody else may hold it, and whatever listened before does not any more. */
export function take(station: Station, test: string, start: BoardSnapshot): void {
  if (station.inUse !== undefined) {
    throw new UsageError({
      what: `'${test}' and '${station.inUse}' want the same board at the same time`,
      where: 'test.concurrent',
      remedy: 'let tests of one board run one after the other (they take milliseconds), or give each its own board',
    });
  }
  station.inUse = test;
  station.board.restore(start);
}

export function giveBack(station: Station): void {
  if (station.inUse === undefined) throw new InternalError({ what: 'a board was given back that nobody had' });
  station.inUse = undefined;
  station.board.forgetListeners();
}
