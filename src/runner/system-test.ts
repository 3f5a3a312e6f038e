/** `systemTest` for vitest: a `test` with several boards that are wired to each other. */

import { type TestAPI, test as vitestTest } from 'vitest';
import { noteImage, present, refuseConcurrent, type TaskContext, tellingOnce } from './fixture.js';
import type { BoardHandles, Members, System } from './system.js';
import { type SystemFixtures, Systems, type SystemTestOptions } from './systems.js';

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
  const systems = new Systems(options, systemTest);
  type Use<T> = (value: T) => Promise<void>;
  const { extend } = vitestTest as unknown as { extend(fixtures: object): TestAPI<SystemFixtures<M>> };
  return extend.call(vitestTest, {
    system: async ({ task, onTestFinished }: TaskContext, use: Use<System<M>>) => {
      refuseConcurrent({ task });
      const tell = tellingOnce({ onTestFinished });
      for (const image of systems.images(task.file.filepath)) noteImage({ task }, image);
      const system = systems.begin(task.file.filepath, present());
      try {
        await use(system);
        tell(() => systems.check(system));
      } finally {
        systems.end(system);
      }
    },
    boards: async ({ system }: { system: System<M> }, use: Use<BoardHandles<M>>) => use(system.boards),
  });
}
