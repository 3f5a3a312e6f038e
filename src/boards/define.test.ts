import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineDevice } from '../emu/device.js';
import { bananaRom } from '../emu/devices/banana-rom.js';
import { mmioCalculator } from '../emu/devices/mmio-calculator.js';
import { fakeCpu } from '../emu/fake-cpu.js';
import { button } from '../emu/parts/button.js';
import { led } from '../emu/parts/led.js';
import { terminal } from '../emu/parts/terminal.js';
import { defineBoard, defineChip } from './define.js';
import { at, KiB, ram } from './rows.js';
import { stm32f4Discovery } from './stm32f4-discovery.js';

/** Eight pins, driven by the bits of nothing: what a board's parts hang on. */
const port = defineDevice({
  name: 'port',
  size: 0x10,
  setup(d) {
    const drivers = [0, 1, 2, 3].map((i) => d.net(`PA${i}`).driver(d.name));
    d.output('GATE.3');
    d.input('trigger');
    return { drive: (pin: number, high: boolean) => drivers[pin]!.set(high ? 'high' : 'low') };
  },
});

const chip = defineChip({
  name: 'chip',
  cpu: fakeCpu(() => 1),
  hertz: 16_000_000,
  memories: { sram: ram(0x2000_0000, KiB(8)) },
  devices: { port: at(0x4000_0000, port) },
});
const board = defineBoard({
  name: 'board',
  chip,
  parts: { green: led('PA0'), user: button('PA1', { activeHigh: true }) },
});

describe('a board', () => {
  it('gives typed handles of devices and parts', () => {
    const bigger = board.with({ calc: at(0x6000_0000, mmioCalculator()), red: led('PA2', { activeLow: true }) });
    const handles = bigger.handlesOf(bigger.createMachine());
    expectTypeOf(handles.calc.STATUS.state).toEqualTypeOf<number>();
    expectTypeOf(handles.green.lit).toEqualTypeOf<boolean>();
    expectTypeOf(handles.port.drive).parameters.toEqualTypeOf<[number, boolean]>();
    // @ts-expect-error no such device
    void handles.calk;
    // @ts-expect-error no such field
    void handles.calc.STATUS.stat;
    // @ts-expect-error the board without calculator
    void board.handles?.calc;
    expect(handles.calc.STATUS.state).toBe(0);
    handles.port.drive(0, true);
    handles.port.drive(2, false);
    expect([handles.green.lit, handles.red.lit]).toEqual([true, true]);
  });

  it('replaces what has the same name', () => {
    const other = board.with({ green: button('PA3') });
    const machine = other.createMachine();
    const { green } = other.handlesOf(machine);
    expectTypeOf(green.press).toBeFunction();
    expect(machine.pin('PA3').level).toBe('high');
  });

  it('has buttons that pull when released, for a time if asked', () => {
    const machine = board.createMachine();
    const { user } = board.handlesOf(machine);
    const pin = machine.pin('PA1');
    expect([pin.level, pin.strength]).toEqual(['low', 'pulled']);
    user.press({ for: '20us' });
    expect([pin.level, pin.strength]).toEqual(['high', 'driven']);
    machine.runCycles(319);
    expect(user.pressed).toBe(true);
    machine.runCycles(2);
    expect(user.pressed).toBe(false);
    expect([...pin.edges].map(({ ns, level }) => [ns, level])).toEqual([
      [0, 'low'],
      [0, 'high'],
      [20_000, 'low'],
    ]);
  });
});

describe('a wrong board fails at its definition', () => {
  it('with reserved or double names', () => {
    expect(() => board.with({ run: led('PA2') })).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: 'run' cannot be the name of a device or part: board.run means something else
        where: board 'board'
        remedy: choose another name]
    `);
    expect(() => defineBoard({ name: 'b', chip, parts: { port: led('PA2') } })).toThrow(
      "a device and a part are both called 'port'",
    );
  });

  it('with overlapping regions', () => {
    expect(() => board.with({ rom: at(0x4000_0008, bananaRom) })).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: 'rom' and 'port' overlap
        where: board: 0x40000008–0x40000107 and 0x40000000–0x4000000f
        remedy: move one of them]
    `);
    expect(() => board.with({ rom: at(0x2000_1f80, bananaRom) })).toThrow("'rom' and 'sram' overlap");
  });

  it('with two drivers on a pin, or a pin that is not there', () => {
    expect(() => board.with({ second: button('PA1') })).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: parts 'user' and 'second' both drive pin PA1
        where: board 'board'
        remedy: connect one of them to another pin]
    `);
    expect(() => board.with({ second: led('PZ9') })).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: part 'second' is on pin PZ9, which the chip does not have
        where: board 'board'
        remedy: pins are PA0, PA1, PA2, PA3 …]
    `);
  });

  it('with the interrupt of another device, unless the chip shares that line already', () => {
    const calc = mmioCalculator();
    const one = board.with({ calc: at(0x6000_0000, calc, { irq: 3 }) });
    expect(() => one.with({ other: at(0x6001_0000, calc, { irq: 3 }) })).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: interrupt 3 is taken by calc and other
        where: board 'board'
        remedy: give each a line of its own, or say that they share it: defineBoard({ board: '…', devices: { … }, sharedIrqs: [3] })]
    `);
    for (const row of [{ irq: 'nvic.3' }, { wires: { irq: 'cpu.3' } }]) {
      expect(() => one.with({ other: at(0x6001_0000, calc, row) })).toThrow('interrupt 3 is taken by calc and other');
    }
    expect(() => one.with({ calc: at(0x6001_0000, calc, { irq: 3 }) })).not.toThrow();
    expect(() => one.with({ other: at(0x6001_0000, calc, { irq: 4 }) })).not.toThrow();
    // TIM1's update and TIM10 have one line (RM0090 table 62)
    expect(() => stm32f4Discovery.with({ calc: at(0x6000_0000, calc, { irq: 25 }) })).not.toThrow();
    expect(() => stm32f4Discovery.with({ calc: at(0x6000_0000, calc, { irq: 38 }) })).toThrow(
      'interrupt 38 is taken by usart2 and calc',
    );
  });

  it('with wires that nobody has', () => {
    const calc = mmioCalculator();
    expect(() => board.with({ calc: at(0x6000_0000, calc, { enable: 'GATE.4' }) })).toThrow(
      "no device has a wire 'GATE.4'",
    );
    expect(() => board.with({ calc: at(0x6000_0000, calc, { enable: 'GATE.3' }) })).not.toThrow();
    expect(() => board.with({ calc: at(0x6000_0000, calc, { wires: { irq: 'port.trigger' } }) })).not.toThrow();
    expect(() => board.with({ calc: at(0x6000_0000, calc, { wires: { irq: 'port.GATE.3' } }) })).toThrow(
      'are both outputs',
    );
    expect(() => board.with({ calc: at(0x6000_0000, calc, { irq: { done: 3 } }) })).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: no device has a wire 'calc.done'
        where: row 'calc'
        remedy: 'calc' has calc.irq]
    `);
    expect(() => board.with({ console: terminal('USART2') })).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: part 'console' wants device 'USART2', which the chip does not have
        remedy: devices are port]
    `);
  });
});
