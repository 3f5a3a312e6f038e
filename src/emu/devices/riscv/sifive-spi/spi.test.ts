import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import type { SpiFrame } from '../../../spi-link.js';
import { sifiveSpi, sifiveSpiFlash } from './spi.js';

const [SCKDIV, SCKMODE, CSID, CSDEF, CSMODE] = [0x00, 0x04, 0x10, 0x14, 0x18];
const [DELAY0, DELAY1, FMT, TXDATA, RXDATA] = [0x28, 0x2c, 0x40, 0x48, 0x4c];
const [TXMARK, RXMARK, FCTRL, FFMT, IE, IP] = [0x50, 0x54, 0x60, 0x64, 0x70, 0x74];
const [FULL, EMPTY] = [0x8000_0000, 0x8000_0000];
const [AUTO, HOLD, OFF] = [0, 2, 3];
/** sckdiv 3: a period of SCK is 8 clocks. */
const T = 8;

/** A slave on CS0 that answers with what it is told to. */
function port(selects = 4) {
  const spi = new DeviceHarness(sifiveSpi({ pins: 'SPI1', multiplexed: true, selects }), { name: 'spi1' });
  const heard: number[] = [];
  const replies: number[] = [];
  const frames: Pick<SpiFrame, 'bits' | 'mode' | 'bitNs'>[] = [];
  const select = (index: number) => spi.pinFunction(`SPI1_CS${index}`).output;
  spi.handle.attach({
    name: 'slave',
    unit: 8,
    selected: () => select(0) === 'low',
    begin: (frame) => {
      frames.push({ bits: frame.bits, mode: frame.mode, bitNs: frame.bitNs });
      return replies.shift() ?? 0;
    },
    end: (word) => heard.push(word),
  });
  return Object.assign(spi, { heard, replies, frames, select });
}

