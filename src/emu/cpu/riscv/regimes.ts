import type { Hart } from './hart.js';
import { WORD } from './hart-words.js';
import { PRIVILEGE, type Privilege } from './privilege.js';
import { MSTATUS, type Status } from './status.js';

/** What the engine gives: ways of seeing code and data, by number. 0 is memory as it is. */
export interface RegimeEngine {
  enterRegime(code: number, data: number): void;
  translationsChanged(): void;
  restored(): void;
}

const PLAIN = 0;
/** So many different protections and sets of tables are told apart in one run; their numbers have room in a regime's. */
const NUMBERS = 2 ** 20;

/**
 * Between privileged software and the engine, which keeps what was decoded, and which pages were come to, for each way in which
 * memory is seen. Code is seen by privilege, and by tables in user mode; in supervisor mode all tables show one kernel, so that
 * what was decoded there is kept and looked at again when they change. Data is seen by all that decides about accesses.
 *
 * Translations are never older than the tables: a store to an entry that one was made from drops it. So no run depends on what
 * was cached, and SFENCE.VMA has nothing to do.
 */
export class Regimes {
  readonly #engine: RegimeEngine;
  /** The regime may be another one. */
  #isMoved = true;
  #isPlain = true;
  readonly #tables = new Map<string, number>();
  readonly #protections = new Map<string, number>();
  readonly #numbers: Numbers[] = [];
  /** Tables that supervisor code was last known to be seen through. */
  #kernel = -1;

  constructor(engine: RegimeEngine) {
    this.#engine = engine;
  }

  /** A hart's privilege, tables or protection are others, or another hart has the engine. True if the engine must hear of it. */
  changed(hart: Hart): boolean {
    if (this.#isPlain && hart.space.isIdentity && hart.space.isPlain) return false;
    this.#isMoved = true;
    return true;
  }

  /** Brings the engine up to date, before it runs. */
  sync(hart: Hart): void {
    if (!this.#isMoved) return;
    this.#isMoved = false;
    const { space, status, words } = hart;
    this.#isPlain = space.isIdentity && space.isPlain;
    const code = space.isIdentity ? PLAIN : this.#codeRegime(hart, words.privilege);
    const data = space.isPlain ? PLAIN : this.#dataRegime(hart, status, status.dataPrivilege);
    this.#engine.enterRegime(code, data);
  }

  /** Everything may be otherwise than before. */
  restored(): void {
    this.#isMoved = true;
    this.#kernel = -1;
    this.#engine.restored();
  }

  #codeRegime(hart: Hart, privilege: Privilege): number {
    let tables = 0;
    if (hart.mmu.translates(privilege)) {
      const present = this.#tablesOf(hart);
      tables = privilege === PRIVILEGE.user ? present : 1;
      if (privilege === PRIVILEGE.supervisor && present !== this.#kernel) {
        this.#kernel = present;
        this.#engine.translationsChanged();
      }
    }
    return 1 + privilege + 4 * (tables + NUMBERS * this.#protectionOf(hart));
  }

  #dataRegime(hart: Hart, status: Status, privilege: Privilege): number {
    const tables = hart.mmu.translates(privilege) ? this.#tablesOf(hart) : 0;
    const sees = tables === 0 ? 0 : Number(status.has(MSTATUS.SUM)) + 2 * Number(status.has(MSTATUS.MXR));
    return 1 + sees + 4 * (privilege + 4 * (tables + NUMBERS * this.#protectionOf(hart)));
  }

  /** Numbers from 2 on for the tables that satp names. */
  #tablesOf(hart: Hart): number {
    const known = this.#numbersOf(hart);
    const { words } = hart.words;
    const [low, high] = [words[WORD.satp]!, words[WORD.satp + 1]!];
    if (known.low !== low || known.high !== high) {
      [known.low, known.high] = [low, high];
      known.tables = numberOf(this.#tables, `${low} ${high}`) + 2;
    }
    return known.tables;
  }
  #protectionOf(hart: Hart): number {
    const known = this.#numbersOf(hart);
    const { rules } = hart.pmp;
    if (known.rules !== rules) {
      known.rules = rules;
      known.protection = numberOf(this.#protections, hart.pmp.signature);
    }
    return known.protection;
  }
  #numbersOf({ model }: Hart): Numbers {
    let known = this.#numbers[model.index];
    if (known === undefined) {
      known = { low: 0, high: 0, tables: 0, rules: undefined, protection: 0 };
      this.#numbers[model.index] = known;
    }
    return known;
  }
}

/** What a hart's tables and protection were when they were asked for last, and their numbers. */
interface Numbers {
  low: number;
  high: number;
  tables: number;
  rules: unknown;
  protection: number;
}

function numberOf(known: Map<string, number>, key: string): number {
  let number = known.get(key);
  if (number === undefined) {
    number = known.size;
    known.set(key, number);
  }
  return number;
}
