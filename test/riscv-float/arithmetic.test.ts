import { describe, expect, test } from 'vitest';
import { Bulk } from './bulk.js';
import { edgesOf, OPERATIONS, type Operation, randomOperands } from './operations.js';
import { FloatRandom } from './random.js';

/**
 * Every operation of F and D against exact arithmetic (oracle.ts): results and flags in all rounding modes, static and dynamic,
 * with flags that were raised before and without.
 */

const LONG = process.env['FWTEST_LONG'];
/** Random operands an operation. RV32 has the same bodies around other registers. */
const COUNT = { 32: LONG ? 1_000_000 : 20_000, 64: LONG ? 5_000_000 : 100_000 } as const;
const MODES = [0, 1, 2, 3, 4];
const MOST = 5;

const hex = (bits: bigint) => `0x${bits.toString(16)}`;

class Check {
  readonly wrong: string[] = [];
  readonly #bulk: Bulk;
  readonly #operation: Operation;

  constructor(bulk: Bulk, operation: Operation) {
    this.#bulk = bulk;
    this.#operation = operation;
    bulk.place(operation);
  }

  one(operands: readonly bigint[], rm: number, dynamic: boolean, before: number): void {
    const { bits, flags } = this.#operation.expected(rm, operands);
    const found = this.#bulk.run(this.#operation, rm, dynamic, operands, before);
    if (found.bits === bits && found.fflags === (before | flags)) return;
    if (this.wrong.length >= MOST) return;
    const { mnemonic } = this.#operation;
    const got = `${hex(found.bits)} fflags ${found.fflags}, not ${hex(bits)} fflags ${before | flags}`;
    this.wrong.push(`${mnemonic} of ${operands.map(hex).join(' ')}, rm ${rm}, fflags ${before}: ${got}`);
  }
}

/** All edge values in all modes, in all pairs where there are two operands; three operands in a sample of triples. */
function edges(check: Check, operation: Operation): void {
  const random = new FloatRandom(5);
  const list = edgesOf(operation.takes);
  for (const rm of operation.rounds ? MODES : [0]) {
    for (const x of list) {
      if (operation.operands === 1) check.one([x], rm, false, random.below(2));
      else {
        for (const y of list)
          check.one([x, y, random.pick(list)].slice(0, operation.operands), rm, false, random.below(2));
      }
    }
  }
}

describe.each([32, 64] as const)('RV%i', (xlen) => {
  const bulk = new Bulk(xlen);
  const count = COUNT[xlen];
  const operations = OPERATIONS.filter((operation) => bulk.has(operation));
  test.each(operations.map((operation) => [operation.mnemonic, operation] as const))(
    `%s: edge values, and ${count} random operands`,
    (_, operation) => {
      const check = new Check(bulk, operation);
      edges(check, operation);
      const random = new FloatRandom(operation.mnemonic.length * 1000 + count);
      const times = operation.rounds ? count : count / 5;
      for (let i = 0; i < times && check.wrong.length === 0; i++) {
        const rm = operation.rounds && random.chance(70) ? random.below(5) : 0;
        const before = random.chance(50) ? 1 : random.below(32);
        check.one(randomOperands(operation, random), rm, random.chance(50), before);
      }
      expect(check.wrong).toEqual([]);
    },
    3_600_000,
  );
});
