import { UsageError } from '../../errors.js';
import { Rational } from '../../rational.js';

/** Base ticks of the longest turn, at least: short ones cost the host time, long ones let cores wait for each other. */
const LENGTH = 1024;
const LONGEST = 2 ** 24;

/** Lengths of turns in base ticks, in proportion to the rates at which cores use them up. @throws UsageError */
export function turnLengths(rates: readonly Rational[]): readonly number[] {
  const denominator = rates.reduce((common, { den }) => (common * den) / gcd(common, den), 1n);
  const weights = rates.map((rate) => rate.mul(Rational.of(denominator)).num);
  const divisor = weights.reduce(gcd);
  const smallest = weights.map((weight) => Number(weight / divisor));
  const most = Math.max(...smallest);
  if (most > LONGEST) {
    throw new UsageError({
      what: `the clocks of the CPUs stand in no simple ratio: ${smallest.join(' : ')}`,
      remedy: 'give clocks that are multiples of a common one',
    });
  }
  const times = Math.ceil(LENGTH / most);
  return smallest.map((length) => length * times);
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}
