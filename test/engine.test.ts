import { expect, test } from 'vitest';
import { riscvVirt } from '../src/boards/index.js';
import { defaultEngine } from '../src/emu/isa/engine-mode.js';

// The projects differ in the engine that machines have unless they are told otherwise.

test('machines of this project run on the engine that it is named after', () => {
  expect(defaultEngine()).toBe(process.env['FWTEST_ENGINE']);
  // jal zero, 0
  const image = [{ physicalAddress: 0x8000_0000, data: Uint8Array.of(0x6f, 0, 0, 0) }];
  const machine = riscvVirt.createMachine({ image, statistics: { clock: () => 0 } });
  for (let i = 0; i < 10; i++) machine.runCycles(1000);
  const { instructions, hotInstructions } = machine.statistics!;
  if (defaultEngine() === 'cold') expect(hotInstructions).toBe(0);
  if (defaultEngine() === 'hot') expect(hotInstructions).toBeGreaterThan(0.9 * instructions);
});
