/** What `systemTest` is, whichever test runner calls it: options, fixtures, and where each test starts. */

import { dirname, isAbsolute, resolve } from 'node:path';
import { CallSite } from '../emu/call-site.js';
import { callTest, UsageError } from '../emu/errors.js';
import type { Wire } from '../emu/system/wire.js';
import { blame } from '../machine-file/blame.js';
import { HOST_TIMEOUT, type RunContext } from './firmware-test.js';
import { checkMisuse, type MisuseSettings } from './misuse-settings.js';
import { type BoardHandles, createSystem, type Members, onBoard, type System, type SystemSnapshot } from './system.js';

export interface SystemTestOptions<M extends Members> {
  /** The boards by name, each with its firmware. Masters of SPI and I2C wires come before their slaves. */
  boards: M;
  /** `gpioWire('a.PD12', 'b.PA0')`, `uartWire('a.usart2', 'b.usart3')` … */
  wires?: readonly Wire[];
  /** Where tests start: after this function, which runs once. */
  bootedTo?: (system: System<M>) => unknown;
  /** Host ms that a single run may take. */
  hostTimeout?: number;
  /** Faults that a test does not ask about: `'fail'` (the default) or `'allow'`. */
  faults?: 'fail' | 'allow';
  misuse?: MisuseSettings;
}

export interface SystemFixtures<M extends Members> {
  /** The handles of the boards: `boards.sender.run('1ms')` lets time pass on all of them. */
  boards: BoardHandles<M>;
  system: System<M>;
}

interface Ready<M extends Members> {
  readonly system: System<M>;
  readonly start: SystemSnapshot;
}

/** The systems that were made, by test file: a file's tests share one. */
export class Systems<M extends Members> {
  readonly #options: SystemTestOptions<M>;
  readonly #site: CallSite;
  readonly #ready = new Map<string, Ready<M>>();

  /** @param caller the function that the test file called */
  constructor(options: SystemTestOptions<M>, caller?: (options: SystemTestOptions<M>) => unknown) {
    checkMisuse(options.misuse, 'systemTest');
    this.#options = options;
    this.#site = new CallSite(caller);
  }

  /** Everything at its start, as far as this process has got before. */
  begin(testFile: string, run: RunContext = {}): System<M> {
    try {
      return this.#begin(testFile, run);
    } catch (error) {
      blame(error, this.#site);
      throw error;
    }
  }

  #begin(testFile: string, run: RunContext): System<M> {
    const known = this.#ready.get(testFile);
    const system = known?.system ?? this.#made(testFile, run);
    for (const { bench } of system.stations) {
      bench.cancelled = run.cancelled;
      bench.unexpectedFaults.begin();
      bench.misuseWatch.begin([run.plugin?.misuse, this.#options.misuse, run.commandLine?.misuse]);
    }
    if (known) system.restore(known.start);
    else this.#ready.set(testFile, { system, start: this.#booted(system) });
    return system;
  }

  /** @throws GuestError for faults and misuse that the test did not ask about */
  check(system: System<M>): void {
    for (const [i, { bench }] of system.stations.entries()) {
      onBoard(system.names[i]!, () => {
        if (this.#options.faults !== 'allow') bench.unexpectedFaults.check(bench.machine.cpu.stuck);
        bench.checkMisuse();
      });
    }
  }

  /** The test is over: nothing listens any more. */
  end(system: System<M>): void {
    for (const { board } of system.stations) board.forgetListeners();
  }

  images(testFile: string): string[] {
    return Object.values(this.#options.boards).map(({ firmware }) => imageOf(testFile, firmware));
  }

  #made(testFile: string, { commandLine, plugin }: RunContext): System<M> {
    const { boards, wires = [], hostTimeout = HOST_TIMEOUT } = this.#options;
    const engine = commandLine?.engine ?? plugin?.engine;
    const options = { hostTimeout, ...(engine ? { engine } : {}) };
    return createSystem(boards, wires, (firmware) => imageOf(testFile, firmware), options);
  }

  #booted(system: System<M>): SystemSnapshot {
    const { bootedTo } = this.#options;
    const result = bootedTo && callTest(() => bootedTo(system));
    if (result instanceof Promise) {
      result.catch(() => {});
      const remedy = 'leave out async and await: the machines run synchronously';
      throw new UsageError({ what: 'bootedTo returned a promise', where: 'systemTest', remedy });
    }
    this.check(system);
    this.end(system);
    return system.snapshot();
  }
}

const imageOf = (testFile: string, firmware: string): string =>
  isAbsolute(firmware) ? firmware : resolve(dirname(testFile), firmware);
