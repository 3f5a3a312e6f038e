import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { adc, adc1 } from './adc.js';
import { adcCommon } from './adc-common.js';

/** RM0090 chapter 13. CPU and PCLK2 at 16 MHz: an ADCCLK cycle (ADCPRE = 00) is two ticks. */
const [SR, CR1, CR2, SMPR1, SMPR2, JOFR1, HTR, LTR] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x24, 0x28];
const [SQR1, SQR2, SQR3, JSQR, JDR1, JDR2, DR] = [0x2c, 0x30, 0x34, 0x38, 0x3c, 0x40, 0x4c];
const [AWD, EOC, JEOC, JSTRT, STRT, OVR] = [1, 2, 4, 8, 16, 32];
const [ADON, CONT, DMA, DDS, EOCS, ALIGN, JSWSTART, SWSTART] = [
  1,
  2,
  1 << 8,
  1 << 9,
  1 << 10,
  1 << 11,
  1 << 22,
  2 ** 30,
];
const [SCAN, JAUTO, DISCEN, JDISCEN] = [1 << 8, 1 << 10, 1 << 11, 1 << 12];
const CYCLE = 2;

/** On and stable, channels 0 to 3 at given volts in analog mode. */
function started(volts: readonly number[] = [1.65, 0, 3.3, 1]) {
  const h = new DeviceHarness(adc1(), { name: 'adc1' });
  for (const [channel, value] of volts.entries()) {
    const net = h.net(`PA${channel}`);
    net.analog = true;
    net.externalVoltage.set(value);
  }
  h.write(CR2, ADON);
  h.run(100);
  return h;
}
type Harness = ReturnType<typeof started>;
const set = (h: Harness, offset: number, bits: number) => h.write(offset, h.read(offset) | bits);
/** Ticks until `flag` is set. */
function ticksUntil(h: Harness, flag: number, limit = 20_000): number {
  for (let ticks = 0; ticks < limit; ticks++) {
    if (h.handle.SR.value & flag) return ticks;
    h.run(1);
  }
  throw new Error(`flag ${flag} did not come`);
}

describe('timing', () => {
  const samplings = [3, 15, 28, 56, 84, 112, 144, 480];
  const bits = [12, 10, 8, 6];
  const prescalers = [2, 4, 6, 8];

  it('takes sampling time plus a cycle a bit, for every setting (13.5, 13.7)', () => {
    for (const [smp, sampling] of samplings.entries()) {
      for (const [res, resolution] of bits.entries()) {
        for (const [pre, prescaler] of prescalers.entries()) {
          const h = started();
          h.signal('ccr').set(pre << 16);
          h.write(SMPR2, smp);
          h.write(CR1, res << 24);
          set(h, CR2, SWSTART);
          expect(ticksUntil(h, EOC)).toBe((sampling + resolution) * prescaler);
        }
      }
    }
  });

  it('takes SMPR1 for channels from 10 on', () => {
    const h = started();
    h.net('PC0').analog = true;
    h.write(SQR3, 10);
    h.write(SMPR1, 7);
    set(h, CR2, SWSTART);
    expect(ticksUntil(h, EOC)).toBe((480 + 12) * CYCLE);
  });

  it('converts without gap in continuous mode (13.3.5)', () => {
    const h = started();
    set(h, CR2, CONT);
    set(h, CR2, SWSTART);
    expect(ticksUntil(h, EOC)).toBe(30);
    h.read(DR);
    expect(ticksUntil(h, EOC)).toBe(30);
    h.run(3000 - 60);
    h.read(DR);
    expect(ticksUntil(h, EOC)).toBe(30);
  });

  it('samples at the end of the sampling time', () => {
    const h = started();
    h.write(SMPR2, 7);
    set(h, CR2, SWSTART);
    h.run(480 * CYCLE - 1);
    h.net('PA0').externalVoltage.set(3.3);
    h.run(1);
    h.net('PA0').externalVoltage.set(0);
    h.run(12 * CYCLE);
    expect(h.read(DR)).toBe(4095);
  });

  it('follows a function of machine time', () => {
    const h = started();
    // a ramp of 1 V a microsecond
    h.net('PA0').externalVoltage.set((seconds) => (seconds - 100 / 16e6) * 1e6);
    set(h, CR2, SWSTART);
    ticksUntil(h, EOC);
    // 3 cycles of 8 MHz: 0.375 µs
    expect(h.read(DR)).toBe(Math.round((0.375 / 3.3) * 4095));
  });
});

