import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { spi } from './spi.js';
import {
  BIDIMODE,
  BIDIOE,
  BR,
  CPHA,
  CPOL,
  DFF,
  LSBFIRST,
  MASTER,
  MSTR,
  REG,
  RXONLY,
  recorder,
  SPE,
  SSI,
  SSM,
  spi1,
} from './spi-harness.js';
import { SR } from './spi-registers.js';

const { CR1, CR2, DR, SR: STATUS } = REG;
const flags = (h: ReturnType<typeof spi1>) => h.handle.SR.value;

describe('the master (RM0090 28.3.3, 28.3.5)', () => {
  it('takes 8 bits of 2^(BR+1) PCLK cycles for a byte', () => {
    for (const br of [0, 3, 7]) {
      const h = spi1();
      h.write(CR1, MASTER | BR(br));
      h.write(DR, 0xa5);
      expect(flags(h)).toBe(SR.TXE | SR.BSY);
      h.run(8 * 2 ** (br + 1) - 1);
      expect(flags(h)).toBe(SR.TXE | SR.BSY);
      h.run(1);
      expect(flags(h)).toBe(SR.TXE | SR.RXNE);
    }
  });

  it('takes 16 with DFF', () => {
    const h = spi1();
    const { slave, heard } = recorder([0xbeef]);
    h.handle.attach(slave);
    h.write(CR1, MASTER | DFF | BR(2));
    h.write(DR, 0x1234);
    h.run(16 * 8);
    expect([heard, h.read(DR)]).toEqual([[0x1234], 0xbeef]);
  });

  it('sends words back to back while the next is there in time', () => {
    const h = spi1();
    const { slave, heard } = recorder([1, 2, 3]);
    h.handle.attach(slave);
    h.write(CR1, MASTER | BR(0));
    h.write(DR, 0x11);
    h.write(DR, 0x22);
    expect(flags(h) & SR.TXE).toBe(0);
    h.run(16);
    expect([flags(h), h.read(DR)]).toEqual([SR.TXE | SR.BSY | SR.RXNE, 1]);
    h.write(DR, 0x33);
    h.run(16);
    expect(h.read(DR)).toBe(2);
    h.run(16);
    expect([flags(h) & SR.BSY, h.read(DR), heard]).toEqual([0, 3, [0x11, 0x22, 0x33]]);
    expect(h.handle.words.map(({ mosi, miso, ns }) => [mosi, miso, ns])).toEqual([
      [0x11, 1, 1000],
      [0x22, 2, 2000],
      [0x33, 3, 3000],
    ]);
  });

  it('duplicates a byte written to DR over the half-word (2.1)', () => {
    const h = spi1();
    const { slave, heard } = recorder([]);
    h.handle.attach(slave);
    h.write(CR1, MASTER | DFF);
    h.write(DR, 0x5a, 1);
    h.run(32);
    expect(heard).toEqual([0x5a5a]);
  });

  it('mirrors words with LSBFIRST, both ways', () => {
    const h = spi1();
    const { slave, heard } = recorder([0b1100_0000]);
    h.handle.attach(slave);
    h.write(CR1, MASTER | LSBFIRST);
    h.write(DR, 0x01);
    h.run(16);
    expect([heard, h.read(DR)]).toEqual([[0x80], 0b0000_0011]);
  });

  it('tells slaves clock mode and bit time', () => {
    const h = spi1();
    const { slave, frames } = recorder();
    h.handle.attach(slave);
    h.write(CR1, MASTER | CPOL | CPHA | BR(1));
    h.write(DR, 0);
    h.run(32);
    expect(frames).toEqual([{ bits: 8, mode: 3, bitNs: 250 }]);
  });

  it('cuts words for slaves that speak in bytes', () => {
    const h = spi1();
    const { slave, heard } = recorder([0x12, 0x34], 8);
    h.handle.attach(slave);
    h.write(CR1, MASTER | DFF | BR(0));
    h.write(DR, 0xabcd);
    h.run(16);
    expect(heard).toEqual([0xab]);
    h.run(16);
    expect([heard, h.read(DR)]).toEqual([[0xab, 0xcd], 0x1234]);
  });

  it('reads the level of MISO where nobody drives it', () => {
    const h = spi1();
    h.write(CR1, MASTER);
    h.write(DR, 0);
    h.run(16);
    expect(h.read(DR)).toBe(0xff);
    h.pinFunction('SPI1_MISO').setInput(0);
    h.write(DR, 0xff);
    h.run(16);
    expect(h.read(DR)).toBe(0);
  });

  it('rests SCK at CPOL while it is on', () => {
    const h = spi1();
    const sck = h.pinFunction('SPI1_SCK');
    expect(sck.output).toBe('none');
    h.write(CR1, MASTER | CPOL);
    expect(sck.output).toBe('high');
    h.write(CR1, MASTER & ~SPE);
    expect(sck.output).toBe('none');
    h.write(CR1, MASTER);
    expect(sck.output).toBe('low');
  });

  it('keeps a word written before SPE, and says so', () => {
    const h = spi1();
    const { slave, heard } = recorder();
    h.handle.attach(slave);
    h.write(CR1, MASTER & ~SPE);
    h.write(DR, 0x77);
    h.run(100);
    expect([heard, h.handle.hint]).toEqual([[], 'a word waits to be sent: SPI1.CR1.SPE is 0']);
    h.write(CR1, MASTER);
    h.run(16);
    expect(heard).toEqual([0x77]);
    expect(h.problems.map(({ rule, what }) => [rule, what])).toEqual([
      ['sequence', 'SPI1.DR was written while CR1.SPE is 0: nothing is sent until it is set'],
    ]);
  });

  it('says where NSS is an input without a pin, and transfers; a low pin is a mode fault (28.3.10)', () => {
    const h = spi1();
    const { slave, heard } = recorder();
    h.handle.attach(slave);
    const nss = h.pinFunction('SPI1_NSS');
    nss.setInput(undefined);
    h.write(CR1, MSTR | SPE);
    for (const word of [1, 2]) {
      h.write(DR, word);
      h.run(16);
    }
    expect([heard, flags(h) & SR.MODF]).toEqual([[1, 2], 0]);
    expect(h.problems.map(({ rule, section }) => [rule, section])).toEqual([['pin-function', 'RM0090 28.3.10']]);
    nss.setInput(0);
    expect([flags(h) & SR.MODF, h.handle.CR1.value & (MSTR | SPE)]).toEqual([SR.MODF, 0]);
  });

  it('says nothing where DMA fills DR before SPE is set (28.3.9)', () => {
    const h = spi1();
    const { slave, heard } = recorder();
    h.handle.attach(slave);
    h.write(CR2, 2); // TXDMAEN
    h.write(CR1, MASTER & ~SPE);
    h.write(DR, 0x77);
    h.write(CR1, MASTER);
    h.run(16);
    expect([heard, h.problems]).toEqual([[0x77], []]);
  });
});

