import { significant } from './arithmetic.js';

/** One figure, as it stands in the JSON file. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same quantity of what it is compared with, in the same unit. */
  readonly against?: number;
  /** How many times faster than that. */
  readonly ratio?: number;
}

/** What a benchmark of this name is read by. */
export function readBy(name: string): 'ratio' | 'value' {
  return /\.(vs_|share)/.test(name) ? 'ratio' : 'value';
}

/** Whether a bigger figure is a better one. */
export function biggerIsBetter(result: BenchResult): boolean {
  return readBy(result.name) === 'ratio' || result.unit.endsWith('/s');
}

/** The figure that counts. */
export function figure(result: BenchResult): number {
  if (readBy(result.name) === 'value') return result.value;
  if (result.ratio === undefined) throw new RangeError(`${result.name} is read by its ratio and has none`);
  return result.ratio;
}

/** A speed set against another one of the same unit. */
export function comparedSpeed(name: string, value: number, against: number, unit: string): BenchResult {
  return { name, value, unit, against, ratio: value / against };
}

/** The file's text: an array of results, one a line, with four significant digits. */
export function toJson(results: readonly BenchResult[]): string {
  const rows = results.map(({ name, value, unit, against, ratio }) =>
    JSON.stringify({
      name,
      value: significant(value),
      unit,
      ...(against === undefined ? {} : { against: significant(against) }),
      ...(ratio === undefined ? {} : { ratio: significant(ratio) }),
    }),
  );
  return rows.length === 0 ? '[]\n' : `[\n  ${rows.join(',\n  ')}\n]\n`;
}

/** Times better than the baseline: 1.1 is ten per cent faster, 0.5 half as fast. */
export function improvement(now: BenchResult, baseline: BenchResult): number {
  if (now.name !== baseline.name) throw new RangeError(`${now.name} is compared with ${baseline.name}`);
  const [a, b] = [figure(now), figure(baseline)];
  return biggerIsBetter(now) ? a / b : b / a;
}

const text = (value: number) => {
  const rounded = significant(value, 3);
  return Math.abs(rounded) >= 1000 ? Math.round(value).toLocaleString('en') : String(rounded);
};

/** `cold.m4.vs_singlestep   431 M instructions/s, 4.1 × 105` */
export function describe(result: BenchResult): string {
  const against = result.ratio === undefined ? '' : `, ${text(result.ratio)} × ${text(result.against!)}`;
  return `${result.name.padEnd(32)} ${text(result.value).padStart(7)} ${result.unit}${against}`;
}
