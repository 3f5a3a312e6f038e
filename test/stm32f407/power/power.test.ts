import { expect, test } from 'vitest';
import { boot, finish, results } from '../boot.js';
import { lseBoard } from '../common/lse-board.js';

test('Stop mode: clocks off, wake-up by interrupt, event and pin at the exact time, then HSI', () => {
  const board = boot('power/firmware/stop.elf');
  board.run('3100ms');
  expect(board.pin('PD12').edges).toHaveLength(8);
  expect(board.pwr.mode).toBe('stop');
  const before = board.cycles;
  board.run('100ms');
  expect(board.cycles).toBe(before);
  board.button.press();
  const words = finish(board, '10ms');
  // HSI, HSE cleared by hardware; SW and SWS 0
  expect(words[0]! & 0x0303_0003).toBe(3);
  expect(words[1]! & 0xf).toBe(0);
  expect([words[2], words[3], words[10], words[11]]).toEqual([0, 2, 2, 1]);
  const [, , fall1, , fall2, , fall3] = board.pin('PD12').edges.map(({ ns }) => ns);
  // the wake-up timer elapses every second; 17 µs with the low-power regulator, 13 µs with the main one
  expect(fall2! - fall1!).toBeGreaterThan(1e9 - 20_000);
  expect(fall2! - fall1!).toBeLessThan(1e9);
  expect(fall3! - fall2!).toBeGreaterThan(1e9);
  expect(fall3! - fall2!).toBeLessThan(1e9 + 10_000);
  expect(board.guestErrors).toEqual([]);
});

test('Standby mode: RAM is lost, backup domain kept; WKUP and the RTC end it', () => {
  const board = boot('power/firmware/standby.elf', lseBoard);
  board.run('50ms');
  expect(board.pwr.mode).toBe('standby');
  expect(board.pin('PD12').level).toBe('floating');
  const pressed = board.time;
  board.button.press({ for: '1ms' });
  board.runUntil(() => board.pin('PD12').level === 'high', { within: '10ms' });
  // 375 µs and the program's first lines
  expect(board.time - pressed).toBeGreaterThan(375_000);
  expect(board.time - pressed).toBeLessThan(420_000);
  // WUF, SBF, BRR, EWUP, BRE; no reset flag
  expect(results(board).slice(0, 5)).toEqual([0, 0x30b, 1, 0x1234_5678, 0]);
  board.run('2100ms');
  expect(board.pwr.mode).toBe('standby');
  board.run('4900ms');
  const words = finish(board, '200ms');
  expect(words.slice(1, 5)).toEqual([0x20b, 2, 0x1234_5678, 0]);
  expect(words[63]).toBe(0);
  expect(board.guestErrors).toEqual([]);
});

test('the voltage detector interrupts on both edges of its output', () => {
  const board = boot('power/firmware/pvd.elf');
  board.run('1ms');
  board.pwr.setVdd(2.7);
  board.run('1ms');
  board.pwr.setVdd(3.0);
  board.run('1ms');
  expect(results(board).slice(0, 3)).toEqual([2, 4, 0]);
});

test('a brown-out holds the chip in reset until the supply is back', () => {
  const board = boot('power/firmware/pvd.elf');
  board.run('1ms');
  board.pwr.setVdd(1.5);
  board.run('10ms');
  const before = board.cycles;
  board.run('10ms');
  expect(board.cycles).toBe(before);
  board.pwr.setVdd(3.3);
  board.run('10ms');
  expect(board.cycles).toBeGreaterThan(before + 16_000 * 8);
  expect(board.rcc.CSR.value >>> 24).toBe(0x0e);
});

test('Sleep mode: a peripheral stands still unless its LPENR bit is set', () => {
  const board = boot('power/firmware/sleep.elf');
  const written: [string, number][] = [];
  board.on('uart', () => void written.push([board.usart2.text, board.time]));
  board.run('1990ms');
  finish(board, '100ms');
  expect(board.usart2.text).toBe('ab');
  const woken = [12, 13].map((pin) => board.pin(`PD${pin}`).edges.at(-1)!.ns);
  const [a, b] = written.map(([, ns]) => ns);
  expect(a!).toBeLessThan(woken[0]!);
  expect(b!).toBeGreaterThan(woken[1]!);
});
