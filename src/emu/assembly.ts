import type {
  BusMaster,
  DeviceMemory,
  DeviceProblem,
  DeviceServices,
  EventDetail,
  MemoryLoad,
  MemoryStore,
  ResetCause,
} from './device.js';
import { DeviceInstance, type Gate } from './device-instance.js';
import type { DeviceRow } from './device-row.js';
import { UsageError } from './errors.js';
import { DerivedClocks } from './machine-clocks.js';
import type { MachineDescription } from './machine-description.js';
import { Net, type NetDriver, PinFunction, type Stamp } from './net.js';
import { PartInstance } from './part-instance.js';
import { isRegister } from './registers.js';
import type { Scheduler } from './scheduler.js';
import type { Signal, Signals } from './signal.js';
import type { Arena } from './state.js';
import type { Clock, Timebase } from './time.js';
import { outputNamed, wireUp } from './wiring.js';

/** What the assembled devices ask of the machine. */
export interface AssemblyHost {
  readonly arena: Arena;
  readonly timebase: Timebase;
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  /** A named input of the core (an interrupt line by number), undefined if it has none. */
  cpuInput(name: string | number): Signal | undefined;
  /** Gives the memory whose row names a controller `'flash.main'` to that device; undefined if there is none. */
  memory(controller: string, store: MemoryStore, load?: MemoryLoad): DeviceMemory | undefined;
  stallWhile(waiting: () => boolean): void;
  watchStores(address: number, length: number, fn: (address: number, size: number) => void): void;
  readonly bus: BusMaster;
  report(device: string, problem: DeviceProblem): void;
  modifiesInPlace(): boolean;
  emit(device: string, event: string, detail: EventDetail): void;
  requestReset(cause: ResetCause): void;
  loseRam(): void;
  /** A named output of the core (`sleeping`), undefined if it has none. */
  cpuOutput(name: string): Signal | undefined;
  /** What names of the core's wires begin with: `cpu`, and the names of several cores. */
  readonly cpuNames: readonly string[];
}

export interface Wire {
  readonly device: string;
  readonly name: string;
  readonly direction: 'output' | 'input';
  readonly signal: Signal;
}

/** All devices, parts, pins and wires of one machine, made from its description and connected. */
export class Assembly implements DeviceServices {
  readonly arena: Arena;
  readonly timebase: Timebase;
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  readonly devices = new Map<string, DeviceInstance>();
  readonly parts = new Map<string, PartInstance>();
  readonly nets = new Map<string, Net>();
  /** A driver of every net for the test that runs the machine. */
  readonly testDrivers = new Map<string, NetDriver>();
  /** By `device.wire`. */
  readonly wires = new Map<string, Wire>();
  readonly #functions = new Map<string, PinFunction>();
  readonly #host: AssemblyHost;
  readonly #stamp: Stamp;
  /** Pins that are another one's node, by name. */
  readonly #joined: ReadonlyMap<string, string>;