describe('single conversions', () => {
  it('sets STRT at the start, EOC at the end, and reading DR clears EOC (13.13.1)', () => {
    const h = started();
    set(h, CR2, SWSTART);
    expect(h.read(CR2)).toBe(ADON); // SWSTART is cleared as soon as the conversion starts
    expect(h.read(SR)).toBe(STRT);
    h.run(29);
    expect(h.read(SR)).toBe(STRT);
    h.run(1);
    expect(h.read(SR)).toBe(STRT | EOC);
    expect(h.read(DR)).toBe(2048);
    expect(h.read(SR)).toBe(STRT);
    h.write(SR, ~STRT);
    expect(h.read(SR)).toBe(0);
    expect(h.problems).toEqual([]);
    h.run(1000);
    expect(h.read(SR)).toBe(0);
  });

  it('gives the codes of the resolutions, right and left aligned (13.4)', () => {
    const results = [0, 1, 2, 3].flatMap((res) => {
      const h = started([3.3]);
      h.write(CR1, res << 24);
      set(h, CR2, SWSTART);
      h.run(60);
      const right = h.read(DR);
      set(h, CR2, ALIGN);
      set(h, CR2, SWSTART);
      h.run(60);
      return [right, h.read(DR)];
    });
    expect(results).toEqual([0xfff, 0xfff0, 0x3ff, 0xffc0, 0xff, 0xff00, 0x3f, 0xfc]);
  });

  it('launches nothing without ADON, and says so', () => {
    const h = new DeviceHarness(adc1(), { name: 'adc1' });
    h.write(CR2, SWSTART | ADON);
    h.run(1000);
    expect(h.read(SR)).toBe(0);
    expect(h.problems.map(({ rule }) => rule)).toEqual(['sequence']);
  });

  it('stops at once when ADON is cleared (13.3.1)', () => {
    const h = started();
    set(h, CR2, SWSTART);
    h.run(10);
    h.write(CR2, 0);
    h.run(1000);
    expect(h.read(SR)).toBe(STRT);
  });

  it('converts the first rank only without SCAN', () => {
    const h = started();
    h.write(SQR1, 2 << 20);
    h.write(SQR3, 2 | (1 << 5) | (3 << 10));
    set(h, CR2, SWSTART);
    h.run(30);
    expect(h.read(DR)).toBe(4095);
    h.run(500);
    expect(h.read(SR) & EOC).toBe(0);
  });
});

describe('scan mode', () => {
  function scanning(length = 3) {
    const h = started();
    h.write(CR1, SCAN);
    h.write(SQR1, (length - 1) << 20);
    h.write(SQR3, 2 | (0 << 5) | (3 << 10));
    return h;
  }

  it('sets EOC behind the last conversion (EOCS = 0, 13.3.8)', () => {
    const h = scanning();
    set(h, CR2, SWSTART);
    expect(ticksUntil(h, EOC)).toBe(90);
    expect(h.read(DR)).toBe(Math.round(4095 / 3.3));
    expect(h.read(SR)).toBe(STRT);
  });

  it('sets EOC behind each conversion with EOCS', () => {
    const h = scanning();
    set(h, CR2, EOCS);
    set(h, CR2, SWSTART);
    const results = [0, 1, 2].map(() => [ticksUntil(h, EOC), h.read(DR)]);
    expect(results).toEqual([
      [30, 4095],
      [30, 2048],
      [30, 1241],
    ]);
  });

  it('finds all sixteen ranks in SQR3, SQR2 and SQR1', () => {
    const h = started([0, 1.65]);
    h.write(CR1, SCAN);
    for (let rank = 1; rank <= 16; rank++) {
      const at = (rank - 1) % 6;
      for (const register of [SQR1, SQR2, SQR3]) h.write(register, register === SQR1 ? 15 << 20 : 0);
      const register = rank <= 6 ? SQR3 : rank <= 12 ? SQR2 : SQR1;
      set(h, register, 1 << (at * 5));
      set(h, CR2, EOCS);
      set(h, CR2, SWSTART);
      const codes = Array.from({ length: 16 }, () => {
        ticksUntil(h, EOC);
        return h.read(DR);
      });
      expect(codes.indexOf(2048)).toBe(rank - 1);
      expect(codes.filter((code) => code !== 0)).toHaveLength(1);
    }
  });

  it('starts anew when the sequence changes during a conversion (13.3.3)', () => {
    const h = scanning();
    set(h, CR2, EOCS);
    set(h, CR2, SWSTART);
    h.run(20);
    h.write(SQR3, 3);
    expect(ticksUntil(h, EOC)).toBe(30);
    expect(h.read(DR)).toBe(1241);
  });

  it('goes round with CONT', () => {
    const h = scanning(2);
    set(h, CR2, CONT);
    set(h, CR2, SWSTART);
    expect([ticksUntil(h, EOC), h.read(DR), ticksUntil(h, EOC), h.read(DR)]).toEqual([60, 2048, 60, 2048]);
  });
});

