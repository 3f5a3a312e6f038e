import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { riscvVirt, stm32f4Discovery } from '../boards/index.js';
import { canWire } from '../emu/system/can-wire.js';
import { gpioWire } from '../emu/system/gpio-wire.js';
import { i2cWire } from '../emu/system/i2c-wire.js';
import { spiWire } from '../emu/system/spi-wire.js';
import { uartWire } from '../emu/system/uart-wire.js';
import { createSystem, onBoard } from './system.js';
import { expect as fwExpect } from './vitest-matchers.js';

const root = join(import.meta.dirname, '../..');
const elf = (path: string) => join(root, path.startsWith('test/') ? path : `examples/firmware-tests/${path}`);
const discovery = (firmware: string) => ({ board: stm32f4Discovery, firmware });
const options = { hostTimeout: 60_000 };

function senderAndReceiver(hostTimeout = 60_000) {
  const boards = { sender: discovery('two-boards/sender.elf'), receiver: discovery('two-boards/receiver.elf') };
  const wires = [uartWire('sender.usart2', 'receiver.usart2'), gpioWire('receiver.PE7', 'sender.PE8')];
  const system = createSystem(boards, wires, elf, { hostTimeout });
  system.run('2ms');
  return system;
}

test('what fails says on which board', () => {
  const { receiver } = senderAndReceiver().boards;
  const waits = () => fwExpect(receiver.pin('PE1')).toGoHigh({ within: '1ms' });
  expect(waits).toThrow('expect(receiver.PE1).toGoHigh');
  expect(waits).toThrow("CPU       board 'receiver', pc 0x");
  expect(() => receiver.runUntil(() => false, { within: '1ms' })).toThrow('receiver.runUntil(');
});

describe('a wait on a later board', () => {
  test('ends when what it waits for happens while an earlier board reaches it', () => {
    const boards = { a: discovery('blinky/blinky.elf'), b: discovery('blinky/blinky.elf') };
    const system = createSystem(boards, [gpioWire('a.PD15', 'b.PE3')], elf, options);
    const { a, b } = system.boards;
    fwExpect(b.pin('PE3')).toGoHigh({ within: '2s' });
    const high = [...a.pin('PD15').edges].filter(({ level }) => level === 'high');
    expect(high).toHaveLength(1);
    expect(b.time - Number(high[0]!.ns)).toBeLessThan(1_000);
    expect(Math.abs(a.time - b.time)).toBeLessThan(1_000);
  });

  test('stops at a breakpoint', () => {
    const system = senderAndReceiver();
    const { sender, receiver } = system.boards;
    sender.button.press();
    fwExpect(receiver).toReach('USART2_IRQHandler', { within: '5ms' });
    expect(receiver.cpu.symbol).toContain('USART2_IRQHandler');
  });

  test('fails with the name of the board, and leaves all boards as they were', () => {
    const system = senderAndReceiver();
    const { receiver } = system.boards;
    expect(() => fwExpect(receiver.usart2).toWriteUart('never', { within: '3ms' })).toThrow(/receiver\.usart2/);
    const other = senderAndReceiver();
    other.run('3ms');
    expect(system.time).toBe(other.time);
    expect(system.hash()).toBe(other.hash());
  });
});

test('the limit of host time counts from the call of the test, on whichever board it runs out', () => {
  const boards = { a: discovery('test/stm32f407/system/firmware/gpio.elf'), b: discovery('blinky/blinky.elf') };
  const system = createSystem(boards, [gpioWire('b.PD15', 'a.PE3')], elf, { hostTimeout: 150 });
  const { a, b } = system.boards;
  for (let i = 0; i < 5; i++) b.run('1ms');
  const before = performance.now();
  while (performance.now() - before < 200) a.run('1us');
  expect(() => a.run('1000s')).toThrow(/a run took more than 0\.15 s of host time\n {2}where: board '[ab]', pc /);
});

test('conditions see the other boards at the same time', () => {
  const { boards } = senderAndReceiver();
  const { sender, receiver } = boards;
  const differences: number[] = [];
  sender.on('irq', () => void differences.push(Math.abs(receiver.time - sender.time)));
  sender.runUntil(() => differences.push(Math.abs(receiver.time - sender.time)) < 0 || sender.time > 5_000_000, {
    within: '5ms',
  });
  expect(differences.length).toBeGreaterThan(5);
  expect(Math.max(...differences)).toBeLessThan(200);
});

