import { expect, test } from 'vitest';
import { jump } from './moved-image.js';

test('a jump is what GNU as makes of it', () => {
  expect(jump(0x1000)).toBe(0x0000_106f);
  expect(jump(0xff000)).toBe(0x000f_f06f);
  expect(jump(0x81ffe)).toBe(0x7ff8_106f);
  expect(jump(0x800)).toBe(0x0010_006f);
});

test('what a jump does not reach is refused', () => {
  for (const offset of [0, -4, 3, 1 << 20]) expect(() => jump(offset)).toThrow(`no jump reaches ${offset} bytes up`);
});
