/** The few formulas behind the benchmark's figures. */

function requireSome(values: readonly number[], what: string): void {
  if (values.length === 0) throw new RangeError(`${what} of no values`);
}

/** Middle value; the mean of the two middle ones where their number is even. */
export function median(values: readonly number[]): number {
  requireSome(values, 'median');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export function geometricMean(values: readonly number[]): number {
  requireSome(values, 'geometric mean');
  if (values.some((value) => !(value > 0))) throw new RangeError(`geometric mean of ${values.join(', ')}`);
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export interface Run {
  /** Amount of work: steps, iterations. */
  readonly work: number;
  readonly seconds: number;
}

/**
 * Seconds for one unit of work once start-up is paid: what a long run does more than a short one, over the time it
 * takes more. Fails where the runs are too alike to tell.
 */
export function steadySecondsPerUnit(short: Run, long: Run): number {
  const work = long.work - short.work;
  const seconds = long.seconds - short.seconds;
  if (!(work > 0))
    throw new RangeError(`the long run (${long.work}) does not do more than the short one (${short.work})`);
  if (!(seconds > 0)) throw new RangeError(`the long run took no longer (${long.seconds} s) than the short one`);
  return seconds / work;
}

/** Rounded to that many significant digits, for figures that people read. */
export function significant(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
