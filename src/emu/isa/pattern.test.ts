import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineIsa, type Isa, insn } from './instruction.js';
import { extract, insert, parsePattern } from './pattern.js';

describe('patterns', () => {
  test('fixed bits become mask and match', () => {
    expect(parsePattern('0001100 mmm nnn ddd')).toMatchObject({ length: 16, mask: 0xfe00, match: 0x1800 });
  });

  test('a letter in several places is one field, most significant bits first', () => {
    const [field] = parsePattern('iii 00000 ii 000 jjj').fields;
    expect(field).toEqual({
      letter: 'i',
      width: 5,
      runs: [
        [13, 3],
        [6, 2],
      ],
    }); // prettier-ignore
    expect(extract(field!, 0b101_00000_11_000_000)).toBe(0b10111);
  });

  test('insert is the inverse of extract', () => {
    const { fields, match, mask } = parsePattern('11110 i 0 0100 s nnnn 0 iii dddd iiiiiiii');
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (random) => {
        const word = ((random & ~mask) | match) >>> 0;
        const again = fields.reduce((built, field) => insert(field, built, extract(field, word)), match);
        expect(again).toBe(word);
      }),
    );
  });

  test('a pattern of the wrong length is refused', () => {
    expect(() => parsePattern('0001')).toThrow(/4 bits, not 16 or 32/);
  });
});

test('rows that overlap without saying so fail when the table is defined', () => {
  const isa = (over: boolean): Isa => ({
    name: 'two rows',
    rows: [
      insn('0000 nnnn dddd 0000', 'wide {d}', 'alu', 'none', () => undefined),
      insn('0000 0000 dddd 0000', 'narrow {d}', 'alu', 'none', () => undefined, { over }),
    ],
    state: { registers: { count: 16, type: 'i32' }, scalars: {} },
    timing: () => 1,
    takenCycles: 0,
    traps: [],
    helpers: {},
    linkage: { links: [], stack: -1 },
    formats: {},
    lengthOf: () => 2,
    join: (first) => first,
  });
  expect(() => defineIsa(isa(false))).toThrow(/'wide {d}' and 'narrow {d}' overlap/);
  expect(defineIsa(isa(true)).rows).toHaveLength(2);
});

test('a letter that the pattern lacks is a compile error', () => {
  insn('0001100 mmm nnn ddd', '', 'alu', 'none', (o, f) => {
    // @ts-expect-error there is no operand q
    o.setReg(f.d, f.q);
  });
});
