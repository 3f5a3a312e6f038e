import { test } from 'vitest';
import { stm32f4Discovery } from '../../../src/boards/stm32f4-discovery.js';
import { frameBits, wordsOf } from '../../../src/emu/devices/stm32f4/can/can-frame.js';
import { canBus } from '../../../src/emu/parts/can-bus.js';
import { expect } from '../../../src/runner/vitest-matchers.js';
import { boot, finish, results } from '../boot.js';

/** 500 kbit/s at 16 MHz. */
const BIT = 32;

test('loop back: mailboxes, filters of both scales, match indices', () => {
  const board = boot('can/firmware/can_loopback.elf');
  const values = finish(board, '10ms');
  expect(values[0]).toBe(0xc02);
  expect(values[1]).toBe(3);
  // all three done and sent; the same once the flags are cleared
  expect(values[2]! & 0x00ff_ffff).toBe(0x03_0303);
  expect(values[3]).toBe(0x1c00_0000);
  const fifo = (at: number) => values.slice(at, at + 4);
  // FIFO 0: 0x101 by filter 1, the extended one by filter 2; FIFO 1: 0x205 by filter 0, 0x3ab by filter 1
  expect(fifo(8)).toEqual([2, (0x101 << 21) >>> 0, 0x108, 0x0403_0201]);
  expect(fifo(12)).toEqual([2, (0x205 << 21) >>> 0, 0x003, 0x0003_0201]);
  expect(fifo(16)).toEqual([1, ((0x1234_5678 << 3) | 4) >>> 0, 0x200, 0]);
  expect(fifo(20)).toEqual([1, (0x3ab << 21) >>> 0, 0x101, 1]);
  expect([values[4], values[5]]).toEqual([0, 0]);
  expect(board.guestErrors).toEqual([]);
});

test('a node that a test speaks with', () => {
  const board = boot('can/firmware/can_irq.elf');
  board.run('1ms');
  const { bus } = board.can1;
  bus.send({ id: 0x200, data: [1, 2, 3] });
  bus.send({ id: 0x203, data: [4] });
  bus.send({ id: 0x7fe, data: [9, 8, 7, 6, 5, 4, 3, 2] });
  board.run('2ms');
  expect(bus.frames.map(({ from, id, data }) => [from, id, ...data])).toEqual([
    ['test', 0x200, 1, 2, 3],
    ['can1', 0x201, 1, 2, 3],
    ['test', 0x203, 4],
    ['test', 0x7fe, 9, 8, 7, 6, 5, 4, 3, 2],
    ['can1', 0x7ff, 9, 8, 7, 6, 5, 4, 3, 2],
  ]);
  expect(board.can1).toHaveCanFrame({ id: 0x201, data: [1, 2, 3] });
  expect(board.can1).not.toHaveCanFrame({ id: 0x200 });
  expect(results(board).slice(0, 3)).toEqual([2, 2, 0]);
  expect(board.guestErrors).toEqual([]);
});

test('a node without others: error passive, and the interrupts that say so', () => {
  const board = boot('can/firmware/can_irq.elf');
  board.run('1ms');
  const { bus } = board.can1;
  bus.send({ id: 0x200, data: [1] });
  bus.leave();
  board.run('20ms');
  // passive, not off; the handler clears LEC
  expect(board.can1.ESR.value & ~0x70).toBe((128 << 16) | 3);
  expect(results(board)[3]! & 0x70).toBe(0x30);
  bus.join();
  board.run('1ms');
  expect(bus.frames.map(({ id }) => id)).toEqual([0x200, 0x201]);
});

