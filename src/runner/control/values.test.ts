import { describe, expect, test } from 'vitest';
import { targetWith } from './control-bench.js';
import { addressOf, decoded, encoded, exact, fitting, hexOf } from './values.js';

describe('numbers', () => {
  test('are numbers up to 2⁵³ and hexadecimal text beyond', () => {
    expect([exact(0), exact(2 ** 53 - 1), exact(2 ** 53), exact(0xdead_beef_cafe_f00dn)]).toEqual([
      0,
      9007199254740991,
      '0x20000000000000',
      '0xdeadbeefcafef00d',
    ]);
    expect([hexOf(44), hexOf(1n, 16)]).toEqual(['0x0000002c', '0x0000000000000001']);
  });
  test('fit, signed or unsigned, or are refused', () => {
    expect(fitting('0xffffffffffffffff', 64, 'a')).toBe(0xffff_ffff_ffff_ffffn);
    expect([fitting(-1, 8, 'a'), fitting(255, 8, 'a'), fitting(-128, 8, 'a')]).toEqual([255n, 255n, 128n]);
    for (const value of [256, -129]) expect(() => fitting(value, 8, 'the word')).toThrow('does not fit the word');
  });
});

describe('bytes', () => {
  test.each([
    ['hex', '00ff41'],
    ['base64', 'AP9B'],
  ] as const)('as %s, both ways', (encoding, text) => {
    expect(encoded(Uint8Array.of(0, 255, 65), encoding)).toBe(text);
    expect([...decoded(text, encoding)]).toEqual([0, 255, 65]);
  });
  test('text that is not in its encoding is refused', () => {
    for (const data of ['0', 'xy', '0x00']) expect(() => decoded(data, 'hex')).toThrow('`data` is not hex');
    for (const data of ['A', 'AP9', 'A=B=', 'AP9B\n']) expect(() => decoded(data, 'base64')).toThrow('is not base64');
    expect([...decoded('é', 'utf8')]).toEqual([0xc3, 0xa9]);
  });
});

describe('addresses', () => {
  const { bench } = targetWith('uart-echo/uart-echo.elf');
  const main = bench.locator.symbol('main')!.address;
  test.each([
    [0x2000_0000, 0x2000_0000],
    ['0x20000000', 0x2000_0000],
    ['536870912', 0x2000_0000],
    ['main', main],
    ['main+8', main + 8],
    ['main+0x10', main + 16],
  ])('%s', (where, address) => expect(addressOf(bench, where)).toBe(address));
  test('that are none, and those that are not on the bus', () => {
    expect(() => addressOf(bench, 'man')).toThrow('did you mean main');
    expect(() => addressOf(bench, '0x100000000')).toThrow('is not on the bus');
    expect(() => addressOf(bench, '0xffffffff+1')).toThrow('is not on the bus');
  });
});
