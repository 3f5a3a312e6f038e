import { describe, expect, it } from 'vitest';
import { crcAfter } from './spi-crc.js';
import { BR, CRCEN, CRCNEXT, DFF, MASTER, REG, RXONLY, recorder, SPE, SSM, spi1 } from './spi-harness.js';
import { SR } from './spi-registers.js';

const { CR1, CR2, CRCPR, DR, RXCRCR, TXCRCR } = REG;
const flags = (h: ReturnType<typeof spi1>) => h.handle.SR.value;
const over = (bytes: readonly number[], bits: number, polynomial: number) =>
  bytes.reduce((crc, byte) => crcAfter(crc, byte, bits, polynomial), 0);

describe('the CRC (RM0090 28.3.6)', () => {
  // The catalogue of parametrised CRCs (reveng): check values over "123456789".
  const CHECK = [...'123456789'].map((char) => char.charCodeAt(0));
  it.each([
    ['CRC-8/SMBUS', 0x07, 0xf4],
    ['CRC-8/LTE', 0x9b, 0xea],
  ])('is %s', (_name, polynomial, check) => {
    expect(over(CHECK, 8, polynomial)).toBe(check);
  });
  it('is CRC-16/XMODEM, two bytes a word', () => {
    // ten bytes, the first 0, leave the CRC as nine do
    const words = [0, ...CHECK].flatMap((byte, i, all) => (i % 2 === 0 ? [(byte << 8) | all[i + 1]!] : []));
    expect(over(words, 16, 0x1021)).toBe(0x31c3);
  });
});

function master() {
  const h = spi1();
  h.write(CRCPR, 0x07);
  h.write(CR1, MASTER | CRCEN | BR(0));
  return h;
}

it('sends the CRC behind the last word after CRCNEXT, and checks the one that comes', () => {
  const h = master();
  const { slave, heard } = recorder([0x31, 0x32, over([0x31, 0x32], 8, 7)]);
  h.handle.attach(slave);
  h.write(DR, 0x41);
  h.write(DR, 0x42);
  h.run(16);
  h.read(DR);
  h.write(CR1, MASTER | CRCEN | CRCNEXT | BR(0));
  h.run(16);
  h.read(DR);
  expect(h.read(TXCRCR)).toBe(over([0x41, 0x42], 8, 7));
  h.run(16);
  expect(heard).toEqual([0x41, 0x42, over([0x41, 0x42], 8, 7)]);
  expect([flags(h), h.read(CR1) & CRCNEXT]).toEqual([SR.TXE | SR.RXNE, 0]);
  expect(h.read(DR)).toBe(h.read(RXCRCR));
});

it('sets CRCERR, which 0 clears', () => {
  const h = master();
  h.handle.attach(recorder([0x31, 0x99]).slave);
  h.write(DR, 0x41);
  h.write(CR1, MASTER | CRCEN | CRCNEXT | BR(0));
  h.run(16);
  h.read(DR);
  h.run(16);
  h.write(CR2, 1 << 5);
  expect([flags(h) & SR.CRCERR, h.signal('irq').level]).toEqual([SR.CRCERR, 1]);
  h.write(REG.SR, 0xffff & ~SR.CRCERR);
  expect([flags(h) & SR.CRCERR, h.signal('irq').level]).toEqual([0, 0]);
});

it('starts anew when CRCEN is set', () => {
  const h = master();
  h.write(DR, 0x41);
  h.run(16);
  expect(h.read(TXCRCR)).not.toBe(0);
  h.write(CR1, MASTER | BR(0));
  h.write(CR1, MASTER | CRCEN | BR(0));
  expect([h.read(TXCRCR), h.read(RXCRCR)]).toEqual([0, 0]);
});

it('takes 16 bits with DFF', () => {
  const h = spi1();
  h.write(CRCPR, 0x1021);
  h.write(CR1, MASTER | DFF | CRCEN);
  h.write(DR, 0x3132);
  h.run(32);
  expect(h.read(TXCRCR)).toBe(over([0x3132], 16, 0x1021));
});

describe('with DMA (28.3.9)', () => {
  it('follows the last transfer of the stream that sends by itself', () => {
    const h = master();
    const { slave, heard } = recorder([1, 2, 3]);
    h.handle.attach(slave);
    h.write(CR2, 3);
    h.write(DR, 0x41);
    h.signal('txDma.ack').set(1);
    h.signal('txDma.ack').set(0);
    h.write(DR, 0x42);
    h.signal('txDma.ack').set(3);
    h.signal('txDma.ack').set(0);
    h.run(16 * 4);
    expect(heard).toEqual([0x41, 0x42, over([0x41, 0x42], 8, 7)]);
  });

  it('is the word on the wire when the stream that receives is done', () => {
    const h = spi1();
    const words = [0x31, 0x32, over([0x31, 0x32], 8, 7)];
    h.handle.attach(recorder([...words, 0]).slave);
    h.write(CRCPR, 0x07);
    h.write(CR2, 1);
    h.write(CR1, MASTER | RXONLY | CRCEN | BR(0));
    h.run(16);
    h.read(DR);
    h.run(17);
    h.read(DR);
    h.signal('rxDma.ack').set(3);
    h.signal('rxDma.ack').set(0);
    h.run(15);
    h.write(CR1, (MASTER | RXONLY | CRCEN) & ~SPE);
    expect([h.read(DR), h.read(RXCRCR), flags(h) & SR.CRCERR]).toEqual([words[2], words[2], 0]);
  });
});

it('is sent by a slave too', () => {
  const h = spi1();
  h.write(CRCPR, 0x07);
  h.write(CR1, SPE | SSM | CRCEN);
  h.write(DR, 0x55);
  const transfer = h.handle.transfer([0x21, over([0x21], 8, 7)], { hertz: 1e6 });
  h.run(1);
  h.write(CR1, SPE | SSM | CRCEN | CRCNEXT);
  h.run(16 * 16);
  expect(transfer.received).toEqual([0x55, over([0x55], 8, 7)]);
  expect(flags(h) & SR.CRCERR).toBe(0);
});

it('takes ones in the bits beside CRCERR when software clears it, as drivers write them', () => {
  const h = master();
  h.write(REG.SR, ~SR.CRCERR);
  expect(h.problems).toEqual([]);
});
