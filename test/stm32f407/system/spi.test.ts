import { expect, test } from 'vitest';
import { gpioWire } from '../../../src/emu/system/gpio-wire.js';
import { spiWire } from '../../../src/emu/system/spi-wire.js';
import { results } from '../boot.js';
import { board, rig } from './rig.js';

const OUT = [0x81, 0x42, 0x24, 0x18, 0xff, 0x00, 0x5a, 0xa5];
/** Each answers the byte before. */
const answers = (first: number) => [first, ...OUT.slice(0, -1).map((byte) => byte ^ 0xff)];

const make = (wires = [spiWire('master.spi1', 'slave.spi2'), gpioWire('master.PE7', 'slave.PB12')]) =>
  rig({ master: board('spi_master'), slave: board('spi_slave') }, wires);

test('bytes go both ways at once, polled and by DMA', () => {
  const system = make();
  const { master, slave } = system.boards;
  system.run('3ms');
  expect([...master.memory.bytes('polled', 8)]).toEqual(answers(0xc3));
  // Frames follow at once: what the slave writes after one is shifted out in the next but one (RM0090 28.3.5).
  const block = [...master.memory.bytes('by_dma', 8)];
  expect(block[0]).toBe(OUT.at(-1)! ^ 0xff);
  expect(block.slice(2)).toEqual(answers(0).slice(1, 7));
  expect([...slave.memory.bytes('heard', 16)]).toEqual([...OUT, ...OUT]);
  expect(results(slave).slice(0, 2)).toEqual([16, 0]);
  // By DMA the bytes come one behind the other, 8 bits of 16 cycles each (RM0090 28.5.1, BR = fPCLK / 16).
  expect(results(master)[1]).toBeGreaterThanOrEqual(8 * 8 * 16);
  expect(results(master)[1]).toBeLessThan(8 * 8 * 16 + 100);
  for (const one of [master, slave]) expect(one.guestErrors).toEqual([]);
});

test('a slave that nobody selects hears and says nothing', () => {
  const system = make([spiWire('master.spi1', 'slave.spi2')]);
  system.boards.slave.pin('PB12').drive('high');
  system.run('3ms');
  expect(results(system.boards.slave)[0]).toBe(0);
  expect(new Set(system.boards.master.memory.bytes('polled', 8)).size).toBe(1);
});
