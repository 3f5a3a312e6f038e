import type {
  BusMaster,
  DeviceMemory,
  DeviceProblem,
  DeviceServices,
  DeviceType,
  EventDetail,
  MemoryLoad,
  MemoryStore,
  ResetCause,
} from './device.js';
import { DeviceInstance } from './device-instance.js';
import { Net, PinFunction } from './net.js';
import { Scheduler } from './scheduler.js';
import { type Signal, Signals } from './signal.js';
import { Arena } from './state.js';
import { type Clock, type Frequency, Timebase } from './time.js';

export interface HarnessOptions {
  /** Instance name; the type's name if not given. */
  readonly name?: string;
  /** The CPU clock and, unless `clocks` says otherwise, the device's clock. Default 16 MHz. */
  readonly cpu?: Frequency;
  /** Further clocks by name; `clock` names the one the device gets. */
  readonly clocks?: Readonly<Record<string, Frequency>>;
  readonly clock?: string;
  /** Contents of the memories it controls, by port. */
  readonly memories?: Readonly<Record<string, Uint8Array>>;
  /** What it reaches as a bus master; nothing if not given. */
  readonly bus?: BusMaster;
}

/** One device without CPU and bus, for unit tests: read and write its registers, let time pass, look at its wires. */
export class DeviceHarness<H extends object> {
  readonly handle: H;
  readonly instance: DeviceInstance;
  readonly arena = new Arena();
  readonly timebase: Timebase;
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  readonly problems: DeviceProblem[] = [];
  readonly events: { readonly event: string; readonly detail: EventDetail }[] = [];
  /** Stretches of memory that the device watches, and what it does when something is stored there. */
  readonly watches: { readonly address: number; readonly length: number; fn(address: number, size: number): void }[] =
    [];
  /** System resets the device asked for. */
  readonly resets: ResetCause[] = [];
  /** How often the device said that RAM is lost. */
  lostRam = 0;
  readonly #nets = new Map<string, Net>();
  readonly #functions = new Map<string, PinFunction>();
  readonly #stores = new Map<string, MemoryStore>();
  readonly #loads = new Map<string, MemoryLoad>();
  readonly #memories: Readonly<Record<string, Uint8Array>>;
  readonly #bus: BusMaster;

