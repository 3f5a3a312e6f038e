/** What becomes of misuse: an error fails the test, a warning is printed; by kind. */

import { UsageError } from '../emu/errors.js';
import { MISUSE_RULES, type MisuseKind, OTHER_REPORTS } from '../emu/misuse.js';
import { closest } from '../emu/spelling.js';

export type MisuseLevel = 'error' | 'warn' | 'off';

/** One level for all kinds, or levels by kind; kinds that are not named keep what they had. */
export type MisuseSettings = MisuseLevel | Partial<Record<MisuseKind, MisuseLevel>>;

export const MISUSE_LEVELS: readonly MisuseLevel[] = ['error', 'warn', 'off'];
export const MISUSE_KINDS = [...Object.keys(MISUSE_RULES), ...Object.keys(OTHER_REPORTS)] as readonly MisuseKind[];

/** Reserved bits, gaps of the model and inaccuracies that this model does not have are told, and fail a test only where that is asked for. */
const DEFAULTS: Partial<Record<MisuseKind, MisuseLevel>> = { reserved: 'warn', unmodelled: 'warn', accuracy: 'warn' };

/** The levels that follow from settings, the later ones before the earlier. */
export class MisuseLevels {
  readonly #settings: readonly MisuseSettings[];

  constructor(settings: readonly (MisuseSettings | undefined)[]) {
    this.#settings = settings.filter((one) => one !== undefined).reverse();
  }
  of(kind: MisuseKind): MisuseLevel {
    for (const settings of this.#settings) {
      const level = typeof settings === 'string' ? settings : settings[kind];
      if (level !== undefined) return level;
    }
    return DEFAULTS[kind] ?? 'error';
  }
}

/** @throws UsageError when it names no level or kind */
export function checkMisuse(settings: unknown, where: string): void {
  if (settings === undefined) return;
  if (typeof settings !== 'object' || settings === null) {
    checkLevel(settings, where);
    return;
  }
  for (const [kind, level] of Object.entries(settings)) {
    if (!(MISUSE_KINDS as readonly string[]).includes(kind)) throw unknownKind(kind, where);
    checkLevel(level, where);
  }
}

/** @throws UsageError when there is no such kind */
export function checkKind(kind: unknown, where: string): void {
  if (!(MISUSE_KINDS as readonly unknown[]).includes(kind)) throw unknownKind(String(kind), where);
}

function unknownKind(kind: string, where: string): UsageError {
  const near = closest(kind, MISUSE_KINDS)[0];
  const remedy = near === undefined ? `there are ${MISUSE_KINDS.join(', ')}` : `did you mean '${near}'?`;
  return new UsageError({ what: `there is no kind of misuse called '${kind}'`, where, remedy });
}

function checkLevel(level: unknown, where: string): void {
  if ((MISUSE_LEVELS as readonly unknown[]).includes(level)) return;
  const remedy = `give ${MISUSE_LEVELS.map((one) => `'${one}'`).join(', ')}, or levels by kind`;
  throw new UsageError({ what: `\`misuse\` is ${JSON.stringify(level)}`, where, remedy });
}
