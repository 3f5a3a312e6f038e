import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { rtc } from './rtc.js';

const [TR, DR, CR, ISR, PRER, WUTR, CALIBR, ALRMAR, ALRMBR, WPR, SSR, SHIFTR] = [
  ...[0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x28, 0x2c],
] as const;
const [TSTR, TSDR, TSSSR, CALR, TAFCR, ALRMASSR, ALRMBSSR, BKP0R] = [
  ...[0x30, 0x34, 0x38, 0x3c, 0x40, 0x44, 0x48, 0x50],
] as const;
const [RSF, INITF, INIT, SHPF, INITS] = [1 << 5, 1 << 6, 1 << 7, 1 << 3, 1 << 4] as const;
const [ALRAF, ALRBF, WUTF, TSF, TSOVF, TAMP1F, TAMP2F] = [8, 9, 10, 11, 12, 13, 14].map((bit) => 1 << bit) as [
  ...[number, number, number, number, number, number, number],
];
const [ALRAE, ALRBE, WUTE, TSE] = [1 << 8, 1 << 9, 1 << 10, 1 << 11] as const;
const MASK_ALL = 0x8080_8080;

const OPTIONS = { name: 'rtc', cpu: 32_768, clocks: { rtc: 32_768, apb1: 16_000_000 }, clock: 'rtc' };
type Harness = ReturnType<typeof make>;

/** A harness whose registers are open. A CPU tick is a period of RTCCLK. */
function make() {
  const h = new DeviceHarness(rtc(), OPTIONS);
  h.signal('backupAccess').set(1);
  h.write(WPR, 0xca);
  h.write(WPR, 0x53);
  return h;
}
const pulses = (h: Harness, count: number) => h.run(count);
const seconds = (h: Harness, count: number) => pulses(h, count * 32_768);

/** Sets date and time as a driver does, and waits until they can be read. */
function set(h: Harness, time: number, date: number, prer = [0x0000_00ff, 0x007f_00ff]): void {
  h.write(ISR, 0xffff_ffff);
  while (!(h.read(ISR) & INITF)) pulses(h, 1);
  for (const word of prer) h.write(PRER, word);
  h.write(TR, time);
  h.write(DR, date);
  h.write(ISR, ~INIT);
  while (!(h.read(ISR) & RSF)) pulses(h, 1);
}
/** Like `set`; ends at the instant the calendar begins to count. */
function begin(h: Harness, time: number, date: number, prer?: number[]): void {
  h.write(ISR, 0xffff_ffff);
  while (!(h.read(ISR) & INITF)) pulses(h, 1);
  for (const word of prer ?? []) h.write(PRER, word);
  h.write(TR, time);
  h.write(DR, date);
  h.write(ISR, ~INIT);
  pulses(h, 4);
}
const read = (h: Harness): [number, number] => [h.read(TR), h.read(DR)];
const MONDAY_2024 = 0x24_2101;

