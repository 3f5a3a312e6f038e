import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { checkDeviceState } from '../../device-state-check.js';
import { dbgmcu } from './dbgmcu.js';
import { exti } from './exti.js';
import { pwr } from './pwr.js';
import { signature } from './signature.js';
import { syscfg } from './syscfg.js';

describe('EXTI (RM0090 12.3)', () => {
  const [IMR, EMR, RTSR, FTSR, SWIER, PR] = [0, 4, 8, 0xc, 0x10, 0x14] as const;
  const make = () => new DeviceHarness(exti(), { name: 'exti' });

  it('pends a line on the selected edges only', () => {
    const h = make();
    h.write(RTSR, 1 << 0);
    h.write(FTSR, 1 << 1);
    h.signal('line0').set(1);
    h.signal('line1').set(1);
    expect(h.read(PR)).toBe(0b01);
    h.signal('line0').set(0);
    h.signal('line1').set(0);
    expect(h.read(PR)).toBe(0b11);
    h.write(PR, 0b01);
    expect(h.read(PR)).toBe(0b10);
  });

  it('raises the interrupt of unmasked lines; 5–9 and 10–15 share one', () => {
    const h = make();
    h.write(RTSR, 0xffff);
    h.write(IMR, (1 << 4) | (1 << 9) | (1 << 10));
    for (const line of [3, 4, 9, 10]) h.signal(`line${line}`).set(1);
    const active = () => ['EXTI3', 'EXTI4', 'EXTI9_5', 'EXTI15_10'].filter((name) => h.signal(name).level);
    expect(active()).toEqual(['EXTI4', 'EXTI9_5', 'EXTI15_10']);
    h.write(PR, 1 << 9);
    expect(active()).toEqual(['EXTI4', 'EXTI15_10']);
    h.write(IMR, 1 << 3);
    expect(active()).toEqual(['EXTI3']);
  });

  it('triggers by software where unmasked; clearing PR clears SWIER', () => {
    const h = make();
    h.write(SWIER, 1 << 2);
    expect(h.read(PR)).toBe(0);
    h.write(SWIER, 0);
    h.write(IMR, 1 << 2);
    h.write(SWIER, 1 << 2);
    expect([h.read(PR), h.read(SWIER), h.signal('EXTI2').level]).toEqual([4, 4, 1]);
    h.write(PR, 1 << 2);
    expect([h.read(PR), h.read(SWIER), h.signal('EXTI2').level]).toEqual([0, 0, 0]);
  });

  it('pulses the event wire for unmasked events', () => {
    const h = make();
    let pulses = 0;
    h.signal('event').listen((level) => {
      pulses += level;
    });
    h.write(RTSR, 0b11);
    h.write(EMR, 0b01);
    h.signal('line0').set(1);
    h.signal('line1').set(1);
    expect(pulses).toBe(1);
    // 12.2.3: the pending bit of a line that makes events only is not set
    expect(h.read(PR)).toBe(0b10);
  });

  it('tells that an unmasked line pends', () => {
    const h = make();
    h.write(RTSR, 0b11);
    h.signal('line0').set(1);
    expect(h.signal('pending').level).toBe(0);
    h.write(IMR, 0b01);
    expect(h.signal('pending').level).toBe(1);
    h.write(PR, 0b01);
    expect(h.signal('pending').level).toBe(0);
  });
});

