import type { Cpu, CpuHart, CpuResetKind, CpuStop, CpuSystem, CpuType } from '../../cpu.js';
import { UsageError } from '../../errors.js';
import type { Isa } from '../../isa/instruction.js';
import { CHUNK_COUNT, CHUNK_STRIDE } from '../../isa/layout.js';
import { Rational, type RationalLike } from '../../rational.js';
import type { Signal } from '../../signal.js';
import { Turns, turnWords } from '../turns.js';
import { bankDevices } from './bank-devices.js';
import { turnLengths } from './group-turns.js';
import { Member } from './member.js';
import { SharedBus } from './member-bus.js';
import { memberHarts } from './member-harts.js';
import { sumOf } from './member-statistics.js';

/** One core of several. */
export interface GroupMember {
  /** `cpu1`: what comes before the names of its wires, devices and state. */
  readonly name: string;
  readonly cpu: CpuType;
  /** How fast its clock is, compared with the first one's; 1 unless given. It follows when that changes. */
  readonly rate?: RationalLike;
}

/** Chunks of decoded code of every core but the first. */
const CHUNKS = CHUNK_COUNT * CHUNK_STRIDE;

/** Several cores of any kinds as one: they share memory and devices, and execute in turns. */
export function cpuGroup(members: readonly GroupMember[]): CpuType {
  const names = members.map(({ name }) => name);
  const where = `cpuGroup(${names.join(', ')})`;
  if (members.length < 2) throw new UsageError({ what: 'a group has two cores at least', where });
  const wrong = names.find((name, i) => !/^[a-z]\w*$/i.test(name) || names.indexOf(name) !== i || name === 'cpu');
  if (wrong !== undefined) {
    const what = `'${wrong}' cannot be the name of a core`;
    throw new UsageError({ what, where, remedy: "give each another one: 'cpu0', 'cpu1'" });
  }
  const [first] = members;
  const rates = members.map((one) => ratesOf(one).base);
  const turns = turnLengths(rates);
  const share = rates.reduce((sum, rate) => sum.add(rate)).div(Rational.from(first!.rate ?? 1));
  const room = members.reduce((sum, { cpu }) => sum + (cpu.room ?? 0), (members.length - 1) * CHUNKS);
  const { hertz, wordSize, float } = first!.cpu;
  return {
    name: members.map(({ cpu }) => cpu.name).join(' + '),
    ...(hertz !== undefined && { hertz }),
    ...(wordSize !== undefined && { wordSize }),
    ...(float !== undefined && { float }),
    room,
    share,
    members,
    create: (system) => new CpuGroup(system, members, turns),
  };
}

/** Of a core's clock, and of the base ticks that its harts use up. */
function ratesOf({ rate = 1, cpu }: GroupMember) {
  const clock = Rational.from(rate);
  return { clock, base: clock.mul(Rational.from(cpu.share ?? 1)) };
}

export class CpuGroup implements Cpu {
  readonly members: readonly Member[];
  readonly devices: Cpu['devices'];
  readonly breakpoints: Cpu['breakpoints'];
  readonly harts: readonly CpuHart[];
  readonly #system: CpuSystem;
  readonly #turns: Turns;
  readonly #bus: SharedBus;
  /** The one that has the engine's words. */
  #present: Member;
  /** Whether a member executes instructions at this moment. */
  #executing = false;
  readonly #withdrawn: ((host: number | undefined) => void)[] = [];

