import { hex } from '../emu/bits.js';
import { type MatcherResult, type MatcherState, verdict, waitRows } from './matcher.js';
import { benchOf } from './subject.js';
import type { WithinOption } from './to-write-uart.js';

/** Machine time for a firmware to get somewhere, if the test says nothing. */
const PATIENCE = '1s';

/** The CPU comes to a function or address within some machine time; the machine runs until it is about to execute it. */
export function toReach(
  this: MatcherState,
  received: unknown,
  where: string | number,
  options: Partial<WithinOption> = {},
): MatcherResult {
  const { bench, name } = benchOf(received);
  const address = bench.addressOf(where);
  const start = bench.mark();
  return verdict({
    state: this,
    subject: name,
    matcher: 'toReach',
    args: [where, options],
    pass: bench.runToAddress(address, options.within ?? PATIENCE),
    rows: () => [
      ['Expected', `${this.isNot ? 'never ' : ''}pc ${hex(address)} ${bench.place(address)}`.trimEnd()],
      ...waitRows(bench, start),
    ],
  });
}
