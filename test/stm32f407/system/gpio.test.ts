import { describe, expect, test } from 'vitest';
import { gpioWire } from '../../../src/emu/system/gpio-wire.js';
import { results } from '../boot.js';
import { board, rig, setJumpers } from './rig.js';

const [ASKS, FAST, SWITCHES, STOPS, SLEEPS] = [1, 2, 4, 8, 16];
const wires = [gpioWire('a.PD15', 'b.PE7'), gpioWire('b.PD15', 'a.PE7')];

function pair(a: number, b: number) {
  const system = rig({ a: board('gpio'), b: board('gpio') }, wires);
  setJumpers(system.boards.a, a);
  setJumpers(system.boards.b, b);
  system.run('10ms');
  return [results(system.boards.a), results(system.boards.b)] as const;
}

describe('an edge interrupts the other board, which answers', () => {
  test.each([
    ['both at 16 MHz', ASKS, 0],
    ['the asking one at 168 MHz', ASKS | FAST, 0],
    ['the answering one at 168 MHz', ASKS, FAST],
    ['the asking one switches between them', ASKS | SWITCHES, 0],
    ['the answering one sleeps', ASKS, SLEEPS],
    ['the answering one is in Stop mode', ASKS, STOPS],
    ['both sleep', ASKS | SLEEPS, SLEEPS],
  ])('%s', (_, asking, answering) => {
    const one = pair(asking, answering);
    expect([one[0][0], one[1][0]]).toEqual([12, 12]);
    const other = pair(answering, asking);
    expect([other[1][0], other[0][0]]).toEqual([12, 12]);
  });

  test('as fast as an interrupt is taken; towards the earlier board a microsecond later', () => {
    const [first, second] = [pair(ASKS, 0)[0], pair(0, ASKS)[1]];
    // Two interrupts, of 12 cycles to enter and to leave, with a handler each, and the microsecond.
    expect(first[2]).toBeGreaterThan(16 + 3 * 12);
    expect(first[3]).toBeLessThan(16 + 3 * 12 + 100);
    expect(Math.abs(first[2]! - second[2]!)).toBeLessThan(12);
  });

  test('from Stop mode it takes the regulator and the oscillator their time', () => {
    const [awake, stopped] = [pair(ASKS, 0)[0], pair(ASKS, STOPS)[0]];
    // DS8626 table 35: 13 µs and more.
    expect(stopped[2]! - awake[2]!).toBeGreaterThan(13 * 16);
  });
});