describe('initialization (RM0090 26.3.5)', () => {
  it('has the reset values of the manual', () => {
    const h = make();
    expect(h.read(DR)).toBe(0x2101);
    expect(h.read(ISR) & ~RSF).toBe(7);
    expect([PRER, WUTR, CALR, TAFCR].map((register) => h.read(register))).toEqual([0x007f_00ff, 0xffff, 0, 0]);
  });

  it('enters the mode after two RTCCLK and starts four after it', () => {
    const h = make();
    h.write(ISR, INIT);
    pulses(h, 1);
    expect(h.read(ISR) & INITF).toBe(0);
    pulses(h, 1);
    // ALRAWF and ALRBWF are cleared in the mode (26.6.4)
    expect(h.read(ISR) & (INITF | RSF | 3)).toBe(INITF);
    h.write(TR, 0x23_5959);
    h.write(DR, 0x99_2c31 | (4 << 13));
    // 31 December 2099 is a Thursday
    h.write(DR, 0x99_0000 | (4 << 13) | 0x1231);
    h.write(ISR, 0);
    expect(h.handle.time).toBe('2099-12-31T23:59:59.000');
    pulses(h, 4 + 32_767);
    expect(h.handle.time.slice(0, 19)).toBe('2099-12-31T23:59:59');
    pulses(h, 1);
    expect(h.handle.time).toBe('2000-01-01T00:00:00.000');
    expect(h.read(ISR) & INITS).toBe(INITS);
    pulses(h, 4);
    expect(read(h)).toEqual([0, 0x0101 | (5 << 13)]);
  });

  it('loses writes without DBP, without keys, and outside of the mode', () => {
    const h = make();
    h.write(TR, 0x12_0000);
    h.write(WPR, 0x00);
    h.write(CR, 0x20);
    h.signal('backupAccess').set(0);
    h.write(BKP0R, 1);
    expect([h.read(TR), h.read(CR), h.read(BKP0R)]).toEqual([0, 0, 0]);
    expect(h.problems.map(({ rule, what }) => `${rule}: ${what}`)).toEqual([
      'sequence: RTC.TR was written outside of initialization mode: the write is lost',
      'sequence: RTC.CR was written while it is write-protected: the write is lost',
      'sequence: RTC.BKP0R was written while the backup domain is protected: the write is lost',
    ]);
  });

  it('opens by 0xCA and 0x53 only; a wrong key closes; flags, TAFCR and backup registers need none', () => {
    const h = make();
    h.write(CR, 0x20);
    h.write(WPR, 0xff);
    h.write(CR, 0);
    expect(h.read(CR)).toBe(0x20);
    h.write(WPR, 0x53);
    h.write(CR, 0);
    expect(h.read(CR)).toBe(0x20);
    h.write(TAFCR, 4);
    h.write(0x50 + 19 * 4, 0x1234_5678);
    expect([h.read(TAFCR), h.read(0x50 + 19 * 4)]).toEqual([4, 0x1234_5678]);
    h.write(WPR, 0xca);
    h.write(WPR, 0x53);
    h.write(CR, 0);
    expect(h.read(CR)).toBe(0);
  });

  it('loses the backup registers with read protection (3.7.3)', () => {
    const h = make();
    h.write(BKP0R, 7);
    h.signal('protectionErased').set(1);
    expect(h.read(BKP0R)).toBe(0);
  });

  it('goes on in a system reset, and begins anew by power-on without battery, or BDRST', () => {
    const h = make();
    set(h, 0x12_3456, MONDAY_2024);
    h.write(BKP0R, 7);
    seconds(h, 1);
    h.instance.reset('system');
    expect(h.handle.time.slice(0, 19)).toBe('2024-01-01T12:34:57');
    expect(read(h)).toEqual([0, 0x2101]);
    pulses(h, 2);
    expect(read(h)).toEqual([0x12_3457, MONDAY_2024]);
    expect(h.read(PRER)).toBe(0x007f_00ff);
    h.signal('battery').set(1);
    h.instance.reset('power-on');
    expect(h.read(BKP0R)).toBe(7);
    expect(h.handle.time.slice(0, 19)).toBe('2024-01-01T12:34:57');
    h.signal('battery').set(0);
    h.instance.reset('power-on');
    expect([h.read(BKP0R), h.handle.time]).toEqual([0, '2000-01-01T00:00:00.000']);
    h.handle.set('2030-05-06T07:08:09');
    h.signal('backupReset').set(1);
    expect(h.handle.time).toBe('2000-01-01T00:00:00.000');
  });
});

