import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { sifiveAon } from './aon.js';

const [WDOGCFG, WDOGCOUNT, WDOGS, WDOGFEED, WDOGKEY, WDOGCMP] = [0x00, 0x08, 0x10, 0x18, 0x1c, 0x20];
const [RTCCFG, RTCLO, RTCHI, RTCS, RTCCMP] = [0x40, 0x48, 0x4c, 0x50, 0x60];
const [LFROSC, LFCLKMUX, BACKUP] = [0x70, 0x7c, 0x80];
const [PMUIE, PMUCAUSE, PMUSLEEP, PMUKEY] = [0x140, 0x144, 0x148, 0x14c];
const [KEY, FOOD] = [0x51f15e, 0xd09f00d];
const [RSTEN, ZEROCMP, ALWAYS, AWAKE, IP] = [1 << 8, 1 << 9, 1 << 12, 1 << 13, 1 << 28];

/** The CPU clock is the low-frequency clock here: a tick is a tick. */
const OPTIONS = { name: 'aon', cpu: 32_768, clocks: { lfclk: 32_768 }, clock: 'lfclk' } as const;

function aon() {
  const one = new DeviceHarness(sifiveAon({ lfclk: 'lfclk' }), OPTIONS);
  return Object.assign(one, {
    dog: (offset: number, value: number) => {
      one.write(WDOGKEY, KEY);
      one.write(offset, value);
    },
    pmu: (offset: number, value: number) => {
      one.write(PMUKEY, KEY);
      one.write(offset, value);
    },
  });
}

describe('FE310-G002 watchdog (manual, chapter 14)', () => {
  test('is locked: a write without the key has no effect, and the key is for one write', () => {
    const one = aon();
    one.write(WDOGCFG, ALWAYS);
    expect(one.read(WDOGCFG)).toBe(0);
    one.write(WDOGKEY, KEY);
    expect(one.read(WDOGKEY)).toBe(1);
    one.write(WDOGCFG, ALWAYS);
    expect([one.read(WDOGCFG), one.read(WDOGKEY)]).toEqual([ALWAYS, 0]);
    one.write(WDOGCMP, 1);
    expect(one.read(WDOGCMP)).toBe(0xffff);
    expect(one.problems.map(({ rule }) => rule)).toEqual(['sequence', 'sequence']);
  });

  test('counts the low-frequency clock, scaled', () => {
    const one = aon();
    one.dog(WDOGCFG, ALWAYS | 3);
    one.run(100);
    expect([one.read(WDOGCOUNT), one.read(WDOGS)]).toEqual([100, 12]);
    one.dog(WDOGCFG, 0);
    one.run(100);
    expect(one.read(WDOGCOUNT)).toBe(100);
    one.dog(WDOGCOUNT, 7);
    expect(one.read(WDOGCOUNT)).toBe(7);
  });

  test('interrupts at the match and keeps the flag until it is cleared', () => {
    const one = aon();
    one.dog(WDOGCMP, 10);
    one.dog(WDOGCFG, ALWAYS);
    one.run(9);
    expect([one.read(WDOGCFG) & IP, one.signal('wdogirq').level]).toEqual([0, 0]);
    one.run(1);
    expect([one.read(WDOGCFG) & IP, one.signal('wdogirq').level]).toEqual([IP, 1]);
    one.dog(WDOGFEED, FOOD);
    expect([one.read(WDOGCOUNT), one.read(WDOGCFG) & IP]).toEqual([0, IP]);
    one.dog(WDOGCFG, ALWAYS);
    expect([one.read(WDOGCFG) & IP, one.signal('wdogirq').level]).toEqual([0, 0]);
  });

  test('zerocmp makes it a timer of wdogcmp0 + 1 counts', () => {
    const one = aon();
    one.dog(WDOGCMP, 4);
    one.dog(WDOGCFG, ALWAYS | ZEROCMP);
    const counts = Array.from({ length: 12 }, () => {
      const count = one.read(WDOGCOUNT);
      one.run(1);
      return count;
    });
    expect(counts).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]);
  });

  test('with zerocmp the interrupt finds the count at 0: stopped and cleared, it stays silent', () => {
    const one = aon();
    one.dog(WDOGCMP, 4);
    one.dog(WDOGCFG, ALWAYS | ZEROCMP);
    one.run(4);
    expect(one.signal('wdogirq').level).toBe(0);
    one.run(1);
    expect([one.signal('wdogirq').level, one.read(WDOGCOUNT)]).toEqual([1, 0]);
    one.dog(WDOGCFG, ZEROCMP | IP);
    one.dog(WDOGCFG, ZEROCMP);
    one.run(100);
    expect([one.signal('wdogirq').level, one.read(WDOGCOUNT)]).toEqual([0, 0]);
  });

  test('a counter that was stopped at its match goes back to 0 all the same', () => {
    const one = aon();
    one.dog(WDOGCMP, 4);
    one.dog(WDOGCFG, ALWAYS | ZEROCMP);
    one.run(4);
    one.dog(WDOGCFG, ZEROCMP);
    one.run(1);
    expect([one.read(WDOGCOUNT), one.read(WDOGCFG) & IP]).toEqual([0, IP]);
  });

  test('resets the chip where it may, and says so in pmucause', () => {
    const one = aon();
    one.dog(WDOGCMP, 5);
    one.dog(WDOGCFG, ALWAYS | RSTEN);
    one.run(4);
    expect(one.resets).toEqual([]);
    one.run(1);
    expect(one.resets).toEqual(['watchdog']);
    one.write(BACKUP, 0x1234);
    one.instance.reset('system', 'watchdog');
    expect([one.read(PMUCAUSE), one.read(WDOGCFG), one.read(BACKUP)]).toEqual([0x200, 0, 0x1234]);
  });

  test('food of another kind, or food that comes without the key, does not count', () => {
    const one = aon();
    one.dog(WDOGCFG, ALWAYS);
    one.run(50);
    one.dog(WDOGFEED, FOOD + 1);
    one.write(WDOGFEED, FOOD);
    expect(one.read(WDOGCOUNT)).toBe(50);
    expect(one.read(WDOGFEED)).toBe(0);
  });
});

