/**
 * fwtest in jest: the matchers in jest's `expect`, and `firmwareTest` on top of jest's `test`.
 *
 * ```js
 * const { firmwareTest } = require('fwtest/jest');
 * const { stm32f4Discovery } = require('fwtest/boards');
 * const fwTest = firmwareTest({ board: stm32f4Discovery, firmware: './build/app.elf' });
 * fwTest('says hello', ({ board }) => expect(board.usart2).toWriteUart('hello', { within: '50ms' }));
 * ```
 */

import type { Matchers } from 'expect';
import { UsageError } from '../emu/errors.js';
import type { FileBoard } from '../machine-file/define-board.js';
import { type FirmwareMatchers, matchers } from '../matchers/index.js';
import type { BoardHandle } from './board-handle.js';
import {
  Bringup,
  boundTo,
  type FirmwareTestOptions,
  type Fixtures,
  type StartPoint,
  StartPoints,
} from './firmware-test.js';
import type { AnyBoard } from './station.js';
import type { Members } from './system.js';
import { type SystemFixtures, Systems, type SystemTestOptions } from './systems.js';

export { defineBoard, defineChip } from '../boards/define.js';
export { at } from '../boards/rows.js';
export { defineOwnDevice as defineDevice } from '../emu/device-guard.js';
export { canWire } from '../emu/system/can-wire.js';
export { gpioWire } from '../emu/system/gpio-wire.js';
export { i2cWire } from '../emu/system/i2c-wire.js';
export { spiWire } from '../emu/system/spi-wire.js';
export { uartWire } from '../emu/system/uart-wire.js';
export type { FirmwareMatchers } from '../matchers/index.js';
export type { BoardHandle, BoardSnapshot } from './board-handle.js';
export type { FirmwareTestOptions, Fixtures } from './firmware-test.js';
export { expectGpioHigh, expectGpioLow } from './gpio-expectations.js';
export { mmioCalc } from './mmio-calc.js';
export type { SystemFixtures, SystemTestOptions } from './systems.js';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends FirmwareMatchers<R> {}
}

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the declaration it joins has this default
    interface Matchers<R, T = {}> extends FirmwareMatchers<R> {}
  }
}

type Body = () => unknown;
interface JestTest {
  (name: string, body: Body, timeout?: number): void;
  readonly only: (name: string, body: Body, timeout?: number) => void;
  readonly skip: (name: string, body: Body, timeout?: number) => void;
}
interface JestExpect {
  (actual: unknown): Matchers<void>;
  extend(matchers: object): void;
  getState(): { readonly testPath?: string; readonly currentTestName?: string };
}

/** jest's own, of the test file that loads this module. */
function injected(): { expect: JestExpect; test: JestTest } {
  const { expect, test } = globalThis as { expect?: JestExpect; test?: JestTest };
  if (expect && test) return { expect, test };
  const remedy =
    "import it in a test that jest runs, with `injectGlobals` not switched off; for vitest import 'fwtest'";
  throw new UsageError({ what: 'fwtest/jest found no `expect` and `test` of jest', remedy });
}

injected().expect.extend(matchers);

/** A test of a firmware: jest's, with the fixtures as its argument. */
type Declare<B extends AnyBoard> = (name: string, body: (fixtures: Fixtures<B>) => unknown, timeout?: number) => void;

/** jest's `test`, whose tests start from one snapshot of the board. */
export type FirmwareTest<B extends AnyBoard> = Declare<B> & {
  readonly only: Declare<B>;
  readonly skip: Declare<B>;
  /** Tests that start right after power-on, whatever `bootedTo` says. */
  readonly fromReset: Declare<B>;
  /** Tests that start where `prepare` leaves a board that stands where the other tests start; by name later on. */
  from(name: string, prepare?: (board: BoardHandle<B>) => unknown): FirmwareTest<B>;
};

/** Host ms a test may take: jest notices it after the fact. */
const HOST_TIMEOUT = 120_000;

function declaring<B extends AnyBoard>(
  bringup: Bringup<B>,
  start: StartPoint<B>,
  by: (test: JestTest) => JestTest['only'],
): Declare<B> {
  return (name, body, timeout = HOST_TIMEOUT) => {
    const whole = async () => {
      const { testPath = '', currentTestName = name } = injected().expect.getState();
      const { board, check, end } = bringup.begin(testPath, currentTestName, start);
      try {
        await body({ board, ...boundTo(board) });
        check();
      } finally {
        end();
      }
    };
    by(injected().test)(name, whole, timeout);
  };
}

/** Makes a `test` for a board with a firmware on it; each test starts from the same snapshot. */
export function firmwareTest<B extends AnyBoard = FileBoard>(options: FirmwareTestOptions<B>): FirmwareTest<B> {
  const bringup = new Bringup(options, firmwareTest);
  const points = new StartPoints<B>();
  const atReset: StartPoint<B> = {};
  const fromReset = declaring(bringup, atReset, (test) => test);
  const startingAt = (start: StartPoint<B>): FirmwareTest<B> =>
    Object.assign(
      declaring(bringup, start, (test) => test),
      {
        only: declaring(bringup, start, (test) => test.only),
        skip: declaring(bringup, start, (test) => test.skip),
        fromReset,
        from: (name: string, prepare?: (board: BoardHandle<B>) => unknown) => {
          if (prepare) points.add(name, { after: start, prepare });
          return startingAt(points.get(name));
        },
      },
    );
  return startingAt(options.bootedTo ? { after: atReset, prepare: options.bootedTo } : atReset);
}

type DeclareSystem<M extends Members> = (
  name: string,
  body: (fixtures: SystemFixtures<M>) => unknown,
  timeout?: number,
) => void;

/** jest's `test` for several boards; all tests of a file start from one snapshot of them. */
export type SystemTest<M extends Members> = DeclareSystem<M> & {
  readonly only: DeclareSystem<M>;
  readonly skip: DeclareSystem<M>;
};

/** Makes a `test` for several boards that are wired to each other: see `systemTest` of `fwtest`. */
export function systemTest<const M extends Members>(options: SystemTestOptions<M>): SystemTest<M> {
  const systems = new Systems(options, systemTest);
  const declared =
    (by: (test: JestTest) => JestTest['only']): DeclareSystem<M> =>
    (name, body, timeout = HOST_TIMEOUT) => {
      const whole = async () => {
        const system = systems.begin(injected().expect.getState().testPath ?? '');
        try {
          await body({ system, boards: system.boards });
          systems.check(system);
        } finally {
          systems.end(system);
        }
      };
      by(injected().test)(name, whole, timeout);
    };
  return Object.assign(
    declared((test) => test),
    { only: declared((test) => test.only), skip: declared((test) => test.skip) },
  );
}
