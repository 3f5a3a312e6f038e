import type { AddressRange, CpuBus } from '../../bus-access.js';
import { GUARD, PAGE_SIZE } from '../../isa/layout.js';
import type { CpuState } from './cpu-state.js';
import { DEFAULT_PROTECTION } from './memory-map.js';
import type { MpuState } from './mpu-state.js';
import type { Priorities } from './priorities.js';
import { MAY, type Protection } from './protection.js';

/**
 * Whose permissions count (B3.5.3): the privileged map, the unprivileged one, or the default map, which handlers of
 * priority −1 and −2 have unless MPU_CTRL.HFNMIENA is set.
 */
export const VIEW = { privileged: 0, user: 1, unchecked: 2 } as const;
type View = (typeof VIEW)[keyof typeof VIEW];

/** What the engine gives: records by view, and regions that can be given up. */
export interface ShieldedEngine {
  view: number;
  remapped(): void;
  flush(): void;
}

/** A stretch of addresses whose accesses of a kind somebody wants to see. */
export interface Lookout {
  readonly from: number;
  readonly to: number;
  readonly kind: 'read' | 'write';
}

/** Sees loads and stores that come to the core, and may answer a load itself. */
export interface DataObserver {
  /** What the load gives instead of memory, or undefined. */
  replaced(address: number, size: number): number | undefined;
  accessed(address: number, size: number, value: number, write: boolean): void;
}

export interface ShieldParts {
  readonly bus: CpuBus;
  readonly state: CpuState;
  readonly priorities: Priorities;
  readonly mpu: MpuState;
  /** The engine returns after the present instruction. */
  readonly stop: () => void;
}

/** Pages that were used the last times in a view: the engine is told of them when it comes back. */
const USED = 8;
const ALL: readonly AddressRange[] = [[0, 2 ** 32]];
const EVERYTHING = { reads: ALL, writes: [] } as const;
/** Accesses that came here for nothing once the MPU was switched off, after which the engine is told. */
const PATIENCE = 1024;
const GUARD_BOTH = GUARD.read | GUARD.write;

/**
 * Between the MPU and the engine, which knows pages only. Pages that the present view may use as a whole stay plain memory to
 * it; every other access comes to the core, which asks here. What the engine is told may be stricter than the MPU, never more
 * lenient: so a kernel that switches the MPU off to set regions costs nothing, and nothing here is state of the machine.
 */