describe('FE310-G002 real-time clock (manual, chapter 16)', () => {
  test('counts 48 bits, and pends while the scaled count has reached rtccmp0', () => {
    const one = aon();
    one.write(RTCHI, 1);
    one.write(RTCLO, 0xffff_fffe);
    one.write(RTCCFG, ALWAYS);
    one.run(3);
    expect([one.read(RTCHI), one.read(RTCLO)]).toEqual([2, 1]);
    one.write(RTCCMP, 5);
    one.run(3);
    expect([one.read(RTCCFG) & IP, one.signal('rtcirq').level]).toEqual([0, 0]);
    one.run(1);
    expect([one.read(RTCCFG), one.signal('rtcirq').level]).toEqual([ALWAYS | IP, 1]);
    one.write(RTCCMP, 100);
    expect([one.read(RTCCFG) & IP, one.signal('rtcirq').level]).toEqual([0, 0]);
  });

  test('rtcs is the count shifted by rtcscale', () => {
    const one = aon();
    one.write(RTCCFG, ALWAYS | 15);
    one.run(32_768 * 2 + 5);
    expect(one.read(RTCS)).toBe(2);
  });

  test('does not run until it is told to', () => {
    const one = aon();
    one.run(10);
    expect(one.read(RTCLO)).toBe(0);
  });
});

