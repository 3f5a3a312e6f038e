import type { Log, LogOptions } from './log.js';
import type { MisuseRule } from './misuse.js';
import type { Net, PinFunction } from './net.js';
import type { Register, RegisterCell, Registers } from './register-file.js';
import type { RegisterSpecs } from './registers.js';
import type { Scheduler, TimedEvent } from './scheduler.js';
import type { Signal, Signals } from './signal.js';
import type { Arena, StateSpec } from './state.js';
import type { Storage, StorageOptions } from './storage.js';
import type { Clock, Timebase } from './time.js';

/** What a device is: its registers, state and behaviour. One definition serves any number of instances. */

// biome-ignore lint/suspicious/noConfusingVoidType: a hook may also be a function that returns nothing
export type OrNothing<T> = T | void;

export type ResetKind = 'power-on' | 'system' | 'peripheral';
/**
 * What brought a reset about; `peripheral` is the device's own reset bit. `power-on`, `brown-out` and `standby` are resets of kind
 * `power-on`: the core's supply was away.
 */
export type ResetCause =
  | 'power-on'
  /** The supply fell below what the chip needs, and came back. */
  | 'brown-out'
  /** The end of a mode in which the core's supply was off. */
  | 'standby'
  | 'pin'
  | 'software'
  | 'watchdog'
  | 'window-watchdog'
  | 'low-power'
  | 'peripheral';

/** Something the firmware did that hardware does not promise, or the model does not have. */
export interface DeviceProblem {
  /** `unmodelled`, `reserved` (a write to reserved bits), `gated` (used without its clock), `misuse` … */
  readonly kind: 'unmodelled' | 'reserved' | 'gated' | 'misuse' | 'guest-error';
  /** A sentence without full stop: `USART2.CR2.LINEN was set: LIN is not modelled`. */
  readonly what: string;
  readonly remedy?: string;
  readonly section?: string;
  /** The kind of misuse that it is, by which `misuse` settings name it. */
  readonly rule?: MisuseRule;
}

export type EventDetail = Readonly<Record<string, number | string>>;

/** The access is answered with a bus error; thrown by `d.fault()`. */
export class DeviceFault extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'DeviceFault';
  }
}

/**
 * What a memory's controller lets through: the levels of its wire `access`. While it is busy the bus stalls; `answered`: the controller
 * answers reads itself, and nothing is fetched.
 */
export const MEMORY_ACCESS = { open: 0, busy: 1, refused: 2, answered: 3 } as const;

/** What a bus master that is no core (DMA) sees of the address space. Addresses are unsigned, values too. */
export interface BusMaster {
  /** 1, 2 or 4 bytes at an aligned address; undefined where the bus answers with an error. */
  read(address: number, size: 1 | 2 | 4): number | undefined;
  /** False where the bus answers with an error. */
  write(address: number, size: 1 | 2 | 4, value: number): boolean;
  /** A copy of bytes of memory; undefined where not all of them are memory that plain reads show. */
  load?(address: number, length: number): Uint8Array | undefined;
  /** Puts bytes into RAM; false, and nothing happens, where not all of it is RAM that plain writes change. */
  store?(address: number, bytes: Uint8Array): boolean;
}

/** A memory that a device erases and programs: its row says `controller: 'flash.main'`. */
export interface DeviceMemory {
  readonly size: number;
  /** 1, 2 or 4 bytes, little endian, unsigned. */
  load(offset: number, size: number): number;
  /** Puts bytes there; what was decoded from them is dropped. */
  fill(offset: number, bytes: Uint8Array): void;
  /** Guest addresses at which a byte is seen. */
  addressesOf(offset: number): number[];
}
/** A store of 1, 2 or 4 bytes to such a memory, as the bus carries it. */
export type MemoryStore = (offset: number, value: number, size: number) => void;
/** What a read of such a memory gives while its access is `answered`. */
export type MemoryLoad = (offset: number, size: number) => number;

