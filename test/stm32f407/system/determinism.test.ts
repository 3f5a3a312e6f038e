import { describe, expect, test } from 'vitest';
import type { EngineMode } from '../../../src/emu/isa/engine-mode.js';
import { Rational } from '../../../src/emu/rational.js';
import { canWire } from '../../../src/emu/system/can-wire.js';
import { gpioWire } from '../../../src/emu/system/gpio-wire.js';
import { i2cWire } from '../../../src/emu/system/i2c-wire.js';
import { spiWire } from '../../../src/emu/system/spi-wire.js';
import { uartWire } from '../../../src/emu/system/uart-wire.js';
import type { System } from '../../../src/runner/system.js';
import { board, rig, setJumpers } from './rig.js';

/** What a whole run ends in must be what pieces of it end in. */

const [ASKS, FAST, SWITCHES, STOPS, SLEEPS] = [1, 2, 4, 8, 16];
const gpio = [gpioWire('a.PD15', 'b.PE7'), gpioWire('b.PD15', 'a.PE7')];

interface Setting {
  readonly name: string;
  readonly make: (engine?: EngineMode) => System;
  readonly ns: number;
}

function gpioSetting(name: string, a: number, b: number): Setting {
  const make = (engine?: EngineMode) => {
    const system = rig({ a: board('gpio'), b: board('gpio') }, gpio, engine && { engine });
    setJumpers(system.boards.a, a);
    setJumpers(system.boards.b, b);
    return system;
  };
  return { name, make, ns: 1_500_000 };
}

const setting = (name: string, ns: number, make: (options: { engine?: EngineMode }) => System): Setting => ({
  name,
  ns,
  make: (engine) => make(engine ? { engine } : {}),
});

const settings: readonly Setting[] = [
  gpioSetting('pins, one switches its clock', ASKS | SWITCHES, 0),
  gpioSetting('pins, the later one switches its clock, the earlier one stops', STOPS, ASKS | SWITCHES),
  gpioSetting('pins, 168 MHz and sleep', ASKS | FAST, SLEEPS),
  gpioSetting('pins, both sleep', ASKS | SLEEPS, SLEEPS),
  setting('three boards in a ring of UARTs, pins and SPI', 3_000_000, (options) => {
    const members = { a: board('spi_master'), b: board('uart'), c: board('uart'), d: board('spi_slave') };
    const wires = [
      spiWire('a.spi1', 'd.spi2'),
      gpioWire('a.PE7', 'd.PB12'),
      uartWire('b.usart2', 'c.usart2'),
      gpioWire('c.PA2', 'a.PE3'),
    ];
    const system = rig(members, wires, options);
    setJumpers(system.boards.c, 8 | 2);
    setJumpers(system.boards.b, 2);
    return system;
  }),
  setting('I2C with clock stretching', 2_500_000, (options) =>
    rig({ a: board('i2c_master'), b: board('i2c_slow') }, [i2cWire('a.i2c1', 'b.i2c1')], options),
  ),
  setting('three on a CAN bus', 3_000_000, (options) => {
    const members = { a: board('can_node'), b: board('can_node'), c: board('can_node') };
    const system = rig(members, [canWire('a.can1', 'b.can1', 'c.can1')], options);
    setJumpers(system.boards.b, 1);
    setJumpers(system.boards.c, 2);
    return system;
  }),
  setting('one whose flash is erased, one in Standby, wired by pins and UARTs', 1_000_000_000, (options) => {
    const members = { a: board('flash/options'), b: board('power/standby'), c: board('uart') };
    const wires = [uartWire('a.usart2', 'c.usart2'), gpioWire('b.PD12', 'a.PE4'), gpioWire('a.PD12', 'b.PE5')];
    return rig(members, wires, options);
  }),
];

/** Numbers that look random: the same each time. */
function* random(seed: number): Generator<number> {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function inPieces(system: System, end: number, seed: number): void {
  const numbers = random(seed);
  const next = () => numbers.next().value as number;
  const boards = Object.values(system.boards);
  const latest = () => Math.max(...boards.map(({ time }) => time));
  while (latest() < end) {
    const one = boards[Math.floor(next() * boards.length)]!;
    const rest = end - latest();
    const piece = Math.min(rest, Math.ceil(10 ** (1 + next() * (Math.log10(end) - 2))));
    const what = next();
    if (what < 0.15) one.step(1 + Math.floor(next() * 3));
    else if (what < 0.3 && rest > 20_000) {
      const at = one.time + piece / 2;
      one.runUntil(() => one.time >= at, { within: `${Math.max(piece, 20_000)}ns` });
    } else one.run(`${piece}ns`);
    if (what > 0.9) {
      const here = system.snapshot();
      system.run('17us');
      system.restore(here);
    }
  }
  meet(system, end);
}
/** All boards to one instant, a little behind the end: exactly, which a time in whole ns from now would not be. */
function meet(system: System, end: number): void {
  system.stations[0]!.bench.drive.run({ time: Rational.of(end + 100_000, 1_000_000_000) });
}

describe.each(settings)('$name', ({ make, ns }) => {
  const system = make();
  const start = system.snapshot();
  meet(system, ns);
  const whole = system.hash();

  test.each([1, 2, 3, 4])('ends in the same state however the run is cut: %i', (seed) => {
    system.restore(start);
    inPieces(system, ns, seed);
    expect(system.hash()).toBe(whole);
  });

  test.each(['cold', 'hot', 'auto'] as const)('and in the %s engine', (engine) => {
    const other = make(engine);
    inPieces(other, ns, 7);
    expect(other.hash()).toBe(whole);
  });
});
