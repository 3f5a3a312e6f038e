import { InternalError } from './errors.js';
import type { Arena } from './state.js';
import type { Clock, Timebase } from './time.js';
import { instantOf } from './track.js';

/** A named event of one clock domain; its state is saved with the machine. */
export interface TimedEvent {
  readonly name: string;
  readonly armed: boolean;
  /**
   * Fires `ticks` of its clock from now. Inside its own handler it counts from the tick it was due at, so that periods
   * add up, and is at least one tick away, so that time goes on.
   */
  after(ticks: number): void;
  /** Fires when its clock has counted to `tick`; at once if it has already. */
  at(tick: number): void;
  cancel(): void;
  /** Ticks of its clock until it fires; Infinity when it is not armed. */
  remaining(): number;
}

/** More than this many events without time passing are devices that arm each other for now. */
const SAME_TICK_LIMIT = 100_000;
const NEVER = Number.POSITIVE_INFINITY;

class ScheduledEvent implements TimedEvent {
  readonly name: string;
  readonly clock: Clock;
  readonly fire: () => void;
  readonly #scheduler: Scheduler;
  readonly #index: number;

  constructor(scheduler: Scheduler, index: number, name: string, clock: Clock, fire: () => void) {
    this.#scheduler = scheduler;
    this.#index = index;
    this.name = name;
    this.clock = clock;
    this.fire = fire;
  }
  get armed(): boolean {
    return this.#scheduler.clockTick(this.#index) < NEVER;
  }
  after(ticks: number): void {
    this.at(this.#scheduler.origin(this.#index) + Math.max(ticks, this.#scheduler.isFiring(this.#index) ? 1 : 0));
  }
  at(tick: number): void {
    this.#scheduler.arm(this.#index, tick);
  }
  cancel(): void {
    this.#scheduler.cancel(this.#index);
  }
  remaining(): number {
    return this.#scheduler.clockTick(this.#index) - this.clock.now();
  }
}

/** All timed events of a machine, in exact order: by instant, then by order of registration. */
export class Scheduler {
  readonly #timebase: Timebase;
  readonly #events: ScheduledEvent[] = [];
  readonly #names = new Set<string>();
  /** Tick of the event's own clock it is due at; Infinity = not armed. */
  #clockTicks = new Float64Array(16).fill(NEVER);
  /** The same as a base tick, rounded up; Infinity also while its clock is stopped. */
  #baseTicks = new Float64Array(16).fill(NEVER);
  /** The events that have a base tick: few of a chip's many. Follows from the words above. */
  readonly #planned: number[] = [];
  #next = NEVER;
  #firing = -1;
  #firingTick = 0;
  /** An instant of others' making: see `fence`. In ns, and as a base tick. */
  #fenceNs = NEVER;
  #fenceTick = NEVER;
  #onFence: () => void = () => {};

