import { NOTE } from '../layout.js';
import type { Note } from '../note.js';

/** What tiering decides about. */
export interface Tiers {
  isEntry(pc: number): boolean;
  compile(entries: readonly number[]): void;
  covers(pc: number): boolean;
  /** Code that was not there when regions were compiled is: compiles it as part of those that go there, or by itself. */
  extend(reached: readonly number[]): void;
  /** The accesses of an instruction keep leaving its regions. */
  generalise(pc: number): void;
  /** A computed branch goes there; false if it goes to more places than a region can know. */
  addJumpTargets(pc: number, targets: readonly number[]): boolean;
}

/** Ticks of a slice while code is still being found, and at most. */
const SHORT = 16_384;
const LONG = 1_000_000;
/** Samples in code that lies together after which it is compiled: they last about as long as compiling it takes. */
const HOT = 200;
/** Samples that a process waits for before it compiles anything, since the first instructions take many times as long. */
const PATIENCE = 500;
/** How much more is asked for in code that a region holds, which it can be entered at elsewhere. */
const COVERED = 4;
/** Bytes that lie together, as a shift. */
const NEIGHBOURHOOD = 7;
/** Slices in which nothing was found, after which they get longer. */
const QUIET = 16;
/** Notes of a kind after which something is done about it. */
const OFTEN = { reached: 512, access: 128, jump: 128 } as const;

/**
 * Decides what is compiled. At the end of every slice it is told the target of the last taken branch, and now and then
 * what compiled code has noted. Slices end by guest time, and nothing but speed depends on what is decided.
 */
export class Tiering {
  /** Samples of all machines of the process. */
  static #taken = 0;
  /** Ticks that a slice should last at most. */
  slice = SHORT;
  readonly #tiers: Tiers;
  /** How much is needed, against what is usual: almost nothing where everything is to be compiled. */
  readonly #scale: number;
  /** Samples of code that lies together, and the target of the last one. */
  readonly #samples = new Map<number, { count: number; target: number }>();
  /** How often the targets of a computed branch were added to: each time takes twice as many notes. */
  readonly #additions = new Map<number, number>();
  #quiet = 0;

  constructor(tiers: Tiers, mode: 'auto' | 'hot') {
    this.#tiers = tiers;
    this.#scale = mode === 'hot' ? 0 : 1;
  }

  /** The slice ended in the cold engine; `target`: of the last taken branch. */
  sample(target: number): void {
    if (this.#tiers.isEntry(target)) {
      this.quiet();
      return;
    }
    const place = target >>> NEIGHBOURHOOD;
    // a longer slice says more
    const weight = this.slice / SHORT;
    const count = (this.#samples.get(place)?.count ?? 0) + weight;
    this.#samples.set(place, { count, target });
    Tiering.#taken += weight;
    if (Tiering.#taken < this.#scale * PATIENCE) return;
    if (count < this.#scale * HOT * (this.#tiers.covers(target) ? COVERED : 1)) return;
    // what is half as hot comes into the same module: each costs a fixed time, and room
    const batch = [...this.#samples].filter(([, other]) => other.count >= HOT / 2);
    for (const [other] of batch) this.#samples.delete(other);
    this.#tiers.compile([...new Set([target, ...batch.map(([, other]) => other.target)])]);
    this.#found();
  }

  /** What regions left for, or where their computed branches went; gives what it acted upon. */
  noted(notes: readonly Note[]): ReadonlySet<Note> {
    const heeded = new Set<Note>();
    const reached: number[] = [];
    const jumps = new Map<number, Note[]>();
    for (const note of notes) {
      const { site, target, count } = note;
      if (site !== NOTE.reached && site !== NOTE.access) jumps.set(site, [...(jumps.get(site) ?? []), note]);
      else if (count >= this.#scale * (site === NOTE.reached ? OFTEN.reached : OFTEN.access)) {
        heeded.add(note);
        if (site === NOTE.reached) reached.push(target);
        else this.#tiers.generalise(target);
      }
    }
    for (const [site, all] of jumps) {
      const additions = this.#additions.get(site) ?? 0;
      if (all[0]!.count < this.#scale * OFTEN.jump * 2 ** additions) continue;
      this.#additions.set(site, additions + 1);
      for (const note of all) heeded.add(note);
      const targets = all.map(({ target }) => target);
      if (!this.#tiers.addJumpTargets(site, targets)) reached.push(...targets);
    }
    if (reached.length > 0) this.#tiers.extend(reached);
    if (heeded.size > 0) this.#found();
    return heeded;
  }

  /** Nothing new: after a while slices may be longer. */
  quiet(): void {
    this.#quiet++;
    if (this.#quiet < QUIET) return;
    this.#quiet = 0;
    this.slice = Math.min(LONG, this.slice * 2);
  }

  #found(): void {
    this.#quiet = 0;
    this.slice = SHORT;
  }
}
