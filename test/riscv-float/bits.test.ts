import { describe, expect, test } from 'vitest';
import { BIT_EXTENSIONS } from '../../src/emu/cpu/riscv/bit-row.js';
import { rvB } from '../../src/emu/cpu/riscv/rv-b.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { flatMachine } from '../../src/emu/isa/engine-harness.js';
import { encode, mnemonicOf, randomFields } from '../differential/riscv-encode.js';
import { floatIsa } from './isa.js';
import { FloatRandom } from './random.js';

/** Every bit-manipulation instruction against its description in Bitmanip 1.0, bit by bit where that is how it is described. */

const RUNS = process.env['FWTEST_LONG'] ? 100_000 : 2000;
const BASE = 0x8000_0000;

type Reference = (a: bigint, b: bigint, xlen: number) => bigint;
const u = BigInt.asUintN;
const s = BigInt.asIntN;
const at = (value: bigint, index: number) => (value >> BigInt(index)) & 1n;
const indices = (count: number) => Array.from({ length: count }, (_, i) => i);
const amount = (b: bigint, width: number) => BigInt(Number(u(32, b)) % width);
const word = (value: bigint) => s(32, value);

const rotateRight = (a: bigint, b: bigint, width: number) => {
  const by = amount(b, width);
  return (a >> by) | u(width, a << ((BigInt(width) - by) % BigInt(width)));
};
const rotateLeft = (a: bigint, b: bigint, width: number) => rotateRight(a, BigInt(width) - amount(b, width), width);
const leading = (a: bigint, width: number) => BigInt(indices(width).filter((i) => a >> BigInt(i) === 0n).length);
const trailing = (a: bigint, width: number) => BigInt(indices(width).findIndex((i) => at(a, i) === 1n) >>> 0);
const trailingOr = (a: bigint, width: number) => (a === 0n ? BigInt(width) : trailing(a, width));
const population = (a: bigint, width: number) => BigInt(indices(width).filter((i) => at(a, i) === 1n).length);
const product = (a: bigint, b: bigint, width: number) =>
  indices(width).reduce((sum, i) => (at(b, i) === 1n ? sum ^ (a << BigInt(i)) : sum), 0n);
const bytes = (a: bigint, width: number) => indices(width / 8).map((i) => (a >> BigInt(8 * i)) & 0xffn);
const joined = (list: readonly bigint[]) => list.reduce((all, byte, i) => all | (byte << BigInt(8 * i)), 0n);
const bit = (b: bigint, width: number) => 1n << amount(b, width);
const shiftAdd =
  (by: bigint): Reference =>
  (a, b) =>
    b + (a << by);
const ofWord =
  (by: bigint): Reference =>
  (a, b) =>
    b + (u(32, a) << by);

/** `b` is rs2, or the immediate. */
const REFERENCES: Readonly<Record<string, Reference>> = {
  sh1add: shiftAdd(1n),
  sh2add: shiftAdd(2n),
  sh3add: shiftAdd(3n),
  'add.uw': ofWord(0n),
  'sh1add.uw': ofWord(1n),
  'sh2add.uw': ofWord(2n),
  'sh3add.uw': ofWord(3n),
  'slli.uw': (a, b) => u(32, a) << b,
  andn: (a, b) => a & ~b,
  orn: (a, b) => a | ~b,
  xnor: (a, b) => ~(a ^ b),
  clz: (a, _, xlen) => leading(a, xlen),
  ctz: (a, _, xlen) => trailingOr(a, xlen),
  cpop: (a, _, xlen) => population(a, xlen),
  clzw: (a) => leading(u(32, a), 32),
  ctzw: (a) => trailingOr(u(32, a), 32),
  cpopw: (a) => population(u(32, a), 32),
  max: (a, b, xlen) => (s(xlen, a) < s(xlen, b) ? b : a),
  maxu: (a, b) => (a < b ? b : a),
  min: (a, b, xlen) => (s(xlen, a) < s(xlen, b) ? a : b),
  minu: (a, b) => (a < b ? a : b),
  'sext.b': (a) => s(8, a),
  'sext.h': (a) => s(16, a),
  'zext.h': (a) => u(16, a),
  rol: rotateLeft,
  ror: rotateRight,
  rori: rotateRight,
  rolw: (a, b) => word(rotateLeft(u(32, a), b, 32)),
  rorw: (a, b) => word(rotateRight(u(32, a), b, 32)),
  roriw: (a, b) => word(rotateRight(u(32, a), b, 32)),
  'orc.b': (a, _, xlen) => joined(bytes(a, xlen).map((byte) => (byte === 0n ? 0n : 0xffn))),
  rev8: (a, _, xlen) => joined(bytes(a, xlen).toReversed()),
  clmul: product,
  clmulh: (a, b, xlen) => product(a, b, xlen) >> BigInt(xlen),
  clmulr: (a, b, xlen) => product(a, b, xlen) >> BigInt(xlen - 1),
  bclr: (a, b, xlen) => a & ~bit(b, xlen),
  bclri: (a, b, xlen) => a & ~bit(b, xlen),
  bext: (a, b, xlen) => at(a, Number(amount(b, xlen))),
  bexti: (a, b, xlen) => at(a, Number(amount(b, xlen))),
  binv: (a, b, xlen) => a ^ bit(b, xlen),
  binvi: (a, b, xlen) => a ^ bit(b, xlen),
  bset: (a, b, xlen) => a | bit(b, xlen),
  bseti: (a, b, xlen) => a | bit(b, xlen),
};

function rig(xlen: Xlen) {
  const { engine, words, ram } = flatMachine(floatIsa(xlen), 0x1000, { base: BASE });
  const { registers, registerCount, scalars } = engine.layout;
  for (const name of BIT_EXTENSIONS) words[scalars[name]!.offset >> 2] = 1;
  const file =
    xlen === 64
      ? new BigInt64Array(words.buffer, registers, registerCount)
      : new Int32Array(words.buffer, registers, registerCount);
  return {
    set: (index: number, value: bigint) => {
      file[index] = xlen === 64 ? value : Number(BigInt.asIntN(32, value));
    },
    get: (index: number) => BigInt.asUintN(xlen, BigInt(file[index]!)),
    run: (instruction: number) => {
      engine.invalidate(BASE, 4);
      new DataView(ram.buffer, ram.byteOffset).setUint32(0, instruction, true);
      engine.pc = BASE;
      engine.budget = 1;
      return engine.run().kind;
    },
  };
}

describe.each([32, 64] as const)('RV%i', (xlen) => {
  const { set, get, run } = rig(xlen);
  test.each(rvB(xlen).map((row) => [mnemonicOf(row), row] as const))('%s', (mnemonic, row) => {
    const random = new FloatRandom(mnemonic.length * 100 + xlen);
    const width = row.pattern.fields.find(({ letter }) => letter === 'i')?.width ?? 0;
    for (let i = 0; i < RUNS; i++) {
      const [a, b] = [BigInt.asUintN(xlen, random.integer()), BigInt.asUintN(xlen, random.integer())];
      const immediate = random.bits(width);
      const { word: encoded } = encode(row, randomFields(row, random, { d: 10, s: 11, t: 12, i: immediate }));
      set(11, a);
      set(12, b);
      expect(run(encoded)).toBe('budget');
      const expected = REFERENCES[mnemonic]!(a, width > 0 ? BigInt(immediate) : b, xlen);
      const what = `${mnemonic} of 0x${a.toString(16)} and 0x${b.toString(16)} or ${immediate}`;
      expect(get(10), what).toBe(BigInt.asUintN(xlen, expected));
    }
  });
});
