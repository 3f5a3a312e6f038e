import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { dac } from './dac.js';

/** RM0090 chapter 14; APB1 at the CPU's 16 MHz. */
const [CR, SWTRIGR, DHR12R1, DHR12L1, DHR8R1, DHR12R2, DHR12L2, DHR8R2] = [0, 4, 8, 0xc, 0x10, 0x14, 0x18, 0x1c];
const [DHR12RD, DHR12LD, DHR8RD, DOR1, DOR2, SR] = [0x20, 0x24, 0x28, 0x2c, 0x30, 0x34];
const [EN, TEN, DMAEN, DMAUDRIE, DMAUDR] = [1, 4, 1 << 12, 1 << 13, 1 << 13];
const SOFTWARE = 7 << 3;
const [NOISE, TRIANGLE] = [1 << 6, 2 << 6];

function started(cr = EN) {
  const h = new DeviceHarness(dac(), { name: 'dac' });
  for (const pin of ['PA4', 'PA5']) h.net(pin).analog = true;
  h.write(CR, cr);
  return h;
}
type Harness = ReturnType<typeof started>;
const pulse = (h: Harness, name: string) => {
  h.signal(name).set(1);
  h.signal(name).set(0);
};
const software = (h: Harness, channels = 1) => {
  h.write(SWTRIGR, channels);
  h.run(1);
};

describe('data registers (14.3.3)', () => {
  it('fill the channels right and left aligned, with 12 and 8 bits, one and both', () => {
    const results = (
      [
        [DHR12R1, 0xabc],
        [DHR12L1, 0x1230],
        [DHR8R1, 0x45],
        [DHR12R2, 0xdef],
        [DHR12L2, 0x6780],
        [DHR8R2, 0x9a],
        [DHR12RD, 0x0222_0111],
        [DHR12LD, 0x4440_3330],
        [DHR8RD, 0x6655],
      ] as const
    ).map(([offset, value]) => {
      const h = started(EN | (EN << 16));
      h.write(offset, value);
      h.run(2);
      expect(h.read(offset)).toBe(value);
      return [h.read(DOR1), h.read(DOR2)];
    });
    expect(results).toEqual([
      [0xabc, 0],
      [0x123, 0],
      [0x450, 0],
      [0, 0xdef],
      [0, 0x678],
      [0, 0x9a0],
      [0x111, 0x222],
      [0x333, 0x444],
      [0x550, 0x660],
    ]);
  });
  it('are all views of the same holding registers', () => {
    const h = started();
    h.write(DHR12RD, 0x0abc_0123);
    expect([h.read(DHR8R1), h.read(DHR12L1), h.read(DHR12R2), h.read(DHR8RD)]).toEqual([0x12, 0x1230, 0xabc, 0xab12]);
  });
});

describe('conversion (14.3.4, 14.3.5)', () => {
  it('takes one APB1 cycle without trigger', () => {
    const h = started();
    h.write(DHR12R1, 2048);
    expect(h.read(DOR1)).toBe(0);
    h.run(1);
    expect(h.read(DOR1)).toBe(2048);
  });
  it('puts VREF+ × DOR / 4095 on the pin while it is enabled', () => {
    const h = started();
    h.write(DHR12R1, 4095);
    h.run(1);
    expect(h.handle.voltage(1)).toBeCloseTo(3.3);
    expect(h.net('PA4').voltage).toBeCloseTo(3.3);
    expect(h.net('PA5').voltage).toBeUndefined();
    h.write(DHR12R1, 1000);
    h.run(1);
    expect(h.net('PA4').voltage).toBeCloseTo((3.3 * 1000) / 4095, 9);
    h.write(CR, 0);
    expect(h.net('PA4').voltage).toBeUndefined();
    expect(h.handle.voltage(1)).toBeUndefined();
  });
  it('shows data written before it was enabled', () => {
    const h = started(0);
    h.write(DHR12R1, 77);
    h.run(10);
    h.write(CR, EN);
    h.run(1);
    expect(h.net('PA4').voltage).toBeCloseTo((3.3 * 77) / 4095, 9);
  });
  it('keeps a list of what it put out, with times', () => {
    const h = started();
    for (const value of [100, 200]) {
      h.write(DHR12R1, value);
      h.run(16);
    }
    expect(h.handle.samples(1)).toEqual([
      { ns: 62, value: 100 },
      { ns: 1062, value: 200 },
    ]);
  });
  it('tells when the pin is not analog', () => {
    const h = new DeviceHarness(dac(), { name: 'dac' });
    h.write(CR, EN);
    expect(h.problems.map(({ what, rule }) => [what, rule])).toEqual([
      ['DAC channel 1 is on, but PA4 is not in analog mode', 'pin-function'],
    ]);
  });
});

