import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { valueText } from './message.js';
import { subjectOf } from './subject.js';
import { search, type UartPattern, writtenText } from './uart-text.js';

/**
 * Everything a UART has written so far holds the text, matches the expression or holds the bytes. Never runs the
 * machine.
 */
export function toHaveWrittenUart(this: MatcherState, received: unknown, expected: UartPattern): MatcherResult {
  const { bench, name, uart } = subjectOf(received, 'uart', 'a UART or a board with a console');
  return verdict({
    state: this,
    subject: name,
    matcher: 'toHaveWrittenUart',
    args: [expected],
    pass: search(uart.bytes, expected, 0) !== undefined,
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${valueText(expected)}`],
      ['Written', writtenText(uart.bytes)],
      ...placeRows(bench),
    ],
  });
}
