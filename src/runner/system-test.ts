/** `systemTest` for vitest: a `test` with several boards that are wired to each other. */

import { dirname, isAbsolute, resolve } from 'node:path';
import { type TestAPI, test as vitestTest } from 'vitest';
import { UsageError } from '../emu/errors.js';
import type { Wire } from '../emu/system/wire.js';
import { HOST_TIMEOUT } from './firmware-test.js';
import { noteImage, present, refuseConcurrent, type TaskContext } from './fixture.js';
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
class Systems<M extends Members> {
  readonly #options: SystemTestOptions<M>;
  readonly #ready = new Map<string, Ready<M>>();

  constructor(options: SystemTestOptions<M>) {
    this.#options = options;
  }

  /** Everything at its start, as far as this process has got before. */
  begin(testFile: string): System<M> {
    const run = present();
    const known = this.#ready.get(testFile);
    const system = known?.system ?? this.#made(testFile);
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
        if (this.#options.faults !== 'allow') bench.unexpectedFaults.check();
        bench.checkMisuse();
      });
    }
  }

  images(testFile: string): string[] {
    return Object.values(this.#options.boards).map(({ firmware }) => imageOf(testFile, firmware));
  }

  #made(testFile: string): System<M> {
    const { boards, wires = [], hostTimeout = HOST_TIMEOUT } = this.#options;
    const { commandLine, plugin } = present();
    const engine = commandLine?.engine ?? plugin?.engine;
    const options = { hostTimeout, ...(engine ? { engine } : {}) };
    return createSystem(boards, wires, (firmware) => imageOf(testFile, firmware), options);
  }

  #booted(system: System<M>): SystemSnapshot {
    const result = this.#options.bootedTo?.(system);
    if (result instanceof Promise) {
      result.catch(() => {});
      const remedy = 'leave out async and await: the machines run synchronously';
      throw new UsageError({ what: 'bootedTo returned a promise', where: 'systemTest', remedy });
    }
    this.check(system);
    for (const { board } of system.stations) board.forgetListeners();
    return system.snapshot();
  }
}

const imageOf = (testFile: string, firmware: string): string =>
  isAbsolute(firmware) ? firmware : resolve(dirname(testFile), firmware);

/**
 * Makes a `test` for several boards that are wired to each other. They run in lockstep, on one time: what a board does to a later one in the
 * list happens at once, the other way it takes a microsecond.
 *
 * ```ts
 * const test = systemTest({
 *   boards: { sender: { board: stm32f4Discovery, firmware: './sender.elf' }, receiver: { board: stm32f4Discovery, firmware: './receiver.elf' } },
 *   wires: [uartWire('sender.usart2', 'receiver.usart3')],
 * });
 * test('arrives', ({ boards }) => expect(boards.receiver.usart2).toWriteUart('got it', { within: '5ms' }));
 * ```
 */
export function systemTest<const M extends Members>(options: SystemTestOptions<M>): TestAPI<SystemFixtures<M>> {
  checkMisuse(options.misuse, 'systemTest');
  const systems = new Systems(options);
  type Use<T> = (value: T) => Promise<void>;
  const { extend } = vitestTest as unknown as { extend(fixtures: object): TestAPI<SystemFixtures<M>> };
  return extend.call(vitestTest, {
    system: async ({ task }: TaskContext, use: Use<System<M>>) => {
      refuseConcurrent({ task });
      for (const image of systems.images(task.file.filepath)) noteImage({ task }, image);
      const system = systems.begin(task.file.filepath);
      try {
        await use(system);
        systems.check(system);
      } finally {
        for (const { board } of system.stations) board.forgetListeners();
      }
    },
    boards: async ({ system }: { system: System<M> }, use: Use<BoardHandles<M>>) => use(system.boards),
  });
}