  constructor(system: CpuSystem, members: readonly GroupMember[], turns: readonly number[]) {
    this.#system = system;
    const words = system.arena.f64('cpus.turns', turnWords(members.length));
    this.#turns = new Turns(turns, words, system.timebase.shareClock);
    this.#bus = new SharedBus(system.bus);
    this.members = this.#made(members);
    this.#present = this.members[0]!;
    this.#present.enter();
    this.harts = this.members.flatMap((member) => memberHarts(member));
    this.devices = bankDevices(this.members);
    this.breakpoints = {
      add: (address) => {
        for (const { cpu } of this.members) cpu.breakpoints.add(address);
      },
      delete: (address) => {
        for (const { cpu } of this.members) cpu.breakpoints.delete(address);
      },
    };
  }
  #made(members: readonly GroupMember[]): Member[] {
    let free = this.#system.engine.room!;
    const take = (bytes: number) => {
      free += bytes;
      return free - bytes;
    };
    return members.map(({ name, cpu, rate = 1 }, index) => {
      if (cpu.members) throw new UsageError({ what: 'a group cannot be in a group', where: name });
      const chunks = index === 0 ? undefined : take(CHUNKS);
      const room = cpu.room === undefined ? undefined : take(cpu.room);
      return new Member({
        ...{ name, index, type: cpu, system: this.#system, bus: this.#bus, engine: { chunks, room } },
        rate: Rational.from(rate),
        own: () => (this.#executing ? this.#turns.own(index) : this.#turns.ownAsleep(index)),
        onWithdrawn: (listener) => this.#listenWithdrawn(listener),
        signalEvent: () => this.#signalEvent(index),
      });
    });
  }
  /** SEV is heard by all processors (ARMv7-M B1.5.18). */
  #signalEvent(from: number): void {
    for (const { index, cpu } of this.members) if (index !== from) cpu.receiveEvent?.();
  }
  #listenWithdrawn(listener: (host: number | undefined) => void): void {
    if (this.#withdrawn.push(listener) > 1) return;
    this.#system.onWithdrawn((host) => {
      for (const one of this.#withdrawn) one(host);
    });
  }

  get cores(): readonly Member[] {
    return this.members;
  }
  get name(): string {
    return this.#present.cpu.name;
  }
  get isa(): Isa {
    return this.#present.cpu.isa;
  }
  get slice(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { cpu } of this.members) least = Math.min(least, cpu.slice);
    return least;
  }
  get statistics() {
    return sumOf(this.members.map(({ cpu }) => cpu.statistics));
  }
  get pc(): number {
    return this.#present.cpu.pc;
  }
  set pc(address: number) {
    this.#present.cpu.pc = address;
  }
  get sleeping(): boolean {
    return !this.locked && this.members.every((member) => member.isIdle);
  }
  get locked(): boolean {
    return this.members.every(({ cpu }) => cpu.locked);
  }
  /** Why none of its cores does anything any more; undefined while one does. */
  get stuck(): string | undefined {
    const stuck = this.members.find(({ cpu }) => cpu.stuck !== undefined);
    if (!this.members.every((member) => member.isIdle || member.cpu.stuck !== undefined)) return undefined;
    return stuck && `${stuck.name}: ${stuck.cpu.stuck}`;
  }
  /** What executes, or did last. */
  get executing(): CpuHart {
    const { name, cpu } = this.#present;
    const hart = cpu.executing && `${name}.hart${cpu.executing.hartId}`;
    return this.harts.find((one) => one.name === (hart ?? name)) ?? this.harts.find((one) => one.name === name)!;
  }

  run(): CpuStop {
    const { timebase } = this.#system;
    const { budgetCell } = timebase;
    const turns = this.#turns;
    turns.catchUp();
    while (budgetCell[0]! > 0 && this.members[turns.present]!.isIdle) {
      if (this.sleeping || this.locked) return this.#stopped();
      budgetCell[0] = budgetCell[0]! - Math.min(budgetCell[0]!, turns.left);
      if (turns.left <= 0) turns.next();
    }
    if (budgetCell[0]! <= 0) return this.#stopped();
    const member = this.members[turns.present]!;
    this.#turnTo(member);
    timebase.shorten(timebase.tick + turns.left);
    const stop = this.#execute(member, 'run');
    if (turns.left <= 0) turns.next();
    return stop === 'breakpoint' || stop === 'dear' ? stop : this.#stopped();
  }

  step(): void {
    const { timebase, scheduler } = this.#system;
    const turns = this.#turns;
    turns.catchUp();
    for (let i = 0; i < this.members.length && this.members[turns.present]!.isIdle; i++) {
      if (this.sleeping || this.locked) return;
      timebase.advanceTo(Math.min(timebase.tick + turns.left, scheduler.next));
      if (turns.left > 0) return;
      turns.next();
    }
    const member = this.members[turns.present]!;
    if (member.isIdle) return;
    this.#turnTo(member);
    this.#execute(member, 'step');
    if (turns.left <= 0) turns.next();
  }

  #execute({ cpu }: Member, what: 'run' | 'step'): CpuStop | undefined {
    this.#executing = true;
    try {
      return what === 'run' ? cpu.run() : void cpu.step();
    } finally {
      this.#executing = false;
    }
  }

  reset(kind: CpuResetKind): void {
    for (const member of this.members) this.#as(member, () => member.cpu.reset(kind));
  }

  get registerNames(): readonly string[] {
    return this.#present.cpu.registerNames;
  }
  register(name: string): number {
    return this.#present.cpu.register(name);
  }
  setRegister(name: string, value: number): void {
    this.#present.cpu.setRegister(name, value);
  }
  describe(): string {
    const { name, cpu } = this.#present;
    return `${name} (${cpu.name}), ${cpu.describe()}`;
  }
  /** An interrupt of the first core. */
  interrupt(line: number): Signal {
    return this.members[0]!.cpu.interrupt(line);
  }
  /** `nmi` of the first core; `cpu1.nmi`, `cpu1.37`, `cpu1.nvic.37` of another. */
  input(name: string): Signal | undefined {
    const { member, rest } = this.#named(name);
    const line = /^(?:(?:nvic|plic)\.)?(\d+)$/.exec(rest)?.[1];
    return line === undefined ? member.cpu.input(rest) : member.cpu.interrupt(Number(line));
  }
  output(name: string): Signal | undefined {
    const { member, rest } = this.#named(name);
    return member.cpu.output?.(rest);
  }
  #named(name: string): { member: Member; rest: string } {
    const dot = name.indexOf('.');
    const member = this.members.find((one) => one.name === name.slice(0, dot));
    return member ? { member, rest: name.slice(dot + 1) } : { member: this.members[0]!, rest: name };
  }
  modifiesInPlace(): boolean {
    return this.#present.cpu.modifiesInPlace?.() ?? false;
  }
  /** The main stack of the first core. */
  guardStack(limit: number): void {
    this.members[0]!.cpu.guardStack?.(limit);
  }
  get stackOverflow(): number | undefined {
    for (const { cpu } of this.members) if (cpu.stackOverflow !== undefined) return cpu.stackOverflow;
    return undefined;
  }

  invalidate(address: number, length: number): void {
    for (const { cpu } of this.members) cpu.invalidate(address, length);
  }
  storedBeside(address: number, length: number): void {
    this.#present.cpu.storedBeside?.(address, length);
  }
  remapped(): void {
    for (const { cpu } of this.members) cpu.remapped();
  }
  restored(): void {
    const holder = this.members[this.#turns.holder]!;
    if (holder !== this.#present) {
      this.#present.leaveEngine();
      holder.enterEngine();
      this.#become(holder);
    }
    for (const member of this.members) this.#as(member, () => member.cpu.restored());
  }

  #stopped(): CpuStop {
    if (this.locked) return 'locked';
    return this.sleeping ? 'sleeping' : 'slice';
  }

  /** It is a member's turn. Others may access now what the one before has reserved (ARMv7-M A3.4, RISC-V Unpriv 8.2). */
  #turnTo(member: Member): void {
    if (member === this.#present) return;
    this.#present.cpu.endExclusive?.();
    this.#give(member);
  }
  /** Lets a member have the engine's words. */
  #give(member: Member): void {
    if (member === this.#present) return;
    this.#present.leave();
    member.enter();
    this.#become(member);
    this.#turns.holder = member.index;
  }
  #become(member: Member): void {
    this.#present = member;
    this.#bus.enter(member.bus);
    this.#system.bus.showBank(member.index);
  }
  /** Does something as if it were a member's turn. */
  #as<T>(member: Member, fn: () => T): T {
    const before = this.#present;
    this.#give(member);
    try {
      return fn();
    } finally {
      this.#give(before);
    }
  }
}
