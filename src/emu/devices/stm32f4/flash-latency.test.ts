import { expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { flashInterface } from './flash-interface.js';
import { waitStatesFor } from './flash-latency.js';
import { FACTORY_OPTION_BYTES } from './flash-options.js';

it.each([
  // RM0090 table 10: the last MHz of each row
  [3300, [30, 60, 90, 120, 150, 168]],
  [2700, [30, 60, 90, 120, 150, 168]],
  [2500, [24, 48, 72, 96, 120, 144, 168]],
  [2100, [22, 44, 66, 88, 110, 132, 154, 168]],
  [1800, [20, 40, 60, 80, 100, 120, 140, 160]],
])('at %i mV needs the wait states of the manual', (millivolts, limits) => {
  for (const [waitStates, megahertz] of limits.entries()) {
    expect(waitStatesFor(megahertz * 1e6, millivolts)).toBe(waitStates);
    if (waitStates + 1 < limits.length) expect(waitStatesFor(megahertz * 1e6 + 1, millivolts)).toBe(waitStates + 1);
  }
});

function flash() {
  const memories = {
    main: new Uint8Array(1 << 20).fill(0xff),
    system: new Uint8Array(30 << 10),
    otp: new Uint8Array(528).fill(0xff),
    options: FACTORY_OPTION_BYTES.slice(),
  };
  return new DeviceHarness(flashInterface({ flashKiB: 1024 }), { name: 'flash', memories, cpu: 16e6 });
}

it('tells when the clock goes above what LATENCY allows, once', () => {
  const h = flash();
  h.clock('cpu').set(168e6);
  h.clock('cpu').set(167e6);
  expect(h.problems).toMatchObject([
    {
      kind: 'misuse',
      rule: 'flash-latency',
      what: 'HCLK runs at 168 MHz at 3.3 V with FLASH.ACR.LATENCY = 0: flash needs 5 wait states',
    },
  ]);
});

it('tells when LATENCY is lowered before the clock, or the supply falls', () => {
  const h = flash();
  h.signal('millivolts').set(3_000);
  h.write(0, 5);
  h.clock('cpu').set(168e6);
  expect(h.problems).toEqual([]);
  h.write(0, 2);
  h.write(0, 5);
  h.signal('millivolts').set(2_500);
  expect(h.problems.map(({ what }) => what)).toEqual([
    'HCLK runs at 168 MHz at 3 V with FLASH.ACR.LATENCY = 2: flash needs 5 wait states',
    'HCLK runs at 168 MHz at 2.5 V with FLASH.ACR.LATENCY = 5: flash needs 6 wait states',
  ]);
});
