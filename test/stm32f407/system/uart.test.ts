import { describe, expect, test } from 'vitest';
import { uartWire } from '../../../src/emu/system/uart-wire.js';
import { results } from '../boot.js';
import { board, rig, setJumpers } from './rig.js';

const [ASKS, PARITY] = [8, 4];
const [AT_115200, AT_9600, AT_500000, AT_57600] = [0, 1, 2, 3];
/** Flags of SR: RM0090 30.6.1. */
const [PE, FE] = [1, 2];
const RATES = [115_200, 9_600, 500_000, 57_600];

/** `first` is the earlier board. */
function pair(first: number, second: number) {
  const system = rig({ a: board('uart'), b: board('uart') }, [uartWire('a.usart2', 'b.usart2')]);
  setJumpers(system.boards.a, first);
  setJumpers(system.boards.b, second);
  system.run('40ms');
  return [results(system.boards.a), results(system.boards.b)] as const;
}
const letters = (text: string) => [...text].reduce((sum, c) => ((sum << 8) | c.charCodeAt(0)) >>> 0, 0);

describe.each([AT_115200, AT_9600, AT_500000])('UARTs of two boards with rate %i', (rate) => {
  /** Frame there and back: start, eight bits, stop; the receiver has the byte half a bit before the stop bit ends. */
  const frames = 2 * 10 * Math.round(16e6 / RATES[rate]!);

  test.each([
    ['the earlier', 0],
    ['the later', 1],
  ] as const)('%s asks', (_, asking) => {
    const both = asking === 0 ? pair(rate | ASKS, rate) : pair(rate, rate | ASKS);
    const [asks, answers] = [both[asking]!, both[1 - asking]!];
    expect(asks.slice(0, 3)).toEqual([8, 0, letters('efgh')]);
    expect(answers.slice(0, 3)).toEqual([8, 0, letters('EFGH')]);
    // What the handler takes, and the latency of a microsecond one of both ways.
    expect(asks[4]).toBeGreaterThan(frames - 16e6 / RATES[rate]!);
    expect(asks[5]).toBeLessThan(frames + 150);
  });
});

test('the way back to an earlier board takes a microsecond, whoever asks', () => {
  const [first] = pair(AT_500000 | ASKS, AT_500000);
  const [, second] = pair(AT_500000, AT_500000 | ASKS);
  // 16 cycles, seen by loops that look every few cycles.
  expect(Math.abs(first[3]! - second[3]!)).toBeLessThan(8 * 12);
});

test('parity goes along, and where only one side has it that side sees an error', () => {
  const [asks, answers] = pair(AT_115200 | PARITY | ASKS, AT_115200 | PARITY);
  expect([asks.slice(0, 2), answers.slice(0, 2)]).toEqual([
    [8, 0],
    [8, 0],
  ]);
  // 'A' to 'H' without parity bit: the stop bit is taken for it, odd where the letter has an even number of ones.
  const [, checks] = pair(AT_115200 | ASKS, AT_115200 | PARITY);
  expect(checks[1]! & PE).toBe(PE);
});

test('a receiver at another rate sees framing errors', () => {
  // A start bit of 9600 baud is a whole frame of zeros; at half the rate the stop bit falls on the fourth bit.
  for (const rate of [AT_9600, AT_57600]) {
    const [, hears] = pair(rate | ASKS, AT_115200);
    expect(hears[1]! & FE).toBe(FE);
  }
  const [, slow] = pair(AT_115200 | ASKS, AT_57600);
  expect(slow[0]).toBeGreaterThan(0);
  expect(slow[2]).not.toBe(letters('EFGH'));
});