describe('SiFive SPI (FE310-G002 manual, chapter 19)', () => {
  test('reset values', () => {
    const spi = port();
    const values = [SCKDIV, SCKMODE, CSID, CSDEF, CSMODE, DELAY0, DELAY1, FMT, TXDATA, RXDATA, IP];
    expect(values.map((offset) => spi.read(offset))).toEqual([3, 0, 0, 0xf, 0, 0x1_0001, 1, 0x8_0000, 0, EMPTY, 0]);
    expect(spi.select(0)).toBe('high');
  });

  test('AUTO: select, one period, eight bits, one period, deselect', () => {
    const spi = port();
    spi.replies.push(0xa5);
    spi.write(TXDATA, 0x3c);
    expect(spi.select(0)).toBe('low');
    spi.run(9 * T - 1);
    expect(spi.read(RXDATA)).toBe(EMPTY);
    spi.run(1);
    expect([spi.heard, spi.read(RXDATA), spi.select(0)]).toEqual([[0x3c], 0xa5, 'low']);
    spi.run(T);
    expect(spi.select(0)).toBe('high');
    expect(spi.frames).toEqual([{ bits: 8, mode: 0, bitNs: 500 }]);
  });

  test('AUTO deselects between two words, for intercs at least; HOLD does not', () => {
    const edges = (mode: number) => {
      const spi = port();
      spi.write(CSMODE, mode);
      spi.write(TXDATA, 1);
      spi.write(TXDATA, 2);
      let count = 0;
      let before = spi.select(0);
      for (let i = 0; i < 30 * T; i++) {
        spi.run(1);
        if (spi.select(0) !== before) count++;
        before = spi.select(0);
      }
      return [count, spi.heard, before];
    };
    expect(edges(AUTO)).toEqual([3, [1, 2], 'high']);
    expect(edges(HOLD)).toEqual([0, [1, 2], 'low']);
  });

  test('HOLD ends with a change of csmode', () => {
    const spi = port();
    spi.write(CSMODE, HOLD);
    spi.write(TXDATA, 9);
    spi.run(20 * T);
    expect(spi.select(0)).toBe('low');
    spi.write(CSMODE, AUTO);
    spi.run(T);
    expect(spi.select(0)).toBe('high');
  });

  test('OFF leaves the lines to csdef', () => {
    const spi = port();
    spi.write(CSMODE, OFF);
    spi.write(TXDATA, 1);
    spi.run(20 * T);
    expect([spi.select(0), spi.heard]).toEqual(['high', []]);
    spi.write(CSDEF, 0xe);
    spi.run(2 * T);
    spi.write(TXDATA, 2);
    spi.run(20 * T);
    expect([spi.select(0), spi.heard]).toEqual(['low', [2]]);
  });

  test('csid chooses the line, csdef its polarity', () => {
    const spi = port();
    spi.write(CSID, 2);
    spi.write(CSDEF, 0xb);
    expect(spi.select(2)).toBe('low');
    spi.write(TXDATA, 1);
    expect([0, 1, 2, 3].map((i) => spi.select(i))).toEqual(['high', 'high', 'high', 'high']);
    spi.run(20 * T);
    expect(spi.select(2)).toBe('low');
  });

  test('the delays: cssck, interxfr', () => {
    const spi = port();
    spi.write(CSMODE, HOLD);
    spi.write(DELAY0, 0x1_0003);
    spi.write(DELAY1, 0x2_0001);
    spi.write(TXDATA, 1);
    spi.write(TXDATA, 2);
    // 3 + 8 periods, then 2 + 8
    spi.run(11 * T - 1);
    expect(spi.heard).toEqual([]);
    spi.run(1);
    expect(spi.heard).toEqual([1]);
    spi.run(10 * T - 1);
    expect(spi.heard).toEqual([1]);
    spi.run(1);
    expect(spi.heard).toEqual([1, 2]);
  });

  test('the clock: 2 (div + 1), and modes', () => {
    const spi = port();
    spi.write(SCKDIV, 15);
    spi.write(SCKMODE, 3);
    spi.write(TXDATA, 1);
    spi.run(9 * 32);
    expect([spi.heard, spi.frames]).toEqual([[1], [{ bits: 8, mode: 3, bitNs: 2000 }]]);
    expect(spi.pinFunction('SPI1_SCK').output).toBe('high');
  });

  test('LSB first comes mirrored on the wire, and back', () => {
    const spi = port();
    spi.write(FMT, 0x8_0004);
    spi.replies.push(0x01);
    spi.write(TXDATA, 0xc0);
    spi.run(9 * T);
    expect([spi.heard, spi.read(RXDATA)]).toEqual([[0x03], 0x80]);
  });

  test('fewer bits than eight are left-aligned', () => {
    const spi = port();
    spi.write(FMT, 0x5_0000);
    spi.replies.push(0x15);
    spi.write(TXDATA, 0xf8 & 0xa8);
    spi.run(6 * T);
    expect([spi.heard, spi.read(RXDATA), spi.frames[0]!.bits]).toEqual([[0x15], 0xa8, 5]);
  });

  test('dir = transmit fills no receive FIFO', () => {
    const spi = port();
    spi.write(FMT, 0x8_0008);
    spi.write(TXDATA, 1);
    spi.run(20 * T);
    expect([spi.heard, spi.read(RXDATA)]).toEqual([[1], EMPTY]);
  });

  test('the watermarks interrupt', () => {
    const spi = port();
    spi.write(TXMARK, 1);
    spi.write(IE, 1);
    expect([spi.read(IP), spi.signal('irq').level]).toEqual([1, 1]);
    spi.write(TXDATA, 1);
    expect([spi.read(IP), spi.signal('irq').level]).toEqual([0, 0]);
    spi.run(T);
    expect(spi.read(IP)).toBe(1);
    spi.write(IE, 2);
    spi.write(RXMARK, 0);
    expect(spi.signal('irq').level).toBe(0);
    spi.run(8 * T);
    expect([spi.read(IP), spi.signal('irq').level]).toEqual([3, 1]);
    spi.read(RXDATA);
    expect(spi.signal('irq').level).toBe(0);
  });

  test('eight words fit beside the one on the wire; a tenth is lost, and said', () => {
    const spi = port();
    for (let i = 0; i < 8; i++) spi.write(TXDATA, i);
    expect(spi.read(TXDATA)).toBe(FULL);
    spi.write(TXDATA, 8);
    expect(spi.problems.map(({ rule }) => rule)).toEqual(['sequence']);
  });

  test('a slave with one data line is not spoken to with four', () => {
    const spi = port();
    spi.write(FMT, 0x8_000a);
    spi.write(TXDATA, 1);
    spi.run(20 * T);
    expect([spi.heard, spi.problems.map(({ rule }) => rule)]).toEqual([[], ['configuration']]);
  });

  test('quad words take a quarter of the clocks', () => {
    const spi = port();
    const heard: number[] = [];
    spi.handle.attach({
      name: 'quad',
      lanes: [4],
      selected: () => spi.select(1) === 'low',
      begin: () => 0x77,
      end: (word, frame) => heard.push(word, frame.lanes!),
    });
    spi.write(CSID, 1);
    spi.write(FMT, 0x8_000a);
    spi.write(TXDATA, 0x12);
    spi.run(3 * T);
    expect(heard).toEqual([0x12, 4]);
    spi.write(FMT, 0x8_0002);
    spi.run(10 * T);
    spi.write(TXDATA, 0);
    spi.run(3 * T);
    expect(spi.read(RXDATA)).toBe(0x77);
  });

  test('edges on SCK and DQ0 while somebody looks', () => {
    const spi = new DeviceHarness(sifiveSpi({ pins: 'Q' }), { name: 'q' });
    const [sck, dq0] = [spi.net('Q_SCK'), spi.net('Q_DQ0')];
    sck.observe();
    const sampled: number[] = [];
    sck.listen((net) => net.level === 'high' && sampled.push(dq0.digital));
    spi.write(TXDATA, 0xb1);
    spi.run(20 * T);
    expect(sampled).toEqual([1, 0, 1, 1, 0, 0, 0, 1]);
  });

  test('no state escapes', () => {
    const escaped = checkDeviceState(sifiveSpi({ pins: 'SPI1', multiplexed: true }), (spi) => {
      for (let i = 0; i < 5; i++) spi.write(TXDATA, i);
      spi.run(333);
      return spi.read(RXDATA);
    });
    expect(escaped).toBeUndefined();
  });
});