  constructor(arena: Arena, timebase: Timebase) {
    this.#timebase = timebase;
    timebase.replan = (clock) => this.#replan(clock);
    arena.onFreeze(() => {
      const count = this.#events.length;
      const [clockTicks, baseTicks] = [arena.f64('events.clock', count), arena.f64('events.base', count)];
      clockTicks.set(this.#clockTicks.subarray(0, count));
      baseTicks.set(this.#baseTicks.subarray(0, count));
      this.#clockTicks = clockTicks;
      this.#baseTicks = baseTicks;
    });
  }

  /** Declares an event; names are unique. */
  event(name: string, clock: Clock, fire: () => void): TimedEvent {
    if (this.#names.has(name)) throw new InternalError({ what: `two events are called '${name}'` });
    this.#names.add(name);
    const index = this.#events.length;
    if (index === this.#clockTicks.length) {
      this.#clockTicks = grown(this.#clockTicks);
      this.#baseTicks = grown(this.#baseTicks);
    }
    const event = new ScheduledEvent(this, index, name, clock, fire);
    this.#events.push(event);
    return event;
  }

  /** Base tick of the earliest event or of the fence, Infinity without one. */
  get next(): number {
    return Math.min(this.#next, this.#fenceTick);
  }
  /** The same without the fence. */
  get nextEvent(): number {
    return this.#next;
  }

  /** What is called when time comes to the fence, before any event that is due then: who sets it keeps other machines abreast. */
  set onFence(fn: () => void) {
    this.#onFence = fn;
  }
  /** In ns of machine time, Infinity for none. No event, and no part of the state: nothing the machine does depends on where it stands. */
  get fence(): number {
    return this.#fenceNs;
  }
  set fence(ns: number) {
    if (ns === this.#fenceNs) return;
    this.#fenceNs = ns;
    this.#planFence();
    if (this.#fenceTick < this.#timebase.sliceEnd) this.#timebase.shorten(this.#fenceTick);
  }
  get armed(): readonly { readonly name: string; readonly clock: string; readonly remaining: number }[] {
    const armed = this.#events.filter((event) => event.armed);
    return armed.map((event) => ({ name: event.name, clock: event.clock.name, remaining: event.remaining() }));
  }

  /** Fires everything due by the present tick. */
  fireDue(): void {
    const now = this.#timebase.tick;
    for (let fired = 0; this.next <= now; fired++) {
      if (this.#fenceTick <= this.#next) {
        this.fence = NEVER;
        this.#onFence();
        continue;
      }
      const index = this.#earliest();
      const event = this.#events[index]!;
      if (fired === SAME_TICK_LIMIT) {
        throw new InternalError({
          what: `events around '${event.name}' set each other off without time passing`,
          remedy: 'arm them at least one tick ahead',
        });
      }
      this.#fire(index, event);
    }
  }

  /** After a restore: the words changed under us. */
  refresh(): void {
    this.#planFence();
    this.#planned.length = 0;
    for (let i = 0; i < this.#events.length; i++) if (this.#baseTicks[i]! < NEVER) this.#planned.push(i);
    this.#next = this.#minimum();
  }

  clockTick(index: number): number {
    return this.#clockTicks[index]!;
  }
  isFiring(index: number): boolean {
    return index === this.#firing;
  }
  /** What `after` counts from. */
  origin(index: number): number {
    return index === this.#firing ? this.#firingTick : this.#events[index]!.clock.now();
  }
  arm(index: number, tick: number): void {
    if (!(tick < NEVER)) {
      throw new InternalError({ what: `event '${this.#events[index]!.name}' is armed for tick ${tick}` });
    }
    this.#clockTicks[index] = Math.ceil(tick);
    this.#plan(index);
    if (this.#next < this.#timebase.sliceEnd) this.#timebase.shorten(this.#next);
  }
  cancel(index: number): void {
    if (this.#clockTicks[index] === NEVER) return;
    this.#clockTicks[index] = NEVER;
    this.#setBase(index, NEVER);
  }

  #fire(index: number, event: ScheduledEvent): void {
    this.#firing = index;
    this.#firingTick = this.#clockTicks[index]!;
    this.#timebase.beginEvent(this.#baseTicks[index]!);
    this.cancel(index);
    try {
      event.fire();
    } finally {
      this.#firing = -1;
      this.#timebase.endEvent();
    }
  }

  #planFence(): void {
    const { nanosecondClock } = this.#timebase;
    this.#fenceTick = this.#fenceNs < NEVER ? this.#timebase.tickOf(nanosecondClock, this.#fenceNs) : NEVER;
  }
  #plan(index: number): void {
    const tick = this.#clockTicks[index]!;
    this.#setBase(index, tick < NEVER ? this.#timebase.tickOf(this.#events[index]!.clock, tick) : NEVER);
  }

  #setBase(index: number, tick: number): void {
    const was = this.#baseTicks[index]!;
    if (tick === was) return;
    this.#baseTicks[index] = tick;
    if (was === NEVER) this.#planned.push(index);
    else if (tick === NEVER) this.#forget(index);
    if (tick < this.#next) this.#next = tick;
    else if (was === this.#next) this.#next = this.#minimum();
  }
  #forget(index: number): void {
    const last = this.#planned.pop()!;
    if (last !== index) this.#planned[this.#planned.indexOf(index)] = last;
  }

  #replan(clock?: Clock): void {
    for (let index = 0; index < this.#events.length; index++) {
      if (clock === undefined || this.#events[index]!.clock === clock) this.#plan(index);
    }
    if (clock === undefined) this.#planFence();
    this.#timebase.shorten(this.next);
  }

  #minimum(): number {
    let least = NEVER;
    for (let i = 0; i < this.#planned.length; i++) least = Math.min(least, this.#baseTicks[this.#planned[i]!]!);
    return least;
  }

  #earliest(): number {
    let found = -1;
    for (let i = 0; i < this.#planned.length; i++) {
      const index = this.#planned[i]!;
      if (this.#baseTicks[index] !== this.#next) continue;
      if (found >= 0) return this.#earliestOfSome();
      found = index;
    }
    return found;
  }

  /** Of several events at the earliest base tick, the one with the earliest exact instant. */
  #earliestOfSome(): number {
    let best = -1;
    for (let i = 0; i < this.#events.length; i++) {
      if (this.#baseTicks[i] !== this.#next) continue;
      if (best < 0 || this.#isBefore(i, best)) best = i;
    }
    return best;
  }

  #isBefore(i: number, j: number): boolean {
    const [a, b] = [this.#events[i]!.clock, this.#events[j]!.clock].map((clock) => this.#timebase.trackOf(clock));
    if (a!.b <= 1 && b!.b <= 1) return false;
    if (!a!.rate.isZero && !b!.rate.isZero) {
      return instantOf(a!, this.#clockTicks[i]!).compare(instantOf(b!, this.#clockTicks[j]!)) < 0;
    }
    return false;
  }
}

function grown(words: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(words.length * 2).fill(NEVER);
  larger.set(words);
  return larger;
}
