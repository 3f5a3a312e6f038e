import { expect } from 'vitest';
import type { Machine } from '../../src/emu/machine.js';

/** Fails with the names of what differs, which the hashes alone would not tell. */
export function expectSameState(actual: Machine, expected: Machine): void {
  if (actual.hash() === expected.hash()) return;
  const differences = actual
    .diff(expected.snapshot(), actual.snapshot())
    .filter(({ detail }) => detail !== 'grew or changed')
    .map(({ what, detail }) => `${what}: ${detail}`);
  const at = (machine: Machine) => `cycle ${machine.cycles}, pc 0x${(machine.cpu.pc >>> 0).toString(16)}`;
  expect.fail(
    `at ${at(actual)} instead of ${at(expected)}\n${differences.slice(0, 20).join('\n') || 'only logs differ'}`,
  );
}
