import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';
import { afterAll } from 'vitest';

const files = mkdtempSync(join(tmpdir(), 'fwtest-semihosting-'));
const empty = mkdtempSync(join(tmpdir(), 'fwtest-semihosting-'));
writeFileSync(join(files, 'input.txt'), 'Twenty-one bytes, so\n');
afterAll(() => {
  for (const folder of [files, empty]) rmSync(folder, { recursive: true });
});

const test = firmwareTest({ board: stm32f4Discovery, firmware: './semihosting.elf', semihosting: { files } });

test('copies a file of the host, and exits with success', ({ board }) => {
  board.run('10ms');
  expect(board.semihosting.text).toContain('copied 21 bytes\n');
  expect(board.semihosting.exitCode).toBe(undefined);

  board.run('200ms');
  expect(board.semihosting.exitCode).toBe(0);
  expect(readFileSync(join(files, 'output.txt'), 'utf8')).toBe('TWENTY-ONE BYTES, SO\n');
});

// 100 ms are 10 hundredths, and one more or less by where in a hundredth they begin.
test('reads a clock of machine time', ({ board }) => {
  board.run('200ms');
  expect(board.semihosting.text).toMatch(/waited (9|10|11) cs\n$/);
});

const testWithoutInput = firmwareTest({
  board: stm32f4Discovery,
  firmware: './semihosting.elf',
  semihosting: { files: empty },
});

testWithoutInput('says which step failed by its exit code', ({ board }) => {
  board.run('10ms');
  expect(board.semihosting.text).toBe('error: cannot open input.txt\n');
  expect(board.semihosting.exitCode).toBe(2);
});
