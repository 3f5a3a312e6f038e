import { expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { sifiveCcache } from './ccache.js';

const cache = () =>
  new DeviceHarness(sifiveCcache({ banks: 4, ways: 16, setsLog2: 9, blockLog2: 6, masters: 23 }), { name: 'l2cc' });

test('FU540 10.4: the configuration: 4 banks, 16 ways, 512 sets, blocks of 64 bytes', () => {
  expect(cache().read(0)).toBe(0x0609_1004);
});

test('FU540 10.4: ways are enabled and stay so', () => {
  const one = cache();
  expect(one.read(8)).toBe(0);
  one.write(8, 15);
  expect(one.read(8)).toBe(15);
  one.write(8, 3);
  expect([one.read(8), one.problems.length]).toEqual([15, 1]);
});

test('FU540 10.4: masks of the masters, all ways after a reset', () => {
  const one = cache();
  expect([one.read(0x800), one.read(0x800 + 8 * 22)]).toEqual([0xffff, 0xffff]);
  one.write(0x808, 0xff);
  expect(one.read(0x808)).toBe(0xff);
});

test('flushes are done at once, errors do not come', () => {
  const one = cache();
  one.write(0x200, 0x8000_0000);
  expect([one.read(0x200), one.read(0x108), one.problems]).toEqual([0, 0, []]);
});
