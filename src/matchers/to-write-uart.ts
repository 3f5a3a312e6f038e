import type { Duration } from '../emu/duration.js';
import { type MatcherResult, type MatcherState, requireWithin, verdict, waitRows } from './matcher.js';
import { valueText } from './message.js';
import { type Bench, subjectOf, type UartSubject, type Watched } from './subject.js';
import { type Found, mayGrow, search, type UartPattern, writtenText } from './uart-text.js';

/** A line that is silent for so long has no more of a match to come: two bytes at 9,600 baud. */
const SILENCE: Duration = '2ms';

/**
 * Runs until the UART has written a match that is behind its cursor. A regular expression that matches up to the last
 * byte is given the bytes that follow at once, so that `/= (\d+)/` finds all digits.
 */
export function awaitUart(bench: Bench, uart: UartSubject, pattern: UartPattern, within: Duration): Found | undefined {
  const { found: find, watched } = uartSearch(uart, pattern);
  if (!bench.runUntil(() => find() !== undefined, within, [watched])) return undefined;
  let found = find()!;
  while (mayGrow(pattern, found, uart.bytes)) {
    const { length } = uart.bytes;
    if (!bench.runUntil(() => uart.bytes.length > length, SILENCE, [uart])) break;
    found = find()!;
  }
  return found;
}

/** The first match behind a UART's cursor, as far as it is written, and the bytes at which to ask for it again. */
export function uartSearch(uart: UartSubject, pattern: UartPattern) {
  return { found: () => search(uart.bytes, pattern, uart.cursor), watched: completing(uart, pattern) };
}

/** A text can be complete only after its last byte; all other bytes need no search. */
function completing(uart: UartSubject, pattern: UartPattern): Watched {
  if (pattern instanceof RegExp) return uart;
  const wanted = typeof pattern === 'string' ? Buffer.from(pattern, 'utf8') : Buffer.from(pattern);
  return { onChange: (fn) => uart.onByte(endOf(wanted, uart, fn)) };
}

/** Calls `fn` at bytes behind which the wanted ones may be complete. Where nothing is wanted, at all. */
function endOf(wanted: Uint8Array, uart: UartSubject, fn: () => void): (byte: number) => void {
  const last = wanted.at(-1);
  let tail = Buffer.from(uart.bytes.subarray(Math.max(0, uart.bytes.length - wanted.length)));
  return (byte) => {
    tail = Buffer.concat([tail, Uint8Array.of(byte)]).subarray(-wanted.length);
    if (last === undefined || (byte === last && tail.equals(wanted))) fn();
  };
}

export interface WithinOption {
  /** Machine time to wait at most. */
  within: Duration;
}

/**
 * The UART writes the text (or what matches) within some machine time; the machine runs until it did. The search
 * begins where the last successful `toWriteUart` ended, at first at the start of the test.
 */
export function toWriteUart(
  this: MatcherState,
  received: unknown,
  expected: UartPattern,
  options: WithinOption,
): MatcherResult {
  const { bench, name, uart } = subjectOf(received, 'uart', 'a UART or a board with a console');
  requireWithin('toWriteUart', options);
  const start = bench.mark();
  const from = uart.cursor;
  const found = awaitUart(bench, uart, expected, options.within);
  if (found) uart.cursor = found.end;
  return verdict({
    state: this,
    subject: name,
    matcher: 'toWriteUart',
    args: [expected, options],
    pass: found !== undefined,
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${valueText(expected)}`],
      ['Written', writtenText(uart.bytes, from)],
      ...waitRows(bench, start, uart.hint),
    ],
  });
}
