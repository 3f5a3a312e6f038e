import type { AddressRange, CpuBus } from '../../bus-access.js';
import type { PageGuard } from '../../isa/layout.js';

const ALL: readonly AddressRange[] = [[0, 2 ** 32]];
/** What permissions are by default changes at multiples of this at most (ARMv7-M B3.1). */
const STEP = 0x1000_0000;

/** The bus of a machine whose cores have guards of their own: the engine's page tables follow those of one at a time. */
export class SharedBus {
  readonly bus: CpuBus;
  /** The one whose guards hold. */
  present: MemberBus | undefined;
  /** Whether guards of one core ever differed from those of another: then pages are looked at anew in every turn. */
  differ = false;
  #compared = false;
  readonly #members: MemberBus[] = [];
  /** How many cores look for changes of a page, by its address. */
  readonly #tracked = new Map<number, number>();

  constructor(bus: CpuBus) {
    this.bus = bus;
    bus.guard(() => 0, [], true);
  }

  member(): MemberBus {
    const member = new MemberBus(this);
    this.#members.push(member);
    this.present ??= member;
    return member;
  }

  /** The guards of a member hold from now on. */
  enter(member: MemberBus): void {
    this.present = member;
    if (!this.#compared) this.#compare();
    if (!this.differ) return;
    this.bus.guard(member.guardOf, member.changed.splice(0), true);
    this.bus.withdraw(ALL, ALL);
  }

  track(page: number, on: boolean): void {
    const before = this.#tracked.get(page) ?? 0;
    const now = before + (on ? 1 : -1);
    this.#tracked.set(page, now);
    if (before > 0 !== now > 0) this.bus.track(page, on);
  }

  /** Memories are mapped by the time that the first turn ends. */
  #compare(): void {
    this.#compared = true;
    const [first, ...others] = this.#members;
    for (const [from, to] of this.bus.memories) {
      for (let at = from; at < to; at = Math.floor(at / STEP + 1) * STEP) {
        if (others.some(({ guardOf }) => guardOf(at) !== first!.guardOf(at))) this.differ = true;
      }
    }
  }
}

/** The bus as one of several cores sees it. */
export class MemberBus implements CpuBus {
  readonly #shared: SharedBus;
  readonly #bus: CpuBus;
  guardOf: PageGuard = () => 0;
  /** Where its guards changed while another core's held. */
  readonly changed: AddressRange[] = [];

  constructor(shared: SharedBus) {
    this.#shared = shared;
    this.#bus = shared.bus;
  }

  read(address: number, size: number, access?: number): number {
    const value = this.#bus.read(address, size, access);
    if (this.#shared.differ) this.#bus.renew(address);
    return value;
  }
  write(address: number, size: number, value: number, access?: number): void {
    this.#bus.write(address, size, value, access);
    if (this.#shared.differ) this.#bus.renew(address);
  }
  fetch16(address: number): number {
    return this.#bus.fetch16(address);
  }
  codeAt(address: number): number | undefined {
    return this.#bus.codeAt(address);
  }
  codeDecoded(address: number, length: number, elsewhere?: boolean): void {
    this.#bus.codeDecoded(address, length, elsewhere);
  }
  track(address: number, on: boolean): void {
    this.#shared.track(address, on);
  }
  constantWord(address: number): number | undefined {
    return this.#bus.constantWord(address);
  }
  /** Stores beside decoded code are always asked about: it may be another core's. */
  guard(guardOf: PageGuard, changed: readonly AddressRange[]): void {
    this.guardOf = guardOf;
    if (changed.length > 0) this.#shared.differ = true;
    if (this.#shared.present === this) this.#bus.guard(guardOf, changed, true);
    else this.changed.push(...changed);
  }
  withdraw(reads: readonly AddressRange[], writes: readonly AddressRange[]): void {
    this.#shared.differ = true;
    if (this.#shared.present === this) this.#bus.withdraw(reads, writes);
  }
  renew(address: number): boolean {
    return this.#shared.present === this && this.#bus.renew(address);
  }
  get memories(): readonly AddressRange[] {
    return this.#bus.memories;
  }
  showBank(bank: number): void {
    this.#bus.showBank(bank);
  }
  forgetCode(ranges: readonly AddressRange[]): void {
    this.#bus.forgetCode(ranges);
  }
  peek(address: number, size: number): number | undefined {
    return this.#bus.peek(address, size);
  }
}