type StateSpecs = Readonly<Record<string, StateSpec<Int32Array | Uint8Array | Float64Array>>>;
type States<S extends StateSpecs> = { readonly [K in keyof S]: ReturnType<S[K]['allocate']> };

/** What `setup` gets: everything a device may know of the world. */
export interface DeviceContext<R extends RegisterSpecs = RegisterSpecs, S extends StateSpecs = StateSpecs> {
  /** Instance name in the chip: `usart2`. */
  readonly name: string;
  readonly regs: Registers<R>;
  readonly state: States<S>;
  /** `fn` gets the stored value and may return what the bus sees instead. */
  onRead(register: RegisterCell, fn: (value: number) => OrNothing<number>): void;
  /** The register's value is computed by `fn`, for the bus and for `register.value`; `fn` has no side effects. */
  computed(register: RegisterCell, fn: (stored: number) => number): void;
  /**
   * Called after the access rules were applied and the value stored; `written` is what the bus carried, `bytes` has ones in the
   * bytes that it wrote.
   */
  onWrite(register: RegisterCell, fn: (value: number, old: number, written: number, bytes: number) => void): void;
  /** Registers and state have their reset values already, events are cancelled, outputs low. */
  onReset(fn: (kind: ResetKind, cause: ResetCause) => void): void;
  /** The clock of the chip's row, standing while the device's enable bit is off. The CPU clock if the row names none. */
  readonly clock: Clock;
  clockNamed(name: string): Clock;
  /** `backup`: no reset cancels it, the device does. */
  event(name: string, fire: () => void, clock?: Clock, options?: { readonly backup: boolean }): TimedEvent;
  /** A wire this device drives; other rows name it `usart2.tx`. */
  output(name: string): Signal;
  /** A wire this device listens to. */
  input(name: string, fn?: (level: number) => void): Signal;
  /** The electrical node of a pin, `PD12`. */
  net(pin: string): Net;
  /** The alternate function `USART2_TX`, where pin multiplexer and peripheral meet. */
  pinFunction(name: string): PinFunction;
  /**
   * The memory whose row names this device and port as its controller; stores to it come to `store`, and loads to `load` while its
   * wire `access` says so.
   */
  memory(port: string, store: MemoryStore, load?: MemoryLoad): DeviceMemory;
  /** Answers an access late: machine time passes, and what is due happens, as long as `waiting()`. */
  stallWhile(waiting: () => boolean): void;
  /** Hears of stores to a stretch of memory, once they are made: a mailbox that lies in RAM. The test's own writes are none. */
  watchStores(address: number, length: number, fn: (address: number, size: number) => void): void;
  /** Accesses of its own, as a bus master. Memories whose row says `dma: false` are out of its reach. */
  readonly bus: BusMaster;
  log(name: string, options?: LogOptions): Log;
  /** Memory of its own that no address shows (a disk): any size, part of the machine's state. No reset changes it. */
  storage(name: string, size: number, options?: StorageOptions): Storage;
  /** Tells listeners of `board.on(event, …)`. */
  emit(event: string, detail: EventDetail): void;
  report(problem: DeviceProblem): void;
  /** Resets the system at the end of the present instruction. */
  requestReset(cause: ResetCause): void;
  /** The supply of the chip's RAM goes off: all of it is lost, what the image put there too. */
  loseRam(): void;
  fault(what: string): never;
  readonly time: { ns(): number; cycles(): number };
}

/** What `access` gets. */
export type AccessContext<S extends StateSpecs = StateSpecs> = Pick<
  DeviceContext<RegisterSpecs, S>,
  'state' | 'report'
>;

/**
 * What a 1- or 2-byte access to a register does: touches its bytes only, faults, or (`widen`) writes all of the register with
 * copies of the byte or half-word, as the bridges to ST's APB buses do. Reads give the bytes asked for.
 */
export type Narrow = 'merge' | 'fault' | 'widen';

