import { InternalError } from './errors.js';
import type { Arena } from './state.js';

/** A change that sets off more changes than this, one inside the other, is a loop of wires. */
const DEPTH_LIMIT = 200;
let depth = 0;

/** A wire inside the machine: IRQ line, reset, gate, DMA request. Its level belongs to the machine's state. */
export class Signal {
  readonly name: string;
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #listeners: ((level: number, before: number) => void)[] = [];
  #held = false;
  #levelBefore = 0;

  constructor(name: string, arena: Pick<Arena, 'cell'>) {
    this.name = name;
    const { words, index } = arena.cell();
    this.#words = words;
    this.#index = index;
  }

  get level(): number {
    return this.#words[this.#index]!;
  }

  /** Sets the level (an integer); listeners hear of it only when it changes. */
  set(level: number): void {
    const before = this.#words[this.#index]!;
    if (before === level) return;
    this.#words[this.#index] = level;
    if (this.#held) return;
    if (this.#listeners.length > 0) this.#notify(level, before);
  }

  /** From here to `release` listeners hear nothing; then of the net change only: a reset is one instant. */
  hold(): void {
    if (this.#held) return;
    this.#held = true;
    this.#levelBefore = this.level;
  }
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.level !== this.#levelBefore) this.#notify(this.level, this.#levelBefore);
  }

  listen(fn: (level: number, before: number) => void): void {
    this.#listeners.push(fn);
  }

  #notify(level: number, before: number): void {
    if (depth >= DEPTH_LIMIT) {
      throw new InternalError({
        what: `signal '${this.name}' changes because of its own change`,
        remedy: 'cut the loop of wires',
      });
    }
    depth++;
    try {
      for (const listener of this.#listeners) listener(level, before);
    } finally {
      depth--;
    }
  }
}

/** All signals of a machine by name; asking for a name that is not there yet makes the signal. */
export class Signals {
  readonly #arena: Arena;
  readonly #byName = new Map<string, Signal>();

  constructor(arena: Arena) {
    this.#arena = arena;
  }
  get(name: string): Signal {
    let signal = this.#byName.get(name);
    if (signal === undefined) {
      signal = new Signal(name, this.#arena);
      this.#byName.set(name, signal);
    }
    return signal;
  }
  has(name: string): boolean {
    return this.#byName.has(name);
  }
  names(): string[] {
    return [...this.#byName.keys()];
  }
}

/** Joins wires: `to` is high while any of the sources is. */
export function connect(sources: readonly Signal[], to: Signal): void {
  const follow = (): void => {
    let any = 0;
    for (const source of sources) any |= source.level;
    to.set(any);
  };
  for (const source of sources) source.listen(follow);
}