describe('calendar (26.3.3)', () => {
  it('agrees with JavaScript after any time from any date, weekday included', () => {
    const first = Date.UTC(2000, 0, 1) / 1000;
    const last = Date.UTC(2099, 11, 31, 23, 59, 59) / 1000;
    fc.assert(
      fc.property(fc.integer({ min: first, max: last }), fc.nat({ max: 400 * 86_400 }), (from, gone) => {
        const h = make();
        pulses(h, 2);
        h.handle.set(new Date(from * 1000).toISOString().slice(0, 19));
        const end = Math.min(last, from + gone);
        pulses(h, (end - from) * 32_768);
        const js = new Date(end * 1000);
        expect(h.handle.time.slice(0, 19)).toBe(js.toISOString().slice(0, 19));
        expect((h.read(DR) >>> 13) & 7).toBe(js.getUTCDay() || 7);
      }),
      { numRuns: 300 },
    );
  });

  it('shows 12 hours with PM in that format', () => {
    const h = make();
    h.write(ISR, INIT);
    pulses(h, 2);
    h.write(CR, 1 << 6);
    h.write(TR, 0x11_5959 | (1 << 22));
    h.write(DR, MONDAY_2024);
    h.write(ISR, 0);
    pulses(h, 8);
    expect(h.read(TR)).toBe(0x51_5959);
    seconds(h, 1);
    expect(h.read(DR) & 0xffff).toBe(0x2101);
    expect([h.read(TR), h.read(DR)]).toEqual([0x12_0000, 0x24_0000 | (2 << 13) | 0x0102]);
  });

  it('counts SSR down, and locks TR and DR until DR is read', () => {
    const h = make();
    begin(h, 0x23_5959, MONDAY_2024);
    pulses(h, 128 * 255);
    expect(h.read(SSR)).toBe(0);
    pulses(h, 128 + 2);
    expect(h.read(SSR)).toBe(255);
    // locked at the first read of SSR
    expect(h.read(TR)).toBe(0x23_5959);
    expect(h.read(DR)).toBe(MONDAY_2024);
    expect(h.read(TR)).toBe(0);
    expect(h.read(DR)).toBe(0x24_0000 | (2 << 13) | 0x0102);
  });

  it('reads the calendar itself with BYPSHAD', () => {
    const h = make();
    h.write(CR, 1 << 5);
    expect(h.read(ISR) & RSF).toBe(0);
    begin(h, 0x10_2030, MONDAY_2024);
    pulses(h, 32_768);
    expect([h.read(SSR), h.read(TR), h.read(DR)]).toEqual([255, 0x10_2031, MONDAY_2024]);
    pulses(h, 32_768);
    expect(h.read(TR)).toBe(0x10_2032);
  });

  it('keeps the shadow as it is while APB1 stands, and copies within two RTCCLK afterwards', () => {
    const h = make();
    set(h, 0x01_0000, MONDAY_2024);
    h.clock('apb1').set(0);
    seconds(h, 10);
    h.clock('apb1').set(16e6);
    h.write(ISR, ~(RSF | INIT));
    expect(h.read(ISR) & RSF).toBe(0);
    expect(read(h)[0]).toBe(0x01_0000);
    pulses(h, 2);
    expect(h.read(ISR) & RSF).toBe(RSF);
    expect(read(h)[0]).toBe(0x01_0010);
  });

  it('counts by any prescalers', () => {
    const h = make();
    begin(h, 0, MONDAY_2024, [0x0000_0009, 0x001f_0009]);
    pulses(h, 32 * 10 * 7 + 32 * 3);
    expect(h.handle.time).toBe('2024-01-01T00:00:07.300');
  });
});

