import { describe, expect, test } from 'vitest';
import { i2cWire } from '../../../src/emu/system/i2c-wire.js';
import { results } from '../boot.js';
import { board, rig } from './rig.js';

function run(slave: string) {
  const system = rig({ master: board('i2c_master'), slave: board(slave) }, [i2cWire('master.i2c1', 'slave.i2c1')]);
  system.run('6ms');
  return system.boards;
}

describe.each(['i2c/slave', 'i2c_slow'])('an I2C master, and on another board %s', (program) => {
  const { master, slave } = run(program);

  test('write, read after a repeated START', () => {
    expect(results(master)[0]).toBe(1);
    expect([...slave.memory.bytes('file', 16)].slice(0, 9)).toEqual([
      0x42, 0x43, 0x44, 0x45, 0xb0, 0xb1, 0xb2, 0xb3, 0,
    ]);
    expect([results(master)[2], results(master)[3]]).toEqual([1, 1]);
    expect([...master.memory.bytes('got', 4)]).toEqual([0x45, 0xb0, 0xb1, 0xb2]);
    // a write, a write, and a read
    expect(results(slave)[0]).toBe(3);
  });

  test('an address nobody has is not acknowledged', () => {
    expect(results(master)[4]).toBe(0);
    for (const one of [master, slave]) expect(one.guestErrors).toEqual([]);
  });
});

test('a slow slave stretches the clock for as long as it takes', () => {
  const [fast, slow] = [results(run('i2c/slave').master), results(run('i2c_slow').master)];
  // 6 bytes of 9 bits of 160 cycles (RM0090 27.6.8), with START and STOP.
  expect(fast[1]).toBeGreaterThan(6 * 9 * 160);
  expect(fast[1]).toBeLessThan(6 * 9 * 160 + 1000);
  // It thinks 400 cycles after its address, three times, and before the first byte that is read; the others come in the meantime.
  expect(slow[1]! - fast[1]!).toBeGreaterThan(350);
  expect(slow[5]! - fast[5]!).toBeGreaterThan(4 * 350);
});

test('a slave that loses its power while it holds SCL lets go, and does not acknowledge', () => {
  const wires = [i2cWire('master.i2c1', 'slave.i2c1')];
  const system = rig({ master: board('i2c_master'), slave: board('i2c_slow') }, wires);
  const { master, slave } = system.boards;
  // It thinks about its address.
  slave.runUntil(() => slave.i2c1.asSlave.stretching?.() === true, { within: '2ms' });
  slave.powerCycle();
  system.run('1ms');
  expect(master.i2c1).toHaveProperty('SR1.value', 0x400);
});