describe('SYSCFG (RM0090 9.2)', () => {
  it('connects the selected port to each EXTI line', () => {
    const h = new DeviceHarness(syscfg(), { name: 'syscfg' });
    h.signal('PD5').set(1);
    h.signal('PA13').set(1);
    expect(h.signal('exti5').level).toBe(0);
    expect(h.signal('exti13').level).toBe(1);
    h.write(0x0c, 3 << 4);
    expect(h.signal('exti5').level).toBe(1);
    h.signal('PD5').set(0);
    expect(h.signal('exti5').level).toBe(0);
    h.write(0x14, 8 << 4);
    expect(h.signal('exti13').level).toBe(0);
    h.signal('PI13').set(1); // SYSCFG itself has an input for every choice
    expect(h.signal('exti13').level).toBe(1);
    h.write(0x14, 15 << 4);
    expect(h.signal('exti13').level).toBe(0);
  });

  it('says what lies at address 0, as the BOOT pins do after reset', () => {
    const h = new DeviceHarness(syscfg({ boot: 'sram' }), { name: 'syscfg' });
    expect([h.read(0), h.signal('memoryMode').level]).toEqual([3, 3]);
    h.write(0, 1);
    expect(h.signal('memoryMode').level).toBe(1);
    h.write(0, 2);
    expect(h.problems.map((problem) => problem.kind)).toEqual(['unmodelled']);
  });

  it('boots from flash with read protection of level 2, whatever the BOOT pins say (3.7.3)', () => {
    const h = new DeviceHarness(syscfg({ boot: 'sram' }), { name: 'syscfg' });
    expect(h.read(0)).toBe(3);
    h.signal('levelTwo').set(1);
    h.instance.reset('system', 'pin');
    expect([h.read(0), h.signal('memoryMode').level]).toEqual([0, 0]);
  });

  it('has a compensation cell', () => {
    const h = new DeviceHarness(syscfg(), { name: 'syscfg' });
    h.write(0x20, 1);
    expect(h.read(0x20)).toBe(0x101);
  });
});

describe('PWR (RM0090 5.4)', () => {
  it('opens the backup domain with DBP', () => {
    const h = new DeviceHarness(pwr(), { name: 'pwr' });
    expect(h.read(0)).toBe(0x4000);
    h.write(0, 0x4100);
    expect(h.signal('backupAccess').level).toBe(1);
  });

  it('shows VOSRDY once the regulator has settled', () => {
    const h = new DeviceHarness(pwr(), { name: 'pwr' });
    expect(h.read(4)).toBe(0);
    h.runNanoseconds(50_000);
    expect(h.read(4)).toBe(0x4000);
    h.write(0, 0x8000);
    expect(h.read(0)).toBe(0);
    expect(h.read(4)).toBe(0);
    h.runNanoseconds(50_000);
    expect(h.read(4)).toBe(0x4000);
    expect(h.problems).toEqual([]);
  });
});

it('DBGMCU names the part: STM32F405/407 (RM0090 38.6.1)', () => {
  const h = new DeviceHarness(dbgmcu());
  expect(h.read(0)).toBe(0x100f_6413);
});

it('DBGMCU keeps the freeze bits: without a debugger they do nothing (RM0090 38.16.4)', () => {
  const h = new DeviceHarness(dbgmcu());
  h.write(0x08, 0x06e0_1dff);
  h.write(0x0c, 0x0007_0003);
  h.write(0x04, 1);
  expect([h.read(0x08), h.read(0x0c), h.read(0x04)]).toEqual([0x06e0_1dff, 0x0007_0003, 1]);
  expect(h.problems).toEqual([]);
});

describe('electronic signature (RM0090 39)', () => {
  it('gives the unique id, and the size of flash as a half-word', () => {
    const h = new DeviceHarness(signature(512, [1, 0xdead_beef, 0xffff_ffff]));
    expect([h.read(0), h.read(4), h.read(8)]).toEqual([1, 0xdead_beef, 0xffff_ffff]);
    expect([h.read(0x12, 2), h.read(5, 1)]).toEqual([512, 0xbe]);
  });

  it('is the same for every part that is given none, and after a reset', () => {
    const ids = [new DeviceHarness(signature(1024)), new DeviceHarness(signature(1024))].map((h) => {
      h.instance.reset('system');
      return [h.read(0), h.read(4), h.read(8), h.read(0x10)];
    });
    expect(ids[0]).toEqual(ids[1]);
    expect(ids[0]![3]).toBe(0x0400_ffff);
    expect(checkDeviceState(signature(1024), (h) => h.read(4))).toBeUndefined();
  });
});