  constructor(type: DeviceType<H>, options: HarnessOptions = {}) {
    this.#memories = options.memories ?? {};
    this.#bus = options.bus ?? { read: () => undefined, write: () => false };
    this.timebase = new Timebase(this.arena, options.cpu ?? 16_000_000);
    this.scheduler = new Scheduler(this.arena, this.timebase);
    this.signals = new Signals(this.arena);
    for (const [name, frequency] of Object.entries(options.clocks ?? {})) this.timebase.clock(name, frequency);
    this.instance = new DeviceInstance(options.name ?? type.name, type, this.#services(), {
      clock: options.clock,
      gated: true,
    });
    this.handle = this.instance.handle as H;
    this.arena.freeze();
    this.instance.reset('power-on');
  }

  read(offset: number, size: 1 | 2 | 4 = 4): number {
    return this.instance.read(offset, size);
  }
  write(offset: number, value: number, size: 1 | 2 | 4 = 4): void {
    this.instance.write(offset, value, size);
  }
  /** A store to a memory that the device controls. */
  store(port: string, offset: number, value: number, size: 1 | 2 | 4 = 4): void {
    this.#stores.get(port)!(offset, value, size);
  }
  /** What a load from it sees while its access is `answered`. */
  load(port: string, offset: number, size: 1 | 2 | 4 = 4): number {
    return this.#loads.get(port)!(offset, size);
  }
  /** Lets CPU ticks pass, firing events at their instants. */
  run(ticks: number): void {
    this.runUntilTick(this.timebase.tick + ticks);
  }
  /** Lets machine time pass. */
  runNanoseconds(ns: number): void {
    const end = this.timebase.nanoseconds() + ns;
    while (this.timebase.nanoseconds() < end) {
      const tick = this.timebase.tickOf(this.timebase.nanosecondClock, end);
      this.timebase.advanceTo(Math.min(tick, this.scheduler.next));
      this.scheduler.fireDue();
    }
  }
  runUntilTick(end: number): void {
    this.scheduler.fireDue();
    while (this.timebase.tick < end) {
      this.timebase.advanceTo(Math.min(end, this.scheduler.next));
      this.scheduler.fireDue();
    }
  }
  /** All state, to go back to with `restore`. */
  save(): {
    readonly words: Uint8Array;
    readonly kept: readonly unknown[];
    readonly memories: Readonly<Record<string, Uint8Array>>;
  } {
    this.timebase.settle();
    const memories = Object.fromEntries(Object.entries(this.#memories).map(([port, bytes]) => [port, bytes.slice()]));
    return { words: this.arena.bytes().slice(), kept: this.arena.kept.map((kept) => kept.save()), memories };
  }
  restore(saved: ReturnType<DeviceHarness<H>['save']>): void {
    this.timebase.settle();
    for (const [i, kept] of this.arena.kept.entries()) kept.restore(saved.kept[i]);
    this.arena.bytes().set(saved.words);
    for (const [port, bytes] of Object.entries(saved.memories)) this.#memories[port]!.set(bytes);
    this.scheduler.refresh();
  }
  /** The device's wire `name`. */
  signal(name: string): Signal {
    return this.signals.get(`${this.instance.name}.${name}`);
  }
  clock(name: string): Clock {
    return this.timebase.find(name) ?? this.timebase.clock(name, 0);
  }
  net(pin: string): Net {
    const stamp = { ns: () => this.timebase.nanoseconds(), cycles: () => this.timebase.cpuClock.now() };
    return getOrMake(this.#nets, pin, () => new Net(pin, this.arena, stamp));
  }
  pinFunction(name: string): PinFunction {
    return getOrMake(this.#functions, name, () => new PinFunction(name, this.arena));
  }

  #services(): DeviceServices {
    const { arena, timebase, scheduler, signals } = this;
    return {
      arena,
      timebase,
      scheduler,
      signals,
      net: (pin) => this.net(pin),
      pinFunction: (name) => this.pinFunction(name),
      clock: (name) => this.clock(name),
      memory: (_device, port, store, load) => {
        this.#stores.set(port, store);
        if (load !== undefined) this.#loads.set(port, load);
        return memoryOf(this.#memories[port]!);
      },
      stallWhile: (waiting) => {
        while (waiting()) this.runUntilTick(this.scheduler.next);
      },
      watchStores: (address, length, fn) => void this.watches.push({ address, length, fn }),
      bus: this.#bus,
      declare: () => {},
      modifiesInPlace: () => false,
      report: (_device, problem) => void this.problems.push(problem),
      requestReset: (cause) => void this.resets.push(cause),
      loseRam: () => void this.lostRam++,
      emit: (_device, event, detail) => void this.events.push({ event, detail }),
    };
  }
}

function memoryOf(bytes: Uint8Array): DeviceMemory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: bytes.length,
    load: (offset, size) =>
      size === 4 ? view.getUint32(offset, true) : size === 2 ? view.getUint16(offset, true) : bytes[offset]!,
    fill: (offset, content) => bytes.set(content, offset),
    addressesOf: (offset) => [offset],
  };
}

/** A bus with nothing but RAM from `base` on, for the tests of bus masters. */
export function ramBus(base: number, bytes: Uint8Array): BusMaster {
  const memory = memoryOf(bytes);
  const holds = (address: number, size: number) => address >= base && address + size <= base + bytes.length;
  return {
    read: (address, size) => (holds(address, size) ? memory.load(address - base, size) : undefined),
    write: (address, size, value) => {
      if (!holds(address, size)) return false;
      for (let i = 0; i < size; i++) bytes[address - base + i] = value >>> (8 * i);
      return true;
    },
  };
}

function getOrMake<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