describe('alarms (26.3.4)', () => {
  const alarm = (h: Harness, word: number, subsecond = 0, enable = ALRAE | (1 << 12)): void => {
    h.write(ALRMAR, word);
    h.write(ALRMASSR, subsecond);
    h.write(CR, h.read(CR) | enable);
  };

  it('comes at the second, and raises the wire', () => {
    const h = make();
    begin(h, 0x12_0000, MONDAY_2024);
    // day masked: every day at 12:00:05
    alarm(h, 0x8012_0005);
    pulses(h, 5 * 32_768 - 1);
    expect([h.read(ISR) & ALRAF, h.signal('alarm').level]).toEqual([0, 0]);
    pulses(h, 1);
    expect([h.read(ISR) & ALRAF, h.signal('alarm').level]).toEqual([ALRAF, 1]);
    h.write(ISR, ~(ALRAF | INIT));
    expect([h.read(ISR) & ALRAF, h.signal('alarm').level]).toEqual([0, 0]);
    seconds(h, 86_400 - 1);
    expect(h.read(ISR) & ALRAF).toBe(0);
    seconds(h, 1);
    expect(h.read(ISR) & ALRAF).toBe(ALRAF);
  });

  it.each([
    ['every second', MASK_ALL, 1],
    ['every minute', 0x8080_8000, 60],
    ['every hour at xx:30:00', 0x8080_3000, 1_800],
    // Monday 1 January 2024; the next Wednesday (WDSEL)
    ['on a Wednesday at midnight', 0x4300_0000, 2 * 86_400],
    ['on the 31st at 01:02:03', 0x3101_0203, 30 * 86_400 + 3_723],
  ])('comes %s', (_name, word, expected) => {
    const h = make();
    begin(h, 0, MONDAY_2024);
    alarm(h, word);
    pulses(h, expected * 32_768 - 1);
    expect(h.read(ISR) & ALRAF).toBe(0);
    pulses(h, 1);
    expect(h.read(ISR) & ALRAF).toBe(ALRAF);
  });

  it.each([
    ['A', ALRMAR, ALRMASSR, ALRAE, ALRAF],
    ['B', ALRMBR, ALRMBSSR, ALRBE, ALRBF],
  ] as const)('%s compares as many bits of the sub-second as MASKSS says', (_name, at, subsecond, enable, flag) => {
    const h = make();
    begin(h, 0, MONDAY_2024);
    // low four bits of SSR equal 3: first where SSR is 243, 12 ck_apre after the start, then every 16
    h.write(at, MASK_ALL);
    h.write(subsecond, (4 << 24) | 0x3);
    expect(h.read(subsecond)).toBe((4 << 24) | 0x3);
    h.write(CR, h.read(CR) | enable);
    pulses(h, 128 * 12 - 1);
    expect(h.read(ISR) & flag).toBe(0);
    pulses(h, 1);
    expect(h.read(ISR) & flag).toBe(flag);
    h.write(ISR, ~(flag | INIT));
    pulses(h, 128 * 16 - 1);
    expect(h.read(ISR) & flag).toBe(0);
    pulses(h, 1);
    expect(h.read(ISR) & flag).toBe(flag);
  });

  it('can be written again two RTCCLK after it was disabled', () => {
    const h = make();
    h.write(CR, ALRBE);
    expect(h.read(ISR) & 3).toBe(1);
    h.write(ALRMBR, 1);
    expect(h.read(ALRMBR)).toBe(0);
    expect(h.problems).toMatchObject([{ rule: 'sequence' }]);
    h.write(CR, 0);
    pulses(h, 1);
    expect(h.read(ISR) & 3).toBe(1);
    pulses(h, 1);
    expect(h.read(ISR) & 3).toBe(3);
    h.write(ALRMBR, 1);
    expect(h.read(ALRMBR)).toBe(1);
    expect(ALRBF).toBe(0x200);
  });

  it('follows the calendar when that is set', () => {
    const h = make();
    begin(h, 0, MONDAY_2024);
    alarm(h, 0x8012_0000);
    h.handle.set('2024-01-01T11:59:59');
    seconds(h, 1);
    expect(h.read(ISR) & ALRAF).toBe(ALRAF);
  });
});

