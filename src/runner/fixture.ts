/** `firmwareTest` for vitest: its `test`, with the board and what belongs to it as fixtures. */

import { inject, type TestAPI, test as vitestTest } from 'vitest';
import { UsageError } from '../emu/errors.js';
import type { FileBoard } from '../machine-file/define-board.js';
import type { BoardHandle } from './board-handle.js';
import { CANCEL_KEY, cancelledBy } from './cancel.js';
import { applyToAll, COMMAND_LINE_KEY, PLUGIN_KEY } from './engine-settings.js';
import {
  Bringup,
  boundTo,
  type FirmwareTestOptions,
  type Fixtures,
  type RunContext,
  type RunSettings,
  type StartPoint,
  StartPoints,
} from './firmware-test.js';
import { type FirmwareMeta, writtenAt } from './image-watcher.js';
import { noteStatistics, type StatisticsMeta } from './run-statistics.js';
import type { AnyBoard } from './station.js';

/** vitest's `test`, whose tests start from one snapshot of the board. */
export type FirmwareTest<B extends AnyBoard> = TestAPI<Fixtures<B>> & {
  /** Tests that start right after power-on, whatever `bootedTo` says. */
  readonly fromReset: TestAPI<Fixtures<B>>;
  /**
   * Tests that start from a further snapshot: where `prepare` leaves a board that stands where the other tests start.
   * Given a name only, the one that was made with it.
   */
  from(name: string, prepare?: (board: BoardHandle<B>) => unknown): FirmwareTest<B>;
};

/** The part of vitest's test context that is used here. */
export interface TaskContext {
  readonly task: {
    readonly name: string;
    readonly concurrent?: boolean;
    readonly meta: object;
    readonly file: { readonly filepath: string; readonly meta: object };
  };
  readonly onTestFinished: (fn: () => void) => void;
}

/**
 * For what a fixture checks when its test has ended. vitest ends a fixture that fails a second time and tells the failure twice: so it is told by
 * the test's last hook, unless that was called before (as where `aroundEach` wants the board).
 */
export function tellingOnce({ onTestFinished }: Pick<TaskContext, 'onTestFinished'>): (check: () => void) => void {
  let failure: { readonly error: unknown } | undefined;
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
    if (failure) throw failure.error;
  });
  return (check) => {
    try {
      check();
    } catch (error) {
      if (isOver) throw error;
      failure = { error };
    }
  };
}

export function noteImage({ task }: Pick<TaskContext, 'task'>, image: string): void {
  const meta = task.file.meta as FirmwareMeta;
  meta.fwtestImages = { ...meta.fwtestImages, [image]: writtenAt(image) };
}

const provided = <T>(key: string) => inject(key as never) as T | undefined;

/** The run that the present test belongs to. */
export function present(): RunContext {
  const commandLine = provided<RunSettings>(COMMAND_LINE_KEY);
  applyToAll(commandLine);
  return { cancelled: cancelledBy(provided(CANCEL_KEY)), commandLine, plugin: provided<RunSettings>(PLUGIN_KEY) };
}

/** @throws UsageError when the test runs beside others of its file */
export function refuseConcurrent({ task }: { readonly task: Pick<TaskContext['task'], 'name' | 'concurrent'> }): void {
  if (!task.concurrent) return;
  throw new UsageError({
    what: `'${task.name}' is concurrent, and its board can be in one test at a time`,
    where: 'test.concurrent, or a concurrent describe',
    remedy: 'leave out `concurrent`: a firmware test never waits, so nothing is won by it',
  });
}

function extended<B extends AnyBoard>(bringup: Bringup<B>, start: StartPoint<B>): TestAPI<Fixtures<B>> {
  type Use<T> = (value: T) => Promise<void>;
  const { extend } = vitestTest as unknown as { extend(fixtures: object): TestAPI<Fixtures<B>> };
  return extend.call(vitestTest, {
    board: async ({ task, onTestFinished }: TaskContext, use: Use<BoardHandle<B>>) => {
      refuseConcurrent({ task });
      const tell = tellingOnce({ onTestFinished });
      const { filepath } = task.file;
      for (const file of bringup.files(filepath)) noteImage({ task }, file);
      const { board, check, end } = bringup.begin(filepath, task.name, start, present());
      try {
        await use(board);
        tell(check);
      } finally {
        const counted = end();
        if (counted) noteStatistics(task.meta as StatisticsMeta, counted);
      }
    },
    expectGpioHigh: async ({ board }: Fixtures<B>, use: Use<unknown>) => use(boundTo(board).expectGpioHigh),
    expectGpioLow: async ({ board }: Fixtures<B>, use: Use<unknown>) => use(boundTo(board).expectGpioLow),
    mmioCalc: async ({ board }: Fixtures<B>, use: Use<unknown>) => use(boundTo(board).mmioCalc),
  });
}

/**
 * Makes a `test` for a board with a firmware on it. Each test starts from the same snapshot: the machine right after
 * power-on, or where `bootedTo` left it.
 *
 * ```ts
 * const test = firmwareTest({ board: stm32f4Discovery, firmware: './build/app.elf' });
 * test('says hello', ({ board }) => expect(board.usart2).toWriteUart('hello', { within: '50ms' }));
 * ```
 */
export function firmwareTest<B extends AnyBoard = FileBoard>(options: FirmwareTestOptions<B>): FirmwareTest<B> {
  const bringup = new Bringup(options, firmwareTest);
  const points = new StartPoints<B>();
  const atReset: StartPoint<B> = {};
  const fromReset = extended(bringup, atReset);
  const startingAt = (start: StartPoint<B>): FirmwareTest<B> => {
    const from: FirmwareTest<B>['from'] = (name, prepare) => {
      if (prepare) points.add(name, { after: start, prepare });
      return startingAt(points.get(name));
    };
    return Object.assign(extended(bringup, start), { fromReset, from }) as FirmwareTest<B>;
  };
  return startingAt(options.bootedTo ? { after: atReset, prepare: options.bootedTo } : atReset);
}