  constructor(description: MachineDescription, host: AssemblyHost, coreDevices: Readonly<Record<string, DeviceRow>>) {
    this.#host = host;
    this.arena = host.arena;
    this.timebase = host.timebase;
    this.scheduler = host.scheduler;
    this.signals = host.signals;
    const { timebase } = this;
    this.#stamp = { ns: () => timebase.nanoseconds(), cycles: () => timebase.cpuClock.now() };
    this.#joined = new Map(
      (description.joins ?? []).flatMap(([first, ...others]) => others.map((pin) => [pin, first!])),
    );
    for (const [name, frequency] of Object.entries(description.clocks ?? {})) timebase.clock(name, frequency);
    const clocks = new DerivedClocks(description, timebase);
    const rows = { ...coreDevices, ...description.devices };
    for (const [name, row] of Object.entries(rows)) {
      const gated = row.enable !== undefined || row.reset !== undefined;
      this.devices.set(
        name,
        new DeviceInstance(name, row.device, this, { clock: row.clock, gated, enable: gateOf(rows, row) }),
      );
    }
    namePins(description, this.nets);
    checkPins(description, this.nets);
    for (const [name, part] of Object.entries(description.parts ?? {})) {
      this.parts.set(name, new PartInstance(name, part, this));
    }
    clocks.gate((wire, where) => outputNamed(this, wire, where).signal);
    wireUp(this, rows, {
      input: (name) => host.cpuInput(name),
      output: (name) => host.cpuOutput(name),
      names: host.cpuNames,
    });
  }

  net(pin: string): Net {
    const node = this.#joined.get(pin);
    if (node !== undefined) return this.#joinedNet(pin, node);
    const known = this.nets.get(pin);
    if (known !== undefined) return known;
    const net = new Net(pin, this.arena, this.#stamp);
    net.listen(() => this.#host.emit(pin, 'pin', { pin, level: net.level, strength: net.strength }));
    this.nets.set(pin, net);
    this.testDrivers.set(pin, net.driver('test'));
    return net;
  }
  /** The node of another pin, under this one's name too. */
  #joinedNet(pin: string, node: string): Net {
    const net = this.net(node);
    this.nets.set(pin, net);
    this.testDrivers.set(pin, this.testDrivers.get(node)!);
    return net;
  }
  pinFunction(name: string): PinFunction {
    const known = this.#functions.get(name) ?? new PinFunction(name, this.arena);
    this.#functions.set(name, known);
    return known;
  }
  /** A clock by name; one that nobody set yet stands. */
  clock(name: string): Clock {
    return this.timebase.find(name) ?? this.timebase.clock(name, 0);
  }
  memory(device: string, port: string, store: MemoryStore, load?: MemoryLoad): DeviceMemory {
    const controller = `${device}.${port}`;
    const memory = this.#host.memory(controller, store, load);
    if (memory !== undefined) return memory;
    throw new UsageError({
      what: `device '${device}' controls a memory as '${controller}', but no memory of the chip names that`,
      remedy: `give the row of the memory \`controller: '${controller}'\``,
    });
  }
  get bus(): BusMaster {
    return this.#host.bus;
  }
  stallWhile(waiting: () => boolean): void {
    this.#host.stallWhile(waiting);
  }
  watchStores(address: number, length: number, fn: (address: number, size: number) => void): void {
    this.#host.watchStores(address, length, fn);
  }
  declare(device: string, name: string, direction: 'output' | 'input'): void {
    const full = `${device}.${name}`;
    this.wires.set(full, { device, name, direction, signal: this.signals.get(full) });
  }
  modifiesInPlace(): boolean {
    return this.#host.modifiesInPlace();
  }
  report(device: string, problem: DeviceProblem): void {
    this.#host.report(device, problem);
  }
  emit(device: string, event: string, detail: EventDetail): void {
    this.#host.emit(device, event, detail);
  }
  requestReset(cause: ResetCause): void {
    this.#host.requestReset(cause);
  }
  loseRam(): void {
    this.#host.loseRam();
  }
}

/** The bit that lets a device have its clock, in words, by the wire's name and the table of the device that drives it. */
function gateOf(rows: Readonly<Record<string, DeviceRow>>, { enable }: DeviceRow): Gate | undefined {
  const [device, register, bit] = enable?.split('.') ?? [];
  const spec = rows[device ?? '']?.device.registers?.[register ?? ''];
  if (bit === undefined || spec === undefined || !isRegister(spec)) return undefined;
  return { bit: `bit ${bit} of ${device!.toUpperCase()}.${register}`, section: spec.section };
}

function checkPins({ name, parts = {} }: MachineDescription, nets: ReadonlyMap<string, Net>): void {
  const drivers = new Map<string, string>();
  for (const [part, { pins, drives }] of Object.entries(parts)) {
    const unknown = pins.find((pin) => !nets.has(pin));
    if (unknown !== undefined) {
      throw new UsageError({
        what: `part '${part}' is on pin ${unknown}, which the chip does not have`,
        where: `board '${name}'`,
        remedy: nets.size === 0 ? 'this chip has no pins' : `pins are ${[...nets.keys()].slice(0, 4).join(', ')} …`,
      });
    }
    for (const pin of drives) {
      const other = drivers.get(pin);
      if (other !== undefined) {
        throw new UsageError({
          what: `parts '${other}' and '${part}' both drive pin ${pin}`,
          where: `board '${name}'`,
          remedy: 'connect one of them to another pin',
        });
      }
      drivers.set(pin, part);
    }
  }
}

/** Gives pins their further names. */
function namePins({ name, pinNames = {} }: MachineDescription, nets: Map<string, Net>): void {
  for (const [other, pin] of Object.entries(pinNames)) {
    const net = nets.get(pin);
    if (net === undefined || nets.has(other)) {
      const what =
        net === undefined ? `there is no pin ${pin} to be called ${other}` : `there is a pin ${other} already`;
      throw new UsageError({ what, where: `board '${name}'`, remedy: 'see the names in `pinNames`' });
    }
    nets.set(other, net);
  }
}