test('two controllers on one bus', () => {
  const board = boot('can/firmware/can_two.elf', stm32f4Discovery.with({ can: canBus(['can1', 'can2']) }));
  const values = finish(board, '10ms');
  const data = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];
  const [short, long] = [
    { id: 0x100, data: data.slice(0, 2) },
    { id: 0x101, data },
  ].map((frame) => frameBits(wordsOf(frame)).length) as [number, number];
  // the loser follows three bits behind the winner; the program needs some cycles to see it
  expect(values[0]).toBeGreaterThanOrEqual((short + 3 + long) * BIT);
  expect(values[0]).toBeLessThan((short + 3 + long) * BIT + 250);
  expect(values.slice(1, 3)).toEqual([3, 3]);
  expect(values.slice(3, 9)).toEqual([0x100, 0x2211, 0x101, 0x8877_6655, 8, 0]);
  expect(board.can).toHaveCanFrame({ id: 0x100, data: [0x11, 0x22], from: 'can2' });
  expect(board.can2.bus.frames.map(({ from, id }) => [from, id])).toEqual([
    ['can2', 0x100],
    ['can1', 0x101],
  ]);
  expect(board.guestErrors).toEqual([]);
});

test('what one controller loops back another one on the bus hears', () => {
  const machine = stm32f4Discovery.with({ can: canBus(['can1', 'can2']) }).createMachine();
  const { bus } = machine;
  const [CAN1, CAN2] = [0x4000_6400, 0x4000_6800];
  const write = (address: number, value: number) => bus.write(address, 4, value >>> 0);
  const read = (address: number) => bus.read(address, 4) >>> 0;
  write(0x4002_3830, 3);
  write(0x4002_3840, 3 << 25);
  // PA11, PA12 and PB12, PB13: AF9
  write(0x4002_0024, 0x0009_9000);
  write(0x4002_0000, 0xaa80_0000);
  write(0x4002_0424, 0x0099_0000);
  write(0x4002_0400, 0x0a00_0280);
  for (const [can, btr] of [
    [CAN1, 2 ** 30],
    [CAN2, 0],
  ] as const) {
    write(can, 1);
    write(can + 0x1c, 0x002b_0001 + btr);
  }
  // bank 14 for CAN2: everything into FIFO 0
  write(CAN1 + 0x20c, 1 << 14);
  write(CAN1 + 0x21c, 1 << 14);
  write(CAN1 + 0x200, read(CAN1 + 0x200) & ~1);
  for (const can of [CAN1, CAN2]) write(can, 0);
  machine.runCycles(1_000);
  write(CAN1 + 0x184, 1);
  write(CAN1 + 0x188, 0x42);
  write(CAN1 + 0x180, (0x123 << 21) | 1);
  machine.runCycles(5_000);
  expect([read(CAN1 + 8) & 0xf, read(CAN2 + 0x0c), read(CAN2 + 0x1b0) >>> 21, read(CAN2 + 0x1b8)]).toEqual([
    3, 1, 0x123, 0x42,
  ]);
  expect(machine.guestErrors).toEqual([]);
});

test('goes on from a snapshot in the middle of a frame', () => {
  const board = boot('can/firmware/can_irq.elf');
  board.run('1ms');
  board.can1.bus.send({ id: 0x200, data: [1, 2, 3] });
  board.run('60us');
  const middle = board.snapshot();
  const seen = [0, 1].map(() => {
    board.restore(middle);
    board.can1.bus.send({ id: 0x202 });
    board.run('2ms');
    return `${board.can1.bus.frames.map(({ ns }) => ns)} ${board.hash()}`;
  });
  expect(seen[0]).toBe(seen[1]);
});

test('CAN2 without the clock of CAN1, which has the memory of both (32.3)', () => {
  const board = boot('can/firmware/can_irq.elf');
  const [APB1ENR, CAN2_MCR, INRQ] = [0x4002_3840, 0x4000_6800, 1];
  board.memory.write32(APB1ENR, 1 << 26);
  board.memory.write32(CAN2_MCR, INRQ);
  expect(board.guestErrors.map(({ rule, what }) => [rule, what])).toEqual([
    ['clock-gated', 'CAN2 is used while CAN1, which has the memory of both, has no clock'],
  ]);
  board.reset();
  board.memory.write32(APB1ENR, (1 << 25) | (1 << 26));
  board.memory.write32(CAN2_MCR, INRQ);
  expect(board.guestErrors).toHaveLength(1);
});
