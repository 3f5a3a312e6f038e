import { expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { mmuartExtension } from './mmuart-extension.js';

const [MM0, DFR] = [0x10, 0x1c];
const EFBR = 0x80;

test('DFR is the fraction of the divisor while MM0.EFBR is set', () => {
  const h = new DeviceHarness(mmuartExtension);
  h.write(DFR, 24);
  expect(h.signal('fraction').level).toBe(0);
  h.write(MM0, EFBR);
  expect([h.signal('fraction').level, h.problems]).toEqual([24, []]);
  h.write(MM0, 0);
  expect(h.signal('fraction').level).toBe(0);
});
