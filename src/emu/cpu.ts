import type { CpuBus } from './bus-access.js';
import type { DeviceProblem, EventDetail, ResetCause } from './device.js';
import type { DeviceRow } from './device-row.js';
import type { EngineOptions } from './isa/engine-mode.js';
import type { EngineStatistics } from './isa/engine-statistics.js';
import type { Isa } from './isa/instruction.js';
import type { RationalLike } from './rational.js';
import type { Scheduler } from './scheduler.js';
import type { Signal, Signals } from './signal.js';
import type { Arena } from './state.js';
import type { Timebase } from './time.js';

/** What a core gives the machine, and what it gets from it. */

export type CpuResetKind = Exclude<ResetCause, 'peripheral'>;

/** Why `run` came back; `dear`: before the end of the slice, since what it did cost the host much. */
export type CpuStop = 'slice' | 'dear' | 'sleeping' | 'locked' | 'breakpoint';

/** What a core uses of the machine: each of several cores sees it under names, and with a clock, of its own. */
export type CoreArena = Pick<Arena, 'i32' | 'u8' | 'f64' | 'log' | 'cell'>;
export type CoreTimebase = Pick<
  Timebase,
  | 'budgetCell'
  | 'cpuClock'
  | 'shareClock'
  | 'tick'
  | 'sliceEnd'
  | 'clock'
  | 'nanoseconds'
  | 'shorten'
  | 'advanceTo'
  | 'requestStop'
>;
export type CoreScheduler = Pick<Scheduler, 'event' | 'next'>;
export type CoreSignals = Pick<Signals, 'get' | 'has'>;

export interface CpuSystem {
  readonly arena: CoreArena;
  readonly memory: WebAssembly.Memory;
  readonly engine: EngineOptions;
  readonly timebase: CoreTimebase;
  readonly scheduler: CoreScheduler;
  readonly signals: CoreSignals;
  readonly bus: CpuBus;
  /** `source`: the core, where there are several. */
  report(problem: DeviceProblem, source?: string): void;
  /** For listeners of `board.on('irq' | 'fault' | …)`. */
  emit(event: string, detail: EventDetail, source?: string): void;
  /** `listener` hears when the engine may reach less of memory without asking: of the page at an address of its memory, or of any. */
  onWithdrawn(listener: (host: number | undefined) => void): void;
  /** Whether anybody listens to `event`: asked before a detail is made on a busy path. */
  hears(event: string): boolean;
  /** Tells other cores of an event, where there are some. */
  signalEvent?(): void;
  /** The machine resets at the end of the present instruction. */
  requestReset(kind: CpuResetKind): void;
}

/** One hart of a core that has several, or one of several cores. */
export interface CpuHart {
  readonly hartId: number;
  /** What it is called; `hart` and its number unless given. */
  readonly name?: string;
  /** Of a register; as the core's unless given. */
  readonly bits?: 32 | 64;
  pc: number;
  readonly sleeping: boolean;
  readonly locked: boolean;
  readonly registerNames: readonly string[];
  register(name: string): number;
  register64?(name: string): bigint;
  setRegister(name: string, value: number | bigint): void;
  describe(): string;
}