describe('SiFive SPI with flash as memory (19.16, 19.17)', () => {
  const withFlash = () => {
    const flash = new Uint8Array(0x1_0000).fill(0xff);
    const spi = new DeviceHarness(sifiveSpiFlash({ pins: 'QSPI0' }), { name: 'qspi0', memories: { flash } });
    const heard: number[] = [];
    spi.handle.attach({ name: 'chip', selected: () => true, begin: () => 0, end: (word) => heard.push(word) });
    return Object.assign(spi, { heard });
  };

  test('starts in flash mode, reading with 0x03 and three address bytes', () => {
    const spi = withFlash();
    expect([spi.read(FCTRL), spi.read(FFMT), spi.signal('access').level]).toEqual([1, 0x3_0007, 0]);
  });

  test('a controller of a flash is reset to transmit only, with a watermark of 1 (19.10, 19.13)', () => {
    const spi = withFlash();
    expect([spi.read(FMT), spi.read(TXMARK), spi.read(IP)]).toEqual([0x8_0008, 1, 1]);
  });

  test('the FIFO has the bus while fctrl.en is 0', () => {
    const spi = withFlash();
    spi.write(TXDATA, 0x9f);
    spi.run(100);
    expect(spi.heard).toEqual([]);
    spi.write(FCTRL, 0);
    spi.run(100);
    expect([spi.heard, spi.signal('access').level]).toEqual([[0x9f], 2]);
    spi.write(FCTRL, 1);
    expect(spi.signal('access').level).toBe(0);
  });

  test('while the part is busy the window answers nothing', () => {
    const spi = withFlash();
    spi.handle.window!.busy = true;
    expect(spi.signal('access').level).toBe(2);
    spi.handle.window!.busy = false;
    expect(spi.signal('access').level).toBe(0);
  });

  test('a store to the window is refused', () => {
    const spi = withFlash();
    expect(() => spi.store('flash', 0, 1)).toThrow('by commands');
  });

  test('a format that no flash understands is said once', () => {
    const spi = withFlash();
    // quad I/O read as the manual's examples have it
    spi.write(FFMT, 0x00eb_2867);
    expect(spi.problems).toEqual([]);
    spi.write(FFMT, 0x000b_0007);
    spi.write(FFMT, 0x0055_0007);
    expect(spi.problems).toHaveLength(1);
    expect(spi.problems[0]!.what).toContain('8 dummy clocks');
  });
});
