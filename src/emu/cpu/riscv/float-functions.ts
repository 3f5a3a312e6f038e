import type { PureFunction } from '../../isa/ir.js';
import { type Operand, operand, unpackDouble, unpackSingle } from './float-operand.js';
import { doubleOf, SOFT_DOUBLE, SOFT_SINGLE, type SoftFormat, type SoftResult } from './float-soft.js';
import * as soft from './float-soft-arithmetic.js';

/**
 * Arithmetic as instruction bodies call it where compiled code cannot do it at once: operands are words (a double's low one
 * first), the last argument is the rounding mode.
 */
export type SoftFunction =
  /** Gives bits + flags × 2³² of a single. */
  | { readonly packed: PureFunction }
  /** A double, whose NaN stands for the canonical one, and its flags. */
  | { readonly value: PureFunction; readonly flags: PureFunction };

type Compute = (out: SoftResult, words: readonly number[]) => void;

const single: SoftResult = { low: 0, high: 0, flags: 0 };
const double: SoftResult = { low: 0, high: 0, flags: 0 };
const a = operand();
const b = operand();
const c = operand();

function pure(name: string, words: number, result: 'i32' | 'f64', run: PureFunction['run']): PureFunction {
  return { name, params: Array.from({ length: words + 1 }, () => 'i32'), result, run };
}

function toSingle(name: string, words: number, compute: Compute): SoftFunction {
  const run = (...args: number[]): number => {
    single.flags = 0;
    compute(single, args);
    return (single.low >>> 0) + single.flags * 2 ** 32;
  };
  return { packed: pure(name, words, 'f64', run) };
}

/** What `double` is the result of: flags are asked for behind the value. */
let lastCompute: Compute | undefined;
let lastArguments: readonly number[] = [];

function toDouble(name: string, words: number, compute: Compute): SoftFunction {
  const update = (args: readonly number[]): void => {
    if (lastCompute === compute && args.every((word, i) => word === lastArguments[i])) return;
    double.flags = 0;
    compute(double, args);
    lastCompute = compute;
    lastArguments = args;
  };
  const value = (...args: number[]): number => {
    update(args);
    return doubleOf(double.low, double.high);
  };
  const flags = (...args: number[]): number => {
    update(args);
    return double.flags;
  };
  return { value: pure(name, words, 'f64', value), flags: pure(`${name} flags`, words, 'i32', flags) };
}

/** An operation on operands of one format that gives another of the same. */
interface Kind {
  readonly suffix: 's' | 'd';
  readonly format: SoftFormat;
  readonly words: 1 | 2;
  readonly unpack: (into: Operand, words: readonly number[], at: number) => void;
  readonly wrap: typeof toSingle;
}
const SINGLES: Kind = {
  suffix: 's',
  format: SOFT_SINGLE,
  words: 1,
  unpack: (into, words, at) => unpackSingle(into, words[at]!),
  wrap: toSingle,
};
const DOUBLES: Kind = {
  suffix: 'd',
  format: SOFT_DOUBLE,
  words: 2,
  unpack: (into, words, at) => unpackDouble(into, words[2 * at]!, words[2 * at + 1]!),
  wrap: toDouble,
};

/** The slow side of one format's instructions. */
export interface SoftFunctions {
  readonly add: SoftFunction;
  readonly sub: SoftFunction;
  readonly mul: SoftFunction;
  readonly div: SoftFunction;
  readonly sqrt: SoftFunction;
  /** a × b + c; the other three change signs of operands. */
  readonly fma: SoftFunction;
  /** From the other format. */
  readonly convert: SoftFunction;
  readonly fromSigned: SoftFunction;
  readonly fromUnsigned: SoftFunction;
}

function functionsOf({ suffix, format, words, unpack, wrap }: Kind, other: Kind): SoftFunctions {
  const operation = (name: string, operands: number, compute: (out: SoftResult, mode: number) => void) =>
    wrap(`${name}.${suffix}`, operands * words, (out, args) => {
      unpack(a, args, 0);
      if (operands > 1) unpack(b, args, 1);
      if (operands > 2) unpack(c, args, 2);
      compute(out, args[operands * words]!);
    });
  const integer = (name: string, unsigned: boolean) =>
    wrap(`${name}.${suffix}`, 2, (out, args) => soft.fromInteger(out, format, args[0]!, args[1]!, unsigned, args[2]!));
  return {
    add: operation('add', 2, (out, mode) => soft.add(out, format, a, b, false, mode)),
    sub: operation('sub', 2, (out, mode) => soft.add(out, format, a, b, true, mode)),
    mul: operation('mul', 2, (out, mode) => soft.multiply(out, format, a, b, mode)),
    div: operation('div', 2, (out, mode) => soft.divide(out, format, a, b, mode)),
    sqrt: operation('sqrt', 1, (out, mode) => soft.squareRoot(out, format, a, mode)),
    fma: operation('fma', 3, (out, mode) => soft.multiplyAdd(out, format, a, b, c, mode)),
    convert: wrap(`convert.${suffix}`, other.words, (out, args) => {
      other.unpack(a, args, 0);
      soft.convert(out, format, a, args[other.words]!);
    }),
    fromSigned: integer('fromSigned', false),
    fromUnsigned: integer('fromUnsigned', true),
  };
}

export const SOFT_SINGLES: SoftFunctions = functionsOf(SINGLES, DOUBLES);
export const SOFT_DOUBLES: SoftFunctions = functionsOf(DOUBLES, SINGLES);

/** All of them, for the instruction set's list. */
export const floatFunctions: readonly PureFunction[] = [SOFT_SINGLES, SOFT_DOUBLES]
  .flatMap((functions) => Object.values(functions) as SoftFunction[])
  .flatMap((fn) => ('packed' in fn ? [fn.packed] : [fn.value, fn.flags]));
