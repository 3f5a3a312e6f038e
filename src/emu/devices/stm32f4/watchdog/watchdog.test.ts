import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { iwdg } from './iwdg.js';
import { wwdg } from './wwdg.js';

describe('IWDG (RM0090 chapter 21)', () => {
  const [KR, PR, RLR, SR] = [0x00, 0x04, 0x08, 0x0c] as const;
  const OPTIONS = { name: 'iwdg', cpu: 32_000, clocks: { lsi: 32_000 }, clock: 'lsi' };
  const make = () => new DeviceHarness(iwdg(), OPTIONS);
  const configure = (h: ReturnType<typeof make>, pr: number, reload: number): void => {
    h.write(KR, 0x5555);
    h.write(PR, pr);
    h.write(RLR, reload);
    h.run(5);
    h.write(KR, 0xaaaa);
  };

  it.each([
    // table 107, at 32 kHz: the least and the longest time of each divisor in ms
    [0, 0, 0.125],
    [0, 0xfff, 512],
    [1, 0xfff, 1_024],
    [2, 0xfff, 2_048],
    [3, 0xfff, 4_096],
    [4, 0xfff, 8_192],
    [5, 0xfff, 16_384],
    [6, 0xfff, 32_768],
    [7, 0xfff, 32_768],
  ])('with PR %i and RLR %i resets after the time of table 107', (pr, reload, ms) => {
    const h = make();
    h.write(KR, 0xcccc);
    configure(h, pr, reload);
    h.run(ms * 32 - 1);
    expect(h.resets).toEqual([]);
    h.run(1);
    expect(h.resets).toEqual(['watchdog']);
  });

  it('counts from 0xFFF from the start on, and keeps LSI on', () => {
    const h = make();
    expect(h.signal('lsiForced').level).toBe(0);
    h.write(KR, 0xcccc);
    expect([h.signal('lsiForced').level, h.handle.counter, h.handle.running]).toEqual([1, 0xfff, true]);
    h.run(4 * 10);
    expect(h.handle.counter).toBe(0xfff - 10);
  });

  it('is refreshed by 0xAAAA', () => {
    const h = make();
    h.write(KR, 0xcccc);
    configure(h, 0, 99);
    for (let i = 0; i < 5; i++) {
      h.run(399);
      h.write(KR, 0xaaaa);
    }
    expect(h.resets).toEqual([]);
    h.run(400);
    expect(h.resets).toEqual(['watchdog']);
  });

  it('takes PR and RLR after key 0x5555 only, and shows PVU and RVU for five periods of LSI', () => {
    const h = make();
    h.write(PR, 3);
    h.write(KR, 0x5555);
    h.write(PR, 4);
    h.write(RLR, 100);
    expect(h.read(SR)).toBe(3);
    h.write(PR, 5);
    h.run(4);
    expect(h.read(SR)).toBe(3);
    h.run(1);
    expect([h.read(SR), h.read(PR), h.read(RLR)]).toEqual([0, 4, 100]);
    h.write(KR, 0xaaaa);
    h.write(RLR, 7);
    expect(h.read(RLR)).toBe(100);
    expect(h.problems.map(({ what }) => what)).toEqual([
      'IWDG.PR was written, but key 0x5555 was not written: the write is lost',
      'IWDG.PR was written, but the update before is not done: the write is lost',
      'IWDG.RLR was written, but key 0x5555 was not written: the write is lost',
    ]);
  });

  it.each([
    ['with LSI off', 0],
    ['with LSI on', 32_000],
  ])('can be set and reloaded before it is started, %s', (_name, hertz) => {
    const h = make();
    h.clock('lsi').set(hertz);
    h.write(KR, 0x5555);
    h.write(PR, 0);
    h.write(RLR, 99);
    h.run(hertz ? 100 : 0);
    h.write(KR, 0xaaaa);
    h.write(KR, 0xcccc);
    h.clock('lsi').set(32_000);
    // the update takes five periods
    h.run(400 + (hertz ? 0 : 5) - 1);
    expect(h.resets).toEqual([]);
    h.run(1);
    expect(h.resets).toEqual(['watchdog']);
  });

  it('waits with its update until LSI runs', () => {
    const h = make();
    h.clock('lsi').set(0);
    h.write(KR, 0x5555);
    h.write(PR, 4);
    h.run(1_000);
    expect(h.read(SR)).toBe(1);
    h.clock('lsi').set(32_000);
    h.run(5);
    expect(h.read(SR)).toBe(0);
  });

  it('ends with a reset, goes on over Standby mode, and with WDG_SW = 0 begins by itself', () => {
    const h = make();
    h.write(KR, 0xcccc);
    configure(h, 0, 99);
    h.instance.reset('power-on', 'standby');
    expect([h.handle.running, h.read(RLR), h.signal('lsiForced').level]).toEqual([true, 0xfff, 1]);
    h.run(400);
    expect(h.resets).toEqual(['watchdog']);
    h.instance.reset('system', 'watchdog');
    expect([h.handle.running, h.signal('lsiForced').level]).toEqual([false, 0]);
    h.run(10_000);
    expect(h.resets).toHaveLength(1);
    h.signal('hardware').set(1);
    h.instance.reset('system', 'software');
    expect(h.handle.running).toBe(true);
    h.run(4 * 0x1000);
    expect(h.resets).toHaveLength(2);
  });

  it('holds no state that a snapshot misses', () => {
    const scenario = (h: ReturnType<typeof make>) => {
      h.write(KR, 0xcccc);
      configure(h, 2, 500);
      h.run(1_000);
      return h.handle.counter;
    };
    expect(checkDeviceState(iwdg(), scenario as never, OPTIONS)).toBeUndefined();
  });
});

