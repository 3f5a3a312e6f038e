import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { checkDeviceState } from '../../device-state-check.js';
import { type PwrOptions, pwr } from './pwr.js';
import { PVD_LEVELS } from './pwr-supply.js';

const [CR, CSR] = [0x00, 0x04] as const;
const [LPDS, PDDS, CWUF, CSBF, PVDE, DBP, FPDS, VOS] = [1, 2, 4, 8, 0x10, 0x100, 0x200, 0x4000] as const;
const [WUF, SBF, PVDO, BRR, EWUP, BRE] = [1, 2, 4, 8, 0x100, 0x200] as const;
const [NO, STOP, STANDBY, SUPPLY] = [0, 1, 2, 4] as const;

const OPTIONS = { name: 'pwr', cpu: 1_000_000_000 };
const make = (options: PwrOptions = {}) => new DeviceHarness(pwr(options), OPTIONS);
type Harness = ReturnType<typeof make>;
const flags = (h: Harness) => h.read(CSR) & (WUF | SBF);

describe('Stop mode (RM0090 5.3.4)', () => {
  it.each([
    // DS8626 table 24
    ['main regulator', 0, 13_000],
    ['low-power regulator', LPDS, 17_000],
    ['low-power regulator, flash in deep power-down', LPDS | FPDS, 110_000],
  ])('stops the clocks, and starts them as late as the data sheet says: %s', (_name, bits, ns) => {
    const h = make();
    h.write(CR, VOS | bits);
    h.signal('sleepDeep').set(1);
    expect([h.signal('off').level, h.handle.mode]).toEqual([STOP, 'stop']);
    h.run(1_000_000);
    expect(h.signal('off').level).toBe(STOP);
    h.signal('sleepDeep').set(0);
    h.run(ns - 1);
    expect(h.signal('off').level).toBe(STOP);
    h.run(1);
    expect([h.signal('off').level, h.handle.mode]).toEqual([NO, 'run']);
  });

  it('waits for a flash operation, and resets where the option byte says so', () => {
    const h = make();
    h.signal('flashAccess').set(1);
    h.signal('sleepDeep').set(1);
    expect(h.signal('off').level).toBe(NO);
    h.signal('flashAccess').set(0);
    expect(h.signal('off').level).toBe(STOP);
    const other = make();
    other.signal('resetOnStop').set(1);
    other.signal('sleepDeep').set(1);
    expect([other.resets, other.signal('off').level]).toEqual([['low-power'], NO]);
  });
});

it('does not enter Stop mode with something pending (table 28)', () => {
  for (const wire of ['extiPending', 'wakeTimer']) {
    const h = make();
    const resumed: number[] = [];
    h.signal('resume').listen((level) => resumed.push(level));
    h.signal(wire).set(1);
    h.signal('sleepDeep').set(1);
    expect([h.signal('off').level, resumed]).toEqual([NO, [1, 0]]);
    expect(h.problems).toMatchObject([{ rule: 'sequence' }]);
  }
});

describe('Standby mode (RM0090 5.3.6)', () => {
  const enter = (h: Harness): void => {
    h.write(CR, VOS | PDDS);
    h.signal('sleepDeep').set(1);
  };

  it('loses RAM, lets go of the pins, and ends by the WKUP pin with a reset', () => {
    const h = make();
    h.write(CSR, EWUP);
    expect(h.net('PA0').level).toBe('low');
    expect(h.signal('wkup').level).toBe(1);
    enter(h);
    expect([h.signal('off').level, h.signal('pinsOff').level, h.lostRam, h.handle.mode]).toEqual([
      ...[STANDBY, 0xffff, 1, 'standby'],
    ]);
    h.net('PA0').driver('test').set('high');
    h.run(375_000 - 1);
    expect(h.resets).toEqual([]);
    h.run(1);
    expect(h.resets).toEqual(['standby']);
    h.instance.reset('power-on', 'standby');
    expect([flags(h), h.read(CSR) & EWUP, h.read(CR)]).toEqual([WUF | SBF, EWUP, VOS]);
    expect([h.signal('off').level, h.signal('pinsOff').level]).toEqual([NO, 0]);
    h.write(CR, VOS | CWUF);
    expect(flags(h)).toBe(SBF);
    h.write(CR, VOS | CSBF);
    expect(flags(h)).toBe(0);
  });

  it('resets instead where the option byte nRST_STDBY says so', () => {
    const h = make();
    h.signal('resetOnStandby').set(1);
    enter(h);
    expect([h.resets, h.signal('off').level, flags(h), h.lostRam]).toEqual([['low-power'], NO, 0, 0]);
  });

  it.each(['wakeAlarm', 'wakeTimer', 'wakeTamper'])('ends by %s', (wire) => {
    const h = make();
    enter(h);
    h.signal(wire).set(1);
    h.run(375_000);
    expect([h.resets, flags(h)]).toEqual([['standby'], WUF | SBF]);
  });

  it('ends at once if WUF is set as it begins', () => {
    const h = make();
    h.signal('wakeTimer').set(1);
    expect(flags(h)).toBe(WUF);
    enter(h);
    h.run(375_000);
    expect(h.resets).toEqual(['standby']);
  });

  it('does not see an edge of a wire that is high already (5.3.7)', () => {
    const h = make();
    h.signal('wakeTimer').set(1);
    h.write(CR, VOS | CWUF);
    enter(h);
    h.run(10_000_000);
    expect(h.resets).toEqual([]);
    h.signal('wakeTimer').set(0);
    h.signal('wakeTimer').set(1);
    h.run(375_000);
    expect(h.resets).toEqual(['standby']);
  });

  it('sees WKUP high as EWUP is set, and a rising edge in Run mode', () => {
    const h = make();
    const pin = h.net('PA0').driver('test');
    pin.set('high');
    expect(flags(h)).toBe(0);
    h.write(CSR, EWUP);
    expect(flags(h)).toBe(WUF);
    h.write(CR, VOS | CWUF);
    pin.set('low');
    expect(flags(h)).toBe(0);
    pin.set('high');
    expect(flags(h)).toBe(WUF);
  });

  it('ends by another reset, too; SBF tells of it', () => {
    const h = make();
    enter(h);
    h.instance.reset('system', 'pin');
    expect(h.signal('off').level).toBe(STANDBY);
    h.run(375_000);
    expect([h.signal('off').level, flags(h)]).toEqual([NO, SBF]);
  });
});

