import { expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { parseRegisters, unmodelledBlock } from './unmodelled-block.js';

it('places registers one after another, or where the list says', () => {
  const registers = parseRegisters('CR SR=0x2 @0x20 DR=7 IDR');
  expect(Object.entries(registers).map(([name, { offset, reset }]) => [name, offset, reset])).toEqual([
    ['CR', 0, 0],
    ['SR', 4, 2],
    ['DR', 0x20, 7],
    ['IDR', 0x24, 0],
  ]);
});

it('fails where registers overlap', () => {
  expect(() => parseRegisters('CR SR @0x4 DR')).toThrow('registers SR and DR overlap');
});

it('is reported at the first access, by register, once', () => {
  const h = new DeviceHarness(unmodelledBlock('I2C1', 0x400, 'CR1 CR2'), { name: 'i2c1' });
  expect(h.read(4)).toBe(0);
  h.write(0, 0x1234_5678);
  expect(h.read(0)).toBe(0x1234_5678);
  expect(h.problems.map((problem) => problem.what)).toEqual(['I2C1 is used (I2C1.CR2), but it is not modelled']);
  h.instance.reset('system');
  expect(h.read(0)).toBe(0);
});
