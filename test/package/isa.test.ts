import { expect, test } from 'vitest';
import { ROOT, run } from './workspace.js';

const isa = (...args: string[]) => run(ROOT, 'npm', ['run', '-s', 'test:isa', '--', ...args]);
const FIRMWARE = 'test/isa/firmware';

test.each([
  [0, 'stdout', '4 passed, 0 failed', [FIRMWARE, '--except', 'fail|endless|wrong']],
  [1, 'stdout', 'fail-rv32.elf: test 7 failed', [FIRMWARE, '--only', '^fail']],
  [1, 'stdout', 'word 1 of the signature is 11223345', [FIRMWARE, '--only', '^wrong']],
  [2, 'stderr', 'is no folder', ['none']],
  [2, 'stderr', "Unknown option '--fast'", ['--fast']],
] as const)('npm run test:isa: exit code %i, and on %s: %s', (code, stream, message, args) => {
  const ended = isa(...args);
  expect(ended.code, ended.stderr).toBe(code);
  expect(ended[stream]).toContain(message);
});
