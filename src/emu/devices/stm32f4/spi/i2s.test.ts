import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import type { I2sPeer, I2sSlot } from '../../../i2s-link.js';
import { i2sExtension } from './i2s-extension.js';
import { halfWord, STANDARD, sampleOf } from './i2s-settings.js';
import { spiWithI2s } from './spi.js';
import { I2S_HERTZ, REG, spi2 } from './spi-harness.js';
import { SR } from './spi-registers.js';

const { DR, I2SCFGR, I2SPR, SR: STATUS } = REG;
const [CHLEN, CKPOL, I2SE, I2SMOD, MCKOE, ODD] = [1, 1 << 3, 1 << 10, 1 << 11, 1 << 9, 1 << 8] as const;
const DATLEN = (code: number) => code << 1;
const STD = (code: number) => code << 4;
const [SLAVE_TX, SLAVE_RX, MASTER_TX, MASTER_RX] = [0, 1 << 8, 2 << 8, 3 << 8] as const;
const ON = I2SMOD | I2SE;
const flags = (h: { handle: { SR: { value: number } } }) => h.handle.SR.value;

/** The I2S clock of the harness is 86 MHz: 86 MHz / (32 × (2×3+1) × 8) = 47,991 Hz with MCLK (RM0090 table 127). */
const AUDIO = 3 | ODD | MCKOE;
const SLOT = 16 * 7 * 8;
/** 16 bits with I2SDIV = 2 and no MCLK. */
const HALF = 16 * 4;

function listener() {
  const heard: [number, string][] = [];
  const peer: I2sPeer = { name: 'dac', heard: (sample, slot) => void heard.push([sample, slot.channel]) };
  return { peer, heard };
}

describe('samples in DR (RM0090 28.4.3)', () => {
  it.each([
    [16, STANDARD.philips, 0x1234, [0x1234, 0]],
    [24, STANDARD.philips, 0x8eaa33, [0x8eaa, 0x3300]],
    [24, STANDARD.msb, 0x8eaa33, [0x8eaa, 0x3300]],
    [24, STANDARD.lsb, 0x3478ae, [0x0034, 0x78ae]],
    [32, STANDARD.philips, 0x8eaa33f0, [0x8eaa, 0x33f0]],
  ])('%i bits in standard %i', (bits, standard, sample, [first, second]) => {
    expect(halfWord(sample, 0, bits, standard)).toBe(first);
    if (bits > 16) expect(halfWord(sample, 1, bits, standard)).toBe(second);
    expect(sampleOf(first!, second!, bits, standard)).toBe(sample);
  });
});

describe('the master that sends (28.4.4, 28.4.5)', () => {
  it('waits for data, then sends left and right, one slot each', () => {
    const h = spi2();
    const { peer, heard } = listener();
    h.handle.attachI2s(peer);
    h.write(I2SPR, AUDIO);
    h.write(I2SCFGR, ON | MASTER_TX);
    expect([flags(h), Math.round(h.handle.sampleRate)]).toEqual([SR.TXE, 47_991]);
    h.write(DR, 0x1111);
    // the next word is for the right
    expect(flags(h)).toBe(SR.TXE | SR.CHSIDE | SR.BSY);
    h.write(DR, 0x2222);
    h.run(SLOT - 1);
    expect(heard).toEqual([]);
    h.run(1);
    expect([heard, flags(h)]).toEqual([[[0x1111, 'left']], SR.TXE | SR.BSY]);
    h.run(SLOT);
    expect([heard.at(-1), flags(h)]).toEqual([[0x2222, 'right'], SR.TXE]);
    expect(h.handle.samples.map(({ sample, sent }) => [sample, sent])).toEqual([
      [0x1111, true],
      [0x2222, true],
    ]);
  });

  it.each([
    ['16 in 16', 0, 32 * 7],
    ['16 in 16 with MCLK', MCKOE << 16, 32 * 7 * 8],
    ['16 in 32', CHLEN, 64 * 7],
    ['32 in 32 with MCLK', (MCKOE << 16) | DATLEN(2), 64 * 7 * 4],
  ])('%s: the sample rate is I2SxCLK / %i', (_name, setting, divider) => {
    const h = spi2();
    h.write(I2SPR, 3 | ODD | (setting >>> 16));
    h.write(I2SCFGR, ON | MASTER_TX | (setting & 0xffff));
    expect(h.handle.sampleRate).toBe(86e6 / divider);
  });

  it('takes two words for 24 bits, and shows word select on its pin', () => {
    const h = spi2();
    const { peer, heard } = listener();
    h.handle.attachI2s(peer);
    const ws = h.pinFunction('SPI2_NSS');
    h.write(I2SPR, 2);
    h.write(I2SCFGR, ON | MASTER_TX | DATLEN(1));
    expect(ws.output).toBe('high');
    h.write(DR, 0x8eaa);
    expect([ws.output, flags(h)]).toEqual(['low', SR.TXE | SR.BSY]);
    h.write(DR, 0x3300);
    h.run(HALF);
    expect(flags(h)).toBe(SR.TXE | SR.CHSIDE | SR.BSY);
    h.write(DR, 0x1234);
    h.run(HALF);
    expect([heard, ws.output]).toEqual([[[0x8eaa33, 'left']], 'high']);
  });

  it('says why it stands', () => {
    const h = spi2();
    h.clock('i2s').set(0);
    h.write(I2SCFGR, ON | MASTER_RX);
    expect(h.problems.map(({ what }) => what)).toEqual([
      'SPI2 is enabled as an I2S master and its clock cannot run: I2SxCLK stands',
    ]);
    const other = spi2();
    other.write(I2SPR, 1);
    other.write(I2SCFGR, ON | MASTER_RX);
    expect(other.problems.map(({ what }) => what)).toEqual([
      'SPI2 is enabled as an I2S master and its clock cannot run: I2SPR.I2SDIV is 0 or 1',
    ]);
  });

  it('synchronises PCM by a pulse of 1 or 13 bits', () => {
    for (const [sync, bits] of [
      [0, 1],
      [1 << 7, 13],
    ] as const) {
      const h = spi2();
      const ws = h.pinFunction('SPI2_NSS');
      h.write(I2SPR, 4);
      h.write(I2SCFGR, ON | MASTER_TX | STD(3) | sync);
      h.write(DR, 1);
      h.run(bits * 8 - 1);
      expect(ws.output).toBe('high');
      h.run(1);
      expect([ws.output, flags(h) & SR.CHSIDE]).toEqual(['low', 0]);
    }
  });
});

