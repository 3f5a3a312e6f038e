import { describe, expect, it } from 'vitest';
import { stm32f4Discovery } from '../../../src/boards/stm32f4-discovery.js';

/** Dual and triple mode, RM0090 13.9, on a whole chip at 16 MHz: an ADCCLK cycle is two cycles of the CPU. */
const [ADC1, ADC2, ADC3, COMMON] = [0x4001_2000, 0x4001_2100, 0x4001_2200, 0x4001_2300];
const [SR, CR1, CR2, SQR1, SQR3, JSQR, JDR1, DR] = [0x00, 0x04, 0x08, 0x2c, 0x34, 0x38, 0x3c, 0x4c];
const [CSR, CCR, CDR] = [COMMON, COMMON + 4, COMMON + 8];
const [EOC, JEOC, OVR] = [2, 4, 32];
const [ADON, CONT, JSWSTART, SWSTART, SCAN, JDISCEN] = [1, 2, 1 << 22, 2 ** 30, 1 << 8, 1 << 12];

/** All converters on and stable, PA0 to PA3 analog at 0, 1, 2 and 3 V; ADC n converts channel n. */
function chip(ccr = 0) {
  const machine = stm32f4Discovery.createMachine();
  const { bus } = machine;
  const read = (address: number) => bus.read(address, 4) >>> 0;
  const write = (address: number, value: number) => bus.write(address, 4, value);
  const set = (address: number, bits: number) => write(address, (read(address) | bits) >>> 0);
  const run = (cycles: number) => machine.runCycles(cycles);
  set(0x4002_3844, 7 << 8);
  set(0x4002_3830, 1);
  set(0x4002_0000, 0xff);
  machine.pinDriver('PA0').set('none');
  for (const pin of [0, 1, 2, 3]) machine.pin(`PA${pin}`).externalVoltage.set(pin);
  write(CCR, ccr);
  for (const [n, base] of [ADC1, ADC2, ADC3].entries()) {
    write(base + CR2, ADON);
    write(base + SQR3, n + 1);
    write(base + JSQR, (n + 1) << 15);
  }
  run(100);
  /** Cycles until all `bits` of a register are set. */
  const until = (address: number, bits: number) => {
    for (let cycles = 0; cycles < 10_000; cycles++) {
      const handle = address === CSR ? stm32f4Discovery.handlesOf(machine).adc_common.CSR.value : read(address);
      if ((handle & bits) === bits) return cycles;
      run(1);
    }
    throw new Error('the flags did not come');
  };
  const what = () => machine.guestErrors.map((problem) => problem.what);
  const dma = () => machine.assembly.signals.get('adc_common.dataDma').level;
  return { machine, read, write, set, run, until, what, dma };
}
const volts = (value: number) => Math.round((value / 3.3) * 4095);
const [V1, V2, V3] = [volts(1), volts(2), volts(3)] as const;

describe('common registers', () => {
  it('shows the flags of all converters in CSR (13.13.15)', () => {
    const c = chip();
    c.set(ADC3 + CR2, SWSTART);
    expect(c.read(CSR)).toBe(0x10_0000);
    c.set(ADC1 + CR2, JSWSTART);
    c.run(30);
    expect(c.read(CSR)).toBe(0x12_000c);
    expect(c.what()).toEqual([]);
  });
  it('answers while any converter has its clock', () => {
    const c = chip();
    c.write(CCR, 1 << 16);
    c.write(0x4002_3844, 4 << 8);
    expect(c.read(CCR)).toBe(1 << 16);
    c.write(0x4002_3844, 0);
    expect(c.read(CCR)).toBe(0);
    c.write(CCR, 3 << 16);
    expect(c.what()).toEqual(['ADC_COMMON is used before the clock of any converter is enabled']);
    c.write(0x4002_3844, 1 << 8);
    expect(c.read(CCR)).toBe(1 << 16);
  });
  it('is reset with the converters by one bit', () => {
    const c = chip(6);
    c.write(0x4002_3824, 1 << 8);
    c.write(0x4002_3824, 0);
    expect([c.read(CCR), c.read(ADC1 + CR2), c.read(ADC2 + CR2), c.read(ADC3 + CR2)]).toEqual([0, 0, 0, 0]);
  });
  it('leaves converters independent with MULTI = 0', () => {
    const c = chip();
    c.set(ADC1 + CR2, SWSTART);
    c.run(100);
    expect(c.read(CSR)).toBe(0x12);
  });
});

