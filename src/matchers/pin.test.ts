import { beforeEach, describe, test, expect as vitestExpect } from 'vitest';
import type { Duration } from '../emu/duration.js';
import { FakeBench, FakePin } from './fake-bench.js';
import { type FirmwareMatchers, matchers } from './index.js';
import { introduce } from './subject.js';

vitestExpect.extend(matchers as never);
const expect = vitestExpect as unknown as (actual: unknown) => FirmwareMatchers & { not: FirmwareMatchers };
const failing = (fn: () => void) => vitestExpect(fn);

let bench: FakeBench;
let net: FakePin;
let pin: object;

beforeEach(() => {
  bench = new FakeBench();
  net = new FakePin(bench);
  pin = {};
  introduce(pin, { bench, name: 'PD12', pin: net });
});

/** Rises every `period` µs from `start` µs on and falls after `high` µs. */
function wave(period: number, high: number, start = 100, count = 8): void {
  for (let i = 0; i < count; i++) {
    bench.at(`${start + i * period}us` as Duration, () => net.set('high'));
    bench.at(`${start + i * period + high}us` as Duration, () => net.set('low'));
  }
}

describe('toBeHigh and toBeLow', () => {
  test('accept driven and pulled levels', () => {
    net.set('high', 'pulled');
    expect(pin).toBeHigh();
    expect(pin).not.toBeLow();
    net.set('low', 'driven');
    expect(pin).toBeLow();
  });

  test('a floating or contested pin is neither', () => {
    net.set('floating', 'none');
    expect(pin).not.toBeHigh();
    expect(pin).not.toBeLow();
    failing(() => expect(pin).toBeLow()).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(PD12).toBeLow()

        Expected  low
        Level     floating
        Edges     floating at 0 ns
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    net.set('conflict', 'driven');
    failing(() => expect(pin).toBeHigh()).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(PD12).toBeHigh()

        Expected  high
        Level     conflict
        Edges     floating at 0 ns, conflict at 0 ns
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
  });

  test('want a pin', () => {
    failing(() => expect(12).toBeHigh()).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: this matcher wants a pin (board.pin("PD12")) or a part with one pin (board.green), not 12]`,
    );
  });
});

describe('toGoHigh and toGoLow', () => {
  test('wait for the edge and stop at it', () => {
    bench.at('18ms', () => net.set('high'));
    expect(pin).not.toGoHigh({ within: '17ms' });
    expect(pin).toGoHigh({ within: '3ms' });
    vitestExpect(bench.time).toBe(18_000_000);
    expect(pin).toGoHigh({ within: '1ms' });
    vitestExpect(bench.time).toBe(18_000_000);
  });

  test('tell the edges there were', () => {
    bench.at('1ms', () => net.set('high'));
    bench.at('2ms', () => net.set('floating', 'none'));
    bench.run('3ms');
    failing(() => expect(pin).toGoLow({ within: '5ms' })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(PD12).toGoLow({ within: "5ms" })

        Expected  low
        Level     floating
        Edges     none
        Waited    5 ms of machine time (80,000 cycles at 16 MHz)
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    failing(() => expect(pin).not.toGoHigh({ within: '5ms' })).not.toThrow();
  });
});

describe('toToggle', () => {
  test('counts changes of level', () => {
    wave(1000, 500);
    expect(pin).toToggle({ within: '2ms', times: 3 });
    vitestExpect(bench.time).toBe(1_100_000);
    failing(() => expect(pin).toToggle({ within: '2ms', times: 100 })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(PD12).toToggle({ within: "2ms", times: 100 })

        Expected  100 changes of level
        Edges     high at 1.1 ms, low at 1.6 ms, high at 2.1 ms, low at 2.6 ms, high at 3.1 ms
        Waited    2 ms of machine time (32,000 cycles at 16 MHz)
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
  });
});

describe('toBlink', () => {
  test('measures whole periods from wherever it begins', () => {
    wave(1000, 300, 950);
    expect(pin).toBlink({ hz: 1000 });
    wave(1010, 300, 20_000);
    bench.run('15ms');
    expect(pin).toBlink({ hz: 1000 });
  });

  test('refuses another rate, an unsteady one and none', () => {
    wave(1100, 300);
    failing(() => expect(pin).toBlink({ hz: 1000 })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(PD12).toBlink({ hz: 1000 })

        Expected  1 kHz ± 2 %
        Measured  909.09 Hz (periods 1.1 ms, 1.1 ms, 1.1 ms)
        Waited    3.4 ms of machine time (54,400 cycles at 16 MHz)
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    bench.run('10ms');
    for (const at of [14_000, 15_000, 15_500, 17_000]) wave(10_000, 100, at, 1);
    failing(() => expect(pin).toBlink({ hz: 1000 })).toThrow('periods 1 ms, 500 µs, 1.5 ms');
    failing(() => expect(pin).toBlink({ hz: 1000 })).toThrow('0 rising edges: no whole period');
    failing(() => expect(pin).toBlink({ hz: 0 })).toThrow('hz is 0');
  });
});

describe('toHaveDutyCycle', () => {
  test('measures the share of the time that the pin is high', () => {
    wave(1000, 250);
    expect(pin).toHaveDutyCycle(0.25, { within: '10ms' });
    bench.run('10ms');
    wave(1000, 400, 20_000);
    failing(() => expect(pin).toHaveDutyCycle(0.25, { within: '30ms' })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(PD12).toHaveDutyCycle(0.25, { within: "30ms" })

        Expected  25 % high over 3 periods
        Measured  40 % high
        Waited    9.9 ms of machine time (158,400 cycles at 16 MHz)
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    failing(() => expect(pin).toHaveDutyCycle(25, { within: '30ms' })).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: toHaveDutyCycle: 25 is no duty cycle
        remedy: give a share between 0 and 1, such as 0.25; a pin that does not change is toBeHigh() or toBeLow()]
    `);
  });

  test('begins with a pin that is high already', () => {
    net.set('high');
    bench.at('50us', () => net.set('low'));
    wave(1000, 250);
    expect(pin).toHaveDutyCycle(0.25, { within: '10ms' });
  });
});