describe('receive only and one wire (28.3.4, 28.3.5)', () => {
  it('clocks as long as SPE is set, and finishes the word', () => {
    const h = spi1();
    const { slave, heard } = recorder([0x10, 0x20, 0x30, 0x40]);
    h.handle.attach(slave);
    h.write(CR1, MASTER | RXONLY | BR(0));
    h.run(16);
    expect(h.read(DR)).toBe(0x10);
    h.run(16 + 3);
    expect(h.read(DR)).toBe(0x20);
    h.write(CR1, (MASTER | RXONLY) & ~SPE);
    h.run(100);
    expect([h.read(DR), heard, flags(h) & SR.BSY]).toEqual([0x30, [0, 0, 0], 0]);
    expect(h.problems).toEqual([]);
  });

  it('uses MOSI for both directions with BIDIMODE', () => {
    const h = spi1();
    const { slave, heard } = recorder([0, 0x99, 0x98]);
    h.handle.attach(slave);
    h.write(CR1, MASTER | BIDIMODE | BIDIOE);
    h.write(DR, 0x8f);
    h.run(16);
    // the transmitter hears nothing
    expect([heard, flags(h)]).toEqual([[0x8f], SR.TXE]);
    h.write(CR1, MASTER | BIDIMODE);
    expect(flags(h) & SR.BSY).toBe(0);
    h.run(16);
    expect([h.read(DR), heard]).toEqual([0x99, [0x8f, 0x99]]);
  });
});