describe('regular simultaneous mode (13.9.2)', () => {
  it('starts ADC2 with ADC1, and CDR holds both results', () => {
    const c = chip(6);
    c.set(ADC1 + CR2, SWSTART);
    expect(c.until(CSR, 0x202)).toBe(30);
    expect(c.read(CDR)).toBe(((V2 << 16) | V1) >>> 0);
    expect(c.read(CSR) & 0x0202).toBe(0);
  });
  it('starts all three in triple mode, and each again in continuous mode', () => {
    const c = chip(0x16);
    c.set(ADC1 + CR2, CONT);
    c.set(ADC1 + CR2, SWSTART);
    expect(c.until(CSR, 0x20202)).toBe(30);
    expect([c.read(ADC1 + DR), c.read(ADC2 + DR), c.read(ADC3 + DR)]).toEqual([V1, V2, V3]);
    expect(c.until(CSR, 0x20202)).toBe(30);
    for (const adc of [ADC1, ADC2, ADC3]) c.read(adc + DR);
    c.run(2970);
    for (const adc of [ADC1, ADC2, ADC3]) c.read(adc + DR);
    expect(c.until(CSR, 0x20202)).toBe(30);
  });
  it('scans both sequences', () => {
    const c = chip(6);
    for (const adc of [ADC1, ADC2]) {
      c.write(adc + CR1, SCAN);
      c.write(adc + SQR1, 1 << 20);
    }
    c.write(ADC1 + SQR3, 1 | (2 << 5));
    c.write(ADC2 + SQR3, 2 | (3 << 5));
    c.set(ADC1 + CR2, SWSTART);
    c.run(30);
    expect(c.read(CDR)).toBe(((V2 << 16) | V1) >>> 0);
    expect(c.until(CSR, 0x202)).toBe(30);
    expect(c.read(CDR)).toBe(((V3 << 16) | V2) >>> 0);
  });
});

