import type { Emitter, Int } from '../../isa/emitter.js';
import { div, fma, negated, type Operation, sqrt } from './float-arithmetic.js';
import type { Choice, Comparison, Injection } from './float-compare.js';
import { fromInteger, type IntegerFormat, narrow, toInteger, widen, widened } from './float-convert.js';
import { SOFT_DOUBLES, SOFT_SINGLES, type SoftFunctions } from './float-functions.js';
import { type Bits, classOf, DOUBLE, type Precision, SINGLE } from './float-precision.js';
import { accrue, readF, writeF } from './float-registers.js';
import { checkMode, compute, type Rounded, roundingMode } from './float-rounding.js';
import { stall } from './retirement.js';
import { low, readX, signed, writeX, type X, type Xlen } from './x-registers.js';

type Operands<K extends string> = { readonly [L in K]: Int };
type Body<K extends string> = (o: Emitter, f: Operands<K>) => void;

/** The bodies that both formats share: `d`, `s`, `t`, `u` are register fields, `r` is the rounding mode's. */
export interface FloatBodies {
  readonly arithmetic: (operation: Operation, fn: keyof SoftFunctions) => Body<'d' | 's' | 't' | 'r'>;
  readonly divide: (cycles: number) => Body<'d' | 's' | 't' | 'r'>;
  readonly squareRoot: (cycles: number) => Body<'d' | 's' | 'r'>;
  /** ±(s × t) ± u. */
  readonly fused: (product: 1 | -1, addend: 1 | -1) => Body<'d' | 's' | 't' | 'u' | 'r'>;
  readonly inject: (injection: Injection) => Body<'d' | 's' | 't'>;
  readonly choose: (choice: Choice) => Body<'d' | 's' | 't'>;
  readonly compare: (comparison: Comparison) => Body<'d' | 's' | 't'>;
  readonly classify: Body<'d' | 's'>;
  readonly toInteger: (format: IntegerFormat) => Body<'d' | 's' | 'r'>;
  readonly fromInteger: (format: IntegerFormat) => Body<'d' | 's' | 'r'>;
}

export function floatBodies(xlen: Xlen, precision: Precision): FloatBodies {
  const functions = precision === SINGLE ? SOFT_SINGLES : SOFT_DOUBLES;
  const read = (o: Emitter, field: Int) => readF(o, xlen, precision, field);
  const write = (o: Emitter, d: Int, { result, fflags }: Rounded) => {
    writeF(o, xlen, d, result);
    o.set('fflags', fflags);
  };
  const rounded = (
    o: Emitter,
    f: Operands<'d' | 'r'>,
    operation: Operation,
    fn: keyof SoftFunctions,
    list: readonly Bits[],
  ) => write(o, f.d, compute(o, f.r, operation(o, precision, list), functions[fn], list));
  return {
    arithmetic: (operation, fn) => (o, f) => rounded(o, f, operation, fn, [read(o, f.s), read(o, f.t)]),
    divide: (cycles) => (o, f) => {
      rounded(o, f, div, 'div', [read(o, f.s), read(o, f.t)]);
      stall(o, cycles - 1);
    },
    squareRoot: (cycles) => (o, f) => {
      rounded(o, f, sqrt, 'sqrt', [read(o, f.s)]);
      stall(o, cycles - 1);
    },
    fused: (product, addend) => (o, f) => {
      const sign = (by: 1 | -1, bits: Bits) => (by === 1 ? bits : negated(o, precision, bits));
      const factors = [sign(product, read(o, f.s)), read(o, f.t)];
      rounded(o, f, fma, 'fma', [...factors, sign(addend, read(o, f.u))]);
    },
    inject: (injection) => (o, f) => writeF(o, xlen, f.d, injection(o, precision, read(o, f.s), read(o, f.t))),
    choose: (choice) => (o, f) => {
      const { result, flags } = choice(o, precision, read(o, f.s), read(o, f.t));
      writeF(o, xlen, f.d, result);
      o.set('fflags', o.or(o.get('fflags'), flags));
    },
    compare: (comparison) => (o, f) => {
      const { result, flags } = comparison(o, precision, read(o, f.s), read(o, f.t));
      writeX(o, f.d, truth(o, xlen, result));
      accrue(o, flags);
    },
    classify: (o, f) => writeX(o, f.d, truth(o, xlen, classOf(o, precision, read(o, f.s)))),
    toInteger: (format) => (o, f) => {
      const { result, flags } = toInteger(o, precision, read(o, f.s), format, f.r);
      writeX(o, f.d, result.type === 'i64' ? result : signed(o, xlen, result as Int));
      accrue(o, flags);
    },
    fromInteger: (format) => (o, f) => {
      if (precision === DOUBLE && format.bits === 32) fromWord(o, xlen, f, format);
      else {
        const integer = widened(o, readX(o, f.s), format);
        const fn = functions[format.unsigned ? 'fromUnsigned' : 'fromSigned'];
        write(o, f.d, compute(o, f.r, fromInteger(o, precision, integer, format), fn, [integer]));
      }
    },
  };
}

/** A word that is not negative. */
function truth(o: Emitter, xlen: Xlen, word: Int): X {
  return xlen === 64 ? o.extendU(word) : word;
}

/** FCVT.D.W and FCVT.D.WU are exact. */
function fromWord(o: Emitter, xlen: Xlen, f: Operands<'d' | 's' | 'r'>, { unsigned }: IntegerFormat): void {
  checkMode(o, roundingMode(o, f.r));
  const value = o.pure(unsigned ? 'convertU' : 'convertS', 'f64', low(o, readX(o, f.s)));
  writeF(o, xlen, f.d, o.pure('reinterpret', 'i64', value));
}

export const narrowing =
  (xlen: Xlen): Body<'d' | 's' | 'r'> =>
  (o, f) => {
    const bits = readF(o, xlen, DOUBLE, f.s);
    const { result, fflags } = compute(o, f.r, narrow(o, bits), SOFT_SINGLES.convert, [bits]);
    writeF(o, xlen, f.d, result);
    o.set('fflags', fflags);
  };

export const widening =
  (xlen: Xlen): Body<'d' | 's' | 'r'> =>
  (o, f) => {
    checkMode(o, roundingMode(o, f.r));
    const { result, flags } = widen(o, readF(o, xlen, SINGLE, f.s));
    writeF(o, xlen, f.d, result);
    o.set('fflags', o.or(o.get('fflags'), flags));
  };
