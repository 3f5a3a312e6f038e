import { FwtestError, UsageError } from '../emu/errors.js';
import { inFlagWords } from './flag-words.js';

/** One thing that is wrong with a description. */
export interface Mistake {
  /** `machine.yaml:12:9`, `--memory #2`, `board 'riscv-virt'`. */
  readonly where: string;
  /** A sentence without full stop. */
  readonly what: string;
  readonly remedy?: string | undefined;
}

/** More would help nobody. */
const SHOWN = 50;
/** A description with so many is looked at no further: what each may have meant would take longer the more there are. */
const MOST = 100;

/** A machine's description is wrong: everything that is, in one message. Exit code 2. */
export class MachineMistakes extends UsageError {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    const [only, ...others] = mistakes;
    if (only && others.length === 0) super(only as ConstructorParameters<typeof UsageError>[0]);
    else
      super({
        what: `${mistakes.length < MOST ? '' : 'at least '}${mistakes.length} mistakes in the machine${listed(mistakes)}`,
      });
    this.mistakes = mistakes;
  }
}

function listed(mistakes: readonly Mistake[]): string {
  const lines = mistakes
    .slice(0, SHOWN)
    .map(({ where, what, remedy }) => `\n  ${where}: ${what}${remedy ? `\n      ${remedy}` : ''}`);
  const more = mistakes.length - SHOWN;
  return `:${lines.join('')}${more > 0 ? `\n  and ${more} more` : ''}`;
}

/** Characters of one mistake; what it repeats may be of any length. */
const LONGEST = 1000;
const clipped = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text);

/** Collects mistakes, so that one does not hide another. */
export class Mistakes {
  readonly #list: Mistake[] = [];
  readonly #known = new Set<string>();
  readonly #silenced = new Set<string>();

  #found = 0;

  /** All that were found: those of which nothing more is said, too. */
  get count(): number {
    return this.#found;
  }
  /** Of something that is wrong itself nothing more is said: that it is missing would be no news. */
  silence(name: string): void {
    this.#silenced.add(name);
  }
  get all(): readonly Mistake[] {
    return this.#list;
  }
  /** @throws MachineMistakes when there are too many to go on */
  add(where: string, what: string, remedy?: string): void {
    this.#found++;
    if (this.#silenced.size > 0 && what.split(/[^\w-]+/).some((word) => this.#silenced.has(word))) return;
    const key = `${where}\0${what}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    const told = inFlagWords(where, remedy);
    this.#list.push({ where, what: clipped(what), remedy: told && clipped(told) });
    if (this.#list.length >= MOST) this.check();
  }
  /** What a function gives; undefined if it finds a mistake, which is noted. */
  guard<T>(where: string, fn: () => T): T | undefined {
    try {
      return fn();
    } catch (error) {
      this.note(where, error);
      return undefined;
    }
  }
  /** Notes an error that a caller can mend; throws any other on. */
  note(where: string, error: unknown): void {
    if (error instanceof MachineMistakes) {
      for (const one of error.mistakes) this.add(one.where, one.what, one.remedy);
      if (this.#list.length >= MOST) this.check();
    } else if (error instanceof FwtestError && error.exitCode === 2) {
      const { what, where: inside, remedy } = error.problem;
      // A call in code, `riscv({ name: 'rv32' })`, is no place in a description.
      const isElsewhere = inside !== undefined && inside !== where && !/^\w+\(\{/.test(inside);
      this.add(where, !isElsewhere ? what : `${what} (${inside})`, remedy);
    } else throw error;
  }
  /** @throws MachineMistakes if there were any */
  check(): void {
    if (this.#list.length > 0) throw new MachineMistakes(this.#list);
  }
}
