import { expect, test } from 'vitest';
import { boot, finish, results } from '../boot.js';
import { lseBoard } from '../common/lse-board.js';

test('calendar, alarm, summer time, time stamp and tamper detection as a driver uses them', () => {
  const board = boot('rtc/firmware/calendar.elf', lseBoard);
  board.run('2s');
  board.runUntil(() => board.pin('PD13').level === 'high', { within: '3s' });
  const set = board.time;
  board.run('3990ms');
  board.runUntil(() => board.pin('PD12').level === 'high', { within: '100ms' });
  // four seconds after the time was set, which the program waited for in vain no longer than a few RTCCLK
  expect(board.time - set).toBeGreaterThan(4e9 - 400_000);
  expect(board.time - set).toBeLessThan(4e9 + 10_000);
  expect(board.rtc.time.slice(0, 19)).toBe('2024-02-29T00:00:01');
  board.run('990ms');
  board.runUntil(() => board.pin('PD14').level === 'high', { within: '2s' });
  const words = results(board);
  expect(words.slice(0, 5)).toEqual([255, 0x23_5957, 0x24_6228, 0x01_0002, 0x24_8229]);
  expect(words.slice(10, 12)).toEqual([1, 0x24_8229]);
  board.pin('PC13').drive('high');
  board.runUntil(() => board.pin('PD15').level === 'high', { within: '1s' });
  expect(results(board).slice(20, 24)).toEqual([1, 0x01_0002, 0, 99]);
  board.pin('PC13').drive('low');
  board.run('1ms');
  board.pin('PC13').drive('high');
  finish(board, '1ms');
  expect(results(board)[22]).toBe(0);
  expect(board.guestErrors).toEqual([]);
});

test('the same program ends in the same state from a snapshot', () => {
  const board = boot('rtc/firmware/calendar.elf', lseBoard);
  board.run('2500ms');
  const snapshot = board.snapshot();
  const ends = [0, 1].map(() => {
    board.restore(snapshot);
    board.run('3s');
    return [board.hash(), board.rtc.time];
  });
  expect(ends[0]).toEqual(ends[1]);
});

test('the battery decides what a power cycle leaves', () => {
  const board = boot('rtc/firmware/calendar.elf', lseBoard);
  board.run('2500ms');
  board.pwr.setVbat(3);
  board.powerCycle();
  expect(board.rtc.time.slice(0, 16)).toBe('2024-02-28T23:59');
  board.pwr.setVdd(0);
  board.run('10s');
  // LSE goes on
  expect(board.rtc.time.slice(0, 16)).toBe('2024-02-29T00:00');
  board.pwr.setVbat(0);
  board.pwr.setVdd(3.3);
  board.powerCycle();
  expect(board.rtc.time.slice(0, 19)).toBe('2000-01-01T00:00:00');
});
