import { expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { pfsocSysreg } from './sysreg.js';

test('the eNVM says that its clock is as configured, which boot code waits for', () => {
  const h = new DeviceHarness(pfsocSysreg);
  expect(h.read(0xb8)).toBe(0x4005_0046);
  h.write(0xb8, 0x4005_000b);
  expect(h.read(0xb8)).toBe(0x4005_004b);
});

test('routing, pads and power are kept', () => {
  const h = new DeviceHarness(pfsocSysreg);
  const offsets = [0x80, 0x98, 0xc0, 0x174, 0x200, 0x218, 0x230, 0x280];
  for (const offset of offsets) h.write(offset, offset + 1);
  expect(offsets.map((offset) => h.read(offset))).toEqual(offsets.map((offset) => offset + 1));
  expect(h.problems).toEqual([]);
});

test('0xdead to MSS_RESET_CR resets the chip', () => {
  const h = new DeviceHarness(pfsocSysreg);
  h.write(0x18, 1);
  expect(h.resets).toEqual([]);
  h.write(0x18, 0xdead);
  expect(h.resets).toEqual(['software']);
});
