import { expect, test } from 'vitest';
import { boot, finish } from '../boot.js';

test('IWDG: a program that hangs is reset 100 ms after its last refresh, and reads why', () => {
  const board = boot('watchdog/firmware/iwdg.elf');
  const resets: number[] = [];
  board.on('reset', ({ cause }) => cause === 'watchdog' && resets.push(board.time));
  board.run('480ms');
  const words = finish(board, '100ms');
  const last = board.pin('PD13').edges.find(({ level }) => level === 'high')!.ns;
  expect(resets).toHaveLength(1);
  // (RLR + 1) × 16 / 32 kHz; the refresh may be up to a period of LSI before
  expect(resets[0]! - last).toBeGreaterThan(100e6 - 35_000);
  expect(resets[0]! - last).toBeLessThan(100e6 + 35_000);
  // IWDGRSTF, PORRSTF, PINRSTF, BORRSTF; then cleared
  expect(words[0]! >>> 24).toBe(0x2e);
  expect(words[1]! >>> 24).toBe(0);
});

test('IWDG: it goes on in Stop and Standby mode', () => {
  const board = boot('watchdog/firmware/asleep.elf');
  const resets: [string, number][] = [];
  board.on('reset', ({ cause }) => void resets.push([cause, board.time]));
  board.run('190ms');
  const words = finish(board, '100ms');
  expect(resets.map(([cause]) => cause)).toEqual(['watchdog', 'watchdog']);
  const rises = board.pin('PD12').edges.filter(({ level }) => level === 'high');
  for (const [i, { ns }] of rises.entries()) {
    expect(resets[i]![1] - ns).toBeGreaterThan(100e6 - 40_000);
    expect(resets[i]![1] - ns).toBeLessThan(100e6 + 1_000);
  }
  // IWDGRSTF and PINRSTF; the second time SBF, too
  expect(words.slice(0, 3)).toEqual([0x0e00_0000, 0x2400_0000, 0x2400_0002]);
  expect(board.guestErrors).toEqual([]);
});

test('WWDG: refreshed in its window it is quiet; too late, after its interrupt, or too early it resets', () => {
  const board = boot('watchdog/firmware/wwdg.elf');
  const resets: string[] = [];
  board.on('reset', ({ cause }) => void resets.push(cause));
  board.run('350ms');
  const [first, second, third, interrupts] = finish(board, '1s');
  expect([first, second, third].map((word) => word! >>> 24)).toEqual([0x0e, 0x44, 0x44]);
  expect(resets).toEqual(['window-watchdog', 'window-watchdog']);
  expect(interrupts).toBe(1);
});
