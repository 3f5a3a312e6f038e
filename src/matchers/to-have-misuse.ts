import { type MisuseKind, misuseKindOf } from '../emu/misuse.js';
import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { misuseText } from './misuse-text.js';
import { benchOf } from './subject.js';

const MOST = 8;

function misuse(
  state: MatcherState,
  matcher: string,
  received: unknown,
  kind: MisuseKind | undefined,
  wanted: boolean,
) {
  const { bench, name } = benchOf(received);
  bench.askedForMisuse(kind);
  const found = bench.misuse.filter((report) => kind === undefined || misuseKindOf(report) === kind);
  const more = found.length > MOST ? [`and ${found.length - MOST} more`] : [];
  const others = kind === undefined || found.length > 0 ? [] : bench.misuse.slice(0, MOST).map(misuseText);
  const expectsSome = wanted !== (state.isNot === true);
  return verdict({
    state,
    subject: name,
    matcher,
    args: [kind],
    pass: found.length > 0 === wanted,
    rows: () => [
      ['Expected', `${expectsSome ? 'misuse' : 'no misuse'}${kind === undefined ? '' : ` (${kind})`}`],
      ['Misuse', found.length === 0 ? 'none' : [...found.slice(0, MOST).map(misuseText), ...more].join('\n')],
      ['Others', others.length === 0 ? undefined : others.join('\n')],
      ...placeRows(bench),
    ],
  });
}

/** The firmware did something that the hardware does not promise to bear, of a kind or of any. Never runs the machine. */
export function toHaveMisuse(this: MatcherState, received: unknown, kind?: MisuseKind): MatcherResult {
  return misuse(this, 'toHaveMisuse', received, kind, true);
}

/** It did nothing of that sort. A test that ends checks this by itself, as `misuse` in `firmwareTest` says. */
export function toHaveNoMisuse(this: MatcherState, received: unknown, kind?: MisuseKind): MatcherResult {
  return misuse(this, 'toHaveNoMisuse', received, kind, false);
}