export interface Cpu {
  readonly name: string;
  readonly isa: Isa;
  /** Address of the next instruction. */
  pc: number;
  /** Ticks that a slice should last at most, so that the engine finds hot code. */
  readonly slice: number;
  /** What the engines counted, undefined unless the machine was made to count. */
  readonly statistics?: EngineStatistics | undefined;
  /** In WFI or WFE: nothing happens until an event. */
  readonly sleeping: boolean;
  /** Stopped for good (lockup): only a reset helps. */
  readonly locked: boolean;
  /** Why it only repeats one trap, as long as nobody else changes what it executes; undefined while it does something. */
  readonly stuck?: string | undefined;
  /** Executes until `timebase.tick >= timebase.sliceEnd`, or until it sleeps, locks up or meets a breakpoint. */
  run(): CpuStop;
  /** One instruction (or one exception entry). */
  step(): void;
  reset(kind: CpuResetKind): void;
  /** Register names in the order a person expects: r0 … sp lr pc xpsr. */
  readonly registerNames: readonly string[];
  register(name: string): number;
  /** The same where registers have 64 bits, and a number may not hold them exactly. */
  register64?(name: string): bigint;
  setRegister(name: string, value: number): void;
  /** Its harts in order, where it can have several; the core's own registers are then those of the hart that executes. */
  readonly harts?: readonly CpuHart[];
  /** The one of them that executes, or did last. */
  readonly executing?: CpuHart;
  /** `thread mode, privileged`. */
  describe(): string;
  /** Interrupt input `line` of the chip's vector table (not counting the core's own exceptions). */
  interrupt(line: number): Signal;
  /** Other named inputs (`nmi`, `mtip`), undefined if there is no such. */
  input(name: string): Signal | undefined;
  /** Whether the store in progress writes a word that the code before it changed in place (`register |= bit`); false if unknown. */
  modifiesInPlace?(): boolean;
  /** Named outputs (`sleeping`), undefined if there is no such. */
  output?(name: string): Signal | undefined;
  /**
   * Several cores use the engine's words in turns. One that leaves them has its own so many bytes behind where the engine has them,
   * and executes nothing until it enters again.
   */
  enterEngine?(): void;
  leaveEngine?(distance: number): void;
  /** Another core has signalled an event. */
  receiveEvent?(): void;
  /** Ends what it has reserved by an exclusive access: another core may access it from now on. */
  endExclusive?(): void;
  /** A device stores to memory: what is reserved of these bytes is so no more. */
  storedBeside?(address: number, length: number): void;
  /** What it consists of, where it is several cores. */
  readonly cores?: readonly { readonly name: string; readonly cpu: Cpu }[];
  /** Watches the main stack: below `limit` lies data. */
  guardStack?(limit: number): void;
  /** Address of the instruction by which the main stack first grew below its limit; undefined if it did not. */
  readonly stackOverflow?: number | undefined;
  /** Guest bytes changed: drop what was decoded from them. */
  invalidate(address: number, length: number): void;
  /** Some memory is no longer where it was, or must no longer be read without asking the bus. */
  remapped(): void;
  /** Called after a restore: words in memory and arena changed under the core. */
  restored(): void;
  /** Addresses before whose instruction a run ends: as `pc` gives them, or all 64 bits of one. */
  readonly breakpoints: { add(address: number | bigint): void; delete(address: number | bigint): void };
  /** Devices that live beside the core (NVIC, SysTick, SCB; CLINT, PLIC), by name, with their addresses. */
  readonly devices: Readonly<Record<string, DeviceRow>>;
}

/** A kind of core: `cortexM4({ irqs: 82 })`. `H`: handles of the devices beside it, by name. */
export interface CpuType<H extends object = object> {
  /** `cortex-m4` */
  readonly name: string;
  /** Hz right after power-on, unless the chip's description says otherwise. */
  readonly hertz?: number;
  /** Bytes of the engine's memory that it needs beside what every core has (`engine.room` says where). */
  readonly room?: number;
  /** How many harts share the machine's time in turns, each at the CPU clock's rate (cores with other clocks: as much more or less); 1 unless given. */
  readonly share?: RationalLike;
  /** Its members in order, where it is several cores. */
  readonly members?: readonly { readonly name: string; readonly cpu: CpuType; readonly rate?: RationalLike }[];
  /** Width of the ELF files of its programs; 32 bits if not given. */
  readonly wordSize?: 32 | 64;
  /** Whether it has floating-point registers; if not given, Arm cores do and RISC-V cores do not. */
  readonly float?: boolean;
  create(system: CpuSystem): Cpu;
  /** Exists in types only: `board.scb`. */
  readonly handles?: H;
}
