import { Assembly } from '../emu/assembly.js';
import { quietHost } from '../emu/description-check.js';
import { DeviceInstance } from '../emu/device-instance.js';
import type { DeviceRow } from '../emu/device-row.js';
import type { MachineDescription } from '../emu/machine-description.js';
import { PartInstance } from '../emu/part-instance.js';
import { saidKey } from './build-wiring.js';
import type { Mistakes } from './mistakes.js';
import type { Model, Where } from './model.js';
import { meant } from './read.js';
import { LOST } from './wire-ends.js';

/** Sets every device and part up once, one by one, to find all mistakes of wires and pins and not the first alone. */
export function probe(
  description: MachineDescription,
  model: Model,
  mistakes: Mistakes,
  cores: Cores,
  said: ReadonlyMap<string, string>,
): void {
  const { devices, parts = {} } = description;
  const bare = { ...description, devices: {}, parts: {}, derivedClocks: {}, cpuClock: undefined, pinNames: {} };
  const assembly = new Assembly(bare, quietHost(description), {});
  for (const name of Object.keys(description.derivedClocks ?? {})) assembly.clock(name);
  for (const [name, row] of Object.entries(devices)) {
    const where = model.devices.get(name)!.where();
    mistakes.guard(where, () =>
      assembly.devices.set(name, new DeviceInstance(name, row.device, assembly, { clock: row.clock })),
    );
  }
  namePins(model, assembly, mistakes);
  const known = new WireCheck(assembly, cores, model, mistakes, said);
  for (const [name, row] of Object.entries(devices)) {
    if (assembly.devices.has(name)) known.checkRow(name, row, model.devices.get(name)!.where);
  }
  for (const { value, where } of model.clocks.values()) {
    if (value.gate !== undefined) known.checkOutput(value.gate, where('gate'));
  }
  checkPins(description, model, assembly, mistakes);
  // A part on a device that could not be made would say nothing new.
  if (assembly.devices.size < model.devices.size) return;
  for (const [name, part] of Object.entries(parts)) {
    const { where } = model.parts.get(name)!;
    if (part.pins.every((pin) => assembly.nets.has(pin)))
      mistakes.guard(where(), () => new PartInstance(name, part, assembly));
  }
}

export interface CoreNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly interrupts: readonly [number, number] | undefined;
}

/** The processors of a machine. */
export interface Cores {
  /** By what their wires begin with: `cpu`, and their names. */
  readonly known: ReadonlyMap<string, CoreNames>;
  /** The name that `cpu` stands for. */
  readonly first: string | undefined;
  /** Those that could not be made. */
  readonly lost: ReadonlySet<string>;
}

/** Whoever ends the run or wakes a core does so by a pulse: several can. */
const SHARED_INPUTS = ['halt', 'event', 'resume'];

class WireCheck {
  readonly #assembly: Assembly;
  readonly #cores: Cores;
  readonly #mistakes: Mistakes;
  readonly #model: Model;
  readonly #said: ReadonlyMap<string, string>;
  /** By input: what drives it. */
  readonly #drivers = new Map<string, string>();

  constructor(assembly: Assembly, cores: Cores, model: Model, mistakes: Mistakes, said: ReadonlyMap<string, string>) {
    this.#said = said;
    this.#model = model;
    this.#assembly = assembly;
    this.#cores = cores;
    this.#mistakes = mistakes;
  }