describe('wake-up timer (26.6.3)', () => {
  it.each([
    // WUCKSEL, WUT, RTCCLK of a period
    [0, 4, 5 * 16],
    [1, 4, 5 * 8],
    [2, 4, 5 * 4],
    [3, 4, 5 * 2],
    [4, 4, 5 * 32_768],
    [6, 2, (65_536 + 3) * 32_768],
  ])('with WUCKSEL %i counts WUT + 1 periods of its clock', (wucksel, wut, period) => {
    const h = make();
    begin(h, 0, MONDAY_2024);
    h.write(WUTR, wut);
    h.write(CR, wucksel | WUTE | (1 << 14));
    for (let i = 0; i < 2; i++) {
      pulses(h, period - 1);
      expect([h.read(ISR) & WUTF, h.signal('wakeTimer').level]).toEqual([0, 0]);
      pulses(h, 1);
      expect([h.read(ISR) & WUTF, h.signal('wakeTimer').level]).toEqual([WUTF, 1]);
      h.write(ISR, ~(WUTF | INIT));
    }
  });

  it('must not count RTCCLK / 2 with WUT = 0', () => {
    const h = make();
    h.write(WUTR, 0);
    h.write(CR, 3 | WUTE);
    expect(h.problems).toMatchObject([{ rule: 'configuration' }]);
  });

  it('can be written only while WUTWF says so', () => {
    const h = make();
    h.write(WUTR, 9);
    h.write(CR, WUTE);
    expect(h.read(ISR) & 4).toBe(0);
    h.write(WUTR, 3);
    h.write(CR, WUTE | 3);
    expect([h.read(WUTR), h.read(CR)]).toEqual([9, WUTE]);
    h.write(CR, 0);
    pulses(h, 2);
    expect(h.read(ISR) & 4).toBe(4);
  });

  it('counts WUT + 1 seconds from WUTE on, and goes on when the calendar is set meanwhile', () => {
    const h = make();
    begin(h, 0, MONDAY_2024);
    pulses(h, 128 * 100);
    h.write(WUTR, 9);
    h.write(CR, WUTE | 4);
    pulses(h, 4 * 32_768 + 1);
    h.handle.set('2050-01-01T00:00:00');
    pulses(h, 6 * 32_768 - 2);
    expect(h.read(ISR) & WUTF).toBe(0);
    pulses(h, 1);
    expect(h.read(ISR) & WUTF).toBe(WUTF);
  });
});