describe('WWDG (RM0090 chapter 22)', () => {
  const [CR, CFR, SR] = [0x00, 0x04, 0x08] as const;
  const WDGA = 0x80;
  const OPTIONS = { name: 'wwdg', cpu: 30_000_000 };
  const make = () => new DeviceHarness(wwdg(), OPTIONS);

  it.each([
    // table 110, at 30 MHz of PCLK1: µs with T[5:0] = 0 and ms with 0x3F
    [0, 136.53, 8.74],
    [1, 273.07, 17.48],
    [2, 546.13, 34.95],
    [3, 1_092.27, 69.91],
  ])('with WDGTB %i resets between the times of table 110', (base, us, ms) => {
    for (const [t, nanoseconds] of [
      [0x40, us * 1e3],
      [0x7f, ms * 1e6],
    ] as const) {
      const h = make();
      h.write(CFR, (base << 7) | 0x7f);
      h.write(CR, WDGA | t);
      const cycles = 4096 * 2 ** base * ((t & 0x3f) + 1);
      expect(cycles / 30e6).toBeCloseTo(nanoseconds / 1e9, 5);
      h.run(cycles - 1);
      expect(h.resets).toEqual([]);
      h.run(1);
      expect(h.resets).toEqual(['window-watchdog']);
    }
  });

  it('sets EWIF when 0x40 is written to T, and interrupts with EWI (22.6.3)', () => {
    const h = make();
    h.write(CFR, 0x200 | 0x7f);
    h.write(CR, WDGA | 0x41);
    expect([h.read(SR), h.signal('irq').level]).toEqual([0, 0]);
    h.write(CR, WDGA | 0x40);
    expect([h.read(SR), h.signal('irq').level]).toEqual([1, 1]);
    h.write(SR, 0);
    expect([h.read(SR), h.signal('irq').level]).toEqual([0, 0]);
    h.run(4095);
    expect([h.read(SR), h.resets]).toEqual([0, []]);
    h.run(1);
    expect(h.resets).toEqual(['window-watchdog']);
  });

  it('counts down whether it is active or not', () => {
    const h = make();
    expect(h.read(CR)).toBe(0x7f);
    h.run(4096 * 3);
    expect(h.read(CR)).toBe(0x7c);
    h.run(4096 * 0x7d);
    expect(h.read(CR)).toBe(0x7f);
    expect(h.resets).toEqual([]);
  });

  it('resets when it is refreshed above the window, or with T6 clear', () => {
    const h = make();
    h.write(CFR, 0x50);
    h.write(CR, WDGA | 0x60);
    h.run(4096 * 15);
    h.write(CR, 0x60);
    expect(h.resets).toEqual(['window-watchdog']);
    h.run(4096 * 16);
    h.write(CR, 0x60);
    expect(h.resets).toHaveLength(1);
    h.run(4096 * 20);
    h.write(CR, 0x3f);
    expect(h.resets).toHaveLength(2);
    expect(h.read(CR) & WDGA).toBe(WDGA);
  });

  it('interrupts early at 0x40, if EWI allows', () => {
    const h = make();
    h.write(CR, WDGA | 0x42);
    h.run(4096 * 2);
    expect([h.read(SR), h.signal('irq').level]).toEqual([1, 0]);
    h.write(CFR, 0x27f);
    expect(h.signal('irq').level).toBe(1);
    h.write(SR, 0);
    expect([h.read(SR), h.signal('irq').level]).toEqual([0, 0]);
    h.write(CFR, 0);
    expect(h.read(CFR) & 0x200).toBe(0x200);
    h.write(SR, 1);
    expect(h.read(SR)).toBe(0);
  });

  it('stands while its clock does', () => {
    const h = make();
    h.write(CR, WDGA | 0x41);
    h.instance.setEnabled(false);
    h.run(4096 * 100);
    expect(h.resets).toEqual([]);
    h.instance.setEnabled(true);
    h.run(4096 * 2);
    expect(h.resets).toEqual(['window-watchdog']);
  });

  it('holds no state that a snapshot misses', () => {
    const scenario = (h: ReturnType<typeof make>) => {
      h.write(CFR, 0x2ff);
      h.write(CR, WDGA | 0x70);
      h.run(4096 * 99);
      return [h.read(CR), h.read(SR)];
    };
    expect(checkDeviceState(wwdg(), scenario as never, OPTIONS)).toBeUndefined();
  });
});
