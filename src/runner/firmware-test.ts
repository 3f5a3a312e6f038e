/** What `firmwareTest` is, whichever test runner calls it: options, fixtures, and where each test starts. */

import { dirname, isAbsolute, resolve } from 'node:path';
import { CallSite } from '../emu/call-site.js';
import { callTest, UsageError } from '../emu/errors.js';
import type { EngineMode, TimingModel } from '../emu/isa/engine-mode.js';
import { checkNames } from '../emu/options.js';
import { blame } from '../machine-file/blame.js';
import { boardOfFile } from './board-files.js';
import type { BoardHandle, BoardSnapshot } from './board-handle.js';
import { checkEngine, checkTiming, chosen, type EngineSettings } from './engine-settings.js';
import { expectGpioHigh, expectGpioLow } from './gpio-expectations.js';
import { FAULTING } from './machine-bench.js';
import { checkMisuse, type MisuseSettings } from './misuse-settings.js';
import { mmioCalc, type Operation } from './mmio-calc.js';
import { NOTHING, type RunStatistics, since } from './run-statistics.js';
import { type AnyBoard, giveBack, type SemihostingChoice, type Station, stationFor, take } from './station.js';

/** Where faults are allowed, so is the misuse that ends in one. */
const FAULTS_ALLOWED = Object.fromEntries(FAULTING.map((rule) => [rule, 'off'])) as MisuseSettings;

/** Host ms a single run may take before it counts as endless. */
export const HOST_TIMEOUT = 60_000;

export interface FirmwareTestOptions<B extends AnyBoard> {
  /** The board: `stm32f4Discovery`, or one of your own; or a machine file or devicetree, relative to the test file: './machine.yaml'. */
  board: B | string;
  /** The ELF, relative to the test file. A machine file may name its images itself. */
  firmware?: string;
  /** Where tests start: after this function. It runs once; what it wrote and read so far belongs to the snapshot. */
  bootedTo?: (board: BoardHandle<B>) => unknown;
  /** Switches Arm semihosting on; `files` names the folder below which the firmware may open files. */
  semihosting?: boolean | SemihostingChoice;
  /** Host ms that a single run may take; 60,000 without it. It only guards against endless ones. */
  hostTimeout?: number;
  /** Faults that a test does not ask about with `toHaveFaulted`: `'fail'` (the default) fails it, `'allow'` lets it pass. */
  faults?: 'fail' | 'allow';
  /**
   * What becomes of misuse of the hardware that a test does not ask about with `toHaveMisuse`: `'error'` (the default) fails it, `'warn'`
   * prints it, `'off'` is silent; for all or by kind. Reserved bits and what is not modelled are warnings by default.
   */
  misuse?: MisuseSettings;
  /**
   * Which engine executes; results are the same, so leave it out but to find a bug of fwtest. `--engine` on the command
   * line overrules it.
   */
  engine?: EngineMode;
  /**
   * What cycles are: `'part'` as on silicon, with pipeline, flash wait states and caches; `'ideal'` by the manual's table
   * alone, as if all memory were as fast as the core. The board's own choice (`'part'`) where it is left out.
   */
  timing?: TimingModel;
}

/** What a firmware test gets. */
export interface Fixtures<B extends AnyBoard> {
  board: BoardHandle<B>;
  /** The pin is high now, driven or pulled. */
  expectGpioHigh: (pin: string) => void;
  /** The pin is low now, driven or pulled. */
  expectGpioLow: (pin: string) => void;
  /** Lets the board's `mmio-calculator` compute. */
  mmioCalc: (a: number, operation: Operation, b: number) => number;
}

/** A snapshot to start from: another one, and what happens after it. */
export interface StartPoint<B extends AnyBoard> {
  readonly after?: StartPoint<B>;
  readonly prepare?: (board: BoardHandle<B>) => unknown;
}

/** What the command line and the plugin can say of a test. */
export type RunSettings = EngineSettings & { readonly misuse?: MisuseSettings | undefined };

