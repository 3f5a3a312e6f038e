import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { UsageError } from '../../src/emu/errors.js';
import { main } from './main.js';
import type { IsaResult } from './run-program.js';

const FIRMWARE = 'test/isa/firmware';
const folder = mkdtempSync(join(tmpdir(), 'fwtest-isa-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

function ran(...args: string[]): { code: number; said: string } {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const code = main(args, process.cwd());
  const said = log.mock.calls.map((call) => String(call[0])).join('\n');
  log.mockRestore();
  return { code, said };
}
const results = (...args: string[]) => JSON.parse(ran(...args, '--json').said) as IsaResult[];

describe.each([32, 64])('programs of RV%d', (xlen) => {
  const only = (name: string) => [FIRMWARE, '--only', `^${name}-rv${xlen}`];

  test.each(['cold', 'hot', 'auto'])('one that passes is code 0, on engine %s', (engine) => {
    const { code, said } = ran(...only('pass'), '--engine', engine);
    expect([code, said.split('\n').at(-1)]).toEqual([0, '1 passed, 0 failed']);
    expect(results(...only('pass'))[0]!.cycles).toBeGreaterThan(0);
  });

  test('one that fails is code 1, with the number of its test', () => {
    const { code, said } = ran(...only('fail'));
    expect(code).toBe(1);
    expect(said).toContain(`fail-rv${xlen}.elf: test 7 failed\n0 passed, 1 failed`);
  });

  test('one that does not end fails at its limit', () => {
    const [{ passed, why }] = results(...only('endless'), '--limit', '10000') as [IsaResult];
    expect(passed).toBe(false);
    expect(why).toContain('it did not end within 10000 cycles');
  });

  test('a signature is compared with its reference, word for word', () => {
    expect(results(...only('signature'))[0]).toMatchObject({ passed: true });
    const { code, said } = ran(...only('wrong-signature'));
    expect(code).toBe(1);
    expect(said).toContain('word 1 of the signature is 11223345, expected 11223346');
  });

  test('a reference that is too short is no success', () => {
    const short = join(folder, `short${xlen}`);
    mkdirSync(short);
    copyFileSync(join(FIRMWARE, `signature-rv${xlen}.elf`), join(short, 'a.elf'));
    writeFileSync(join(short, 'a.reference_output'), '11223344\n');
    const why = 'the reference has 1 words, the signature 2';
    expect(results(short)).toMatchObject([{ name: 'a.elf', passed: false, why }]);
  });
});

test('all at once: what passes is counted, one failure is code 1', () => {
  const { code, said } = ran(FIRMWARE, '--limit', '10000');
  expect(code).toBe(1);
  expect(said.split('\n').at(-1)).toBe('4 passed, 6 failed');
  expect(ran(FIRMWARE, '--except', 'fail|endless|wrong').code).toBe(0);
});

test.each([
  [[], 'one folder has to be given'],
  [['none'], 'is no folder'],
  [[FIRMWARE, '--only', 'nothing'], 'there is no RISC-V executable'],
  [[FIRMWARE, '--limit', '0'], '--limit 0 is no number'],
  [[FIRMWARE, '--engine', 'steam'], "there is no engine 'steam'"],
])('wrong usage: %j', (args, message) => {
  expect(() => main(args, process.cwd())).toThrow(UsageError);
  expect(() => main(args, process.cwd())).toThrow(message);
});
