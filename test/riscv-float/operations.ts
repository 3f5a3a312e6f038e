import * as oracle from './oracle.js';
import type { FloatRandom } from './random.js';
import { DOUBLE_EDGES, INTEGER_EDGES, SINGLE_EDGES } from './random.js';

/** A number in an f register of either format, or an integer in an x register. */
export type Kind = 's' | 'd' | 32 | 64;

/** An instruction by its mnemonic, with what it takes and gives, and what the manual makes of it. */
export interface Operation {
  readonly mnemonic: string;
  readonly takes: Kind;
  readonly operands: 1 | 2 | 3;
  readonly gives: Kind;
  /** Whether it has a rounding mode. */
  readonly rounds: boolean;
  readonly expected: (rm: number, operands: readonly bigint[]) => oracle.Outcome;
}

type Oracle = (format: oracle.Format, rm: number, ...operands: bigint[]) => oracle.Outcome;

const FORMATS = { s: oracle.SINGLE, d: oracle.DOUBLE } as const;

function operationsOf(suffix: 's' | 'd'): Operation[] {
  const format = FORMATS[suffix];
  const one = (
    name: string,
    operands: 1 | 2 | 3,
    expected: Oracle,
    gives: Kind = suffix,
    rounds = true,
  ): Operation => ({
    mnemonic: `f${name}.${suffix}`,
    takes: suffix,
    operands,
    gives,
    rounds,
    expected: (rm, list) => expected(format, rm, ...list),
  });
  const exact = (name: string, operands: 1 | 2, expected: Oracle, gives: Kind = suffix) =>
    one(name, operands, expected, gives, false);
  return [
    one('add', 2, oracle.add),
    one('sub', 2, oracle.sub),
    one('mul', 2, oracle.mul),
    one('div', 2, oracle.div),
    one('sqrt', 1, oracle.sqrt),
    one('madd', 3, oracle.madd),
    one('msub', 3, oracle.msub),
    one('nmsub', 3, oracle.nmsub),
    one('nmadd', 3, oracle.nmadd),
    exact('min', 2, oracle.min),
    exact('max', 2, oracle.max),
    exact('sgnj', 2, oracle.sgnj),
    exact('sgnjn', 2, oracle.sgnjn),
    exact('sgnjx', 2, oracle.sgnjx),
    exact('eq', 2, oracle.eq, 32),
    exact('lt', 2, oracle.lt, 32),
    exact('le', 2, oracle.le, 32),
    exact('class', 1, oracle.classify, 32),
    one('cvt.w', 1, oracle.toInteger(32, false), 32),
    one('cvt.wu', 1, oracle.toInteger(32, true), 32),
    one('cvt.l', 1, oracle.toInteger(64, false), 64),
    one('cvt.lu', 1, oracle.toInteger(64, true), 64),
    ...(
      [
        ['w', 32, false],
        ['wu', 32, true],
        ['l', 64, false],
        ['lu', 64, true],
      ] as const
    ).map(
      ([name, width, unsigned]): Operation => ({
        mnemonic: `fcvt.${suffix}.${name}`,
        takes: width,
        operands: 1,
        gives: suffix,
        rounds: true,
        expected: (rm, [value]) => oracle.fromInteger(width, unsigned)(format, rm, value!),
      }),
    ),
  ]; // prettier-ignore
}

const converting = (to: 's' | 'd', from: 's' | 'd'): Operation => ({
  mnemonic: `fcvt.${to}.${from}`,
  takes: from,
  operands: 1,
  gives: to,
  rounds: true,
  expected: (rm, [value]) => oracle.convert(FORMATS[from])(FORMATS[to], rm, value!),
});

export const OPERATIONS: readonly Operation[] = [
  ...operationsOf('s'),
  ...operationsOf('d'),
  converting('s', 'd'),
  converting('d', 's'),
];

export function edgesOf(kind: Kind): readonly bigint[] {
  if (kind === 's') return SINGLE_EDGES;
  return kind === 'd' ? DOUBLE_EDGES : INTEGER_EDGES;
}

function randomOf(kind: Kind, random: FloatRandom): bigint {
  if (kind === 's') return random.single();
  return kind === 'd' ? random.double() : BigInt.asUintN(64, random.integer());
}

/** Random operands; some nearly cancel: a sum of numbers that differ in a few of the lowest bits, or one that takes a product back. */
export function randomOperands({ takes, operands }: Operation, random: FloatRandom): bigint[] {
  const list = Array.from({ length: operands }, () => randomOf(takes, random));
  if (takes !== 's' && takes !== 'd') return list;
  const width = FORMATS[takes].width;
  if (operands > 1 && random.chance(15)) list[1] = random.opposite(list[0]!, width);
  if (operands === 3 && random.chance(30)) {
    const product = oracle.mul(FORMATS[takes], random.below(5), list[0]!, list[1]!).bits;
    list[2] = random.opposite(product, width) ^ (BigInt(random.below(2)) << BigInt(width - 1));
  }
  return list;
}