describe('shifts, daylight saving time, calibration (26.3.8, 26.6.3, 26.3.11)', () => {
  it('shifts by SUBFS at the next ck_apre; SSR may stand above PREDIV_S', () => {
    const h = make();
    begin(h, 0x10_0000, MONDAY_2024);
    pulses(h, 128 * 10);
    h.write(SHIFTR, 100);
    expect(h.read(ISR) & (SHPF | RSF)).toBe(SHPF);
    pulses(h, 128);
    expect(h.read(ISR) & SHPF).toBe(0);
    pulses(h, 2);
    // 255 − 11 + 100
    expect(h.read(SSR)).toBe(344);
    expect(read(h)[0]).toBe(0x10_0000);
    pulses(h, 128 * 345);
    expect(h.read(SSR)).toBe(255);
    expect(read(h)[0]).toBe(0x10_0001);
  });

  it('advances with ADD1S by 1 − SUBFS / (PREDIV_S + 1) seconds', () => {
    const h = make();
    begin(h, 0x10_0000, MONDAY_2024);
    pulses(h, 128);
    h.write(SHIFTR, 0x8000_0000 | 128);
    pulses(h, 128);
    expect(h.handle.time.slice(0, 19)).toBe('2024-01-01T10:00:01');
    // 2 ck_apre of the second passed; half a second more is to come than without the shift
    pulses(h, 128 * (254 + 128));
    expect(h.handle.time).toBe('2024-01-01T10:00:02.000');
  });

  it('adds and takes an hour, but none from hour 0', () => {
    const h = make();
    begin(h, 0x23_3000, MONDAY_2024);
    h.write(CR, 1 << 16);
    // effective in the next second
    pulses(h, 32_767);
    expect(h.handle.time.slice(0, 19)).toBe('2024-01-01T23:30:00');
    pulses(h, 1);
    expect(h.handle.time).toBe('2024-01-02T00:30:01.000');
    h.write(CR, 1 << 17);
    seconds(h, 1);
    expect(h.handle.time.slice(0, 19)).toBe('2024-01-02T00:30:02');
    expect(h.read(CR)).toBe(0);
    h.handle.set('2024-01-02T03:00:00');
    h.write(CR, (1 << 17) | (1 << 18));
    seconds(h, 1);
    expect(h.handle.time.slice(0, 19)).toBe('2024-01-02T02:00:01');
    expect(h.read(CR)).toBe(1 << 18);
  });

  it.each([
    [511, 0],
    [0, 1],
    [300, 1],
  ])('smooth calibration with CALM %i and CALP %i keeps the formula over windows of 32 s', (calm, calp) => {
    const h = make();
    begin(h, 0, MONDAY_2024);
    h.write(CALR, (calp << 15) | calm);
    expect(h.read(ISR) >>> 16).toBe(1);
    pulses(h, 3 * 128);
    expect(h.read(ISR) >>> 16).toBe(0);
    // 2^20 counted pulses take 2^20 + CALM − 512 × CALP
    h.write(WUTR, 31);
    h.write(CR, WUTE | 4);
    for (let window = 0; window < 3; window++) {
      while (!(h.read(ISR) & WUTF)) pulses(h, 1 << 10);
      h.write(ISR, ~(WUTF | INIT));
    }
    h.handle.set('2024-01-01T00:00:00');
    const start = h.clock('rtc').now();
    const end = start + 100 * (2 ** 20 + calm - 512 * calp);
    pulses(h, end - start);
    const drift = Date.parse(`${h.handle.time}Z`) / 1000 - Date.parse('2024-01-01T00:53:20Z') / 1000;
    expect(Math.abs(drift)).toBeLessThanOrEqual(1 / 256);
  });

  it('ignores CALP while PREDIV_A is below 3', () => {
    const h = make();
    begin(h, 0, MONDAY_2024, [0x0000_3fff, 0x0001_3fff]);
    h.write(CALR, 1 << 15);
    pulses(h, 2 ** 20);
    expect(h.handle.time.slice(0, 19)).toBe('2024-01-01T00:00:32');
    pulses(h, 2 ** 20 - 100);
    expect(h.handle.time.slice(0, 19)).toBe('2024-01-01T00:01:03');
  });

  it('coarse calibration starts with the end of the initialization', () => {
    const h = make();
    h.write(ISR, INIT);
    pulses(h, 2);
    // + 4 ppm: two ck_apre more in each of the first two minutes
    h.write(CALIBR, 1);
    h.write(CR, 1 << 7);
    h.write(ISR, 0);
    pulses(h, 4);
    pulses(h, 64 * 60 * 32_768 - 4 * 128 - 1);
    expect(h.handle.time.slice(0, 19)).toBe('2000-01-01T01:03:59');
    pulses(h, 1);
    expect(h.handle.time).toBe('2000-01-01T01:04:00.000');
  });
});

describe('reference clock (26.3.9)', () => {
  it('moves the seconds to edges of 50 Hz on RTC_REFIN that are near', () => {
    const h = make();
    h.write(ISR, INIT);
    pulses(h, 2);
    h.write(CR, 1 << 4);
    h.write(TR, 0x10_0000);
    h.write(DR, MONDAY_2024);
    h.write(ISR, 0);
    pulses(h, 4);
    const input = h.pinFunction('RTC_REFIN');
    input.setInput(0);
    const edge = (): void => {
      input.setInput(1);
      input.setInput(0);
    };
    // two ck_apre before the end of the second
    pulses(h, 128 * 254);
    edge();
    expect(h.handle.time).toBe('2024-01-01T10:00:01.000');
    // one behind it
    pulses(h, 128 * 257);
    edge();
    expect(h.handle.time).toBe('2024-01-01T10:00:02.000');
    // in the middle of one: not near
    pulses(h, 128 * 128);
    edge();
    expect(h.handle.time).toBe('2024-01-01T10:00:02.500');
    // two away, and the second before was found: the window is three wide
    pulses(h, 128 * 126);
    edge();
    expect(h.handle.time).toBe('2024-01-01T10:00:02.992');
    expect(h.problems).toEqual([]);
    h.write(SHIFTR, 1);
    expect(h.problems.map(({ what }) => what)).toEqual([
      'RTC.SHIFTR was written while the reference clock is detected: the write is lost',
    ]);
  });
});