describe('the opposite', () => {
  test('not.toGoLow lets the time pass and stays high', () => {
    net.set('high');
    bench.at('3ms', () => net.set('low'));
    expect(pin).not.toGoLow({ within: '2ms' });
    vitestExpect(bench.time).toBe(2_000_000);
    failing(() => expect(pin).not.toGoLow({ within: '2ms' })).toThrow('Expected  never low');
  });

  test('not.toToggle accepts fewer changes', () => {
    wave(1000, 500, 100, 1);
    expect(pin).not.toToggle({ within: '2ms', times: 3 });
    wave(1000, 500, 3000, 2);
    failing(() => expect(pin).not.toToggle({ within: '5ms', times: 3 })).toThrow('fewer than 3 changes');
  });

  test('not.toBlink accepts another rate and silence', () => {
    wave(1100, 300);
    expect(pin).not.toBlink({ hz: 1000 });
    bench.run('20ms');
    expect(pin).not.toBlink({ hz: 1000 });
    wave(1000, 300, 40_000);
    bench.run('15ms');
    failing(() => expect(pin).not.toBlink({ hz: 1000 })).toThrow('Expected  not 1 kHz');
  });

  test('not.toHaveDutyCycle accepts another share', () => {
    wave(1000, 400);
    expect(pin).not.toHaveDutyCycle(0.25, { within: '10ms' });
    bench.run('20ms');
    wave(1000, 250, 40_000);
    failing(() => expect(pin).not.toHaveDutyCycle(0.25, { within: '30ms' })).toThrow('not 25 % high');
  });
});

describe('without `within`', () => {
  test('all that wait say so', () => {
    const calls = [
      () => expect(pin).toGoHigh(undefined as never),
      () => expect(pin).toGoLow({} as never),
      () => expect(pin).toToggle({ times: 2 } as never),
      () => expect(pin).toHaveDutyCycle(0.5, undefined as never),
    ];
    for (const call of calls) failing(call).toThrow(/^to\w+: `within` is missing\n {2}remedy: .*within: '50ms'/);
  });
});
