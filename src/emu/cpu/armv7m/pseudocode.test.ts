import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Emitter, type Int } from '../../isa/emitter.js';
import { evaluate } from '../../isa/evaluate.js';
import {
  ASR,
  addWithCarry,
  conditionHolds,
  LSL,
  LSR,
  overflowOf,
  ROR,
  shiftImmediateC,
  shiftRegisterC,
  subtract,
  thumbExpandImmC,
} from './pseudocode.js';

/** The shared functions against the manual's definitions, written down a second time on BigInts and strings of bits. */

/** Values of some expressions over registers and flags. */
function values(
  registers: readonly number[],
  scalars: Readonly<Record<string, number>>,
  make: (o: Emitter, r: Int[]) => Int[],
) {
  const o = new Emitter({ length: 2 });
  const results: number[] = [];
  for (const value of make(
    o,
    registers.map((_, index) => o.reg(index)),
  ))
    o.helper('result', [value], 'void');
  evaluate(o.program, {
    register: (index) => registers[index]!,
    setRegister: () => undefined,
    scalar: (name) => scalars[name] ?? 0,
    setScalar: () => undefined,
    load: () => 0n,
    store: () => undefined,
    helper: (_, [value]) => {
      results.push(Number(value));
      return undefined;
    },
  });
  return results;
}

const edge = fc.constantFrom(0, 1, -1, 0x7fff_ffff, -0x8000_0000);
const word = fc.oneof(fc.integer(), edge);
const bit = fc.constantFrom(0, 1);

describe('AddWithCarry (A2.2.1)', () => {
  const define = (x: number, y: number, carry: number) => {
    const unsigned = BigInt(x >>> 0) + BigInt(y >>> 0) + BigInt(carry);
    const signed = BigInt(x) + BigInt(y) + BigInt(carry);
    const result = Number(BigInt.asIntN(32, unsigned));
    return [result, Number(unsigned !== BigInt(result >>> 0)), Number(signed !== BigInt(result))];
  };
  const sign = (o: Emitter, value: Int) => o.shrU(value, 31);

  it('adds', () => {
    fc.assert(
      fc.property(word, word, bit, (x, y, carry) => {
        const sum = (o: Emitter, [a, b]: Int[]) => {
          const { result, carry: out, overflow } = addWithCarry(o, a!, b!, o.get('c'));
          return [result, out, sign(o, overflowOf(o, overflow))];
        };
        expect(values([x, y], { c: carry }, sum)).toEqual(define(x, y, carry));
      }),
    );
  });
  it('subtracts', () => {
    fc.assert(
      fc.property(word, word, (x, y) => {
        const difference = (o: Emitter, [a, b]: Int[]) => {
          const { result, carry, overflow } = subtract(o, a!, b!);
          return [result, carry, sign(o, overflowOf(o, overflow))];
        };
        expect(values([x, y], {}, difference)).toEqual(define(x, ~y, 1));
      }),
    );
  });
});

/** Shift_C() on a string of 32 bits (A2.2.1, A7.4.2). */
function shiftBits(value: number, type: number, amount: number, carry: number): [number, number] {
  let bits = (value >>> 0).toString(2).padStart(32, '0');
  let out = carry;
  for (let i = 0; i < amount; i++) {
    const dropped = type === LSL ? bits[0]! : bits[31]!;
    if (type === LSL) bits = `${bits.slice(1)}0`;
    else bits = `${type === LSR ? '0' : type === ASR ? bits[0] : dropped}${bits.slice(0, 31)}`;
    out = Number(dropped);
  }
  return [Number.parseInt(bits, 2) | 0, out];
}

describe('Shift_C (A7.4.2)', () => {
  it('by the low byte of a register', () => {
    fc.assert(
      fc.property(
        word,
        fc.constantFrom(LSL, LSR, ASR, ROR),
        fc.oneof(fc.nat(70), fc.nat(0xffff)),
        bit,
        (value, type, by, carry) => {
          const shifted = values([value, by], { c: carry }, (o, [v, n]) => {
            const { result, carry: out } = shiftRegisterC(o, v!, type, n!);
            return [result, out];
          });
          expect(shifted).toEqual(shiftBits(value, type, by & 0xff, carry));
        },
      ),
      { numRuns: 500 },
    );
  });
  it('by an encoded immediate: 0 is LSR #32, ASR #32 or RRX', () => {
    fc.assert(
      fc.property(word, fc.constantFrom(LSL, LSR, ASR, ROR), fc.nat(31), bit, (value, type, imm5, carry) => {
        const shifted = values([value, imm5], { c: carry }, (o, [v, n]) => {
          const { result, carry: out } = shiftImmediateC(o, v!, type, n!);
          return [result, out];
        });
        const rrx = [(value >>> 1) | (carry << 31), value & 1];
        const amount = imm5 === 0 && (type === LSR || type === ASR) ? 32 : imm5;
        expect(shifted).toEqual(imm5 === 0 && type === ROR ? rrx : shiftBits(value, type, amount, carry));
      }),
      { numRuns: 500 },
    );
  });
});

describe('ThumbExpandImm_C (A5.3.2)', () => {
  it.each([
    [0x0ab, 0xab, 1],
    [0x1ab, 0x00ab_00ab, 1],
    [0x2ab, 0xab00_ab00, 1],
    [0x3ab, 0xabab_abab, 1],
    // 1bcdefgh rotated right by 8 to 31; the carry is bit 31
    [0x400, 0x8000_0000, 1],
    [0x47f, 0xff00_0000, 1],
    [0x4ff, 0x7f80_0000, 0],
    [0xfff, 0x0000_01fe, 0],
  ])('0x%s', (imm12, expected, carry) => {
    const expand = (o: Emitter, [i]: Int[]) => {
      const { result, carry: out } = thumbExpandImmC(o, i!);
      return [result, out];
    };
    expect(values([imm12], { c: 1 }, expand)).toEqual([expected | 0, carry]);
  });
});

describe('ConditionHolds (A7.3.1)', () => {
  it('holds as table A7-1 says, for all flags', () => {
    const names = ['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le', 'al'];
    for (let flags = 0; flags < 16; flags++) {
      const [n, z, c, v] = [8, 4, 2, 1].map((mask) => (flags & mask) !== 0) as [boolean, boolean, boolean, boolean];
      const table = [z, !z, c, !c, n, !n, v, !v, c && !z, !c || z, n === v, n !== v, !z && n === v, z || n !== v, true];
      const state = { n: n ? -1 : 1, z: z ? 0 : 5, c: Number(c), va: v ? -0x8000_0000 : 7, vb: 1 };
      const holds = names.map((_, condition) => values([], state, (o) => [conditionHolds(o, condition)])[0] !== 0);
      expect(holds).toEqual(table);
    }
  });
});
