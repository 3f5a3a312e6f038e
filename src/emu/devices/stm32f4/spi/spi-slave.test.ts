import { describe, expect, it } from 'vitest';
import { checkDeviceState } from '../../../device-state-check.js';
import { spi } from './spi.js';
import {
  BIDIMODE,
  BIDIOE,
  CPHA,
  CPOL,
  DFF,
  LSBFIRST,
  MASTER,
  REG,
  RXONLY,
  SPE,
  SSM,
  spi1,
  spi2,
} from './spi-harness.js';
import { SR } from './spi-registers.js';

const { CR1, DR } = REG;
const flags = (h: ReturnType<typeof spi1>) => h.handle.SR.value;

describe('the slave (RM0090 28.3.2, 28.3.5)', () => {
  it('answers word for word while NSS is low', () => {
    const h = spi1();
    h.write(CR1, SPE);
    h.write(DR, 0x81);
    expect(flags(h)).toBe(0);
    h.pinFunction('SPI1_NSS').setInput(0);
    const transfer = h.handle.transfer([0x10, 0x20], { hertz: 1e6 });
    // the first clock edge takes the word: TXE
    expect(flags(h)).toBe(SR.TXE | SR.BSY);
    h.write(DR, 0x82);
    h.run(16 * 8 - 1);
    expect([flags(h) & SR.RXNE, transfer.received]).toEqual([0, []]);
    h.run(1);
    expect([flags(h) & SR.RXNE, h.read(DR)]).toEqual([SR.RXNE, 0x10]);
    h.run(16 * 8);
    expect([h.read(DR), transfer.received, transfer.done, flags(h)]).toEqual([0x20, [0x81, 0x82], true, SR.TXE]);
  });

  it('hears nothing while NSS is high', () => {
    const h = spi1();
    h.write(CR1, SPE);
    const transfer = h.handle.transfer([0x10]);
    h.run(16 * 8);
    expect([flags(h), transfer.received]).toEqual([SR.TXE, [0xff]]);
  });

  it('sends the word that it received last when there is no new one', () => {
    const h = spi1();
    h.write(CR1, SPE | SSM);
    h.write(DR, 0x44);
    const transfer = h.handle.transfer([1, 2, 3]);
    h.run(24 * 16);
    expect([transfer.received, flags(h) & SR.OVR]).toEqual([[0x44, 1, 2], SR.OVR]);
  });

  it('goes on within a word of 16 bits when the master has 8', () => {
    const h = spi1();
    h.write(CR1, SPE | SSM | DFF);
    h.write(DR, 0xcafe);
    const transfer = h.handle.transfer([0x12, 0x34]);
    h.run(16 * 16);
    expect([h.read(DR), transfer.received]).toEqual([0x1234, [0xca, 0xfe]]);
  });

  it('takes two words out of one of a master with 16', () => {
    const h = spi1();
    h.write(CR1, SPE | SSM);
    h.write(DR, 0xca);
    const transfer = h.handle.transfer([0x1234], { bits: 16 });
    h.write(DR, 0xfe);
    h.run(16 * 8);
    expect(h.read(DR)).toBe(0x12);
    h.run(16 * 8);
    expect([h.read(DR), transfer.received]).toEqual([0x34, [0xcafe]]);
  });

  it('is silent with RXONLY, and with BIDIMODE one way at a time', () => {
    const h = spi1();
    h.write(CR1, SPE | SSM | RXONLY);
    h.write(DR, 0x55);
    const first = h.handle.transfer([0x66]);
    h.run(16 * 8);
    expect([first.received, h.read(DR)]).toEqual([[0xff], 0x66]);
    h.write(CR1, SPE | SSM | BIDIMODE | BIDIOE);
    const second = h.handle.transfer([0]);
    h.run(16 * 8);
    expect([second.received, flags(h) & SR.RXNE]).toEqual([[0x55], 0]);
    h.write(CR1, SPE | SSM | BIDIMODE);
    const third = h.handle.transfer([0x77]);
    h.run(16 * 8);
    expect([third.received, h.read(DR)]).toEqual([[0xff], 0x77]);
  });

  it('understands a master that is LSB first', () => {
    const h = spi1();
    h.write(CR1, SPE | SSM | LSBFIRST);
    h.write(DR, 0x13);
    const transfer = h.handle.transfer([0x57], { lsbFirst: true });
    h.run(16 * 8);
    expect([transfer.received, h.read(DR)]).toEqual([[0x13], 0x57]);
  });

  it('samples beside the bits in the other phase, and says so', () => {
    const h = spi1();
    h.write(CR1, SPE | SSM | CPHA);
    h.handle.transfer([0x81], { mode: 0 });
    h.run(16 * 8);
    expect(h.read(DR)).toBe(0x40);
    expect(h.problems.map(({ what }) => what)).toEqual([
      'the master clocks in mode 0, SPI1 is set to mode 1 (CPOL 0, CPHA 1)',
    ]);
    h.write(CR1, SPE | SSM | CPHA | CPOL);
    h.handle.transfer([0x81], { mode: 0 });
    h.run(16 * 8);
    expect(h.read(DR)).toBe(0x81);
  });

  it('waits between words as the master does', () => {
    const h = spi1();
    h.write(CR1, SPE | SSM);
    const transfer = h.handle.transfer([1, 2], { gapNs: 5_000 });
    h.run(16 * 8);
    expect(h.read(DR)).toBe(1);
    h.run(16 * 13 - 1);
    expect(transfer.done).toBe(false);
    h.run(1);
    expect([transfer.done, h.read(DR)]).toEqual([true, 2]);
  });

  it('reports a master that is too fast', () => {
    const h = spi1();
    h.write(CR1, SPE | SSM);
    h.handle.transfer([1], { hertz: 10e6 });
    h.run(100);
    expect(h.problems.map(({ rule, what }) => [rule, what])).toEqual([
      ['clock-limit', 'SPI1 is clocked with 10 MHz as a slave, more than half of its 16 MHz'],
    ]);
  });
});

it('two ports of one chip speak with each other', () => {
  const [a, b] = [spi1(), spi2()];
  a.handle.attach(b.handle.asSlave);
  b.write(CR1, SPE | SSM);
  b.write(DR, 0xb0);
  a.write(CR1, MASTER);
  a.write(DR, 0xa0);
  a.run(16);
  expect([a.read(DR), b.read(DR)]).toEqual([0xb0, 0xa0]);
});

it('survives a reset of the chip in the middle of a transfer', () => {
  const h = spi1();
  h.write(CR1, SPE | SSM);
  const transfer = h.handle.transfer([1, 2]);
  h.run(100);
  h.instance.reset('system');
  h.run(16 * 16);
  expect([transfer.done, flags(h)]).toEqual([true, SR.TXE]);
});

it('keeps all its state where snapshots find it', () => {
  const escaped = checkDeviceState(
    spi('SPI1', 42e6),
    (h) => {
      for (const role of ['SCK', 'MISO', 'MOSI', 'NSS']) h.pinFunction(`SPI1_${role}`).setInput(1);
      h.write(CR1, MASTER);
      for (const word of [1, 2, 3]) h.write(DR, word);
      h.run(20);
      h.write(CR1, SPE | SSM | DFF);
      const transfer = h.handle.transfer([0x55, 0xaa], { gapNs: 100 });
      h.run(200);
      h.read(REG.SR);
      return [h.read(DR), transfer.received, h.handle.words];
    },
    { name: 'spi1' },
  );
  expect(escaped).toBeUndefined();
});
