import type { Cpu, CpuSystem, CpuType } from '../../cpu.js';
import type { DeviceRow } from '../../device-row.js';
import { ENGINE, SCALARS, STATE_BASE } from '../../isa/layout.js';
import type { Rational } from '../../rational.js';
import type { MemberBus, SharedBus } from './member-bus.js';
import { MemberTimebase } from './member-clock.js';
import { namedParts, type Rename, renamedRow, renameFor } from './member-names.js';

/** Words of a core's state, from STATE_BASE on. */
const WORDS = 0x900 >> 2;
/** First of them that an engine leaves as it is for the other engine: the words before are its own, but for pc and this one. */
const GUEST = (SCALARS - STATE_BASE) >> 2;
const PC = (ENGINE.pc - STATE_BASE) >> 2;
const ALIGNMENT = (ENGINE.strictAlignment - STATE_BASE) >> 2;
/** Words of an engine that are no state: below STATE_BASE, but for counters and what the machine has put there. */
const ENGINE_WORDS = [
  ...[ENGINE.lastTarget, ENGINE.tail, ENGINE.hostStack, ENGINE.stale],
  ...[ENGINE.noted, ENGINE.misses, ENGINE.piecesCost, ENGINE.bank],
].map((address) => address >> 2);

export interface MemberParts {
  readonly name: string;
  readonly type: CpuType;
  readonly index: number;
  /** Of its clock, relative to the CPU clock. */
  readonly rate: Rational;
  readonly system: CpuSystem;
  readonly bus: SharedBus;
  /** Base ticks that it had so far. */
  readonly own: () => number;
  readonly engine: Pick<CpuSystem['engine'], 'room' | 'chunks'>;
  readonly onWithdrawn: CpuSystem['onWithdrawn'];
  /** It has signalled an event. */
  readonly signalEvent: () => void;
}

/** One of several cores, and its words while another one has the engine's. */
export class Member {
  readonly name: string;
  readonly index: number;
  readonly cpu: Cpu;
  readonly bus: MemberBus;
  readonly rename: Rename;
  readonly #time: MemberTimebase;
  readonly #live: Int32Array;
  readonly #engine: Int32Array;
  readonly #kept: Int32Array;
  /** Of the two, what is the core's own: from GUEST on. */
  readonly #liveGuest: Int32Array;
  readonly #keptGuest: Int32Array;
  readonly #keptEngine = new Int32Array(ENGINE_WORDS.length);

  /** When it is made the engine's words are its own; afterwards it has left them. */
  constructor(parts: MemberParts) {
    const { name, index, system, type } = parts;
    [this.name, this.index] = [name, index];
    this.rename = renameFor(name, index === 0);
    this.bus = parts.bus.member();
    this.#live = new Int32Array(system.memory.buffer, STATE_BASE, WORDS);
    this.#engine = new Int32Array(system.memory.buffer, 0, STATE_BASE >> 2);
    this.#kept = system.arena.i32(`${name}.registers`, WORDS);
    [this.#liveGuest, this.#keptGuest] = [this.#live.subarray(GUEST), this.#kept.subarray(GUEST)];
    this.#time = new MemberTimebase(system.timebase, name, parts.rate, this.rename, parts.own);
    this.cpu = type.create(this.#system(parts));
    this.leave();
    this.#live.fill(0);
  }
  #system({ system, name, engine, onWithdrawn, signalEvent }: MemberParts): CpuSystem {
    return {
      ...system,
      ...namedParts(system, this.rename),
      engine: { ...system.engine, ...engine },
      timebase: this.#time,
      bus: this.bus,
      onWithdrawn,
      signalEvent,
      report: (problem) => system.report(problem, name),
      emit: (event, detail) => system.emit(event, detail, name),
    };
  }

  /** Whether it has nothing to execute. */
  get isIdle(): boolean {
    return this.cpu.sleeping || this.cpu.locked;
  }

  enter(): void {
    this.#liveGuest.set(this.#keptGuest);
    this.#live[PC] = this.#kept[PC]!;
    this.#live[ALIGNMENT] = this.#kept[ALIGNMENT]!;
    // state that stands in two places would differ after a restore
    this.#kept.fill(0);
    this.enterEngine();
  }
  leave(): void {
    this.#keptGuest.set(this.#liveGuest);
    this.#kept[PC] = this.#live[PC]!;
    this.#kept[ALIGNMENT] = this.#live[ALIGNMENT]!;
    this.leaveEngine();
  }
  /** The same for what is no state: after a restore its words are where they belong. */
  enterEngine(): void {
    for (let i = 0; i < ENGINE_WORDS.length; i++) this.#engine[ENGINE_WORDS[i]!] = this.#keptEngine[i]!;
    this.cpu.enterEngine!();
  }
  leaveEngine(): void {
    for (let i = 0; i < ENGINE_WORDS.length; i++) this.#keptEngine[i] = this.#engine[ENGINE_WORDS[i]!]!;
    this.cpu.leaveEngine!(this.#kept.byteOffset - STATE_BASE);
  }

  /** The devices beside it, in the names of the machine. */
  devices(): [string, DeviceRow][] {
    return Object.entries(this.cpu.devices).map(([name, row]) => {
      const bank = row.ofOneCore ? { bank: this.index } : {};
      return [this.rename(name), { ...renamedRow(row, this.rename, (clock) => this.#time.nameOf(clock)), ...bank }];
    });
  }
}
