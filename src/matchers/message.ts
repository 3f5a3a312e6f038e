/** The one way fwtest words a failed expectation. */

/** A line of the report: what it is about, and what there is to say. Empty texts are left out. */
export type Row = readonly [label: string, text: string | undefined];

const LABEL_WIDTH = 10;

function line([label, text]: Row): string {
  const indent = `\n${' '.repeat(LABEL_WIDTH + 2)}`;
  return `  ${label.padEnd(LABEL_WIDTH)}${text!.replaceAll('\n', indent)}`;
}

/**
 * @param call the expectation as the test wrote it
 * @param rows what was expected, what was there instead, and what helps
 */
export function failure(call: string, rows: readonly Row[]): string {
  const told = rows.filter(([, text]) => text !== undefined && text !== '');
  return `${call}\n\n${told.map(line).join('\n')}\n`;
}

/** `expect(usart2).not.toWriteUart("ready\n", { within: "50ms" })` */
export function callText(subject: string, isNot: boolean, matcher: string, args: readonly unknown[]): string {
  const written = args.filter((one) => one !== undefined).map((one) => valueText(one));
  return `expect(${subject})${isNot ? '.not' : ''}.${matcher}(${written.join(', ')})`;
}

/** A value as one would type it; long ones are cut. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  if (value instanceof RegExp) return String(value);
  if (typeof value === 'number' && Number.isInteger(value) && value > 9999) return `0x${value.toString(16)}`;
  if (value instanceof Uint8Array) return `bytes(${bytesText(value)})`;
  if (typeof value === 'function') return value.name === '' ? '() => …' : value.name;
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, one]) => one !== undefined);
    return fields.length === 0 ? '{}' : `{ ${fields.map(([name, one]) => `${name}: ${valueText(one)}`).join(', ')} }`;
  }
  return String(value);
}

const LONGEST = 400;

/** The last part of a long text: the end is what a reader looks for. */
export function shortened(text: string): string {
  return text.length <= LONGEST ? text : `…${text.slice(-LONGEST)}`;
}

const MOST_BYTES = 64;

/** `42 41 4e` */
export function bytesText(bytes: Uint8Array): string {
  const shown = [...bytes.subarray(0, MOST_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > MOST_BYTES ? `${shown} … (${bytes.length} bytes)` : shown;
}

/** `800,000`: the same on every machine. */
export function grouped(count: number): string {
  const [whole, fraction] = String(count).split('.');
  const digits = whole!.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

function scaled(value: number, units: readonly (readonly [number, string])[]): string {
  const [size, unit] = units.find(([size]) => Math.abs(value) >= size) ?? units.at(-1)!;
  return `${grouped(Number((value / size).toPrecision(5)))} ${unit}`;
}

/** `50 ms`, `1.25 µs`: a length of machine time in nanoseconds. */
export function timeText(nanoseconds: number): string {
  return scaled(nanoseconds, [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
    [1, 'ns'],
  ]);
}

/** `16 MHz` */
export function frequencyText(hertz: number): string {
  return scaled(hertz, [
    [1e6, 'MHz'],
    [1e3, 'kHz'],
    [1, 'Hz'],
  ]);
}
