/** Exact fractions of BigInts, always reduced, denominator positive. Machine time is one of these. */

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Quotient rounded towards minus infinity; `b` > 0. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}

/** An integer, a binary fraction (every finite number is one), or a ratio of two integers. */
export type RationalLike = Rational | number | bigint | { readonly num: number; readonly den: number };

const isFraction = (value: bigint | number): value is number => typeof value === 'number' && !Number.isInteger(value);

export class Rational {
  readonly num: bigint;
  readonly den: bigint;

  private constructor(num: bigint, den: bigint) {
    this.num = num;
    this.den = den;
  }

  static readonly ZERO = new Rational(0n, 1n);
  static readonly ONE = new Rational(1n, 1n);

  /** `num / den`; throws RangeError when `den` is 0. */
  static of(num: bigint | number, den: bigint | number = 1n): Rational {
    if (isFraction(num) || isFraction(den)) return Rational.from(num).div(Rational.from(den));
    const [n, d] = [BigInt(num), BigInt(den)];
    if (d === 0n) throw new RangeError('a fraction with denominator 0');
    const divisor = gcd(n, d) * (d < 0n ? -1n : 1n);
    return new Rational(n / divisor, d / divisor);
  }

  /** Exactly the given number: 0.1 is the double nearest to one tenth. */
  static from(value: RationalLike): Rational {
    if (value instanceof Rational) return value;
    if (typeof value === 'bigint') return new Rational(value, 1n);
    if (typeof value === 'object') return Rational.of(value.num, value.den);
    let den = 1n;
    let scaled = value;
    while (!Number.isInteger(scaled)) {
      if (!Number.isFinite(scaled)) throw new RangeError(`${value} is not a fraction`);
      scaled *= 2;
      den *= 2n;
    }
    return Rational.of(BigInt(scaled), den);
  }

  add(other: Rational): Rational {
    return Rational.of(this.num * other.den + other.num * this.den, this.den * other.den);
  }
  sub(other: Rational): Rational {
    return Rational.of(this.num * other.den - other.num * this.den, this.den * other.den);
  }
  mul(other: Rational): Rational {
    return Rational.of(this.num * other.num, this.den * other.den);
  }
  div(other: Rational): Rational {
    return Rational.of(this.num * other.den, this.den * other.num);
  }
  /** −1, 0 or 1. */
  compare(other: Rational): -1 | 0 | 1 {
    const difference = this.num * other.den - other.num * this.den;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  equals(other: Rational): boolean {
    return this.num === other.num && this.den === other.den;
  }
  get isZero(): boolean {
    return this.num === 0n;
  }
  floor(): bigint {
    return floorDiv(this.num, this.den);
  }
  ceil(): bigint {
    return -floorDiv(-this.num, this.den);
  }
  /** The nearest double, near enough for messages. */
  toNumber(): number {
    return Number(this.num) / Number(this.den);
  }
  toString(): string {
    return this.den === 1n ? `${this.num}` : `${this.num}/${this.den}`;
  }
}