describe('time stamps and tamper inputs (26.3.12, 26.3.13)', () => {
  const pin = (h: Harness, name: string) => h.net(name).driver('test');

  it('takes the calendar at an edge of PC13; the flag follows two ck_apre later', () => {
    const h = make();
    const pc13 = pin(h, 'PC13');
    begin(h, 0x12_3456, MONDAY_2024);
    h.write(CR, TSE | (1 << 15));
    pulses(h, 128 * 5);
    pc13.set('high');
    expect(h.read(ISR) & TSF).toBe(0);
    pulses(h, 256);
    expect(h.read(ISR) & (TSF | TSOVF)).toBe(TSF);
    expect(h.signal('tampStamp').level).toBe(1);
    expect([TSTR, TSDR, TSSSR].map((register) => h.read(register))).toEqual([0x12_3456, 0x2101, 250]);
    pc13.set('low');
    expect(h.read(ISR) & TSOVF).toBe(0);
    pc13.set('high');
    expect(h.read(ISR) & TSOVF).toBe(TSOVF);
    h.write(ISR, ~(TSF | TSOVF | INIT));
    expect([TSTR, TSDR, TSSSR].map((register) => h.read(register))).toEqual([0, 0, 0]);
  });

  it('takes falling edges of PI8 where told to', () => {
    const h = make();
    const pi8 = pin(h, 'PI8');
    h.write(TAFCR, 1 << 17);
    h.write(CR, TSE | (1 << 3));
    expect(h.signal('pi').level).toBe(1 << 8);
    pi8.set('high');
    pulses(h, 256);
    expect(h.read(ISR) & TSF).toBe(0);
    pi8.set('low');
    pulses(h, 256);
    expect(h.read(ISR) & TSF).toBe(TSF);
  });

  it('erases the backup registers at an edge of a tamper input, and stamps with TAMPTS', () => {
    const h = make();
    const pc13 = pin(h, 'PC13');
    for (let i = 0; i < 20; i++) h.write(BKP0R + 4 * i, 0x1000 + i);
    h.write(TAFCR, 1 | (1 << 2) | (1 << 7));
    pc13.set('high');
    expect(h.read(ISR) & TAMP1F).toBe(TAMP1F);
    expect(h.signal('tampStamp').level).toBe(1);
    for (let i = 0; i < 20; i++) expect(h.read(BKP0R + 4 * i)).toBe(0);
    pulses(h, 256);
    expect(h.read(ISR) & TSF).toBe(TSF);
    h.write(ISR, ~(TAMP1F | INIT));
    expect(h.signal('tampStamp').level).toBe(0);
  });

  it('sees a level that is there as the input is enabled', () => {
    const h = make();
    pin(h, 'PI8').set('low');
    h.write(TAFCR, 1 << 3);
    expect(h.read(ISR) & TAMP2F).toBe(0);
    h.write(TAFCR, 0);
    h.write(TAFCR, (1 << 3) | (1 << 4));
    expect(h.read(ISR) & TAMP2F).toBe(TAMP2F);
  });

  it('samples a level as often as TAMPFLT says, with the pull-up before each', () => {
    const h = make();
    const pc13 = pin(h, 'PC13');
    // TAMPFREQ 7: every 256 RTCCLK; TAMPFLT 1: two samples; TAMPPRCH 2: four RTCCLK
    h.write(TAFCR, 1 | (7 << 8) | (1 << 11) | (2 << 13));
    pulses(h, 251);
    expect(h.net('PC13').level).toBe('floating');
    pulses(h, 1);
    expect([h.net('PC13').level, h.net('PC13').strength]).toEqual(['high', 'pulled']);
    pulses(h, 4);
    expect(h.net('PC13').level).toBe('floating');
    pulses(h, 1024);
    expect(h.read(ISR) & TAMP1F).toBe(0);
    pc13.set('low');
    pulses(h, 256);
    expect(h.read(ISR) & TAMP1F).toBe(0);
    pulses(h, 256);
    expect(h.read(ISR) & TAMP1F).toBe(TAMP1F);
  });
});

