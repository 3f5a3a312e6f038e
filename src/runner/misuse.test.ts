import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { stm32f4Discovery } from '../boards/index.js';
import type { GuestReport } from '../emu/guest-report.js';
import { MISUSE_RULES, OTHER_REPORTS } from '../emu/misuse.js';
import { matchers } from '../matchers/index.js';
import { Bringup } from './firmware-test.js';
import { checkMisuse, MisuseLevels } from './misuse-settings.js';
import { MisuseWatch } from './misuse-watch.js';

const elf = join(import.meta.dirname, '../../examples/firmware-tests/blinky/blinky.elf');
const USART3_CR1 = 0x4000_480c;

/** What a firmware would do; host-side accesses are the bus's, too. */
const usesWithoutClock = (board: { memory: { write32(address: number, value: number): void } }) =>
  board.memory.write32(USART3_CR1, 1);

function began(misuse?: ConstructorParameters<typeof Bringup>[0]['misuse'], name = 'a test') {
  const bringup = new Bringup({ board: stm32f4Discovery, firmware: elf, ...(misuse ? { misuse } : {}) });
  return bringup.begin(join(import.meta.dirname, 'x.test.ts'), name, {});
}

describe('misuse that a test does not ask about', () => {
  let open: ReturnType<typeof began> | undefined;
  beforeEach(() => {
    open?.end();
    open = undefined;
    return () => {
      open?.end();
      open = undefined;
    };
  });

  test('fails it, with what, where, what to do', () => {
    open = began();
    usesWithoutClock(open.board);
    expect(() => open!.check()).toThrowErrorMatchingInlineSnapshot(`
      [GuestError: the firmware misuses the hardware (clock-gated): USART3 is used before its clock is enabled (RM0090 7.3.13)
        where: 0x0800018c Reset_Handler (startup.c:65)
        remedy: set bit 18 of RCC.APB1ENR first; where it is meant, expect(board).toHaveMisuse('clock-gated') or firmwareTest({ misuse: { 'clock-gated': 'warn' } })]
    `);
  });

  test('passes where it asked', () => {
    open = began();
    usesWithoutClock(open.board);
    expect(matchers.toHaveMisuse.call({}, open.board, 'clock-gated').pass).toBe(true);
    expect(matchers.toHaveMisuse.call({}, open.board, 'flash-latency').message()).toMatch(/Others +USART3/);
    open.check();
    expect(matchers.toHaveNoMisuse.call({}, open.board, 'dma-memory').pass).toBe(true);
    expect(matchers.toHaveNoMisuse.call({}, open.board).pass).toBe(false);
  });

  test('is told once where it is a warning, and not at all where it is off', () => {
    const report: GuestReport = {
      kind: 'misuse',
      rule: 'sequence',
      what: 'too early',
      device: 'x',
      pc: 0,
      ns: 0,
      cycles: 0,
    };
    const watch = new MisuseWatch();
    const printed: string[] = [];
    for (const settings of ['warn', { sequence: 'warn' }, 'off'] as const) {
      watch.begin([settings]);
      watch.note(report);
      watch.check(undefined, (text) => printed.push(text));
    }
    expect(printed).toEqual(['fwtest: too early\n  at 0x00000000']);
  });

  test('goes by what the test says before what the file says', () => {
    open = began('off');
    open.board.misuse({ 'clock-gated': 'error' });
    usesWithoutClock(open.board);
    expect(() => open!.check()).toThrow('clock-gated');
  });

  test('is an error in the next test only if it happens again', () => {
    open = began();
    usesWithoutClock(open.board);
    open.end();
    open = began();
    open.check();
  });

  test('fails every test whose start it lies before', () => {
    const bringup = new Bringup({ board: stm32f4Discovery, firmware: elf });
    const start = { prepare: usesWithoutClock };
    for (const name of ['one', 'two']) {
      expect(() => bringup.begin(join(import.meta.dirname, 'y.test.ts'), name, start)).toThrow('clock-gated');
    }
  });
});

test('reserved bits and gaps of the model are warnings unless asked for', () => {
  const levels = new MisuseLevels([{ reserved: 'error' }, undefined, { 'dma-memory': 'off' }]);
  expect([levels.of('reserved'), levels.of('unmodelled'), levels.of('dma-memory'), levels.of('sequence')]).toEqual([
    'error',
    'warn',
    'off',
    'error',
  ]);
  expect(new MisuseLevels(['warn', { sequence: 'error' }]).of('sequence')).toBe('error');
  expect(new MisuseLevels([{ sequence: 'error' }, 'warn']).of('sequence')).toBe('warn');
});

test('wrong settings are told', () => {
  expect(() => checkMisuse('eror', 'firmwareTest')).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: \`misuse\` is "eror"
      where: firmwareTest
      remedy: give 'error', 'warn', 'off', or levels by kind]
  `);
  expect(() => checkMisuse({ 'dma-memry': 'off' }, 'firmwareTest')).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: there is no kind of misuse called 'dma-memry'
      where: firmwareTest
      remedy: did you mean 'dma-memory'?]
  `);
});

test('docs/misuse.md lists every kind with its meaning and default', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/misuse.md'), 'utf8');
  const levels = new MisuseLevels([]);
  const rows = Object.entries({ ...MISUSE_RULES, ...OTHER_REPORTS }).map(
    ([kind, what]) => `| \`${kind}\` | ${what} | ${levels.of(kind as keyof typeof MISUSE_RULES)} |`,
  );
  expect(page.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows);
});