describe('discontinuous mode (13.3.10)', () => {
  it('converts n channels a trigger and EOC comes behind the last', () => {
    const h = started();
    h.write(CR1, SCAN | DISCEN | (1 << 13)); // n = 2
    h.write(SQR1, 2 << 20);
    h.write(SQR3, 2 | (0 << 5) | (3 << 10));
    set(h, CR2, SWSTART);
    h.run(1000);
    expect(h.read(SR)).toBe(STRT);
    expect(h.handle.DR.value).toBe(2048);
    set(h, CR2, SWSTART);
    expect(ticksUntil(h, EOC)).toBe(30);
    expect(h.read(DR)).toBe(1241);
    // no roll-over: the next trigger begins with the first channel
    set(h, CR2, SWSTART);
    h.run(30);
    expect(h.handle.DR.value).toBe(4095);
  });

  it('converts injected channels one by one with JDISCEN', () => {
    const h = started();
    h.write(CR1, SCAN | JDISCEN);
    h.write(JSQR, (1 << 20) | (2 << 10) | (0 << 15));
    set(h, CR2, JSWSTART);
    h.run(100);
    expect([h.read(SR), h.read(JDR1), h.read(JDR2)]).toEqual([JSTRT, 4095, 0]);
    set(h, CR2, JSWSTART);
    h.run(30);
    expect([h.read(SR), h.read(JDR2)]).toEqual([JSTRT | JEOC, 2048]);
  });
});

describe('injected group (13.3.9)', () => {
  it('ends at JSQ4, subtracts offsets and extends the sign', () => {
    const h = started();
    h.write(CR1, SCAN);
    h.write(JSQR, (1 << 20) | (0 << 10) | (1 << 15));
    h.write(JOFR1, 48);
    h.write(JOFR1 + 4, 5);
    set(h, CR2, JSWSTART);
    expect(ticksUntil(h, JEOC)).toBe(60);
    expect([h.read(JDR1), h.read(JDR2)]).toEqual([2000, 0xfffb]);
    set(h, CR2, ALIGN);
    set(h, CR2, JSWSTART);
    h.run(60);
    expect([h.read(JDR1), h.read(JDR2)]).toEqual([2000 << 3, (-5 << 3) & 0xffff]);
    expect(h.read(SR) & (EOC | STRT)).toBe(0);
  });

  it('resets a regular conversion, which is made anew behind it', () => {
    const h = started();
    h.write(CR1, SCAN);
    h.write(SQR1, 1 << 20);
    h.write(SQR3, 2 | (3 << 5));
    set(h, CR2, EOCS);
    set(h, CR2, SWSTART);
    h.run(30);
    expect(h.read(DR)).toBe(4095);
    h.run(20);
    set(h, CR2, JSWSTART);
    expect(ticksUntil(h, JEOC)).toBe(30);
    expect(h.read(JDR1)).toBe(2048);
    expect(ticksUntil(h, EOC)).toBe(30);
    expect(h.read(DR)).toBe(1241);
  });

  it('lets a regular trigger wait for its end', () => {
    const h = started();
    set(h, CR2, JSWSTART);
    h.run(10);
    set(h, CR2, SWSTART);
    expect(h.read(SR)).toBe(JSTRT | STRT);
    expect(ticksUntil(h, EOC)).toBe(50);
  });

  it('follows the regular group by itself with JAUTO, round and round with CONT', () => {
    const h = started();
    h.write(CR1, JAUTO);
    h.write(JSQR, 2 << 15);
    set(h, CR2, CONT);
    set(h, CR2, SWSTART);
    expect(ticksUntil(h, EOC)).toBe(30);
    expect(h.read(SR) & JSTRT).toBe(JSTRT);
    h.read(DR);
    expect(ticksUntil(h, JEOC)).toBe(30);
    expect(h.read(JDR1)).toBe(4095);
    expect(ticksUntil(h, EOC)).toBe(30);
  });
});