  /** One name for each input: `cpu.meip`, `cpu.hart0.meip` and the first core's own name mean the same. */
  #coreInput(core: string, input: string): string {
    return `${core === this.#cores.first ? 'cpu' : core}.${input.replace(/^hart0\./, '')}`;
  }

  /** Of an input of a core; requests and events of devices can come from several. What two drive has the level of whichever changed last. */
  #drive(input: string, driver: string, where: string): void {
    const other = this.#drivers.get(input);
    this.#drivers.set(input, other ?? driver);
    if (other === undefined || other === driver) return;
    this.#mistakes.add(
      where,
      `${input} has two drivers: ${other} and ${driver}`,
      'connect one of them to another input',
    );
  }

  checkRow(name: string, { irq, enable, reset, wires }: DeviceRow, where: Where): void {
    const lines = typeof irq === 'object' ? irq : irq === undefined ? {} : { irq };
    for (const wire of Object.keys(lines)) this.#own(name, wire, this.#said.get(saidKey(name, wire)) ?? where('irq'));
    if (enable !== undefined) this.checkOutput(enable, where('enable'));
    if (reset !== undefined) this.checkOutput(reset, where('reset'));
    for (const [wire, to] of Object.entries(wires ?? {})) {
      const at = (other?: string) => this.#said.get(saidKey(name, wire, other)) ?? where('wires', wire);
      const own = this.#own(name, wire, at());
      if (own) for (const other of [to].flat()) this.#pair(`${name}.${wire}`, own, other, at(other));
    }
  }

  /** `rcc.APB1ENR.17`, or `APB1ENR.17` where one device only has such an output. */
  checkOutput(wire: string, where: string): void {
    const all = [...this.#assembly.wires.values()];
    const exact = this.#assembly.wires.get(wire);
    const found = exact ? [exact] : all.filter((one) => one.name === wire && one.direction === 'output');
    const device = wire.split('.')[0]!;
    if (found.length === 1 || (this.#model.devices.has(device) && !this.#assembly.devices.has(device))) return;
    const names = [...this.#assembly.wires.keys()];
    const what = found.length === 0 ? `no device has a wire '${wire}'` : `several devices have a wire '${wire}'`;
    this.#mistakes.add(where, what, meant(wire, names) ?? this.#wiresOf(wire.split('.')[0]!));
  }

  #own(device: string, wire: string, where: string): 'input' | 'output' | undefined {
    const found = this.#assembly.wires.get(`${device}.${wire}`);
    if (found) return found.direction;
    this.#mistakes.add(where, `'${device}' has no wire '${wire}'`, this.#wiresOf(device));
    return undefined;
  }

  #pair(own: string, direction: 'input' | 'output', other: string, where: string): void {
    const far = this.#assembly.wires.get(other);
    const dot = other.indexOf('.');
    const head = other.slice(0, dot);
    if (far === undefined && (head === LOST || this.#cores.lost.has(head))) return;
    const core = far === undefined ? this.#cores.known.get(head) : undefined;
    if (core) {
      this.#coreEnd(own, direction, head, core, other.slice(dot + 1), where);
      return;
    }
    if (far === undefined) {
      const device = other.split('.')[0]!;
      if (this.#model.devices.has(device) && !this.#assembly.devices.has(device)) return;
      const remedy = this.#assembly.devices.has(device)
        ? this.#wiresOf(device)
        : meant(device, this.#assembly.devices.keys());
      this.#mistakes.add(where, `no device has a wire '${other}'`, remedy);
    } else if (far.direction === direction) {
      this.#mistakes.add(where, `${own} and ${other} are both ${direction}s`, 'connect an output to an input');
    }
  }

  #coreEnd(
    own: string,
    direction: 'input' | 'output',
    head: string,
    { inputs, outputs, interrupts }: CoreNames,
    name: string,
    where: string,
  ): void {
    const names = direction === 'output' ? inputs : outputs;
    const input = this.#coreInput(head, name);
    if (names.includes(name)) {
      if (direction === 'output' && !SHARED_INPUTS.includes(name)) this.#drive(input, own, where);
      return;
    }
    const number = Number(name);
    if (direction === 'output' && interrupts && number >= interrupts[0] && number <= interrupts[1]) {
      // Lines of the first core are looked at with the interrupts.
      if (!input.startsWith('cpu.') && !this.#model.sharedIrqs.has(number)) this.#drive(input, own, where);
      return;
    }
    const kind = direction === 'output' ? 'input' : 'output';
    this.#mistakes.add(where, `${own}: the core has no ${kind} '${name}'`, meant(name, names));
  }

  #wiresOf(device: string): string | undefined {
    const names = [...this.#assembly.wires.keys()].filter((one) => one.startsWith(`${device}.`));
    return names.length > 0 ? `it has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}` : undefined;
  }
}

function namePins({ pinNames }: Model, { nets }: Assembly, mistakes: Mistakes): void {
  for (const [name, { value, where }] of pinNames) {
    const net = nets.get(value);
    if (net === undefined)
      mistakes.add(where(), `there is no pin ${value} to be called ${name}`, meant(value, nets.keys()));
    else if (nets.has(name)) mistakes.add(where(), `there is a pin ${name} already`, 'choose another name');
    else nets.set(name, net);
  }
}

function checkPins(
  { parts = {}, joins = [] }: MachineDescription,
  model: Model,
  assembly: Assembly,
  mistakes: Mistakes,
): void {
  const chipPins = new Set(assembly.nets.keys());
  const node = (pin: string) => joins.find((one) => one.includes(pin))?.[0] ?? pin;
  const drivers = new Map<string, string>();
  for (const { value, where } of model.wires) {
    for (const pin of value.split(/[\s=<>-]+/).filter((one) => joins.some((join) => join.includes(one)))) {
      if (!chipPins.has(pin)) mistakes.add(where(), `the chip has no pin ${pin}`, meant(pin, chipPins));
    }
  }
  for (const [name, { pins, drives }] of Object.entries(parts)) {
    const { where } = model.parts.get(name)!;
    for (const pin of pins.filter((one) => !chipPins.has(one))) {
      const remedy = chipPins.size === 0 ? 'this machine has no pins: add a GPIO device' : meant(pin, chipPins);
      mistakes.add(where(), `part '${name}' is on pin ${pin}, which the chip does not have`, remedy);
    }
    for (const pin of drives) {
      const other = drivers.get(node(pin));
      if (other !== undefined && other !== name) {
        mistakes.add(
          where(),
          `parts '${other}' and '${name}' both drive pin ${pin}`,
          'connect one of them to another pin',
        );
      }
      drivers.set(node(pin), name);
    }
  }
}
