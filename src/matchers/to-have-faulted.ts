import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { grouped } from './message.js';
import { benchOf, type FaultRecord } from './subject.js';

const MOST = 5;

function faultsText(faults: readonly FaultRecord[], count: number): string {
  if (faults.length === 0) return 'none';
  const more = count > MOST ? [`and ${grouped(count - MOST)} more`] : [];
  return [...faults.slice(0, MOST).map((fault) => fault.text), ...more].join('\n');
}

/** The CPU took a fault, of a kind by the manual's name (`'HardFault'`) or of any. Never runs the machine. */
export function toHaveFaulted(this: MatcherState, received: unknown, kind?: string): MatcherResult {
  const { bench, name } = benchOf(received);
  bench.askedForFaults(kind);
  return verdict({
    state: this,
    subject: name,
    matcher: 'toHaveFaulted',
    args: [kind],
    pass: bench.faults.some((fault) => kind === undefined || fault.name === kind),
    rows: () => [
      ['Expected', `${this.isNot ? 'no ' : 'a '}${kind ?? 'fault'}`],
      ['Faults', faultsText(bench.faults, bench.faultCount)],
      ...placeRows(bench),
    ],
  });
}
