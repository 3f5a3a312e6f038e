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
  const find = () => search(uart.bytes, pattern, uart.cursor);
  if (!bench.runUntil(() => find() !== undefined, within, [completing(uart, pattern)])) return undefined;
  let found = find()!;
  while (mayGrow(pattern, found, uart.bytes)) {
    const { length } = uart.bytes;
    if (!bench.runUntil(() => uart.bytes.length > length, SILENCE, [uart])) break;
    found = find()!;
  }
  return found;
}

/** A text can be complete only after its last byte; all other bytes need no search. */
function completing(uart: UartSubject, pattern: UartPattern): Watched {
  if (pattern instanceof RegExp) return uart;
  const last = (typeof pattern === 'string' ? Buffer.from(pattern, 'utf8') : pattern).at(-1);
  return { onChange: (fn) => uart.onByte((byte) => (byte === last ? fn() : undefined)) };
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