/** What a test runner tells of the run that a test belongs to. */
export interface RunContext {
  readonly cancelled?: (() => boolean) | undefined;
  /** What the command line and the plugin's options ask for. */
  readonly commandLine?: RunSettings | undefined;
  readonly plugin?: RunSettings | undefined;
}

/** A board in the hands of a test. */
interface Begun<B extends AnyBoard> {
  readonly board: BoardHandle<B>;
  /** @throws GuestError when the firmware faulted or misused the hardware and the test did not ask about it */
  check(): void;
  /** Gives the board back, and what was counted since `begin` if that was asked for. */
  end(): RunStatistics | undefined;
}

/** Makes the board ready for each test of one `firmwareTest`. */
export class Bringup<B extends AnyBoard> {
  readonly options: FirmwareTestOptions<B>;
  readonly #site: CallSite;
  readonly #snapshots = new WeakMap<Station<B>, Map<StartPoint<B>, BoardSnapshot>>();

  /** @param caller the function that the test file called */
  constructor(options: FirmwareTestOptions<B>, caller?: (options: FirmwareTestOptions<B>) => unknown) {
    this.options = options;
    this.#site = new CallSite(caller);
    try {
      checkOptions(options);
    } catch (error) {
      blame(error, this.#site);
      throw error;
    }
  }

  /** The image, as an absolute path. */
  firmware(testFile: string): string | undefined {
    const { firmware } = this.options;
    return firmware === undefined ? undefined : this.#path(firmware, testFile);
  }

  /** The board at the start point, in the hands of the named test until `end` is called. */
  begin(testFile: string, test: string, start: StartPoint<B>, run: RunContext = {}): Begun<B> {
    try {
      return this.#begin(testFile, test, start, run);
    } catch (error) {
      const { board } = this.options;
      blame(error, this.#site, typeof board === 'string' ? this.#path(board, testFile) : undefined);
      throw error;
    }
  }

  #begin(testFile: string, test: string, start: StartPoint<B>, run: RunContext): Begun<B> {
    const { semihosting, faults, misuse, timing, hostTimeout = HOST_TIMEOUT } = this.options;
    const board = this.#board(testFile);
    const settings = chosen(run.commandLine, this.options, run.plugin);
    const station = stationFor(board, this.firmware(testFile), { semihosting, hostTimeout, timing, ...settings });
    const before = station.bench.statistics;
    const misuseSettings = [
      ...(faults === 'allow' ? [FAULTS_ALLOWED] : []),
      run.plugin?.misuse,
      misuse,
      run.commandLine?.misuse,
    ];
    take(station, test, station.atReset);
    try {
      station.bench.hostLimit = hostTimeout;
      station.bench.cancelled = run.cancelled;
      station.bench.misuseWatch.begin(misuseSettings);
      station.board.restore(this.#snapshot(station, start));
    } catch (error) {
      giveBack(station);
      throw error;
    }
    station.bench.unexpectedFaults.begin();
    station.bench.misuseWatch.begin(misuseSettings);
    const check = () => {
      if (faults !== 'allow') station.bench.unexpectedFaults.check();
      station.bench.checkMisuse();
    };
    const end = () => {
      const after = station.bench.statistics;
      giveBack(station);
      return after && since(before ?? NOTHING, after);
    };
    return { board: station.board, check, end };
  }

  /** What the test depends on: image and machine file. */
  files(testFile: string): string[] {
    const { board } = this.options;
    const files = [this.firmware(testFile), typeof board === 'string' ? this.#path(board, testFile) : undefined];
    return files.filter((one) => one !== undefined);
  }
  #path(path: string, testFile: string): string {
    return isAbsolute(path) ? path : resolve(dirname(testFile), path);
  }

  /** The board itself, or the one that the file describes: the same as long as the file does not change. */
  #board(testFile: string): B {
    const { board } = this.options;
    if (typeof board !== 'string') return board;
    return boardOfFile(this.#path(board, testFile)) as unknown as B;
  }

  /** Taken the first time a test starts there. */
  #snapshot(station: Station<B>, start: StartPoint<B>): BoardSnapshot {
    const known = this.#snapshots.get(station) ?? new Map<StartPoint<B>, BoardSnapshot>();
    this.#snapshots.set(station, known);
    const taken = known.get(start);
    if (taken) return taken;
    station.board.restore(start.after ? this.#snapshot(station, start.after) : station.atReset);
    const { prepare } = start;
    const result = prepare && callTest(() => prepare(station.board));
    if (result instanceof Promise) {
      result.catch(() => {});
      const remedy = 'leave out async and await: the machine runs synchronously';
      throw new UsageError({ what: 'bootedTo returned a promise', where: 'firmwareTest', remedy });
    }
    // Faults before a test starts are not its own, nor is what ended in one.
    station.bench.askedForFaults();
    station.bench.checkMisuse();
    station.board.forgetListeners();
    const snapshot = station.board.snapshot();
    known.set(start, snapshot);
    return snapshot;
  }
}

const OPTIONS: readonly (keyof FirmwareTestOptions<AnyBoard>)[] = [
  'board',
  'firmware',
  'bootedTo',
  'semihosting',
  'hostTimeout',
  'faults',
  'misuse',
  'engine',
  'timing',
];

function checkOptions(options: {
  readonly board: AnyBoard | string;
  readonly firmware?: string;
  readonly faults?: string;
  readonly engine?: string;
  readonly timing?: string;
  readonly misuse?: unknown;
}): void {
  const refuse = (what: string, remedy: string) => {
    throw new UsageError({ what, where: 'firmwareTest', remedy });
  };
  checkNames('firmwareTest', options, OPTIONS, ['board']);
  const { board } = options;
  if (typeof board === 'string') checkBoardPath(board);
  else if (typeof board?.createMachine !== 'function') {
    refuse('`board` is no board', "import one from 'fwtest/boards', or make one with defineBoard");
  }
  const ownImages = typeof board === 'string' || (board.chip.images?.length ?? 0) > 0;
  if (
    !(options.firmware === undefined && ownImages) &&
    (typeof options.firmware !== 'string' || options.firmware === '')
  ) {
    refuse('`firmware` is missing', "give the path of the ELF, relative to the test file: './build/app.elf'");
  }
  if (![undefined, 'fail', 'allow'].includes(options.faults)) {
    refuse(`\`faults\` is '${options.faults}'`, "give 'fail' (the default) or 'allow'");
  }
  checkEngine(options.engine, 'firmwareTest');
  checkTiming(options.timing, 'firmwareTest');
  checkMisuse(options.misuse, 'firmwareTest');
}

function checkBoardPath(path: string): void {
  if (/\.(ya?ml|json|dts|dtb)$/i.test(path)) return;
  const remedy = "give a board, or the path of a machine file: './machine.yaml'";
  throw new UsageError({ what: `\`board\` is '${path}', which is no machine file`, where: 'firmwareTest', remedy });
}

/** The fixtures besides the board, bound to it. */
export function boundTo<B extends AnyBoard>(board: BoardHandle<B>): Omit<Fixtures<B>, 'board'> {
  const high = (pin: string) => expectGpioHigh(board, pin, high);
  const low = (pin: string) => expectGpioLow(board, pin, low);
  return {
    expectGpioHigh: high,
    expectGpioLow: low,
    mmioCalc: (a, operation, b) => mmioCalc(board, a, operation, b),
  };
}

/** Start points by name, for `test.from('name')`. */
export class StartPoints<B extends AnyBoard> {
  readonly #byName = new Map<string, StartPoint<B>>();

  add(name: string, point: StartPoint<B>): void {
    if (this.#byName.has(name)) {
      const remedy = 'take another name, or leave the function out to start from the one there is';
      throw new UsageError({ what: `there are two snapshots called '${name}'`, where: 'test.from', remedy });
    }
    this.#byName.set(name, point);
  }
  get(name: string): StartPoint<B> {
    const point = this.#byName.get(name);
    if (point) return point;
    const names = [...this.#byName.keys()].map((one) => `'${one}'`).join(', ');
    const remedy = names === '' ? 'say how to get there: test.from(name, (board) => …)' : `there is ${names}`;
    throw new UsageError({ what: `there is no snapshot called '${name}'`, where: 'test.from', remedy });
  }
}
