/** Misuse that no test asked about fails it, or is printed: firmware that works by luck passes every other check. */

import { GuestError } from '../emu/errors.js';
import type { GuestReport } from '../emu/guest-report.js';
import { type MisuseKind, misuseKindOf } from '../emu/misuse.js';
import { misuseText } from '../matchers/misuse-text.js';
import { MisuseLevels, type MisuseSettings } from './misuse-settings.js';

/** Reports of one kind that a failure spells out. */
const MOST = 5;

/** The misuse of the present test that nobody has asked about yet. A restore does not undo it. */
export class MisuseWatch {
  readonly #unasked: GuestReport[] = [];
  #settings: readonly (MisuseSettings | undefined)[] = [];
  #ofTest: MisuseSettings | undefined;
  /** Texts that were printed already: a warning of a firmware is told once in a run. */
  readonly #warned = new Set<string>();

  /** A test begins: what happened before is not its own. Settings: those that count more come later. */
  begin(settings: readonly (MisuseSettings | undefined)[]): void {
    this.#unasked.length = 0;
    this.#settings = settings;
    this.#ofTest = undefined;
  }
  /** What the test itself says, until it ends. */
  set(settings: MisuseSettings): void {
    this.#ofTest = settings;
  }
  note(report: GuestReport): void {
    const known = this.#unasked.some(({ what, pc }) => what === report.what && pc === report.pc);
    if (!known) this.#unasked.push(report);
  }
  /** The test asked about the misuse so far: that of a kind, or all. */
  asked(kind?: MisuseKind): void {
    const rest = kind === undefined ? [] : this.#unasked.filter((report) => misuseKindOf(report) !== kind);
    this.#unasked.splice(0, this.#unasked.length, ...rest);
  }

  /**
   * @param board its name in a system
   * @throws GuestError when misuse is left that the test did not ask about and that is an error
   */
  check(board?: string, warn: (text: string) => void = console.warn): void {
    const levels = new MisuseLevels([...this.#settings, this.#ofTest]);
    const at = (level: string) => this.#unasked.filter((report) => levels.of(misuseKindOf(report)) === level);
    for (const report of at('warn')) {
      const text = `fwtest: ${board === undefined ? '' : `board '${board}': `}${misuseText(report)}`;
      if (!this.#warned.has(text)) warn(text);
      this.#warned.add(text);
    }
    const [first, ...others] = at('error');
    if (first === undefined) return;
    const kind = misuseKindOf(first);
    const shown = others.slice(0, MOST).map((report) => `\n  also: ${misuseText(report).replaceAll('\n', '\n  ')}`);
    const more = others.length > MOST ? `\n  and ${others.length - MOST} more` : '';
    const { what, where, remedy = 'mend the firmware', section } = first;
    throw new GuestError({
      what: `the firmware misuses the hardware (${kind}): ${what}${section === undefined ? '' : ` (${section})`}${shown.join('')}${more}`,
      where: where ?? `pc 0x${first.pc.toString(16).padStart(8, '0')}`,
      remedy: `${remedy}; where it is meant, expect(board).toHaveMisuse('${kind}') or firmwareTest({ misuse: { '${kind}': 'warn' } })`,
    });
  }
}
