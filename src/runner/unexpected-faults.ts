/** A fault that no test asked about fails it: a firmware that ends in its fault handler may have passed all else. */

import { GuestError } from '../emu/errors.js';
import type { FaultRecord } from '../matchers/subject.js';

interface Unasked {
  readonly first: FaultRecord;
  count: number;
}

/** The faults of the present test that no `toHaveFaulted` has asked about yet. A restore does not undo them. */
export class UnexpectedFaults {
  readonly #byKind = new Map<string, Unasked>();

  /** A test begins: what happened before is not its own. */
  begin(): void {
    this.#byKind.clear();
  }
  /** `record` is asked for the first fault of a kind only: a firmware can fault a million times a second. */
  note(kind: string, record: () => FaultRecord): void {
    const known = this.#byKind.get(kind);
    if (known) known.count++;
    else this.#byKind.set(kind, { first: record(), count: 1 });
  }
  /** The test asked about the faults so far: those of a kind, or all. */
  asked(kind?: string): void {
    if (kind === undefined) this.#byKind.clear();
    else this.#byKind.delete(kind);
  }
  /** `ending`: what became of the firmware. @throws GuestError when a fault is left that the test did not ask about */
  check(ending?: string): void {
    const [first, ...others] = [...this.#byKind.values()];
    if (first === undefined) return;
    const again = first.count > 1 ? ` (${first.count} times)` : '';
    const more = others.map(({ first: { text } }) => `, then ${text}`).join('');
    throw new GuestError({
      what: `the firmware faulted, and the test did not ask for it: ${first.first.name}${again}`,
      where: `${first.first.text}${more}${ending === undefined ? '' : `; ${ending}`}`,
      remedy: `if it is meant to fault, expect(board).toHaveFaulted('${first.first.name}'), or firmwareTest({ faults: 'allow' })`,
    });
  }
}
