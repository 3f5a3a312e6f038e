import { InternalError } from './errors.js';
import type { Hasher } from './hash.js';
import { floorDiv, Rational, type RationalLike } from './rational.js';
import type { Arena } from './state.js';
import { countAt, onTrack, phaseAt, type Track, tickOf } from './track.js';

/** Hertz; 0 stops the clock. */
export type Frequency = RationalLike;

/** A clock domain: counts its own ticks, can be switched and stopped, and loses no fraction of a tick over that. */
export interface Clock {
  readonly name: string;
  /** The rate in Hz as a plain number; 0 while stopped. */
  readonly hertz: number;
  readonly frequency: Rational;
  readonly running: boolean;
  /** Whole ticks of this clock since power-on; stands while the clock is stopped. */
  now(): number;
  /** Takes effect at the present instant; the fraction of a tick in progress is kept exactly. */
  set(frequency: Frequency): void;
  /** Called after every change of rate. */
  onChange(listener: (clock: Clock) => void): void;
}

const GHZ = Rational.of(1_000_000_000);

class Domain implements Clock {
  readonly name: string;
  readonly #timebase: Timebase;
  readonly #listeners: ((clock: Clock) => void)[] = [];
  track: Track;

  constructor(name: string, timebase: Timebase, track: Track) {
    this.name = name;
    this.#timebase = timebase;
    this.track = track;
  }
  get hertz(): number {
    return this.track.rate.toNumber();
  }
  get frequency(): Rational {
    return this.track.rate;
  }
  get running(): boolean {
    return this.track.b !== 0;
  }
  now(): number {
    return countAt(this.track, Math.max(this.#timebase.instant, this.track.tick0));
  }
  set(frequency: Frequency): void {
    const rate = Rational.from(frequency);
    if (rate.num < 0n) throw new InternalError({ what: `clock '${this.name}' cannot run at ${rate} Hz` });
    if (rate.equals(this.track.rate)) return;
    this.#timebase.change(this, rate);
    for (const listener of this.#listeners) listener(this);
  }
  onChange(listener: (clock: Clock) => void): void {
    this.#listeners.push(listener);
  }
}

/** The exact instant of the present segment: `epoch` seconds at base tick `tick0`, `rate` base ticks a second. */
interface Segment {
  readonly epoch: Rational;
  readonly tick0: number;
  readonly rate: Rational;
}
/** Where the present instant of another machine lies among one's own base ticks: `tick0 + ceil((a + b · its ticks) / c)`. */
interface Relation {
  readonly mine: Segment;
  readonly theirs: Segment;
  readonly a: bigint;
  readonly b: bigint;
  readonly c: bigint;
  /** The same as numbers. */
  readonly small: { readonly a: number; readonly b: number; readonly c: number };
}
/** Below this, numbers are exact. */
const EXACT_LIMIT = 2 ** 52;

interface SavedTime {
  readonly segment: Segment;
  readonly tracks: readonly Track[];
}

/**
 * Exact machine time. The machine counts base ticks: those of the CPU clock while it runs (or a share of
 * them, where cores take turns), nanoseconds while it stands. Every clock knows how its own ticks lie between base ticks (its track); a change of the base gives all of
 * them new tracks that begin at the present instant.
 */
export class Timebase {
  readonly name = 'time';
  /** The remaining ticks of the slice, in a word the engine counts down. */
  readonly budgetCell: Int32Array;
  readonly #domains: Domain[] = [];
  readonly #byName = new Map<string, Domain>();
  readonly #slice: Float64Array;
  readonly #arena: Arena;
  readonly #touch: () => void;
  readonly #cpu: Domain;
  readonly #nano: Domain;
  readonly #share: Domain;
  readonly #sharing: Rational;
  #segment: Segment;
  readonly #relations = new Map<Timebase, Relation>();
  /** While an event fires: the tick it was due at. An instruction is executed whole, so that may have passed. */
  #due = -1;
  /** How often a clock has changed: until it does again, an instant keeps its tick. */
  changes = 0;
  /** Set by the scheduler: the clock (or, without argument, every clock) got a new track. */
  replan: (clock?: Clock) => void = () => {};

  /** `share`: how many cores use the base ticks in turns, so that there are as many in a tick of the CPU clock. */
  constructor(
    arena: Arena,
    cpuFrequency: Frequency,
    budgetCell: Int32Array = new Int32Array(1),
    share: RationalLike = 1,
  ) {
    this.#arena = arena;
    this.budgetCell = budgetCell;
    this.#slice = arena.f64('time.slice', 1);
    const index = arena.keep(this);
    this.#touch = () => arena.touched.add(index);
    const rate = Rational.from(cpuFrequency);
    this.#sharing = Rational.from(share);
    this.#segment = { epoch: Rational.ZERO, tick0: 0, rate: rate.isZero ? GHZ : rate.mul(this.#sharing) };
    this.#cpu = this.#add('cpu', rate);
    this.#share = share === 1 ? this.#cpu : this.#add('cpu.share', rate.mul(this.#sharing));
    this.#nano = this.#add('ns', GHZ);
  }

  get cpuClock(): Clock {
    return this.#cpu;
  }
  /** Counts the base ticks that the cores have in turns: the CPU clock itself, if there is one core. */
  get shareClock(): Clock {
    return this.#share;
  }
  /** Counts nanoseconds of machine time; cannot be changed. */
  get nanosecondClock(): Clock {
    return this.#nano;
  }

  /** A new clock domain; its count starts at 0 now. */
  clock(name: string, frequency: Frequency): Clock {
    if (this.#byName.has(name)) throw new InternalError({ what: `two clocks are called '${name}'` });
    this.#touch();
    return this.#add(name, Rational.from(frequency));
  }

  /** A clock that runs with `source` while its gate is open; it starts open. */
  gated(name: string, source: Clock): { readonly clock: Clock; setOpen(open: boolean): void } {
    const clock = this.clock(name, source.frequency);
    const { words, index } = this.#arena.cell();
    words[index] = 1;
    const follow = (): void => clock.set(words[index] ? source.frequency : Rational.ZERO);
    source.onChange(follow);
    return {
      clock,
      setOpen(open) {
        words[index] = open ? 1 : 0;
        follow();
      },
    };
  }

  find(name: string): Clock | undefined {
    return this.#byName.get(name);
  }
  get clocks(): readonly Clock[] {
    return this.#domains;
  }

  /** The present base tick, valid also inside a device access in the middle of a slice. */
  get tick(): number {
    return this.#slice[0]! - this.budgetCell[0]!;
  }
  /** The tick at which what happens now happens: for an event, the one it was due at. */
  get instant(): number {
    return this.#due >= 0 ? this.#due : this.tick;
  }
  /** Between the two calls an event fires that was due at `tick`. */
  beginEvent(tick: number): void {
    this.#due = tick;
  }
  endEvent(): void {
    this.#due = -1;
  }
  get sliceEnd(): number {
    return this.#slice[0]!;
  }

  /** Seconds since power-on, exact. */
  time(): Rational {
    return this.timeAt(this.tick);
  }
  /** Machine time rounded down to nanoseconds. */
  nanoseconds(): number {
    return this.#nano.now();
  }
  /** The first base tick at or after a machine time in seconds, if no clock changes until then. */
  tickAtTime(time: Rational): number {
    const { epoch, tick0, rate } = this.#segment;
    return tick0 + Number(time.sub(epoch).mul(rate).ceil());
  }
  /** The first base tick at or after the present instant of another machine, if no clock changes until then. */
  tickAtPresentOf(other: Timebase): number {
    const { mine, theirs, small, a, b, c } = this.#relationTo(other);
    const ticks = other.tick - theirs.tick0;
    const [scaled, offset] = [ticks * small.b, small.a];
    if (scaled < EXACT_LIMIT && Math.abs(offset) < EXACT_LIMIT && small.c < EXACT_LIMIT) {
      return mine.tick0 + Math.ceil((scaled + offset) / small.c);
    }
    return mine.tick0 - Number(floorDiv(-(a + BigInt(ticks) * b), c));
  }
  #relationTo(other: Timebase): Relation {
    const [mine, theirs] = [this.#segment, other.#segment];
    const known = this.#relations.get(other);
    if (known !== undefined && known.mine === mine && known.theirs === theirs) return known;
    const offset = theirs.epoch.sub(mine.epoch).mul(mine.rate);
    const step = mine.rate.div(theirs.rate);
    const [a, b, c] = [offset.num * step.den, step.num * offset.den, offset.den * step.den];
    const relation = { mine, theirs, a, b, c, small: { a: Number(a), b: Number(b), c: Number(c) } };
    this.#relations.set(other, relation);
    return relation;
  }
  /** Exact seconds at a base tick, and whole ns, if no clock changes until then. */
  timeAt(tick: number): Rational {
    const { epoch, tick0, rate } = this.#segment;
    return epoch.add(Rational.of(tick - tick0).div(rate));
  }
  nanosecondsAt(tick: number): number {
    return countAt(this.#nano.track, Math.max(tick, this.#nano.track.tick0));
  }
  /** The base tick at which `clock` will have counted to `count`; Infinity for a stopped clock. */
  tickOf(clock: Clock, count: number): number {
    return tickOf((clock as Domain).track, count);
  }
  trackOf(clock: Clock): Track {
    return (clock as Domain).track;
  }

  /** Begins a slice of whole ticks, at most 2³¹ − 1, for an engine that counts `budgetCell` down. */
  beginSlice(end: number): void {
    const now = this.tick;
    this.budgetCell[0] = Math.max(0, Math.min(end - now, 0x7fff_ffff));
    this.#slice[0] = now + this.budgetCell[0]!;
  }
  /** Makes the present tick the end of the slice. */
  settle(): void {
    this.#slice[0] = this.tick;
    this.budgetCell[0] = 0;
  }
  /** Lets time pass without the engine, up to base tick `tick`. */
  advanceTo(tick: number): void {
    this.settle();
    if (tick > this.#slice[0]!) this.#slice[0] = tick;
  }
  /** Ends the slice at `tick` if it would last longer. */
  shorten(tick: number): void {
    const cut = this.#slice[0]! - Math.max(tick, this.tick);
    if (cut <= 0) return;
    this.#slice[0] = this.#slice[0]! - cut;
    this.budgetCell[0] = this.budgetCell[0]! - cut;
  }
  /** The engine returns after the present instruction. */
  requestStop(): void {
    this.shorten(this.tick);
  }

  /** For clocks only: gives `domain` its new rate at the present instant. */
  change(domain: Domain, rate: Rational): void {
    if (domain === this.#nano) throw new InternalError({ what: 'the nanosecond clock cannot be changed' });
    this.#touch();
    this.changes++;
    if (domain === this.#cpu) {
      this.#changeBase(rate);
      this.replan();
    } else {
      this.#retrack(domain, rate, this.#segment.rate);
      this.replan(domain);
    }
  }

  save(): SavedTime {
    return { segment: this.#segment, tracks: this.#domains.map((domain) => domain.track) };
  }
  restore(saved: unknown): void {
    const { segment, tracks } = saved as SavedTime;
    this.#segment = segment;
    for (const [i, domain] of this.#domains.entries()) domain.track = tracks[i]!;
  }
  digest(hasher: Hasher): void {
    hasher.text(this.time().toString());
    for (const domain of this.#domains) {
      const { rate } = domain.track;
      hasher.text(`${domain.name} ${rate} ${countAt(domain.track, this.tick)} ${phaseAt(domain.track, this.tick)}`);
    }
  }

  #add(name: string, rate: Rational): Domain {
    const domain = new Domain(name, this, onTrack(rate, this.#segment.rate, this.tick, 0, Rational.ZERO));
    this.#domains.push(domain);
    this.#byName.set(name, domain);
    return domain;
  }

  #changeBase(cpuRate: Rational): void {
    const shared = cpuRate.mul(this.#sharing);
    const rate = cpuRate.isZero ? GHZ : shared;
    const tick = this.tick;
    const epoch = this.time();
    for (const domain of this.#domains) {
      this.#retrack(domain, this.#rateAfter(domain, cpuRate, shared), rate);
    }
    this.#segment = { epoch, tick0: tick, rate };
    this.requestStop();
  }

  #rateAfter(domain: Domain, cpuRate: Rational, shared: Rational): Rational {
    if (domain === this.#cpu) return cpuRate;
    return domain === this.#share ? shared : domain.track.rate;
  }

  #retrack(domain: Domain, rate: Rational, base: Rational): void {
    const tick = this.tick;
    domain.track = onTrack(rate, base, tick, countAt(domain.track, tick), phaseAt(domain.track, tick));
  }
}
