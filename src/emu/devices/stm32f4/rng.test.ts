import { expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { checkDeviceState } from '../../device-state-check.js';
import { rng } from './rng.js';

const [CR, SR, DR] = [0, 4, 8];
const [RNGEN, IE] = [4, 8];
const [DRDY, CECS, SECS, CEIS, SEIS] = [1, 2, 4, 32, 64];
/** HCLK 96 MHz: 40 periods of 48 MHz are 80 of its ticks. */
const harness = (options = {}, usb48 = 48_000_000) =>
  new DeviceHarness(rng(options), { cpu: 96_000_000, clocks: { usb48 } });

it('has a number 40 periods of the 48 MHz clock after RNGEN, and after each read (RM0090 24.4.3)', () => {
  const h = harness();
  h.write(CR, RNGEN);
  h.run(79);
  expect(h.read(SR)).toBe(0);
  h.run(1);
  expect(h.read(SR)).toBe(DRDY);
  const first = h.read(DR);
  expect(h.read(SR)).toBe(0);
  h.run(80);
  expect(h.read(SR)).toBe(DRDY);
  expect(h.read(DR)).not.toBe(first);
});

it('reports a read without DRDY, which gives 0', () => {
  const h = harness();
  h.write(CR, RNGEN);
  expect(h.read(DR)).toBe(0);
  expect(h.problems).toMatchObject([{ rule: 'sequence' }]);
});

it('interrupts for numbers and errors (24.3.1, 24.3.2)', () => {
  const h = harness();
  const irq = h.signal('irq');
  h.write(CR, RNGEN | IE);
  h.run(80);
  expect(irq.level).toBe(1);
  h.read(DR);
  expect(irq.level).toBe(0);
  h.handle.injectSeedError();
  expect([h.read(SR), irq.level]).toEqual([SECS | SEIS, 1]);
  h.run(1_000);
  expect(h.read(SR)).toBe(SECS | SEIS);
  h.write(SR, ~SEIS & 0xff);
  expect([h.read(SR), irq.level]).toEqual([SECS, 0]);
  h.write(CR, IE);
  h.write(CR, IE | RNGEN);
  h.run(80);
  expect(h.read(SR)).toBe(DRDY);
});

it('has a clock error below HCLK / 16 (24.3.2)', () => {
  const h = harness({}, 5_999_999);
  h.write(CR, RNGEN);
  expect(h.read(SR)).toBe(CECS | CEIS);
  h.timebase.find('usb48')!.set(6_000_000);
  expect(h.read(SR)).toBe(CEIS);
  h.run(40 * 16);
  expect(h.read(SR)).toBe(CEIS | DRDY);
  h.handle.injectClockError();
  expect(h.read(SR)).toBe(CEIS | CECS | DRDY);
  h.handle.mendClock();
  h.write(SR, 0);
  expect(h.read(SR)).toBe(DRDY);
});

it('says so when there is no 48 MHz clock', () => {
  const h = harness({}, 0);
  h.write(CR, RNGEN);
  h.run(100_000);
  expect(h.read(SR)).toBe(CECS | CEIS);
  expect(h.problems).toMatchObject([{ rule: 'clock-gated' }]);
});

it('repeats by seed, does not start anew with a reset, and looks random', () => {
  const numbers = (h: ReturnType<typeof harness>, count: number) => {
    h.write(CR, RNGEN);
    return Array.from({ length: count }, () => {
      h.run(80);
      return h.read(DR);
    });
  };
  const h = harness();
  const first = numbers(h, 500);
  expect(numbers(harness(), 500)).toEqual(first);
  expect(numbers(harness({ seed: 1 }), 5)).not.toEqual(first.slice(0, 5));
  h.instance.reset('system');
  expect(numbers(h, 5)).not.toEqual(first.slice(0, 5));
  h.handle.seed(0);
  h.instance.reset('system');
  expect(numbers(h, 5)).toEqual(first.slice(0, 5));
  expect(new Set(first).size).toBe(500);
  for (let bit = 0; bit < 32; bit++) {
    const ones = first.filter((word) => (word >>> bit) & 1).length;
    expect(ones).toBeGreaterThan(190);
    expect(ones).toBeLessThan(310);
  }
});

it('keeps all its state where snapshots find it', () => {
  const scenario = (h: DeviceHarness<{ seed(n: number): void }>) => {
    h.handle.seed(5);
    h.write(CR, RNGEN | IE);
    h.run(100);
    return [h.read(DR), h.read(SR)];
  };
  expect(checkDeviceState(rng(), scenario, { cpu: 96_000_000, clocks: { usb48: 48_000_000 } })).toBe(undefined);
});
