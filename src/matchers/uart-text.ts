/** Searching what a UART wrote. */

import { shortened, valueText } from './message.js';

/** What may be expected of a UART. */
export type UartPattern = string | RegExp | Uint8Array;

export interface Found {
  /** Byte behind the match. */
  readonly end: number;
  /** The match and its groups, for a regular expression. */
  readonly match?: RegExpExecArray;
}

/** UTF-8 if the bytes are that, else one character a byte. */
function decode(bytes: Uint8Array): { text: string; encoding: BufferEncoding } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), encoding: 'utf8' };
  } catch {
    return { text: Buffer.from(bytes).toString('latin1'), encoding: 'latin1' };
  }
}

/** What a UART wrote, as text. */
export function uartText(bytes: Uint8Array): string {
  return decode(bytes).text;
}

function searchRegExp(bytes: Uint8Array, pattern: RegExp, from: number): Found | undefined {
  const { text, encoding } = decode(bytes.subarray(from));
  const stateless = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ''));
  const match = stateless.exec(text);
  if (!match) return undefined;
  const before = text.slice(0, match.index + match[0].length);
  return { end: from + Buffer.byteLength(before, encoding), match };
}

/** The first match at or after byte `from`. */
export function search(bytes: Uint8Array, pattern: UartPattern, from: number): Found | undefined {
  if (pattern instanceof RegExp) return searchRegExp(bytes, pattern, from);
  const wanted = typeof pattern === 'string' ? Buffer.from(pattern, 'utf8') : Buffer.from(pattern);
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(wanted, from);
  return at < 0 ? undefined : { end: at + wanted.length };
}

/** An expression without any of these matches texts of one length only. */
const VARIABLE = /[*+?{|]/;

/** A regular expression that matched up to the last byte may match more once the next byte is there. */
export function mayGrow(pattern: UartPattern, found: Found, bytes: Uint8Array): boolean {
  return pattern instanceof RegExp && found.end === bytes.length && VARIABLE.test(pattern.source);
}

/** What was written from a byte on, as a failure shows it. */
export function writtenText(bytes: Uint8Array, from = 0): string {
  if (bytes.length === 0) return 'nothing';
  const rest = bytes.subarray(from);
  const before = from > 0 ? ` after the ${from} bytes matched before` : '';
  if (rest.length === 0) return `nothing${before}`;
  return `${valueText(shortened(uartText(rest)))}${before}`;
}
