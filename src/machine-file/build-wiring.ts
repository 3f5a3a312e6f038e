import type { DeviceRow } from '../emu/device-row.js';
import type { Mistakes } from './mistakes.js';
import type { DeviceValue, Entry, Model } from './model.js';
import { meant } from './read.js';
import { splitWire, type WireEnd, type WireNames, wireEnd } from './wire-ends.js';

/** Interrupts and wires of a model, as rows of devices, options of parts and joined pins. */

type Irq = NonNullable<DeviceValue['irq']>;
type Line = string | number;
type CoreEnd = Extract<WireEnd, { kind: 'core' }>;

export interface Wiring {
  /** By device: what its row says besides. */
  readonly rows: ReadonlyMap<string, Pick<DeviceRow, 'irq' | 'wires'>>;
  /** By part and option: the pin. */
  readonly pins: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly joins: readonly (readonly string[])[];
  /** Where each end of a device's wire was said, by `saidKey`. */
  readonly said: ReadonlyMap<string, string>;
}

/** Of a device's wire, or of its connexion to another. */
export const saidKey = (device: string, wire: string, to?: string): string => [device, wire, to].join(' ');

export class WiringBuilder {
  readonly #model: Model;
  readonly #names: WireNames;
  readonly #mistakes: Mistakes;
  readonly #irqs = new Map<string, Record<string, number>>();
  readonly #wires = new Map<string, Record<string, string[]>>();
  readonly #pins = new Map<string, Map<string, string>>();
  readonly #joins: Set<string>[] = [];
  /** Devices by the interrupt lines that they drive. */
  readonly #lines = new Map<number, { readonly user: string; readonly where: string }[]>();
  readonly #said = new Map<string, string>();

  constructor(model: Model, names: WireNames, mistakes: Mistakes) {
    this.#model = model;
    this.#names = names;
    this.#mistakes = mistakes;
  }