describe('overrun (13.8)', () => {
  it('is not detected without DMA and with EOC at the end of the sequence', () => {
    const h = started();
    set(h, CR2, CONT);
    set(h, CR2, SWSTART);
    h.run(1000);
    expect(h.read(SR)).toBe(STRT | EOC);
  });

  it('keeps the unread result, ends regular conversions, and goes on when OVR is cleared', () => {
    const h = started();
    set(h, CR2, CONT | EOCS);
    set(h, CR2, SWSTART);
    h.run(35);
    h.net('PA0').externalVoltage.set(0);
    expect(ticksUntil(h, OVR)).toBe(25);
    set(h, CR2, SWSTART);
    h.run(200);
    expect(h.read(DR)).toBe(2048);
    h.write(SR, 0);
    set(h, CR2, SWSTART);
    h.run(30);
    expect([h.read(SR), h.read(DR)]).toEqual([STRT | EOC, 0]);
  });

  it('leaves the injected group alone', () => {
    const h = started();
    set(h, CR2, CONT | EOCS);
    set(h, CR2, SWSTART);
    h.run(100);
    expect(h.read(SR) & OVR).toBe(OVR);
    set(h, CR2, JSWSTART);
    expect(ticksUntil(h, JEOC)).toBe(30);
  });
});

describe('DMA (13.8.1)', () => {
  const acknowledge = (h: Harness, level: number) => {
    h.signal('dataDma.ack').set(level);
    h.signal('dataDma.ack').set(0);
  };

  it('asks for each result until DR is read', () => {
    const h = started();
    set(h, CR2, CONT | DMA | DDS);
    set(h, CR2, SWSTART);
    h.run(29);
    expect(h.signal('dataDma').level).toBe(0);
    h.run(1);
    expect(h.signal('dataDma').level).toBe(1);
    h.read(DR);
    expect(h.signal('dataDma').level).toBe(0);
    acknowledge(h, 3);
    h.run(30);
    expect(h.signal('dataDma').level).toBe(1);
  });

  it('asks no more behind the last transfer without DDS, until DMA is cleared and set', () => {
    const h = started();
    set(h, CR2, CONT | DMA);
    set(h, CR2, SWSTART);
    h.run(30);
    h.read(DR);
    acknowledge(h, 3);
    h.run(300);
    expect([h.signal('dataDma').level, h.read(SR) & OVR]).toEqual([0, 0]);
    h.write(CR2, h.read(CR2) & ~DMA);
    set(h, CR2, DMA);
    h.run(30);
    expect(h.signal('dataDma').level).toBe(1);
  });

  it('blocks requests with an overrun', () => {
    const h = started();
    set(h, CR2, CONT | DMA | DDS);
    set(h, CR2, SWSTART);
    h.run(60);
    expect([h.signal('dataDma').level, h.read(SR) & OVR]).toEqual([0, OVR]);
  });
});

describe('analog watchdog (13.3.7)', () => {
  function watched(cr1: number, low: number, high: number, channel = 0) {
    const h = started();
    h.write(LTR, low);
    h.write(HTR, high);
    h.write(CR1, cr1);
    h.write(SQR3, channel);
    h.write(JSQR, channel << 15);
    set(h, CR2, SWSTART);
    h.run(30);
    set(h, CR2, JSWSTART);
    h.run(30);
    return h.read(SR) & AWD;
  }
  const [AWDEN, JAWDEN, AWDSGL] = [1 << 23, 1 << 22, 1 << 9];

  it('guards above HTR and below LTR, thresholds included in the window', () => {
    expect(watched(AWDEN, 0, 2048)).toBe(0);
    expect(watched(AWDEN, 0, 2047)).toBe(AWD);
    expect(watched(AWDEN, 2048, 4095)).toBe(0);
    expect(watched(AWDEN, 2049, 4095)).toBe(AWD);
    expect(watched(0, 2049, 4095)).toBe(0);
  });
  it('guards the injected group, and a single channel', () => {
    expect(watched(JAWDEN, 0, 2047)).toBe(AWD);
    expect(watched(AWDEN | AWDSGL | 1, 0, 2047)).toBe(0);
    expect(watched(AWDEN | AWDSGL, 0, 2047)).toBe(AWD);
  });
  it.each([1, 2, 3])('compares on the scale of 12 bits with RES = %i', (res) => {
    const bits = 12 - 2 * res;
    // Half the scale: 1 followed by zeros, as the thresholds have it.
    const half = 1 << 11;
    expect(watched(AWDEN | (res << 24), half, half)).toBe(0);
    expect(watched(AWDEN | (res << 24), 0, half - 1)).toBe(AWD);
    expect(watched(AWDEN | (res << 24), 0, 1 << (bits - 1))).toBe(AWD);
  });
  it('compares before alignment', () => {
    const h = started();
    h.write(HTR, 2048);
    h.write(CR1, AWDEN);
    set(h, CR2, ALIGN);
    set(h, CR2, SWSTART);
    h.run(30);
    expect(h.read(SR) & AWD).toBe(0);
  });
});

