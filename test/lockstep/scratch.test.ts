import { test } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/index.js';
import { thumbProgram } from './thumb-tasks.js';

test('x', () => {
  for (const mode of ['hot', 'auto'] as const)
    for (let seed = 1; seed < 5; seed++) {
      const image = thumbProgram({ seed, tasks: Array.from({ length: 6 }, (_, i) => seed * 1000 + i) });
      const machine = stm32f4Discovery.createMachine({
        image,
        engine: mode,
        statistics: { clock: () => performance.now() },
      });
      for (let i = 0; i < 300; i++) machine.runCycles(400);
      console.log(mode, seed, JSON.stringify(machine.statistics));
    }
});
