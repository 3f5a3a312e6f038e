import { NOTE } from '../layout.js';
import type { Note } from '../note.js';

/** What tiering decides about. */
export interface Tiers {
  isEntry(pc: number): boolean;
  compile(entries: readonly number[]): void;
  /** Instructions compiled so far, and how many of them for the first time. */
  readonly compiled: number;
  readonly known: number;
  covers(pc: number): boolean;
  /**
   * Compiles anew what knew too little: accesses of these instructions keep leaving their regions, these computed branches
   * go to these addresses, and this code was reached that was not compiled.
   */
  learn(accesses: readonly number[], jumps: ReadonlyMap<number, readonly number[]>, reached: readonly number[]): void;
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
/** Samples that an instruction costs, once compiled: what compiles much has to run for long. */
const COST = 1;
/**
 * What may be owed when more is compiled for the sake of notes: at the start much is learnt at once. A program whose
 * computed branches never settle, as a kernel's that switches tasks, must not compile for longer than it runs.
 */
const LENT = 4000;
/**
 * Instructions compiled again for which that holds. Past them each costs more and more: whether there is an end to what
 * such a program teaches cannot be known, and so it is learnt ever more slowly.
 */
const AGAIN = 8000;
/** What a slice counts that compiled code filled, against one in the cold engine: it is over sooner. */
const FILLED = 0.25;
/** Notes of a kind after which something is done about it: each cost some 80 ns, compiling a function anew ten milliseconds. */
const OFTEN = { reached: 8192, access: 8192, jump: 4096 } as const;

/**
 * Decides what is compiled. At the end of every slice it is told the target of the last taken branch, and now and then
 * what compiled code has noted. Slices end by guest time, and nothing but speed depends on what is decided.
 */
export class Tiering {
  /** Samples of all machines of the process, and what of them may be spent on compiling. */
  static #taken = 0;
  static #credit = 0;
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

  /** The slice ended in the cold engine; `target`: of the last taken branch, `ticks`: how long the slice was, which an event may have ended. */
  sample(target: number, ticks: number): void {
    if (this.#tiers.isEntry(target)) {
      this.quiet(ticks);
      return;
    }
    const place = target >>> NEIGHBOURHOOD;
    // a longer slice says more
    const weight = ticks / SHORT;
    const count = (this.#samples.get(place)?.count ?? 0) + weight;
    this.#samples.set(place, { count, target });
    Tiering.#taken += weight;
    this.#earn(weight);
    if (Tiering.#taken < this.#scale * PATIENCE || !this.#affordable) return;
    if (count < this.#scale * HOT * (this.#tiers.covers(target) ? COVERED : 1)) return;
    // what is half as hot comes into the same module: each costs a fixed time, and room
    const batch = [...this.#samples].filter(([, other]) => other.count >= HOT / 2);
    for (const [other] of batch) this.#samples.delete(other);
    this.#spend(() => this.#tiers.compile([...new Set([target, ...batch.map(([, other]) => other.target)])]));
    this.#found();
  }

  /** Whether there is anything to spend on what notes ask for. */
  get canLearn(): boolean {
    return this.#scale === 0 || Tiering.#credit >= -LENT;
  }

  /** What regions left for, or where their computed branches went; gives what it acted upon. */
  noted(notes: readonly Note[]): ReadonlySet<Note> {
    const heeded = new Set<Note>();
    this.#spend(() => this.#heed(notes, heeded));
    if (heeded.size > 0) this.#found();
    return heeded;
  }

  #heed(notes: readonly Note[], heeded: Set<Note>): void {
    const often = (kind: keyof typeof OFTEN, factor = 1) => {
      const least = this.#scale * OFTEN[kind] * factor;
      return ({ count }: Note) => count >= least;
    };
    const reached = notes.filter(({ site }) => site === NOTE.reached).filter(often('reached'));
    // once something has to be compiled anew, all that is known so far goes into it
    const accesses = notes.filter(({ site }) => site === NOTE.access);
    const leaving = accesses.some(often('access')) ? accesses.filter(often('access', 1 / 16)) : [];
    const jumps = new Map<number, Note[]>();
    for (const note of notes) {
      if (note.site === NOTE.reached || note.site === NOTE.access) continue;
      jumps.set(note.site, [...(jumps.get(note.site) ?? []), note]);
    }
    for (const [site, all] of jumps) {
      const additions = this.#additions.get(site) ?? 0;
      if (!all.some(often('jump', 2 ** additions))) jumps.delete(site);
      else this.#additions.set(site, additions + 1);
    }
    for (const note of [...reached, ...leaving, ...[...jumps.values()].flat()]) heeded.add(note);
    if (heeded.size === 0) return;
    const addresses = (some: readonly Note[]) => some.map(({ target }) => target);
    const branches = new Map([...jumps].map(([site, all]) => [site, addresses(all)]));
    this.#tiers.learn(addresses(leaving), branches, addresses(reached));
  }

  /** Nothing new: after a while slices may be longer. */
  quiet(ticks: number): void {
    this.#earn((ticks / SHORT) * FILLED);
    this.#quiet++;
    if (this.#quiet < QUIET) return;
    this.#quiet = 0;
    this.slice = Math.min(LONG, this.slice * 2);
  }

  get #affordable(): boolean {
    return this.#scale === 0 || Tiering.#credit >= 0;
  }
  #earn(samples: number): void {
    Tiering.#credit = Math.min(Tiering.#credit + samples, PATIENCE);
  }
  #spend(compile: () => void): void {
    const before = this.#tiers.compiled;
    compile();
    if (this.#scale === 0) return; // nobody weighs that, and other machines are not to pay for it
    const { compiled, known } = this.#tiers;
    const dearness = Math.max(1, (compiled - known) / AGAIN) ** 2;
    Tiering.#credit -= COST * dearness * (compiled - before);
  }

  #found(): void {
    this.#quiet = 0;
    this.slice = SHORT;
  }
}