describe('errors (28.3.10)', () => {
  it('keeps the first word and sets OVR; DR, then SR clear it', () => {
    const h = spi1();
    h.handle.attach(recorder([1, 2]).slave);
    h.write(CR1, MASTER);
    for (const word of [0, 0]) {
      h.write(DR, word);
      h.run(16);
    }
    expect(h.read(STATUS) & (SR.OVR | SR.RXNE)).toBe(SR.OVR | SR.RXNE);
    h.read(STATUS);
    expect(flags(h) & SR.OVR).toBe(SR.OVR);
    expect(h.read(DR)).toBe(1);
    h.read(STATUS);
    expect(flags(h)).toBe(SR.TXE);
  });

  it('becomes a slave when NSS falls: MODF, cleared by SR, then CR1', () => {
    const h = spi1();
    h.write(CR2, 1 << 5);
    h.write(CR1, MSTR | SPE);
    expect(flags(h)).toBe(SR.TXE);
    h.pinFunction('SPI1_NSS').setInput(0);
    expect([flags(h), h.read(CR1), h.signal('irq').level]).toEqual([SR.TXE | SR.MODF, 0, 1]);
    h.write(CR1, MSTR | SPE);
    expect([h.read(CR1), flags(h) & SR.MODF]).toEqual([0, SR.MODF]);
    h.read(STATUS);
    h.pinFunction('SPI1_NSS').setInput(1);
    h.write(CR1, MSTR | SPE);
    expect([h.read(CR1), flags(h), h.signal('irq').level]).toEqual([MSTR | SPE, SR.TXE, 0]);
  });

  it('takes SSI for NSS with SSM, from SPE on', () => {
    const h = spi1();
    h.write(CR1, MSTR | SSM);
    expect(flags(h) & SR.MODF).toBe(0);
    h.write(CR1, MSTR | SSM | SPE);
    expect(flags(h) & SR.MODF).toBe(SR.MODF);
  });

  it('drives NSS low while on with SSOE, and is safe from mode faults', () => {
    const h = spi1();
    const nss = h.pinFunction('SPI1_NSS');
    h.write(CR2, 1 << 2);
    h.write(CR1, MSTR);
    expect(nss.output).toBe('none');
    h.write(CR1, MSTR | SPE);
    nss.setInput(0);
    expect([nss.output, flags(h)]).toEqual(['low', SR.TXE]);
    h.write(CR1, MSTR);
    expect(nss.output).toBe('none');
  });
});

it('asks for interrupts and DMA by flag and enable (28.3.9, 28.3.11)', () => {
  const h = spi1();
  const lines = () => ['irq', 'txDma', 'rxDma'].map((name) => h.signal(name).level);
  h.write(CR1, MASTER | BR(0));
  h.write(CR2, 1 << 7);
  expect(lines()).toEqual([1, 0, 0]);
  h.write(CR2, 3);
  expect(lines()).toEqual([0, 1, 0]);
  h.write(DR, 1);
  h.write(DR, 2);
  expect(lines()).toEqual([0, 0, 0]);
  h.run(16);
  expect(lines()).toEqual([0, 1, 1]);
  h.read(DR);
  expect(lines()).toEqual([0, 1, 0]);
  h.write(CR2, 1 << 6);
  h.run(16);
  expect(lines()).toEqual([1, 0, 0]);
});

it('goes one clock longer for the first word in TI mode (28.3.1)', () => {
  const h = spi1();
  h.write(CR2, 1 << 4);
  h.write(CR1, MSTR | SPE | BR(0));
  h.write(DR, 1);
  h.write(DR, 2);
  h.run(17);
  expect(flags(h) & SR.RXNE).toBe(0);
  h.run(1);
  expect(flags(h) & SR.RXNE).toBe(SR.RXNE);
  h.read(DR);
  h.run(16);
  expect(flags(h)).toBe(SR.RXNE | SR.TXE);
});

