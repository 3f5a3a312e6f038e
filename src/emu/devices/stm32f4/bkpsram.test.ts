import { expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { checkDeviceState } from '../../device-state-check.js';
import { bkpsram } from './bkpsram.js';

const make = () => new DeviceHarness(bkpsram(), { name: 'bkpsram' });
type Harness = ReturnType<typeof make>;

function filled(): Harness {
  const h = make();
  h.signal('backupAccess').set(1);
  h.write(0xffc, 0x1234_5678);
  return h;
}

it('holds bytes, half-words and words while DBP is set (RM0090 5.1.2)', () => {
  const h = filled();
  h.write(1, 0xab, 1);
  h.write(2, 0xcdef, 2);
  expect([h.read(0), h.read(1, 1), h.read(2, 2), h.read(0xffc)]).toEqual([0xcdef_ab00, 0xab, 0xcdef, 0x1234_5678]);
  h.signal('backupAccess').set(0);
  h.write(0, 0);
  h.write(4, 1);
  expect([h.read(0), h.read(4)]).toEqual([0xcdef_ab00, 0]);
  expect(h.problems.map(({ what }) => what)).toEqual([
    'the backup SRAM was written while the backup domain is protected: the write is lost',
  ]);
});

it.each([
  // regulator, battery, kept
  ['software', 0, 0, true],
  ['standby', 0, 0, false],
  ['standby', 1, 0, true],
  ['power-on', 1, 0, false],
  ['power-on', 0, 1, false],
  ['power-on', 1, 1, true],
] as const)('at a reset by %s with backup regulator %i and battery %i: kept %s', (cause, regulator, battery, kept) => {
  const h = filled();
  h.signal('backupRegulator').set(regulator);
  h.signal('battery').set(battery);
  h.instance.reset(cause === 'software' ? 'system' : 'power-on', cause);
  expect(h.read(0xffc)).toBe(kept ? 0x1234_5678 : 0);
});

it('is erased with the flash when read protection goes (3.7.3)', () => {
  const h = filled();
  h.signal('protectionErased').set(1);
  expect(h.read(0xffc)).toBe(0);
});

it('holds no state that a snapshot misses', () => {
  const scenario = (h: Harness) => {
    h.signal('backupAccess').set(1);
    h.write(8, 0xdead_beef);
    return h.read(8);
  };
  expect(checkDeviceState(bkpsram(), scenario as never, { name: 'bkpsram' })).toBeUndefined();
});
