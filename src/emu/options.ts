import { UsageError } from './errors.js';
import { closest } from './spelling.js';

/** Options of callers without types, or of types that were cast away. */

/**
 * @param where `toBlink`, `part spiFlash`: whose options they are
 * @param needed those of `names` that have to be there
 * @throws UsageError when they are no object, one has an unknown name, or a needed one is missing
 */
export function checkNames(
  where: string,
  options: unknown,
  names: readonly string[],
  needed: readonly string[] = [],
): void {
  if (options === undefined && needed.length === 0) return;
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    const what = `${where} takes options, not ${JSON.stringify(options) ?? typeof options}`;
    throw new UsageError({ what, remedy: `give an object: { ${names[0]}: … }` });
  }
  const given = (options ?? {}) as Record<string, unknown>;
  const wrong = Object.keys(given).find((name) => !names.includes(name));
  const missing = needed.find((name) => given[name] === undefined);
  if (wrong !== undefined) {
    throw unknown(missing === undefined ? where : `${where}: \`${missing}\` is missing`, 'option', wrong, names);
  }
  if (missing === undefined) return;
  throw new UsageError({ what: `${where}: \`${missing}\` is missing`, remedy: `give { ${needed.join(', ')} }` });
}

/** `there is no option 'adress'`, and which one was meant. */
export function unknown(where: string, kind: string, name: string, names: readonly string[]): UsageError {
  const near = closest(name, names)[0];
  const remedy = near === undefined ? `there are ${names.join(', ')}` : `did you mean '${near}'?`;
  return new UsageError({ what: `${where}: there is no ${kind} '${name}'`, remedy });
}

/** @throws UsageError when it is no number from `least` to `most` */
export function checkRange(what: string, value: unknown, least: number, most: number, unit = ''): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new UsageError({
    what: `${what} cannot be ${String(value)}${unit}`,
    remedy: `give ${least} to ${most}${unit}`,
  });
}
