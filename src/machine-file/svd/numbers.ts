import type { XmlElement } from './xml.js';

/** Numbers and lists as SVD files write them (CMSIS-SVD 1.3.9, "scaledNonNegativeInteger", "dimElementGroup"). */

const SCALES: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** `0x1000`, `#1010`, `0b1010`, `4k`; undefined for anything else. */
export function svdInteger(text: string): bigint | undefined {
  const [, prefix = '', digits = '', scale = ''] =
    /^\+?(0x|0b|#)?([0-9a-f_]{1,40}?)([kmgt]?)$/.exec(text.trim().toLowerCase()) ?? [];
  const plain = digits.replaceAll('_', '');
  const base = prefix === '0x' ? '0x' : prefix === '' ? '' : '0b';
  const isValid = base === '0x' ? /^[0-9a-f]+$/ : base === '0b' ? /^[01]+$/ : /^\d+$/;
  if (!isValid.test(plain)) return undefined;
  return BigInt(base + plain) * BigInt(SCALES[scale] ?? 1);
}

/** A number of at most 2^53 in a child; undefined where there is none. @throws UsageError where it is no number */
export function numberIn(element: XmlElement, tag: string): number | undefined {
  const text = element.text(tag);
  if (text === undefined) return undefined;
  const value = svdInteger(text);
  if (value !== undefined && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  return (element.child(tag) ?? element).refuse(`<${tag}> is no number: '${text.slice(0, 40)}'`);
}

export function bigIn(element: XmlElement, tag: string): bigint | undefined {
  const text = element.text(tag);
  if (text === undefined) return undefined;
  const value = svdInteger(text);
  return value ?? (element.child(tag) ?? element).refuse(`<${tag}> is no number: '${text.slice(0, 40)}'`);
}

export const MAX_DIM = 4096;

/** What replaces `%s` in the elements of an array: `0-3`, `A-D`, `A,B,C`; numbers from 0 where nothing is said. */
export function dimIndices(element: XmlElement, count: number): readonly string[] {
  const text = element.text('dimIndex');
  if (text === undefined) return Array.from({ length: count }, (_, index) => `${index}`);
  const listed = text.includes(',') ? text.split(',').map((one) => one.trim()) : ranged(text.trim());
  if (!listed || listed.length < count)
    element.refuse(`<dimIndex> '${text.slice(0, 40)}' does not name ${count} elements`);
  return listed.slice(0, count);
}

function ranged(text: string): readonly string[] | undefined {
  const [, first, last] = /^([0-9]{1,6})-([0-9]{1,6})$/.exec(text) ?? [];
  if (first !== undefined && last !== undefined) return span(Number(first), Number(last), String);
  const [, from, to] = /^([A-Za-z])-([A-Za-z])$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined)
    return span(from.charCodeAt(0), to.charCodeAt(0), (code) => String.fromCharCode(code));
  return /^\w+$/.test(text) ? [text] : undefined;
}

function span(first: number, last: number, name: (value: number) => string): readonly string[] | undefined {
  return last < first || last - first >= MAX_DIM
    ? undefined
    : Array.from({ length: last - first + 1 }, (_, i) => name(first + i));
}