describe('interrupts (13.12)', () => {
  it('has an enable bit for each flag', () => {
    const h = started();
    for (const [flag, enable] of [
      [EOC, 5],
      [AWD, 6],
      [JEOC, 7],
      [OVR, 26],
    ] as const) {
      h.handle.SR.value = flag;
      h.write(CR1, 0);
      expect(h.signal('irq').level).toBe(0);
      h.write(CR1, 2 ** enable);
      expect(h.signal('irq').level).toBe(1);
      h.write(SR, 0);
      expect(h.signal('irq').level).toBe(0);
    }
  });
});

describe('external triggers (13.6)', () => {
  const [RISING, FALLING] = [1, 2];
  const edge = (h: Harness, group: 'regular' | 'injected', source: number, which: number) => {
    h.signal(`${group}Edge`).set((source << 2) | which);
    h.signal(`${group}Edge`).set(0);
  };

  it('starts the regular group at the edges EXTEN names, of the source EXTSEL names', () => {
    for (let source = 0; source < 16; source++) {
      const h = started();
      set(h, CR2, (1 << 28) | (source << 24));
      for (let other = 0; other < 16; other++) if (other !== source) edge(h, 'regular', other, RISING);
      edge(h, 'injected', source, RISING);
      expect(h.read(SR)).toBe(0);
      edge(h, 'regular', source, RISING);
      expect(h.read(SR)).toBe(STRT);
    }
    for (const [edges, rises, falls] of [
      [0, 0, 0],
      [1, STRT, STRT],
      [2, 0, STRT],
      [3, STRT, STRT],
    ] as const) {
      const h = started();
      set(h, CR2, edges << 28);
      edge(h, 'regular', 0, RISING);
      expect(h.read(SR)).toBe(rises);
      edge(h, 'regular', 0, FALLING);
      expect(h.read(SR)).toBe(falls);
    }
  });

  it('starts the injected group by JEXTSEL, and ignores regular triggers while it converts', () => {
    const h = started();
    set(h, CR2, (1 << 20) | (5 << 16) | (1 << 28));
    edge(h, 'injected', 5, RISING);
    expect(h.read(SR)).toBe(JSTRT);
    h.run(30);
    edge(h, 'regular', 0, RISING);
    h.run(10);
    edge(h, 'regular', 0, RISING);
    expect(ticksUntil(h, EOC)).toBe(20);
    h.read(DR);
    h.run(100);
    expect(h.read(SR) & EOC).toBe(0);
  });

  it('come by the common registers, edge by edge', () => {
    const h = new DeviceHarness(adcCommon(), { name: 'adc_common' });
    const seen: number[] = [];
    h.signal('regularEdge').listen((level) => seen.push(level));
    h.signal('regular3').set(1);
    h.signal('regular3').set(0);
    h.signal('regular15').set(1);
    expect(seen).toEqual([(3 << 2) | RISING, 0, (3 << 2) | FALLING, 0, (15 << 2) | RISING, 0]);
  });
});

