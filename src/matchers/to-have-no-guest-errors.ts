import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { benchOf } from './subject.js';

const MOST = 8;

/** The firmware did nothing that the chip or a device minds. Never runs the machine. */
export function toHaveNoGuestErrors(this: MatcherState, received: unknown): MatcherResult {
  const { bench, name } = benchOf(received);
  const { guestErrors } = bench;
  bench.askedForMisuse();
  const more = guestErrors.length > MOST ? [`and ${guestErrors.length - MOST} more`] : [];
  return verdict({
    state: this,
    subject: name,
    matcher: 'toHaveNoGuestErrors',
    args: [],
    pass: guestErrors.length === 0,
    rows: () => [
      ['Expected', this.isNot ? 'guest errors' : 'no guest errors'],
      ['Errors', guestErrors.length === 0 ? 'none' : [...guestErrors.slice(0, MOST), ...more].join('\n')],
      ...placeRows(bench),
    ],
  });
}