describe('misuse', () => {
  it('reports an SCK beyond what the data sheet allows', () => {
    const h = new DeviceHarness(spi('SPI1', 42e6), { name: 'spi1', cpu: 100_000_000 });
    h.write(CR1, MASTER | BR(1));
    expect(h.problems).toEqual([]);
    h.write(CR1, MASTER | BR(0));
    expect(h.problems.map(({ rule, what }) => [rule, what])).toEqual([
      ['clock-limit', 'SPI1 clocks SCK with 50 MHz; the part allows 42 MHz'],
    ]);
  });

  it('reports DR written twice, SPE cleared in a word, settings changed in a word', () => {
    const h = spi1();
    h.write(CR1, MASTER);
    for (const word of [1, 2, 3]) h.write(DR, word);
    h.write(CR1, MASTER | CPHA);
    h.write(CR1, (MASTER | CPHA) & ~SPE);
    expect(h.problems.map(({ what }) => what)).toEqual([
      'SPI1.DR was written while TXE is 0: the word before it is lost',
      'SPI1.CR1.CPHA changed while a word was on the wire',
      'SPI1.CR1.SPE was cleared in the middle of a word',
    ]);
    expect(flags(h) & SR.BSY).toBe(0);
  });

  it('reports an SCK that goes to no pin, and no slave hears it', () => {
    const h = spi1();
    const { slave, heard } = recorder();
    h.handle.attach(slave);
    h.pinFunction('SPI1_SCK').setInput(undefined);
    h.write(CR1, MASTER);
    h.write(DR, 1);
    h.run(16);
    expect(heard).toEqual([]);
    expect(h.problems.map(({ what, remedy }) => [what, remedy])).toEqual([
      [
        'no pin carries SPI1_SCK',
        "set PA5 to AF5 or PB3 to AF5 with its port's clock on and MODER in alternate function mode",
      ],
    ]);
  });

  it('reports two slaves that answer at once', () => {
    const h = spi1();
    h.handle.attach(recorder([0xf0]).slave);
    h.handle.attach({ ...recorder([0x3c]).slave, name: 'other' });
    h.write(CR1, MASTER);
    h.write(DR, 0);
    h.run(16);
    expect([h.read(DR), h.problems.map(({ what }) => what)]).toEqual([
      0x30,
      ['SPI1: recorder and other drive MISO at once'],
    ]);
  });
});

it('forgets a slave that is taken off', () => {
  const h = spi1();
  const { slave, heard } = recorder();
  const detach = h.handle.attach(slave);
  h.write(CR1, MASTER);
  detach();
  h.write(DR, 1);
  h.run(16);
  expect(heard).toEqual([]);
});

it('needs no MSTR change to be a slave: SSM and SSI select it', () => {
  const h = spi1();
  h.write(CR1, SPE | SSM);
  expect(h.handle.asSlave.selected()).toBe(true);
  h.write(CR1, SPE | SSM | SSI);
  expect(h.handle.asSlave.selected()).toBe(false);
});

it('shows SCK and MOSI in all four modes to those who look (figure 248)', () => {
  for (const mode of [0, 1, 2, 3]) {
    const h = spi1();
    const seen: string[] = [];
    const level = (name: string) => (h.pinFunction(`SPI1_${name}`).output === 'high' ? 1 : 0);
    for (const name of ['SCK', 'MOSI']) {
      const side = {
        level: 1 as const,
        observed: true,
        driven: () => void seen.push(`${h.timebase.tick}:${level('SCK')}${level('MOSI')}`),
      };
      h.pinFunction(`SPI1_${name}`).addPin(side);
    }
    h.write(CR1, MASTER | mode | BR(1));
    const begin = h.timebase.tick;
    seen.length = 0;
    h.write(DR, 0x80);
    h.run(40);
    const idle = mode >> 1;
    expect(level('SCK')).toBe(idle);
    // the first bit, 1, is there when it is sampled: at the first edge with CPHA 0, half a bit later with CPHA 1
    const sampled = begin + 2;
    expect(seen.filter((one) => one.startsWith(`${sampled}:`)).at(-1)).toBe(
      `${sampled}:${mode % 2 === 0 ? 1 - idle : idle}1`,
    );
  }
});