describe('internal channels (13.10, 13.11)', () => {
  const [TSVREFE, VBATE] = [1 << 23, 1 << 22];
  function convert(h: Harness, channel: number): number {
    h.write(SMPR1, 0x07ff_ffff);
    h.write(SQR3, channel);
    set(h, CR2, SWSTART);
    h.run((480 + 12) * CYCLE);
    return h.read(DR);
  }

  it('measures the temperature: 0.76 V at 25 °C and 2.5 mV more a degree', () => {
    const h = started();
    h.signal('ccr').set(TSVREFE);
    h.run(160);
    expect(convert(h, 16)).toBe(Math.round((0.76 / 3.3) * 4095));
    h.handle.temperature = 85;
    expect(convert(h, 16)).toBe(Math.round(((0.76 + 60 * 0.0025) / 3.3) * 4095));
    expect(h.problems).toEqual([]);
  });
  it('measures VREFINT and half the battery', () => {
    const h = started();
    h.signal('ccr').set(TSVREFE | VBATE);
    h.run(160);
    expect(convert(h, 17)).toBe(Math.round((1.21 / 3.3) * 4095));
    expect(convert(h, 18)).toBe(2048);
    h.net('VBAT').externalVoltage.set(2);
    expect(convert(h, 18)).toBe(Math.round(4095 / 3.3));
  });
  it('takes VREF+ from its option or pin', () => {
    const h = new DeviceHarness(adc1({ vref: 2.5 }), { name: 'adc1' });
    h.signal('ccr').set(TSVREFE);
    h.write(CR2, ADON);
    h.run(200);
    expect(convert(h, 17)).toBe(Math.round((1.21 / 2.5) * 4095));
    h.net('VREF+').externalVoltage.set(3);
    expect(convert(h, 17)).toBe(Math.round((1.21 / 3) * 4095));
  });
  it('is not connected without TSVREFE, nor to ADC2', () => {
    const h = started();
    expect(convert(h, 16)).toBe(0);
    expect(h.problems.map(({ what }) => what)).toEqual([
      'ADC1 converts channel 16 while ADC_CCR.TSVREFE is 0: it is not connected',
    ]);
    const second = new DeviceHarness(adc(2), { name: 'adc2' }) as unknown as Harness;
    second.signal('ccr').set(TSVREFE);
    second.write(CR2, ADON);
    second.run(200);
    expect(convert(second, 16)).toBe(0);
    expect(second.problems.map(({ what }) => what)).toEqual(['ADC2 has nothing on channel 16']);
  });
});

describe('misuse', () => {
  it('is told once each: too early, too fast, a pin that is not analog, a short sampling of the sensor', () => {
    const h = new DeviceHarness(adc1(), { name: 'adc1', cpu: 84_000_000 });
    h.write(CR2, ADON);
    h.write(CR2, ADON | SWSTART);
    h.run(1000);
    h.write(CR2, ADON | SWSTART);
    h.run(1000);
    h.signal('ccr').set((1 << 23) | (3 << 16));
    h.write(SQR3, 16);
    h.write(CR2, ADON | SWSTART);
    h.run(1000);
    h.write(CR2, ADON | SWSTART);
    h.run(1000);
    expect(h.problems.map(({ what }) => what)).toEqual([
      'ADC1 runs at 42 MHz: at VDDA = 3.3 V ADCCLK is 36 MHz at most',
      'ADC1 converts before it is stable',
      'ADC1 converts channel 0, but PA0 is not in analog mode',
      'ADC1 converts channel 16 before sensor and reference have started up',
      'ADC1 samples channel 16 for less than 10 µs',
    ]);
    expect(h.problems.map(({ rule }) => rule)).toEqual([
      'clock-limit',
      'accuracy',
      'pin-function',
      'accuracy',
      'accuracy',
    ]);
  });
});

const rising = (seconds: number): number => 1 + seconds;

it('runs at half the speed below 2.4 V of VDDA (DS8626 table 67)', () => {
  const problems = [2.4, 2.3].map((vdda) => {
    const h = new DeviceHarness(adc1({ vdda }), { name: 'adc1', cpu: 72_000_000 });
    h.net('PA0').analog = true;
    h.net('PA0').externalVoltage.set(1.2);
    h.write(CR2, ADON);
    h.run(300);
    h.write(CR2, ADON | SWSTART);
    h.run(100);
    return [h.read(DR), ...h.problems.map(({ rule }) => rule)];
  });
  expect(problems).toEqual([[Math.round(4095 / 2)], [Math.round((1.2 / 2.3) * 4095), 'clock-limit']]);
});

it('keeps no state outside', () => {
  const escaped = checkDeviceState(adc1(), (h) => {
    h.net('PA0').analog = true;
    h.net('PA0').externalVoltage.set(rising);
    h.write(CR2, ADON);
    h.run(100);
    h.write(CR1, SCAN | JAUTO | (1 << 5));
    h.write(SQR1, 3 << 20);
    h.write(CR2, ADON | CONT | DMA);
    h.write(CR2, ADON | CONT | DMA | SWSTART);
    h.run(77);
    h.handle.temperature = 30;
    return [h.read(SR), h.read(DR), h.read(SR)];
  });
  expect(escaped).toBeUndefined();
});