describe('DMA modes (13.9)', () => {
  const fetch = (c: ReturnType<typeof chip>) => {
    expect(c.dma()).toBe(1);
    return c.read(CDR);
  };

  it('mode 1 gives results one by one', () => {
    const c = chip(0x16 | (1 << 13) | (1 << 14));
    c.set(ADC1 + CR2, SWSTART);
    c.run(29);
    expect(c.dma()).toBe(0);
    c.run(1);
    expect([fetch(c), fetch(c), fetch(c)]).toEqual([V1, V2, V3]);
    expect(c.dma()).toBe(0);
  });
  it('mode 2 gives them in pairs: ADC2 and ADC1', () => {
    const c = chip(0x06 | (1 << 13) | (2 << 14));
    c.set(ADC1 + CR2, SWSTART);
    c.run(30);
    expect(fetch(c)).toBe(((V2 << 16) | V1) >>> 0);
    expect(c.dma()).toBe(0);
  });
  it('mode 2 in triple mode: ADC2:ADC1, ADC1:ADC3, ADC3:ADC2', () => {
    const c = chip(0x16 | (1 << 13) | (2 << 14));
    const pair = (high: number, low: number) => ((high << 16) | low) >>> 0;
    c.set(ADC1 + CR2, SWSTART);
    c.run(30);
    expect(fetch(c)).toBe(pair(V2, V1));
    expect(c.dma()).toBe(0);
    c.set(ADC1 + CR2, SWSTART);
    c.run(30);
    expect([fetch(c), fetch(c)]).toEqual([pair(V1, V3), pair(V3, V2)]);
    expect(c.dma()).toBe(0);
    expect(c.read(CSR) & 0x202020).toBe(0);
  });
  it('mode 2 in triple interleaved mode, continuously: every fifth ADCCLK cycle a result', () => {
    const c = chip(0x17 | (1 << 13) | (2 << 14));
    const pair = (high: number, low: number) => ((high << 16) | low) >>> 0;
    for (const adc of [ADC1, ADC2, ADC3]) c.set(adc + CR2, CONT);
    c.set(ADC1 + CR2, SWSTART);
    const seen: number[] = [];
    const times: number[] = [];
    for (let cycles = 0; seen.length < 6; cycles++) {
      if (c.dma()) {
        seen.push(c.read(CDR));
        times.push(cycles);
      }
      c.run(1);
    }
    const round = [pair(V2, V1), pair(V1, V3), pair(V3, V2)];
    expect(seen).toEqual([...round, ...round]);
    expect(times).toEqual([40, 60, 80, 100, 120, 140]);
    expect(c.read(CSR) & 0x20_2020).toBe(0);
  });
  it('begins its order anew when ADC1 was off', () => {
    const c = chip(0x06 | (1 << 14));
    c.set(ADC1 + CR2, SWSTART);
    c.run(30);
    expect(c.read(CDR)).toBe(V1);
    for (const adc of [ADC1, ADC2]) c.write(adc + CR2, 0);
    expect(c.dma()).toBe(0);
    for (const adc of [ADC1, ADC2]) c.write(adc + CR2, ADON);
    c.run(100);
    c.set(ADC1 + CR2, SWSTART);
    c.run(30);
    expect([fetch(c), fetch(c)]).toEqual([V1, V2]);
  });
  it('mode 3 packs bytes', () => {
    const c = chip(0x06 | (1 << 13) | (3 << 14));
    for (const adc of [ADC1, ADC2]) c.write(adc + CR1, 2 << 24);
    c.set(ADC1 + CR2, SWSTART);
    c.run(30);
    expect(fetch(c)).toBe(((V2 >> 4) << 8) | (V1 >> 4));
  });
  it('detects overruns and stops asking', () => {
    const c = chip(0x06 | (1 << 13) | (2 << 14));
    c.set(ADC1 + CR2, CONT);
    c.set(ADC1 + CR2, SWSTART);
    c.run(59);
    expect(c.read(ADC1 + SR) & OVR).toBe(0);
    c.run(1);
    expect(c.read(ADC1 + SR) & OVR).toBe(OVR);
    expect(c.dma()).toBe(0);
  });
});

describe('interleaved mode (13.9.3)', () => {
  /** Cycles between ends of conversions: EOC of ADC1, ADC2, (ADC3), ADC1 … */
  function ends(c: ReturnType<typeof chip>, count: number, members: number) {
    const gaps: number[] = [];
    for (let i = 0; i < count; i++) {
      const adc = [ADC1, ADC2, ADC3][i % members]!;
      gaps.push(c.until(CSR, EOC << (8 * (i % members))));
      c.read(adc + DR);
    }
    return gaps;
  }

  it('spaces two converters by the delay', () => {
    const c = chip(0x07 | (3 << 8)); // 8 cycles
    for (const adc of [ADC1, ADC2]) c.set(adc + CR2, CONT);
    c.set(ADC1 + CR2, SWSTART);
    expect(ends(c, 6, 2)).toEqual([30, 16, 16, 16, 16, 16]);
  });
  it('spaces them by a delay longer than a conversion', () => {
    const c = chip(0x07 | (15 << 8)); // 20 cycles
    for (const adc of [ADC1, ADC2]) c.set(adc + CR2, CONT);
    c.set(ADC1 + CR2, SWSTART);
    expect(ends(c, 5, 2)).toEqual([30, 40, 40, 40, 40]);
  });
  it('spaces three by five cycles: a result each 5 of 15', () => {
    const c = chip(0x17);
    for (const adc of [ADC1, ADC2, ADC3]) c.set(adc + CR2, CONT);
    c.set(ADC1 + CR2, SWSTART);
    expect(ends(c, 9, 3)).toEqual([30, 10, 10, 10, 10, 10, 10, 10, 10]);
  });
  it('waits for the end of the other sampling', () => {
    const c = chip(0x07);
    for (const [i, adc] of [ADC1, ADC2].entries()) c.write(adc + 0x10, 1 << (3 * (i + 1))); // 15 cycles
    c.set(ADC1 + CR2, SWSTART);
    expect(ends(c, 2, 2)).toEqual([54, 34]); // 17 cycles
  });
  it('converts once a trigger without CONT', () => {
    const c = chip(0x07 | (3 << 8));
    c.set(ADC1 + CR2, SWSTART);
    expect(ends(c, 2, 2)).toEqual([30, 16]);
    c.run(1000);
    expect(c.read(CSR) & 0x202).toBe(0);
    c.set(ADC1 + CR2, SWSTART);
    expect(ends(c, 2, 2)).toEqual([30, 16]);
  });
});

