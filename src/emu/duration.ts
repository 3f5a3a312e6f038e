/** Durations as a person types them: `'50ms'` of machine time, or `'1200cycles'` of the CPU clock. */

import { UsageError } from './errors.js';

/** A length of machine time, or a number of CPU cycles. `within: '50ms'` and `'1200cycles'` read well in a test. */
export type Duration = `${number}${'ns' | 'us' | 'µs' | 'ms' | 's' | 'min'}` | `${number}cycles` | `${number} cycles`;

/** A parsed duration: exact picoseconds of machine time, or whole CPU cycles. */
export type Span =
  | { readonly unit: 'time'; readonly picoseconds: bigint }
  | { readonly unit: 'cycles'; readonly cycles: number };

const PICOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1_000n,
  us: 1_000_000n,
  µs: 1_000_000n,
  ms: 1_000_000_000n,
  s: 1_000_000_000_000n,
  min: 60_000_000_000_000n,
};

const FORM = /^\s*(\d[\d_,]*)(?:\.(\d+))?\s*(ns|us|µs|μs|ms|s|min|cycles?)\s*$/;

function refuse(text: unknown, reason: string, where?: string): never {
  throw new UsageError({
    what: `${JSON.stringify(text) ?? String(text)} is not a duration: ${reason}`,
    where,
    remedy: "write a number and a unit: '50ms', '3us', '250ns', '2s' of machine time, or '1200cycles' of the CPU clock",
  });
}

/** `1.25` and a unit of 1,000 ps become 1,250 ps; what is finer than a picosecond is refused. */
function scaled(text: string, whole: string, fraction: string, unit: bigint, where?: string): bigint {
  const value = BigInt(whole + fraction) * unit;
  const divisor = 10n ** BigInt(fraction.length);
  if (value % divisor !== 0n) refuse(text, 'it is finer than a picosecond', where);
  return value / divisor;
}

/**
 * Reads a duration.
 * @param text such as `'50ms'`, `'1.5us'`, `'1200cycles'`
 * @param where the flag or option it came from, for the error
 * @throws UsageError when the text is no duration
 */
export function parseDuration(text: string, where?: string): Span {
  if (typeof text !== 'string') refuse(text, 'it has no unit', where);
  const match = FORM.exec(text);
  if (!match) refuse(text, /^\s*-/.test(text) ? 'it is negative' : 'number or unit is missing or unknown', where);
  const whole = match[1]!.replaceAll(/[_,]/g, '');
  const fraction = match[2] ?? '';
  const unit = match[3]!.replace('μ', 'µ');
  if (unit.startsWith('cycle')) {
    if (fraction !== '') refuse(text, 'there is no part of a cycle', where);
    const cycles = Number(whole);
    if (!Number.isSafeInteger(cycles)) refuse(text, 'it is longer than any run', where);
    return { unit: 'cycles', cycles };
  }
  return { unit: 'time', picoseconds: scaled(text, whole, fraction, PICOSECONDS[unit]!, where) };
}

/**
 * Nanoseconds of machine time, rounded up: for parts, which have no clock to count cycles of.
 * @throws UsageError for cycles
 */
export function nanosecondsOf(duration: Duration, where: string): number {
  const span = parseDuration(duration, where);
  if (span.unit === 'time') return Math.ceil(Number(span.picoseconds) / 1000);
  throw new UsageError({ what: `'${duration}' is no machine time`, where, remedy: "write it in time: '20ms'" });
}