describe('FE310-G002 low-frequency clock (manual, 6.7 to 6.9)', () => {
  test('the ring oscillator by its divider, and the clock from outside', () => {
    const one = aon();
    const clock = () => one.clock('lfclk').hertz;
    expect([one.read(LFROSC), one.read(LFCLKMUX), clock()]).toEqual([0xc010_0004, 0, 32_768]);
    one.write(LFROSC, 0x4010_0009);
    expect(clock()).toBe(16_384);
    one.write(LFCLKMUX, 1);
    expect(clock()).toBe(32_768);
    one.write(LFROSC, 0);
    expect(one.read(LFROSC)).toBe(0);
    one.write(LFCLKMUX, 0);
    expect(clock()).toBe(0);
  });
});

describe('FE310-G002 power management (manual, chapter 15)', () => {
  /** The default programs: the sleep program's eight instructions of one clock; clock and reset from the second on. */
  test('sleeps by its program, and an enabled real-time clock wakes it', () => {
    const one = aon();
    one.pmu(PMUIE, 2);
    expect(one.read(PMUIE)).toBe(3);
    one.write(RTCCMP, 1000);
    one.write(RTCCFG, ALWAYS);
    one.pmu(PMUSLEEP, 1);
    expect(one.signal('off').level).toBe(1);
    expect(one.lostRam).toBe(1);
    one.run(999);
    expect(one.resets).toEqual([]);
    one.run(1);
    // 0x1f0: one clock; 0x0f8: 2^8 with the core in reset; then 0x030 lets it go
    one.run(1 + 256 - 1);
    expect([one.signal('off').level, one.resets.length]).toEqual([1, 0]);
    one.run(1);
    expect([one.signal('off').level, one.resets]).toEqual([0, ['standby']]);
    one.instance.reset('power-on', 'standby');
    expect([one.read(PMUCAUSE), one.read(PMUIE), one.read(RTCCMP)]).toEqual([1, 3, 1000]);
  });

  test('the wake-up pin is active low', () => {
    const one = aon();
    const pin = one.net('PMU_DWAKEUP_N').driver('test');
    pin.set('high');
    one.pmu(PMUIE, 4);
    one.pmu(PMUSLEEP, 1);
    one.run(100);
    expect(one.resets).toEqual([]);
    pin.set('low');
    one.run(300);
    expect(one.resets).toEqual(['standby']);
    expect(one.read(PMUCAUSE) & 3).toBe(2);
  });

  test('without the key nothing sleeps', () => {
    const one = aon();
    one.write(PMUSLEEP, 1);
    one.run(20);
    expect(one.signal('off').level).toBe(0);
    expect(one.problems.map(({ rule }) => rule)).toEqual(['sequence']);
  });

  test('its outputs follow the programs', () => {
    const one = aon();
    const [out0, out1] = [one.net('PMU_OUT_0'), one.net('PMU_OUT_1')];
    expect([out0.level, out1.level]).toEqual(['high', 'high']);
    one.pmu(PMUSLEEP, 1);
    one.run(10);
    // 0x1c0 has neither
    expect([out0.level, out1.level]).toEqual(['low', 'low']);
  });

  test('the watchdog that counts the awake core stands while it sleeps', () => {
    const one = aon();
    one.dog(WDOGCFG, AWAKE);
    one.run(10);
    one.pmu(PMUSLEEP, 1);
    one.run(50);
    expect(one.read(WDOGCOUNT)).toBe(10);
  });
});

test('no state escapes', () => {
  const escaped = checkDeviceState(
    sifiveAon({ lfclk: 'lfclk' }),
    (one) => {
      one.write(WDOGKEY, KEY);
      one.write(WDOGCFG, ALWAYS | 2);
      one.write(RTCCFG, ALWAYS);
      one.write(RTCCMP, 40);
      one.write(PMUKEY, KEY);
      one.write(PMUIE, 2);
      one.write(PMUKEY, KEY);
      one.write(PMUSLEEP, 1);
      one.run(333);
      return one.read(WDOGS);
    },
    OPTIONS,
  );
  expect(escaped).toBeUndefined();
});
