/** What the pin matchers share. */

import type { Edge } from '../emu/net.js';
import { type MatcherResult, type MatcherState, placeRows, requireWithin, verdict, waitRows } from './matcher.js';
import { timeText } from './message.js';
import { type PinSubject, subjectOf } from './subject.js';
import type { WithinOption } from './to-write-uart.js';

export const PIN_WANTED = 'a pin (board.pin("PD12")) or a part with one pin (board.green)';

/** `low (pulled)`, `floating`: the level as the net has it. */
export function levelText(pin: PinSubject): string {
  return pin.strength === 'none' || pin.level === 'conflict' ? pin.level : `${pin.level} (${pin.strength})`;
}

/** The last edges, newest last. */
export function edgesText(edges: readonly Edge[]): string {
  if (edges.length === 0) return 'none';
  const last = edges.slice(-6).map((edge) => `${edge.level} at ${timeText(edge.ns)}`);
  return `${edges.length > last.length ? `${edges.length}, the last: ` : ''}${last.join(', ')}`;
}

export function edgesSince(pin: PinSubject, ns: number): Edge[] {
  return [...pin.edges].filter((edge) => edge.ns >= ns);
}

/** The pin is at a level now, driven or pulled. A floating or contested pin is at none. */
export function isAt(state: MatcherState, matcher: string, received: unknown, level: 'high' | 'low'): MatcherResult {
  const { bench, name, pin } = subjectOf(received, 'pin', PIN_WANTED);
  const pass = pin.level === level;
  return verdict({
    state,
    subject: name,
    matcher,
    args: [],
    pass,
    rows: () => [
      ['Expected', `${state.isNot ? 'not ' : ''}${level}`],
      ['Level', levelText(pin)],
      ['Edges', edgesText([...pin.edges])],
      ...placeRows(bench),
    ],
  });
}

/** The pin is at a level, or gets there in time; the machine runs until it does. */
export function goesTo(
  state: MatcherState,
  matcher: string,
  received: unknown,
  level: 'high' | 'low',
  options: WithinOption,
): MatcherResult {
  const { bench, name, pin } = subjectOf(received, 'pin', PIN_WANTED);
  requireWithin(matcher, options);
  const start = bench.mark();
  const pass = bench.runUntil(() => pin.level === level, options.within, [pin]);
  return verdict({
    state,
    subject: name,
    matcher,
    args: [options],
    pass,
    rows: () => [
      ['Expected', state.isNot ? `never ${level}` : level],
      ['Level', levelText(pin)],
      ['Edges', edgesText(edgesSince(pin, start.time))],
      ...waitRows(bench, start),
    ],
  });
}