it('shows no TXE while it is switched off (28.4.7), and sends what was written before', () => {
  const h = spi2();
  const { peer, heard } = listener();
  h.handle.attachI2s(peer);
  h.write(REG.CR2, 1 << 7);
  h.write(I2SPR, 2);
  h.write(I2SCFGR, I2SMOD | MASTER_TX);
  expect([flags(h), h.signal('irq').level]).toEqual([0, 0]);
  h.write(DR, 5);
  h.write(I2SCFGR, ON | MASTER_TX);
  expect(flags(h) & SR.TXE).toBe(SR.TXE);
  h.run(HALF);
  expect(heard).toEqual([[5, 'left']]);
  h.write(I2SCFGR, 0);
  expect(flags(h) & SR.TXE).toBe(SR.TXE);
});

describe('the master that receives (28.4.5)', () => {
  it('clocks from I2SE on, says the side, and overruns', () => {
    const h = spi2();
    let next = 0x100;
    const asked: I2sSlot['channel'][] = [];
    h.handle.attachI2s({
      name: 'microphone',
      sample: (slot) => {
        asked.push(slot.channel);
        return next++;
      },
    });
    h.write(I2SPR, 2);
    h.write(I2SCFGR, ON | MASTER_RX);
    h.run(HALF);
    expect([flags(h), h.read(DR)]).toEqual([SR.TXE | SR.RXNE, 0x100]);
    h.run(HALF);
    expect([flags(h), h.read(DR)]).toEqual([SR.TXE | SR.RXNE | SR.CHSIDE, 0x101]);
    expect(asked.slice(0, 3)).toEqual(['left', 'right', 'left']);
    h.run(2 * HALF);
    expect(flags(h) & SR.OVR).toBe(SR.OVR);
    h.read(DR);
    h.read(STATUS);
    expect(flags(h) & SR.OVR).toBe(0);
    h.write(I2SCFGR, I2SMOD | MASTER_RX);
    h.run(10 * HALF);
    const stopped = asked.length;
    h.run(10 * HALF);
    expect(asked.length).toBe(stopped);
  });

  it('has 16 bits of data in the last half of a 32-bit slot in the LSB standard, in the first otherwise', () => {
    for (const [standard, first] of [
      [0, 1],
      [2, 0],
    ] as const) {
      const h = spi2();
      h.handle.attachI2s({ name: 'adc', sample: () => 0x4321 });
      h.write(I2SPR, 2);
      h.write(I2SCFGR, ON | MASTER_RX | CHLEN | STD(standard));
      h.run(HALF);
      expect(flags(h) & SR.RXNE).toBe(first);
      h.run(HALF);
      expect(h.read(DR)).toBe(0x4321);
    }
  });
});

