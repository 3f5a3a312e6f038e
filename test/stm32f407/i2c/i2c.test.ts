import { expect, test } from 'vitest';
import { stm32f4Discovery } from '../../../src/boards/stm32f4-discovery.js';
import type { Edge } from '../../../src/emu/net.js';
import { i2cEeprom } from '../../../src/emu/parts/i2c-eeprom.js';
import { boot, finish, results } from '../boot.js';

const withEeprom = stm32f4Discovery.with({ eeprom: i2cEeprom('i2c1', { size: 256, page: 8, writeTime: '1ms' }) });
/** 100 kHz from 16 MHz. */
const BIT = 160;

test('I2C1 as master: polled in the 1, 2 and N byte ways of 27.3.3, by interrupt, by DMA', () => {
  const board = boot('i2c/firmware/master.elf', withEeprom);
  const [acked, cycles, tries, one, two, three, four, five, irq, dma, more, errors] = finish(board, '100ms');
  expect(acked).toBe(1);
  // START, address, register number, 5 bytes, STOP: every bit a period, START half a one; little more than that
  const wire = BIT / 2 + 7 * 9 * BIT + BIT;
  expect(cycles!).toBeGreaterThanOrEqual(wire);
  expect(cycles!).toBeLessThan(wire + 300);
  // 1 ms of writing, 105 µs and the free bus a try
  expect(tries).toBeGreaterThan(5);
  const sum = (...bytes: number[]) => bytes.reduce((all, byte) => ((all << 8) | byte) >>> 0, bytes.length);
  expect([one, two, three, four, five]).toEqual([
    sum(0x11),
    sum(0x11, 0x22),
    sum(0x11, 0x22, 0x33),
    sum(0x11, 0x22, 0x33, 0x44),
    sum(0x11, 0x22, 0x33, 0x44, 0x55),
  ]);
  expect([irq, dma, more, errors]).toEqual([
    sum(0x11, 0x22, 0x33, 0x44),
    sum(0x11, 0x22, 0x33, 0x44, 0x55),
    sum(0xaa, 0xbb, 0xcc),
    0,
  ]);
  // the last STOP
  board.run('1ms');
  const { transactions } = board.i2c1;
  expect(transactions.every(({ stopped }) => stopped)).toBe(true);
  expect(transactions[0]!.messages).toEqual([
    { address: 0x50, read: false, acknowledged: true, bytes: [0x10, 0x11, 0x22, 0x33, 0x44, 0x55] },
  ]);
  expect(transactions[1]!.messages).toEqual([{ address: 0x50, read: false, acknowledged: false, bytes: [] }]);
  expect([...board.eeprom.bytes(0x20, 3)]).toEqual([0xaa, 0xbb, 0xcc]);
  expect(board.guestErrors).toEqual([]);
});

test('nobody there: AF; and no acknowledge without pins', () => {
  const board = boot('i2c/firmware/master.elf');
  board.run('1ms');
  expect(results(board)[0]).toBe(0);
});

test('I2C1 as a slave by interrupt: a register file', () => {
  const board = boot('i2c/firmware/slave.elf');
  board.run('100us');
  const { asMaster } = board.i2c1;
  const read = asMaster.writeRead(0x30, [1], 3);
  board.run('2ms');
  expect([read.done, read.received]).toEqual([true, [0x43, 0x44, 0x45]]);
  const write = asMaster.write(0x30, [5, 0xaa, 0xbb], { hertz: 400_000 });
  board.run('2ms');
  expect([write.done, write.accepted]).toEqual([true, 3]);
  expect([...board.memory.bytes('file', 8)]).toEqual([0x42, 0x43, 0x44, 0x45, 0, 0xaa, 0xbb, 0]);
  const other = asMaster.read(0x31, 1);
  board.run('1ms');
  expect([other.done, other.acknowledged]).toEqual([true, false]);
  // ADDR three times, STOPF after the write, AF after the read
  expect(results(board).slice(0, 3)).toEqual([3, 1, 1]);
  expect(board.guestErrors).toEqual([]);
});

test('goes on from a snapshot in the middle of a byte', () => {
  const board = boot('i2c/firmware/master.elf', withEeprom);
  board.run('400us');
  const middle = board.snapshot();
  const seen = [0, 1].map(() => {
    board.restore(middle);
    finish(board, '100ms');
    return `${results(board)} ${board.hash()}`;
  });
  expect(seen[0]).toBe(seen[1]);
});

test('SCL has its clocks on the pin for those who look: 10 µs a bit, low between START and STOP', () => {
  const board = boot('i2c/firmware/master.elf', withEeprom);
  const scl = board.pin('PB6');
  const sda = board.pin('PB7');
  board.runUntil(() => results(board)[1] !== 0, { within: '10ms' });
  const first = sda.edges.findIndex(({ level }) => level === 'low');
  const [started, stopped] = sda.edges.slice(first, first + 2) as [Edge, Edge];
  const inside = scl.edges.filter(({ cycles }) => cycles >= started.cycles && cycles <= stopped.cycles);
  // address, register number and 5 bytes, 9 clocks each, and the one of STOP
  expect(inside.filter(({ level }) => level === 'high').length).toBe(7 * 9 + 1);
  expect(inside[0]!.cycles - started.cycles).toBe(BIT / 2);
  const rising = inside.filter(({ level }) => level === 'high').map(({ cycles }) => cycles);
  for (let i = 0; i < 7 * 9; i++) {
    const period = rising[i + 1]! - rising[i]!;
    if (i % 9 === 8) expect(period).toBeGreaterThanOrEqual(BIT);
    else expect(period).toBe(BIT);
  }
  expect(stopped.cycles - rising.at(-1)!).toBe(BIT / 2);
  const seen = board.i2c1.transactions[0]!.messages;
  const unseen = boot('i2c/firmware/master.elf', withEeprom);
  unseen.runUntil(() => results(unseen)[1] !== 0, { within: '10ms' });
  expect(results(unseen)).toEqual(results(board));
  expect(unseen.i2c1.transactions[0]!.messages).toEqual(seen);
});

test('tells what a program does wrong, with its lines', () => {
  const board = boot('i2c/firmware/wrong.elf');
  finish(board, '1ms');
  const told = board.guestErrors.map(
    ({ rule, what, where }) => `${rule}: ${what} (${/\((.*)\)/.exec(where ?? '')?.[1]})`,
  );
  expect(told).toMatchInlineSnapshot(`
    [
      "configuration: I2C1.CR2.FREQ is 42, but PCLK1 is 16 MHz (wrong.c:13)",
      "clock-limit: I2C1 clocks SCL with 200 kHz; standard mode allows 100 kHz (wrong.c:13)",
      "sequence: I2C1.TRISE was written while CR1.PE is set (wrong.c:14)",
      "pin-function: no pin carries I2C1_SDA (wrong.c:15)",
      "pin-function: PB6 carries I2C1_SCL and is push-pull: it fights with whoever pulls the line low (wrong.c:15)",
      "sequence: I2C1.DR was written with SB set and SR1 not read: the address is not sent (wrong.c:17)",
    ]
  `);
});