export interface RegisterDevice<R extends RegisterSpecs, S extends StateSpecs, H extends object> {
  readonly name: string;
  /** Bytes of address space. */
  readonly size: number;
  readonly registers: R;
  readonly narrow?: Narrow;
  /** An offset without register: reads 0, writes are lost and reported once (default), or a bus error. */
  readonly holes?: 'zero' | 'fault';
  readonly state?: S;
  /** Called at every access to a register, before what it does: for blocks that are nothing but registers, and have no `setup`. */
  access?(register: string, d: AccessContext<S>): void;
  setup?(d: DeviceContext<R, S>): OrNothing<H>;
  forImage?: DeviceType['forImage'];
}

/** The short form: no registers, just what an access does. Offsets are inside the device; sizes 1, 2, 4. */
export interface PlainDevice<S extends StateSpecs, H extends object> {
  readonly name: string;
  readonly size: number;
  readonly state?: S;
  /** Unsigned value; a narrower access gets its low bytes. Without it reads give 0. */
  read?(offset: number, size: number, d: DeviceContext<Record<never, never>, S>): number;
  /** Without it a write is a guest error, and lost. */
  write?(offset: number, value: number, size: number, d: DeviceContext<Record<never, never>, S>): void;
  setup?(d: DeviceContext<Record<never, never>, S>): OrNothing<H>;
  forImage?: DeviceType['forImage'];
}

/** What tests see of a device: what `setup` returned, and the registers by name. */
export type Handle<R extends RegisterSpecs = Record<never, never>, H extends object = object> = H &
  Omit<Registers<R>, keyof H> & { readonly name: string };

/** A kind of device, ready to be placed in a chip or board. `handle` exists in types only. */
export interface DeviceType<T extends object = object> {
  readonly name: string;
  readonly size: number;
  readonly registers?: RegisterSpecs;
  readonly narrow: Narrow;
  readonly holes: 'zero' | 'fault';
  readonly state: StateSpecs;
  readonly access?: (register: string, d: AccessContext) => void;
  readonly setup?: (d: DeviceContext) => OrNothing<object>;
  readonly read?: (offset: number, size: number, d: DeviceContext) => number;
  readonly write?: (offset: number, value: number, size: number, d: DeviceContext) => void;
  readonly handle?: T;
  /** The same for an image that has names for addresses, if it goes by them. */
  readonly forImage?: ((symbol: (name: string) => number | undefined) => DeviceType<T> | undefined) | undefined;
}

/** Declares a kind of device, with a register table or by plain `read` and `write`. */
export function defineDevice<
  R extends RegisterSpecs,
  S extends StateSpecs = Record<never, never>,
  H extends object = object,
>(definition: RegisterDevice<R, S, H>): DeviceType<Handle<R, H>>;
export function defineDevice<S extends StateSpecs = Record<never, never>, H extends object = object>(
  definition: PlainDevice<S, H>,
): DeviceType<Handle<Record<never, never>, H>>;
export function defineDevice(definition: unknown): DeviceType {
  const device = definition as Partial<DeviceType> & { name: string; size: number };
  return { narrow: 'merge', holes: 'zero', state: {}, ...device };
}

/** What an instance needs of the machine it lives in. */
export interface DeviceServices {
  readonly arena: Arena;
  readonly timebase: Timebase;
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  net(pin: string): Net;
  pinFunction(name: string): PinFunction;
  clock(name: string): Clock;
  memory(device: string, port: string, store: MemoryStore, load?: MemoryLoad): DeviceMemory;
  stallWhile(waiting: () => boolean): void;
  watchStores(address: number, length: number, fn: (address: number, size: number) => void): void;
  readonly bus: BusMaster;
  /** Notes that `device` drives or hears the signal. */
  declare(device: string, signal: string, direction: 'output' | 'input'): void;
  report(device: string, problem: DeviceProblem): void;
  /** Whether the core is storing a word that it changed in place. */
  modifiesInPlace(): boolean;
  emit(device: string, event: string, detail: EventDetail): void;
  requestReset(cause: ResetCause): void;
  loseRam(): void;
}

export type { MisuseRule, Register };