describe('supply (5.2)', () => {
  it.each(PVD_LEVELS.map(({ rising, falling }, pls) => [pls, rising, falling]))(
    'PVD with PLS %i: rising %f V, falling %f V',
    (pls, rising, falling) => {
      const h = make();
      h.write(CR, VOS | PVDE | (pls << 5));
      const at = (volts: number): number => {
        h.handle.setVdd(volts);
        expect(h.signal('pvd').level * PVDO).toBe(h.read(CSR) & PVDO);
        return h.signal('pvd').level;
      };
      expect([at(falling + 0.001), at(falling - 0.001), at(rising - 0.001), at(rising)]).toEqual([0, 1, 1, 0]);
    },
  );

  it('shows nothing while the detector is off', () => {
    const h = make();
    h.write(CR, VOS | (7 << 5));
    h.handle.setVdd(2);
    expect(h.read(CSR) & PVDO).toBe(0);
    h.write(CR, VOS | PVDE | (7 << 5));
    expect(h.read(CSR) & PVDO).toBe(PVDO);
  });

  it('holds the chip in reset below the brown-out level, and 1.5 ms longer', () => {
    const h = make();
    h.signal('borLevel').set(3);
    h.handle.setVdd(2.82);
    expect([h.resets, h.signal('off').level]).toEqual([['brown-out'], SUPPLY]);
    h.instance.reset('power-on', 'brown-out');
    expect(h.signal('off').level).toBe(SUPPLY);
    h.handle.setVdd(2.9);
    h.run(5_000_000);
    expect(h.signal('off').level).toBe(SUPPLY);
    h.handle.setVdd(2.92);
    h.run(1_499_999);
    expect(h.signal('off').level).toBe(SUPPLY);
    h.run(1);
    expect(h.signal('off').level).toBe(NO);
    expect(h.handle.vdd).toBe(2.92);
  });

  it('resets by power-down below 1.68 V, by power-on from 1.72 V', () => {
    const h = make();
    h.handle.setVdd(1.69);
    expect(h.resets).toEqual([]);
    h.handle.setVdd(0);
    expect(h.resets).toEqual(['power-on']);
    h.instance.reset('power-on', 'power-on');
    h.handle.setVdd(1.72);
    h.run(1_500_000);
    expect(h.signal('off').level).toBe(NO);
  });

  it('takes volts only', () => {
    expect(() => make().handle.setVdd(33)).toThrow('VDD cannot be 33 V');
  });
});

it('BRE is protected by DBP, ready after a while, and kept by a battery', () => {
  const h = make({ vbat: 3 });
  h.write(CSR, BRE);
  expect([h.read(CSR) & BRE, h.problems.length]).toEqual([0, 1]);
  h.write(CR, VOS | DBP);
  h.write(CSR, BRE);
  expect(h.read(CSR) & (BRE | BRR)).toBe(BRE);
  h.run(40_000);
  expect(h.read(CSR) & (BRE | BRR)).toBe(BRE | BRR);
  h.instance.reset('system', 'software');
  h.instance.reset('power-on', 'power-on');
  expect([h.read(CSR) & (BRE | BRR), h.signal('backupRegulator').level]).toEqual([BRE | BRR, 1]);
  h.handle.setVbat(0);
  h.instance.reset('power-on', 'power-on');
  expect(h.read(CSR) & (BRE | BRR)).toBe(0);
});

it('holds no state that a snapshot misses', () => {
  const scenario = (h: Harness) => {
    h.write(CR, VOS | LPDS | PVDE);
    h.signal('sleepDeep').set(1);
    h.run(1_000);
    h.signal('sleepDeep').set(0);
    h.handle.setVdd(2);
    h.run(10_000);
    return h.handle.mode;
  };
  expect(checkDeviceState(pwr(), scenario as never, OPTIONS)).toBeUndefined();
});