describe('the slave (28.4.6, 28.4.8)', () => {
  it('receives what the master clocks', () => {
    const h = spi2();
    h.write(I2SCFGR, ON | SLAVE_RX);
    h.handle.driveI2s([0xaaaa, 0x5555], { rate: 48_000 });
    h.runNanoseconds(10_417);
    expect([h.read(DR), flags(h) & SR.CHSIDE]).toEqual([0xaaaa, 0]);
    h.runNanoseconds(10_417);
    expect([h.read(DR), flags(h) & SR.CHSIDE]).toEqual([0x5555, SR.CHSIDE]);
  });

  it('sets UDR when the clock comes before the data', () => {
    const h = spi2();
    h.write(REG.CR2, 1 << 5);
    h.write(I2SCFGR, ON | SLAVE_TX);
    h.write(DR, 0x7777);
    h.handle.driveI2s([0, 0]);
    h.runNanoseconds(5_000);
    expect(flags(h) & SR.UDR).toBe(0);
    h.runNanoseconds(10_000);
    expect([flags(h) & SR.UDR, h.signal('irq').level]).toEqual([SR.UDR, 1]);
    expect(h.read(STATUS) & SR.UDR).toBe(SR.UDR);
    expect([flags(h) & SR.UDR, h.signal('irq').level]).toEqual([0, 0]);
  });

  it('takes part from a left slot on', () => {
    const h = spi2();
    h.handle.driveI2s([1, 2, 3, 4]);
    h.runNanoseconds(15_000);
    h.write(I2SCFGR, ON | SLAVE_RX);
    h.runNanoseconds(18_000);
    expect(h.read(DR)).toBe(3);
  });

  it('sets FRE when word select comes at the wrong time; a read of SR clears it', () => {
    const h = spi2();
    h.write(I2SCFGR, ON | SLAVE_RX);
    h.handle.injectFrameError();
    expect(h.read(STATUS) & SR.FRE).toBe(SR.FRE);
    expect(flags(h) & SR.FRE).toBe(0);
  });
});

describe('full duplex (28.4.2)', () => {
  function pair() {
    const main = spi2();
    const ext = new DeviceHarness(i2sExtension('I2S2ext'), { name: 'i2s2ext' });
    for (const wire of ['i2sBitPs', 'i2sBegin', 'i2sEnd']) {
      main.signal(wire).listen((level) => ext.signal(wire).set(level));
    }
    ext.pinFunction('I2S2ext_SD').setInput(1);
    return { main, ext };
  }

  it('the extension receives in the slots that its I2S sends', () => {
    const { main, ext } = pair();
    let next = 0x500;
    ext.handle.attachI2s({ name: 'adc', sample: () => next++ });
    ext.write(I2SCFGR, ON | SLAVE_RX);
    main.write(I2SPR, 2);
    main.write(I2SCFGR, ON | MASTER_TX);
    main.write(DR, 1);
    main.write(DR, 2);
    main.run(HALF);
    expect([ext.read(DR), flags(ext) & SR.CHSIDE]).toEqual([0x500, 0]);
    main.run(HALF);
    expect([ext.read(DR), flags(ext) & SR.CHSIDE]).toEqual([0x501, SR.CHSIDE]);
  });

  it('it sends when the other receives', () => {
    const { main, ext } = pair();
    const { peer, heard } = listener();
    ext.handle.attachI2s(peer);
    ext.write(I2SCFGR, ON | SLAVE_TX);
    ext.write(DR, 0x123);
    main.write(I2SPR, 2);
    main.write(I2SCFGR, ON | MASTER_RX);
    main.run(HALF);
    expect(heard).toEqual([[0x123, 'left']]);
    expect(flags(ext) & SR.UDR).toBe(SR.UDR);
  });

  it('is no master', () => {
    const { ext } = pair();
    ext.write(I2SCFGR, ON | MASTER_TX);
    expect(ext.problems.map(({ rule }) => rule)).toEqual(['configuration']);
  });
});

it('rests CK at CKPOL, MCK low where it is put out', () => {
  const h = spi2();
  h.write(I2SPR, AUDIO);
  h.write(I2SCFGR, ON | MASTER_TX | CKPOL);
  expect(['SPI2_SCK', 'I2S2_MCK'].map((name) => h.pinFunction(name).output)).toEqual(['high', 'low']);
});

it('keeps all its state where snapshots find it', () => {
  const escaped = checkDeviceState(
    spiWithI2s('SPI2', 21e6),
    (h) => {
      h.write(I2SPR, 2);
      h.write(I2SCFGR, ON | MASTER_TX | DATLEN(1));
      h.write(DR, 1);
      h.write(DR, 2);
      h.run(100);
      h.write(I2SCFGR, ON | SLAVE_RX);
      h.handle.driveI2s([1, 2, 3]);
      h.run(1000);
      return [h.read(DR), h.handle.samples];
    },
    { name: 'spi2', clocks: { i2s: I2S_HERTZ } },
  );
  expect(escaped).toBeUndefined();
});