export class Shield {
  readonly #bus: CpuBus;
  readonly #state: CpuState;
  readonly #priorities: Priorities;
  readonly #mpu: MpuState;
  readonly #stop: () => void;
  #engine: ShieldedEngine | undefined;
  /** What the engine's tables follow. */
  #installed: Protection = DEFAULT_PROTECTION;
  #view: View = VIEW.privileged;
  /** Unprivileged code has run with the MPU on; more than one view was used. */
  #userSeen = false;
  #apart = false;
  #patience = PATIENCE;
  readonly #used: Readonly<Record<View, number[]>> = {
    [VIEW.privileged]: [],
    [VIEW.user]: [],
    [VIEW.unchecked]: [],
  };
  #lookouts: readonly Lookout[] = [];
  readonly #observers = new Map<string, { readonly observer: DataObserver; readonly lookouts: readonly Lookout[] }>();
  /** Who sees accesses that are looked out for. */
  observers: readonly DataObserver[] = [];

  constructor(parts: ShieldParts) {
    this.#bus = parts.bus;
    this.#state = parts.state;
    this.#priorities = parts.priorities;
    this.#mpu = parts.mpu;
    this.#stop = parts.stop;
    this.#bus.guard(this.#guardOf, [], false);
  }
  attach(engine: ShieldedEngine): void {
    this.#engine = engine;
  }

  /** Whether any access may be refused, or the engine still believes so. */
  get active(): boolean {
    return this.#installed !== DEFAULT_PROTECTION || this.#mpu.protection !== DEFAULT_PROTECTION;
  }

  /** Reset: the MPU is off, and what was learned of the firmware is forgotten. */
  reset(): void {
    this.#mpu.reset();
    this.#install(DEFAULT_PROTECTION);
    if (!this.#apart) return;
    this.#apart = this.#userSeen = false;
    this.#show(VIEW.privileged);
    this.#engine?.flush();
    this.#bus.guard(this.#guardOf, ALL, false);
  }
  /** Words of the MPU changed without a write to its registers. */
  restored(): void {
    this.#mpu.changed();
  }
  /** After a write to the MPU, CONTROL or FAULTMASK: from the next instruction on. */
  changed(): void {
    if (this.active) this.#stop();
  }

  /** Brings the engine up to date, before it runs. */
  sync(): void {
    const { protection } = this.#mpu;
    if (this.#installed === DEFAULT_PROTECTION && protection === DEFAULT_PROTECTION) return;
    const waits = protection === DEFAULT_PROTECTION && this.#patience > 0;
    if (protection !== this.#installed && !waits) this.#install(protection);
    const view = this.#installed === DEFAULT_PROTECTION ? VIEW.privileged : this.#viewFor(this.#state.privileged);
    if (view !== this.#view) this.#show(view);
  }

  /** Makes the engine's tables those of an access with some privilege. */
  showFor(privileged: boolean): void {
    if (!this.active) return;
    this.sync();
    const view = this.#viewFor(privileged);
    if (this.#installed !== DEFAULT_PROTECTION && view !== this.#view) this.#show(view);
  }

  /** An access was let through that the engine had to ask about: it need not the next time, if all of the page is alike. */
  used(address: number): void {
    if (!this.#bus.renew(address)) return;
    const used = this.#used[this.#view];
    const page = (address & -PAGE_SIZE) >>> 0;
    if (used.includes(page)) return;
    used.push(page);
    if (used.length > USED) used.shift();
  }

  /** Whether a load or store of naturally aligned bytes is let through. */
  permits(address: number, write: boolean, privileged: boolean): boolean {
    const { protection } = this.#mpu;
    if (protection === DEFAULT_PROTECTION) {
      this.#patience--;
      return true;
    }
    const view = this.#viewFor(privileged);
    if (view === VIEW.unchecked) return true;
    const read = view === VIEW.user ? MAY.userRead : MAY.privilegedRead;
    const wanted = write ? read << 1 : read;
    return (protection.bitsAt(address >>> 0) & wanted) !== 0;
  }

  /** Whether a store is let through that was deferred when the privilege and the priority were others. */
  permitsDeferred(address: number, privileged: boolean, negative: boolean): boolean {
    if (negative && !this.#mpu.checksNegative) return true;
    const wanted = privileged ? MAY.privilegedWrite : MAY.userWrite;
    return (this.#mpu.protection.bitsAt(address >>> 0) & wanted) !== 0;
  }

  /** Whether an instruction may be fetched. */
  permitsFetch(address: number): boolean {
    const view = this.#viewFor(this.#state.privileged);
    const { protection } = this.#mpu;
    const allowed = mayFetch(protection, view, address);
    // what is decoded now must be forgotten when the permissions that the engine knows hold again
    if (allowed && protection !== this.#installed && !mayFetch(this.#installed, view, address))
      this.#install(protection);
    return allowed;
  }

  /** Whether bytes may be fetched in every view that there was so far: so they may become part of compiled regions. */
  alwaysFetched(address: number, length: number): boolean {
    if (this.#installed === DEFAULT_PROTECTION) return true;
    const wanted = MAY.privilegedExecute | (this.#userSeen ? MAY.userExecute : 0);
    for (let at = address; at < address + length; at += 2) {
      if ((this.#installed.bitsAt(at >>> 0) & wanted) !== wanted) return false;
      if ((DEFAULT_PROTECTION.bitsAt(at >>> 0) & MAY.privilegedExecute) === 0) return false;
    }
    return true;
  }

  /** Whether unaligned accesses fault (A3.2.1). */
  isDevice(address: number, privileged: boolean): boolean {
    const { protection } = this.#mpu;
    const unchecked = protection !== DEFAULT_PROTECTION && this.#viewFor(privileged) === VIEW.unchecked;
    return ((unchecked ? DEFAULT_PROTECTION : protection).bitsAt(address >>> 0) & MAY.device) !== 0;
  }

  /** From now on these accesses come to the core, and to the observer; `undefined` ends it. */
  look(who: string, observer: DataObserver | undefined, lookouts: readonly Lookout[]): void {
    if (observer === undefined && !this.#observers.has(who)) return;
    const before = this.#lookouts;
    if (observer === undefined) this.#observers.delete(who);
    else this.#observers.set(who, { observer, lookouts });
    this.observers = [...this.#observers.values()].map((one) => one.observer);
    this.#lookouts = [...this.#observers.values()].flatMap((one) => one.lookouts);
    const changed = [...before, ...this.#lookouts].map(
      ({ from, to }): AddressRange => [from - (from % PAGE_SIZE), Math.ceil(to / PAGE_SIZE) * PAGE_SIZE],
    );
    this.#bus.guard(this.#guardOf, changed, this.#apart);
    this.#engine?.remapped();
    this.#stop();
  }
  /** Whether somebody wants to see reads of a word. */
  looksAt(address: number): boolean {
    return this.#lookouts.some(({ from, to, kind }) => kind === 'read' && address + 4 > from && address < to);
  }

  #viewFor(privileged: boolean): View {
    if (!this.#mpu.checksNegative && this.#priorities.executionPriority() < 0) return VIEW.unchecked;
    return privileged ? VIEW.privileged : VIEW.user;
  }

  #install(protection: Protection): void {
    this.#patience = PATIENCE;
    const before = this.#installed;
    if (protection === before) return;
    this.#installed = protection;
    this.#bus.guard(this.#guardOf, before.differences(protection, Object.is), this.#apart);
    const execution = MAY.privilegedExecute | (this.#userSeen ? MAY.userExecute : 0);
    this.#bus.forgetCode(before.differences(protection, (a, b) => ((a ^ b) & execution) === 0));
  }

  #show(view: View): void {
    const installed = this.#installed;
    const before = this.#view;
    this.#view = view;
    if (this.#engine !== undefined) this.#engine.view = view;
    const firstUser = view === VIEW.user && !this.#userSeen;
    if (firstUser) this.#userSeen = true;
    if (firstUser || (view !== VIEW.privileged && !this.#apart)) {
      this.#apart = true;
      this.#bus.guard(this.#guardOf, ALL, true);
      this.#engine?.remapped();
      return;
    }
    const unchecked = before === VIEW.unchecked || view === VIEW.unchecked;
    const { reads, writes } = unchecked ? EVERYTHING : installed.privileges;
    this.#bus.withdraw(reads, writes);
    for (const address of this.#used[view]) this.#bus.renew(address);
  }

  readonly #guardOf = (page: number): number => {
    const address = page >>> 0;
    let guard = this.#lookoutGuard(address);
    if (this.#installed === DEFAULT_PROTECTION || this.#view === VIEW.unchecked) {
      if (DEFAULT_PROTECTION.bitsAt(address) & MAY.device) guard |= GUARD.unaligned;
    }
    if (this.#installed === DEFAULT_PROTECTION) return guard;
    const bits = this.#installed.bitsOfPage(address);
    const always = MAY.privilegedRead | (this.#userSeen ? MAY.userRead : 0);
    if ((bits & always) !== always) guard |= GUARD.window;
    if (this.#view === VIEW.unchecked) return guard;
    if (bits & MAY.device) guard |= GUARD.unaligned;
    return guard | seenIn(this.#view, bits);
  };

  #lookoutGuard(address: number): number {
    let guard = 0;
    for (const { from, to, kind } of this.#lookouts) {
      if (address + 0xfff < from || address >= to) continue;
      guard |= kind === 'read' ? GUARD.read | GUARD.window : GUARD.write;
    }
    return guard;
  }
}

/** What bits of permissions deny to a view, as guards. */
function seenIn(view: View, bits: number): number {
  if (view === VIEW.unchecked) return 0;
  const [read, write] = view === VIEW.user ? [MAY.userRead, MAY.userWrite] : [MAY.privilegedRead, MAY.privilegedWrite];
  return GUARD_BOTH & ((bits & read ? 0 : GUARD.read) | (bits & write ? 0 : GUARD.write));
}

function mayFetch(protection: Protection, view: View, address: number): boolean {
  const map = view === VIEW.unchecked ? DEFAULT_PROTECTION : protection;
  const wanted = view === VIEW.user ? MAY.userExecute : MAY.privilegedExecute;
  return (map.bitsAt(address >>> 0) & wanted) !== 0;
}