describe('triggers (14.3.6)', () => {
  it('takes data three APB1 cycles after the selected external one', () => {
    for (let tsel = 0; tsel < 7; tsel++) {
      const h = started(EN | TEN | (tsel << 3));
      h.write(DHR12R1, 5);
      for (let other = 0; other < 7; other++) if (other !== tsel) pulse(h, `trigger${other}`);
      h.write(SWTRIGR, 1);
      h.run(10);
      expect(h.read(DOR1)).toBe(0);
      pulse(h, `trigger${tsel}`);
      h.run(2);
      expect(h.read(DOR1)).toBe(0);
      h.run(1);
      expect(h.read(DOR1)).toBe(5);
    }
  });
  it('takes one cycle after the software one, which can start both channels', () => {
    const h = started((EN | TEN | SOFTWARE) * 0x1_0001);
    h.write(DHR12RD, 0x0022_0011);
    h.run(5);
    h.write(SWTRIGR, 3);
    expect([h.read(DOR1), h.read(SWTRIGR)]).toEqual([0, 0]);
    h.run(1);
    expect([h.read(DOR1), h.read(DOR2)]).toEqual([0x11, 0x22]);
  });
});

describe('noise (14.3.7)', () => {
  it('adds the shift register: 0xAAA, then 0xD55 (figure 66)', () => {
    const h = started(EN | TEN | SOFTWARE | NOISE | (11 << 8));
    const values = [0, 1, 2].map(() => {
      software(h);
      return h.read(DOR1);
    });
    expect(values).toEqual([0xaaa, 0xd55, 0xeaa]);
  });
  it('has a period of 4095 and never sticks at 0', () => {
    const h = started(EN | TEN | SOFTWARE | NOISE | (11 << 8));
    const seen = new Set<number>();
    for (let i = 0; i < 4095; i++) {
      software(h);
      seen.add(h.read(DOR1));
    }
    expect(seen.has(0)).toBe(false);
    expect(seen.size).toBe(4095);
    software(h);
    expect(h.read(DOR1)).toBe(0xaaa);
  });
  it('unmasks MAMP + 1 bits and saturates', () => {
    const h = started(EN | TEN | SOFTWARE | NOISE | (3 << 8));
    h.write(DHR12R1, 0xff8);
    software(h);
    expect(h.read(DOR1)).toBe(0xfff); // 0xff8 + 0xa
    h.write(DHR12R1, 0x100);
    software(h);
    expect(h.read(DOR1)).toBe(0x105);
  });
  it('starts anew when WAVE is cleared', () => {
    const wave = EN | TEN | SOFTWARE | NOISE | (11 << 8);
    const h = started(wave);
    software(h);
    h.write(CR, EN | TEN | SOFTWARE);
    h.write(CR, wave);
    software(h);
    expect(h.read(DOR1)).toBe(0xaaa);
  });
});

describe('triangle (14.3.8)', () => {
  it('counts up to the amplitude and down to 0', () => {
    const h = started(EN | TEN | SOFTWARE | TRIANGLE | (1 << 8));
    h.write(DHR12R1, 100);
    const values = Array.from({ length: 10 }, () => {
      software(h);
      return h.read(DOR1) - 100;
    });
    expect(values).toEqual([0, 1, 2, 3, 2, 1, 0, 1, 2, 3]);
  });
  it('has amplitudes from 1 to 4095', () => {
    const tops = Array.from({ length: 16 }, (_, mamp) => {
      const h = started(EN | TEN | SOFTWARE | (3 << 6) | (mamp << 8));
      let top = 0;
      for (let i = 0; i < 4100; i++) {
        software(h);
        top = Math.max(top, h.read(DOR1));
      }
      return top;
    });
    expect(tops).toEqual([1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 4095, 4095, 4095, 4095, 4095]);
  });
});

describe('DMA (14.3.9)', () => {
  it('asks at each external trigger, until it is served', () => {
    const h = started(EN | TEN | DMAEN);
    expect(h.signal('ch1Dma').level).toBe(0);
    pulse(h, 'trigger0');
    expect(h.signal('ch1Dma').level).toBe(1);
    h.write(DHR12R1, 9);
    pulse(h, 'ch1Dma.ack');
    expect(h.signal('ch1Dma').level).toBe(0);
    expect(h.read(SR)).toBe(0);
  });
  it('does not ask at software triggers', () => {
    const h = started(EN | TEN | SOFTWARE | DMAEN);
    software(h);
    expect(h.signal('ch1Dma').level).toBe(0);
  });
  it('flags an underrun, converts old data, and asks again when DMAUDR is cleared', () => {
    const h = started((EN | TEN | DMAEN | DMAUDRIE) << 16);
    h.write(DHR12R2, 3);
    pulse(h, 'trigger0');
    pulse(h, 'trigger0');
    expect([h.read(SR), h.signal('irq').level, h.signal('ch2Dma').level]).toEqual([DMAUDR << 16, 1, 0]);
    pulse(h, 'trigger0');
    h.run(3);
    expect([h.read(DOR2), h.signal('ch2Dma').level]).toEqual([3, 0]);
    h.write(SR, DMAUDR << 16);
    expect([h.read(SR), h.signal('irq').level]).toEqual([0, 0]);
    pulse(h, 'trigger0');
    expect(h.signal('ch2Dma').level).toBe(1);
  });
});

it('keeps no state outside', () => {
  const escaped = checkDeviceState(dac(), (h) => {
    h.write(CR, EN | TEN | NOISE | DMAEN | (5 << 8) | ((EN | TEN | TRIANGLE | (3 << 8)) << 16));
    h.write(DHR12RD, 0x0100_0200);
    for (let i = 0; i < 7; i++) {
      pulse(h as Harness, 'trigger0');
      h.run(5);
    }
    return [h.read(DOR1), h.read(DOR2), h.handle.samples(1)];
  });
  expect(escaped).toBeUndefined();
});