describe('injected simultaneous mode (13.9.1)', () => {
  it('starts the injected groups of all', () => {
    const c = chip(0x15);
    c.set(ADC1 + CR2, JSWSTART);
    expect(c.until(CSR, 0x40404)).toBe(30);
    expect([c.read(ADC1 + JDR1), c.read(ADC2 + JDR1), c.read(ADC3 + JDR1)]).toEqual([V1, V2, V3]);
    c.set(ADC1 + CR2, SWSTART);
    c.run(100);
    expect(c.read(CSR) & 0x20202).toBe(EOC);
  });
});

describe('alternate trigger mode (13.9.4)', () => {
  const ended = (c: ReturnType<typeof chip>) => {
    c.set(ADC1 + CR2, JSWSTART);
    c.run(200);
    const flags = c.read(CSR) & 0x40404;
    for (const adc of [ADC1, ADC2, ADC3]) c.write(adc + SR, ~JEOC >>> 0);
    return flags;
  };
  it('gives the triggers to one converter after the other', () => {
    const c = chip(0x19);
    expect([ended(c), ended(c), ended(c), ended(c)]).toEqual([4, 4 << 8, 4 << 16, 4]);
    const dual = chip(0x09);
    expect([ended(dual), ended(dual), ended(dual)]).toEqual([4, 4 << 8, 4]);
  });
  it('converts channel by channel with JDISCEN', () => {
    const c = chip(0x09);
    for (const adc of [ADC1, ADC2]) {
      c.write(adc + CR1, SCAN | JDISCEN);
      c.write(adc + JSQR, (1 << 20) | (1 << 10) | (2 << 15));
    }
    expect([ended(c), ended(c), ended(c), ended(c)]).toEqual([0, 0, 4, 4 << 8]);
  });
});

describe('combined modes (13.9.5, 13.9.6)', () => {
  it('interrupts both regular groups with both injected ones', () => {
    const c = chip(0x01);
    c.set(ADC1 + CR2, SWSTART);
    c.run(20);
    c.set(ADC1 + CR2, JSWSTART);
    expect(c.until(CSR, 0x404)).toBe(30);
    expect(c.until(CSR, 0x202)).toBe(30);
  });
  it('stops both regular groups for each alternate trigger, and resumes them together', () => {
    const c = chip(0x02);
    c.set(ADC1 + CR2, SWSTART);
    c.run(20);
    c.set(ADC1 + CR2, JSWSTART);
    expect(c.until(CSR, 0x004)).toBe(30);
    c.run(20);
    expect(c.read(CSR) & 0x202).toBe(0);
    c.set(ADC1 + CR2, JSWSTART);
    expect(c.until(CSR, 0x404)).toBe(30);
    expect(c.until(CSR, 0x202)).toBe(30);
  });
  it('ignores triggers during an injected conversion that interrupts', () => {
    const c = chip(0x02);
    c.set(ADC1 + CR2, JSWSTART);
    c.run(10);
    c.set(ADC1 + CR2, JSWSTART);
    c.run(100);
    expect(c.read(CSR) & 0x404).toBe(4);
  });
});

it('reports a reserved MULTI', () => {
  const c = chip();
  c.write(CCR, 3);
  expect(c.what()).toEqual(['ADC_CCR.MULTI was set to a reserved value (3)']);
});

it('goes on the same way from a snapshot', () => {
  const c = chip(0x17);
  for (const adc of [ADC1, ADC2, ADC3]) c.set(adc + CR2, CONT);
  c.set(ADC1 + CR2, SWSTART);
  c.run(77);
  const middle = c.machine.snapshot();
  const goOn = () => {
    c.run(1234);
    return `${c.read(ADC3 + DR)} ${c.machine.hash()}`;
  };
  const first = goOn();
  c.machine.restore(middle);
  expect(goOn()).toBe(first);
});
