import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stm32f4Discovery } from '../boards/index.js';
import { gpioWire } from '../emu/system/gpio-wire.js';
import { LATENCY_NS } from '../emu/system/lockstep.js';
import type { Wire } from '../emu/system/wire.js';
import { createSystem } from './system.js';

const elf = (path: string) => join(import.meta.dirname, '../../examples/firmware-tests', path);
const member = { board: stm32f4Discovery, firmware: 'blinky/blinky.elf' };
const options = { hostTimeout: 60_000 };
const make = (wires: readonly Wire[]) => createSystem({ a: member, b: member }, wires, elf, options);

const wires = [gpioWire('a.PD15', 'b.PE3'), gpioWire('b.PD14', 'a.PE4')];
const edges = (pin: { readonly edges: Iterable<{ ns: number; level: string }> }) =>
  [...pin.edges].filter(({ level }) => level !== 'floating').map(({ ns, level }) => [ns, level]);

describe('two boards', () => {
  const system = make(wires);
  const atReset = system.snapshot();

  test('are on one time, and a wire carries what a pin is driven to: forth at once, back after the latency', () => {
    system.restore(atReset);
    const { a, b } = system.boards;
    a.run('450ms');
    expect([a.time, b.time]).toEqual([450_000_000, 450_000_000]);
    const sent = edges(a.pin('PD15'));
    expect(sent.length).toBeGreaterThan(5);
    expect(edges(b.pin('PE3'))).toEqual(sent);
    const back = edges(b.pin('PD14'));
    expect(back.length).toBeGreaterThan(2);
    expect(edges(a.pin('PE4'))).toEqual(back.map(([ns, level]) => [Number(ns) + LATENCY_NS, level]));
  });

  test('end in the same state however a run is cut into pieces, and on whichever board it is asked for', () => {
    system.restore(atReset);
    system.run('120ms');
    const whole = system.hash();
    system.restore(atReset);
    const { a, b } = system.boards;
    for (const piece of ['1us', '333us', '13us', '40ms', '2500ns', '50ms']) a.run(piece as '1us');
    b.run('777us');
    a.run('10ms');
    b.runUntil(() => false || b.time >= 110_000_000, { within: '20ms' });
    a.step(5);
    b.step(3);
    const rest = 120_000_000 - Math.max(a.time, b.time);
    system.run(`${rest}ns`);
    system.run('0ns');
    expect([a.time, b.time]).toEqual([120_000_000, 120_000_000]);
    expect(system.hash()).toBe(whole);
  });
});

test('a wire that cannot be is refused', () => {
  expect(() => make([gpioWire('a.PD12', 'c.PE3')])).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: gpio a.PD12 → c.PE3: there is no board 'c'
      where: the wires of systemTest
      remedy: the boards are a, b]
  `);
  expect(() => make([gpioWire('a.PD12', 'a.PE3')])).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: gpio a.PD12 → a.PE3 joins a board with itself
      where: the wires of systemTest
      remedy: join two boards]
  `);
  expect(() => make([gpioWire('a.PD12', 'b.PZ3')])).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: part 'wire gpio a.PD12 → b.PZ3' is on pin PZ3, which the chip does not have
      where: board 'b' of the system, board 'stm32f4-discovery'
      remedy: pins are NRST, PA0, PA1, PA2 …]
  `);
  expect(() => make([gpioWire('PD12', 'b.PZ3')])).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: 'PD12' names no pin of a board
      where: the wires of systemTest
      remedy: give the board's name in the system and the pin or device: 'sender.PD12', 'sender.usart2']
  `);
});