  build(): Wiring {
    for (const [name, entry] of this.#model.devices) this.#device(name, entry);
    for (const { value, where } of this.#model.wires) this.#wire(value, where());
    this.#checkLines();
    const devices = new Set([...this.#irqs.keys(), ...this.#wires.keys()]);
    const rows = new Map([...devices].map((name) => [name, this.#row(name)]));
    return { rows, pins: this.#pins, joins: this.#joins.map((one) => [...one]), said: this.#said };
  }

  #row(name: string): Pick<DeviceRow, 'irq' | 'wires'> {
    const irqs = this.#irqs.get(name);
    const wires = this.#wires.get(name);
    const single = irqs && Object.keys(irqs).length === 1 && irqs['irq'] !== undefined ? irqs['irq'] : irqs;
    const plain =
      wires && Object.fromEntries(Object.entries(wires).map(([wire, to]) => [wire, to.length === 1 ? to[0]! : to]));
    return { ...(single !== undefined && { irq: single }), ...(plain && { wires: plain }) };
  }

  #device(name: string, { value, where }: Entry<DeviceValue>): void {
    for (const [wire, lines] of Object.entries(outputs(value.irq))) {
      for (const line of lines) this.#interrupt(name, wire, line, where('irq'));
    }
    for (const [wire, to] of Object.entries(value.wires ?? {})) {
      for (const other of [to].flat()) this.#join(name, wire, other, where('wires', wire));
    }
  }

  #interrupt(device: string, wire: string, line: Line, where: string): void {
    const number = typeof line === 'number' ? line : /^\d+$/.test(line) ? Number(line) : undefined;
    const end: WireEnd | undefined =
      number === undefined ? wireEnd(String(line), this.#names, where, this.#mistakes) : { kind: 'core', name: number };
    if (end === undefined) return;
    if (end.kind === 'core') this.#toCore(device, wire, end, where);
    else if (end.kind === 'wire') this.#join(device, wire, `${end.device}.${end.wire}`, where);
    else this.#mistakes.add(where, `'${line}' is no interrupt input`, "give a number, 'plic.10' or 'device.wire'");
  }

  #toCore(device: string, wire: string, { cpu, name }: CoreEnd, where: string): void {
    if (typeof name === 'number') this.#checkNumber(device, wire, cpu, name, where);
    if (cpu !== undefined || typeof name === 'string') {
      this.#join(device, wire, `${cpu ?? 'cpu'}.${name}`, where);
      return;
    }
    const known = this.#irqs.get(device) ?? {};
    if (!Object.hasOwn(known, wire)) {
      this.#irqs.set(device, { ...known, [wire]: name });
      this.#say(device, wire, undefined, where);
    } else this.#join(device, wire, `cpu.${name}`, where);
    this.#lines.set(name, [...(this.#lines.get(name) ?? []), { user: device, where }]);
  }

  #checkNumber(device: string, wire: string, cpu: string | undefined, line: number, where: string): void {
    if (cpu === undefined && this.#names.lost.has('cpu')) return;
    const [first] = this.#names.cpus.values();
    const core = cpu === undefined ? first : this.#names.cpus.get(cpu);
    const range = core?.kind?.interrupts?.(core.options);
    if (range === undefined || (line >= range[0] && line <= range[1])) return;
    const what = `interrupt ${line} of ${device}.${wire} is none of ${core?.kind?.controller ?? 'the core'}`;
    this.#mistakes.add(where, what, `give ${range[0]} to ${range[1]}`);
  }

  #checkLines(): void {
    for (const [line, users] of this.#lines) {
      const devices = [...new Set(users.map(({ user }) => user))];
      if (devices.length < 2 || this.#model.sharedIrqs.has(line)) continue;
      const { where } = users.find(({ user }) => user === devices[1])!;
      const remedy = `give each a line of its own, or say that they share it: sharedIrqs: [${line}]`;
      this.#mistakes.add(where, `interrupt ${line} is taken by ${devices.join(' and ')}`, remedy);
    }
  }

  #say(device: string, wire: string, to: string | undefined, where: string): void {
    for (const key of [saidKey(device, wire), saidKey(device, wire, to)])
      if (!this.#said.has(key)) this.#said.set(key, where);
  }

  #join(device: string, wire: string, to: string, where: string): void {
    this.#say(device, wire, to, where);
    const known = this.#wires.get(device) ?? {};
    // a wire may be called `constructor`
    const ends = Object.hasOwn(known, wire) ? known[wire]! : [];
    if (!ends.includes(to)) this.#wires.set(device, { ...known, [wire]: [...ends, to] });
  }

  #wire(text: string, where: string): void {
    const split = splitWire(text, where, this.#mistakes);
    if (!split) return;
    const ends = split.map((one) => wireEnd(one, this.#names, where, this.#mistakes));
    const [a, b] = ends;
    if (!a || !b) return;
    if (a.kind === 'wire' || b.kind === 'wire') this.#signal(a, b, text, where);
    else if (a.kind === 'terminal' || b.kind === 'terminal') this.#terminal(a, b, text, where);
    else if (a.kind === 'pin' && b.kind === 'pin') this.#joinPins(a.net, b.net);
    else this.#mistakes.add(where, `'${text}' joins two ends of the core`, 'wires lead from or to a device');
  }

  #signal(a: WireEnd, b: WireEnd, text: string, where: string): void {
    const [own, other] = a.kind === 'wire' ? [a, b] : [b, a];
    if (own.kind !== 'wire') return;
    if (other.kind === 'core') this.#toCore(own.device, own.wire, other, where);
    else if (other.kind === 'wire') this.#join(own.device, own.wire, `${other.device}.${other.wire}`, where);
    else
      this.#mistakes.add(where, `'${text}' joins a wire inside the chip to a pin`, 'pins are joined to pins and parts');
  }

  #terminal(a: WireEnd, b: WireEnd, text: string, where: string): void {
    const [terminal, other] = a.kind === 'terminal' ? [a, b] : [b, a];
    if (terminal.kind !== 'terminal' || other.kind !== 'pin') {
      this.#mistakes.add(
        where,
        `'${text}' joins no pin of a chip`,
        'join each part to a pin, and the pins to each other',
      );
      return;
    }
    const { part, option } = terminal;
    const given = this.#model.parts.get(part)?.value.options[option] ?? this.#pins.get(part)?.get(option);
    if (given !== undefined && given !== other.net) {
      this.#mistakes.add(where, `${part}.${option} is on ${given} and on ${other.net}`, 'say it once');
      return;
    }
    this.#pins.set(part, new Map([...(this.#pins.get(part) ?? []), [option, other.net]]));
  }

  #joinPins(a: string, b: string): void {
    const sets = this.#joins.filter((one) => one.has(a) || one.has(b));
    const merged = new Set([...sets.flatMap((one) => [...one]), a, b]);
    for (const one of sets) this.#joins.splice(this.#joins.indexOf(one), 1);
    this.#joins.push(merged);
  }
}

/** `irq: 37`, `irq: [1, plic.2]`, `irq: { tx: 19 }`: lines by output. */
function outputs(irq: Irq | undefined): Record<string, readonly Line[]> {
  if (irq === undefined) return {};
  if (typeof irq !== 'object') return { irq: [irq] };
  if (Array.isArray(irq)) return { irq };
  return Object.fromEntries(Object.entries(irq).map(([wire, lines]) => [wire, [lines].flat()]));
}

/** A clock that a device names, if there is such. */
export function checkClock(
  name: string,
  { value, where }: Entry<DeviceValue>,
  clocks: readonly string[],
  mistakes: Mistakes,
): void {
  if (value.clock === undefined || clocks.includes(value.clock)) return;
  mistakes.add(
    where('clock'),
    `device '${name}' has clock '${value.clock}', which there is not`,
    meant(value.clock, clocks),
  );
}
