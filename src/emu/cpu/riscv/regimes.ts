import type { Hart } from './hart.js';

/** What the engine gives: numbers say how it sees code, and data; 0 is memory as it is. */
export interface RegimeEngine {
  /** Told each time, since what the hart's state holds may be another one. */
  pcHigh: number;
  enterRegime(code: number, data: number): void;
  translationsChanged(): void;
  restored(): void;
}

const NO_TABLES = 0;

/**
 * How the engine sees memory, as the hart does that executes. As long as nothing is translated and nothing protected it reaches
 * memory by itself; otherwise it asks about each page once, for each way of seeing it.
 *
 * Translations are never older than the tables: a store to an entry that one was made from drops it. So no run depends on what
 * was cached, and SFENCE.VMA has nothing to do.
 */
export class Regimes {
  readonly #engine: RegimeEngine;
  #code = 0;
  #data = 0;
  /** Tables that supervisor code was last known to be seen through. */
  #tables = NO_TABLES;

  constructor(engine: RegimeEngine) {
    this.#engine = engine;
  }

  /** Whether a hart sees memory otherwise than the engine does. */
  differs({ space }: Hart): boolean {
    return space.codeKey !== this.#code || space.dataKey !== this.#data || this.#isKernelMoved(space.tablesKey);
  }

  /** Brings the engine up to date, before it runs. */
  sync(hart: Hart): void {
    if (hart.model.xlen === 64) this.#engine.pcHigh = hart.context.high;
    if (!this.differs(hart)) return;
    const { codeKey, dataKey, tablesKey } = hart.space;
    if (this.#isKernelMoved(tablesKey)) {
      this.#tables = tablesKey;
      this.#engine.translationsChanged();
    }
    this.#code = codeKey;
    this.#data = dataKey;
    this.#engine.enterRegime(codeKey, dataKey);
  }

  /** Everything may be otherwise than before. */
  restored(): void {
    this.#tables = NO_TABLES;
    this.#engine.restored();
  }

  #isKernelMoved(tables: number): boolean {
    return tables !== NO_TABLES && tables !== this.#tables;
  }
}