describe('power of one board alone', () => {
  test('a wire still has the level that the other board drives', () => {
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const boards = { a: discovery('blinky/blinky.elf'), b: discovery('blinky/blinky.elf') };
      const system = createSystem(boards, [gpioWire(`${from}.PD15`, `${to}.PE3`)], elf, options);
      const [source, target] = [system.boards[from], system.boards[to]];
      fwExpect(source.pin('PD15')).toGoHigh({ within: '2s' });
      system.run('2us');
      expect(target.pin('PE3').level).toBe('high');
      target.powerCycle();
      system.run('2us');
      expect(target.pin('PE3').level).toBe('high');
      source.reset();
      system.run('2us');
      expect(target.pin('PE3').level).toBe('floating');
    }
  });

  test('a board cannot go back in time alone', () => {
    const system = senderAndReceiver();
    const { sender } = system.boards;
    expect(() => sender.restore(sender.snapshot())).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: boards.sender.restore() would take one board of a system to another time than the others
        where: systemTest
        remedy: restore all of them: const s = system.snapshot() … system.restore(s)]
    `);
  });
});

test('a board that faults or locks up leaves the others running, and its fault is told with its name', () => {
  const boards = { a: discovery('fault/fault.elf'), b: discovery('blinky/blinky.elf') };
  const system = createSystem(boards, [gpioWire('a.PD12', 'b.PE3'), gpioWire('b.PD15', 'a.PE3')], elf, options);
  system.run('10ms');
  system.boards.a.usart2.type('r');
  system.run('500ms');
  const { bench } = system.stations[0]!;
  expect(() => onBoard('a', () => bench.unexpectedFaults.check())).toThrow(
    /HardFault[\s\S]*where: board 'a' of the system, [\s\S]*expect\(boards\.a\)\.toHaveFaulted.*systemTest/,
  );
  expect(system.boards.a.faults.length).toBeGreaterThan(0);
  expect(system.boards.b.pin('PD15').edges.length).toBeGreaterThan(2);
});

test('handles have the types of their boards', () => {
  const { boards } = senderAndReceiver();
  const text: string = boards.sender.usart2.text;
  expect(text).toBe('');
  // @ts-expect-error no board of that name
  expect(boards.nobody).toBe(undefined);
  // @ts-expect-error no device of that name
  expect(boards.sender.usart9).toBe(undefined);
});

test('what cannot be is refused', () => {
  const make = (names: readonly string[], wires: Parameters<typeof createSystem>[1]) =>
    createSystem(Object.fromEntries(names.map((name) => [name, discovery('blinky/blinky.elf')])), wires, elf, options);
  expect(() =>
    make(['a', 'b'], [gpioWire('a.PD12', 'b.PE3'), gpioWire('a.PD13', 'b.PE3')]),
  ).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: parts 'wire gpio a.PD12 → b.PE3' and 'wire gpio a.PD13 → b.PE3' both drive pin PE3
      where: board 'b' of the system, board 'stm32f4-discovery'
      remedy: connect one of them to another pin]
  `);
  expect(() =>
    make(['a', 'b'], [gpioWire('a.PD12', 'b.PE3'), gpioWire('a.PD12', 'b.PE3')]),
  ).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: gpio a.PD12 → b.PE3 is there twice
      where: the wires of systemTest
      remedy: leave one out]
  `);
  expect(() => make(['a', 'b'], [uartWire('a.usart9', 'b.usart2')])).toThrow(
    /part 'wire uart a\.usart9 ↔ b\.usart2' wants device 'usart9', which the chip does not have\n {2}where: board 'a'/,
  );
  expect(() => make(['a', 'b'], [uartWire('a.gpioa', 'b.usart2')])).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: part 'wire uart a.gpioa ↔ b.usart2' wants a UART with a modelled line, and 'gpioa' is none
      where: board 'a'
      remedy: take one of usart1, usart2, usart3, uart4, uart5, usart6]
  `);
  for (const [wire, what] of [
    [uartWire('a.spi1', 'b.usart2'), "UART with a modelled line, and 'spi1' is none"],
    [spiWire('a.i2c1', 'b.spi1'), "SPI bus, and 'i2c1' is none"],
    [spiWire('a.usart2', 'b.usart2'), "SPI bus, and 'usart2' is none"],
    [i2cWire('a.i2c1', 'b.spi1'), "I2C bus, and 'spi1' is none"],
    [canWire('a.i2c1', 'b.can1'), "CAN controller, and 'i2c1' is none"],
  ] as const) {
    expect(() => make(['a', 'b'], [wire])).toThrow(what);
  }
  expect(() => make(['a', '1'], [])).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: '1' cannot be the name of a board
      where: the boards of systemTest
      remedy: names are letters, digits and _, and begin with a letter: sender, node1]
  `);
  expect(() => make([], [])).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: a system needs boards
      where: systemTest
      remedy: give \`boards\`]
  `);
});

test('boards of another kind join; a UART that no wire can be put on is told', () => {
  const boards = { a: discovery('blinky/blinky.elf'), b: { board: riscvVirt, firmware: 'hello/hello.elf' } };
  const system = createSystem(boards, [], elf, options);
  system.run('10ms');
  expect(system.boards.b.uart0.text).toContain('ello');
  expect(() =>
    createSystem(boards, [uartWire('a.usart2', 'b.uart0')], elf, options),
  ).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: part 'wire uart a.usart2 ↔ b.uart0' wants a UART with a modelled line, and 'uart0' is none
      where: board 'b'
      remedy: this chip has none]
  `);
});