describe('outputs on PC13 (26.3.14, 26.3.15)', () => {
  const edges = (h: Harness) => [...h.net('PC13').edges].length;

  it('gives 512 Hz, or 1 Hz with COSEL', () => {
    const h = make();
    begin(h, 0, MONDAY_2024);
    h.write(CR, 1 << 23);
    expect(h.signal('pc').level).toBe(1 << 13);
    let before = edges(h);
    seconds(h, 1);
    expect(edges(h) - before).toBe(1024);
    h.write(CR, (1 << 23) | (1 << 19));
    before = edges(h);
    seconds(h, 5);
    expect(edges(h) - before).toBe(10);
    h.write(CR, 0);
    expect([h.net('PC13').level, h.signal('pc').level]).toEqual(['floating', 0]);
  });

  it('shows alarm A, B or the wake-up timer, open drain or not, in either polarity', () => {
    const h = make();
    begin(h, 0, MONDAY_2024);
    h.write(TAFCR, 1 << 18);
    h.write(ALRMAR, MASK_ALL);
    h.write(CR, (1 << 21) | ALRAE);
    expect(h.net('PC13').level).toBe('low');
    seconds(h, 1);
    expect(h.net('PC13').level).toBe('high');
    h.write(CR, (1 << 21) | ALRAE | (1 << 20));
    expect(h.net('PC13').level).toBe('low');
    h.write(TAFCR, 0);
    h.write(CR, (1 << 21) | ALRAE);
    expect(h.net('PC13').level).toBe('floating');
    h.write(ISR, ~(ALRAF | INIT));
    expect(h.net('PC13').level).toBe('low');
  });
});

it('holds no state that a snapshot misses', () => {
  const scenario = (h: Harness) => {
    h.signal('backupAccess').set(1);
    for (const key of [0xca, 0x53]) h.write(WPR, key);
    set(h, 0x23_5958, MONDAY_2024);
    h.write(ALRMAR, MASK_ALL);
    h.write(WUTR, 1);
    h.write(CALR, 77);
    h.write(CR, ALRAE | WUTE | 4 | (1 << 23));
    seconds(h, 3);
    return [read(h), h.read(ISR), h.handle.time];
  };
  expect(checkDeviceState(rtc(), scenario as never, OPTIONS)).toBeUndefined();
});

it('keeps a date of zeros until midnight, for drivers that have the calendar count seconds only', () => {
  const h = make();
  set(h, 0, 0);
  h.write(ALRMAR, 0x01);
  h.write(CR, ALRAE);
  expect(read(h)).toEqual([0, 0]);
  seconds(h, 1);
  // the alarm asks for day 0, 00:00:01
  expect([h.read(ISR) & ALRAF, h.problems]).toEqual([ALRAF, []]);
  set(h, 0x23_5959, 0);
  expect(h.read(DR)).toBe(0);
  seconds(h, 2);
  expect(h.read(DR) & 0x1f3f).toBe(0x0102);
  set(h, 0, MONDAY_2024);
  expect(h.read(DR)).toBe(MONDAY_2024);
  set(h, 0, 0x24_2001);
  expect(h.problems.map(({ what }) => what)).toEqual(['the RTC was set to what no calendar has: the month is 0']);
});
