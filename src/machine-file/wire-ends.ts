import type { CpuKind, DeviceKind, OptionValues, PartKind } from './kinds/kind.js';
import type { Mistakes } from './mistakes.js';
import { meant } from './read.js';

/** What the words of a wire stand for: `gpioa.5 = led1.in`, `uart0.irq = plic.10`. */

export type WireEnd =
  | { readonly kind: 'pin'; readonly net: string }
  | { readonly kind: 'terminal'; readonly part: string; readonly option: string }
  | { readonly kind: 'wire'; readonly device: string; readonly wire: string }
  /** An input or output of a core, or the number of an interrupt; `cpu`: the core, where it is not the first. */
  | { readonly kind: 'core'; readonly cpu?: string | undefined; readonly name: string | number };

interface Known<K> {
  readonly kind: K | undefined;
  readonly options: OptionValues;
}
export interface WireNames {
  readonly devices: ReadonlyMap<string, Known<DeviceKind>>;
  readonly parts: ReadonlyMap<string, Known<PartKind>>;
  readonly cpus: ReadonlyMap<string, Known<CpuKind>>;
  /** Names of CPUs that could not be made, `cpu` among them if the first is one: their own mistake is said already. */
  readonly lost: ReadonlySet<string>;
}

/** Stands for any CPU that could not be made. */
export const LOST = '(lost)';

const WIRE = /^\s*([^\s=<>]+)\s*(?:=|->|<->)\s*([^\s=<>]+)\s*$/;

/** Both ends of `a = b` (or `a -> b`); undefined, and a mistake, if it is none. */
export function splitWire(text: string, where: string, mistakes: Mistakes): readonly [string, string] | undefined {
  const [, a, b] = WIRE.exec(text) ?? [];
  if (a !== undefined && b !== undefined) return [a, b];
  mistakes.add(where, `'${text}' is no wire`, "give two ends: 'gpioa.5 = led1.in'");
  return undefined;
}

/** What an end stands for; undefined, and a mistake, if it stands for nothing. */
export function wireEnd(text: string, names: WireNames, where: string, mistakes: Mistakes): WireEnd | undefined {
  const dot = text.indexOf('.');
  if (dot < 0) return { kind: 'pin', net: text };
  const [head, tail] = [text.slice(0, dot), text.slice(dot + 1)];
  const part = names.parts.get(head);
  if (part) return terminalOf(head, tail, part, where, mistakes);
  const core = coreEnd(head, tail, names);
  const device = names.devices.get(head);
  if (core && !device) return core;
  if (device) return deviceEnd(head, tail, device, where, mistakes);
  const controllers = [...names.cpus.values()].flatMap(({ kind }) => kind?.controller ?? []);
  const all = [...names.parts.keys(), ...names.devices.keys(), ...names.cpus.keys(), 'cpu', ...controllers];
  mistakes.add(where, `'${text}': there is no device, part or CPU '${head}'`, meant(head, all));
  return undefined;
}

function terminalOf(
  name: string,
  tail: string,
  { kind }: Known<PartKind>,
  where: string,
  mistakes: Mistakes,
): WireEnd | undefined {
  const pins = kind?.pins ?? [];
  const option =
    pins.find((one) => one === tail) ?? (/^(in|out|pin|0)$/.test(tail) && pins.length === 1 ? pins[0] : undefined);
  if (option !== undefined) return { kind: 'terminal', part: name, option };
  const remedy = pins.length > 0 ? `it has ${pins.map((one) => `${name}.${one}`).join(', ')}` : 'say it in its options';
  mistakes.add(where, `part '${name}' has no pin '${tail}'`, remedy);
  return undefined;
}

function deviceEnd(
  name: string,
  tail: string,
  { kind, options }: Known<DeviceKind>,
  where: string,
  mistakes: Mistakes,
): WireEnd | undefined {
  if (kind?.pin === undefined || !/^\d+$/.test(tail)) return { kind: 'wire', device: name, wire: tail };
  const net = kind.pin({ ...kind.fromName?.(name), ...options }, Number(tail));
  if (net !== undefined) return { kind: 'pin', net };
  mistakes.add(where, `'${name}' has no pin ${tail}`);
  return undefined;
}

/** `cpu.nmi`, `plic.10`, `nvic.37`, `hart0.msip`, `cpu1.37`, `cpu1.nvic.37`, `cpu1.hart1.msip`. */
function coreEnd(head: string, tail: string, { cpus, lost }: WireNames): WireEnd | undefined {
  const number = numberIn(tail);
  if (lost.has(head)) return { kind: 'core', cpu: head, name: number ?? tail };
  // Whose controllers and harts these were to be, nobody knows.
  if (lost.size > 0 && /^(plic|nvic|hart\d+)$/.test(head)) return { kind: 'core', cpu: LOST, name: number ?? tail };
  const [first] = cpus.keys();
  const end = (name: string | undefined, of: string | number): WireEnd =>
    name === first ? { kind: 'core', name: of } : { kind: 'core', cpu: name, name: of };
  for (const [name, { kind, options }] of cpus) {
    if (kind && head === kind.controller && number !== undefined) return end(name, number);
    if (head === 'cpu') return end(first, number ?? tail);
    if (head === name) return end(name, numberIn(tail, kind?.controller) ?? tail);
    if (!/^hart\d+$/.test(head) || kind?.family === 'arm') continue;
    if (kind?.inputs?.(options).includes(`${head}.${tail}`)) return end(name, `${head}.${tail}`);
    if (head === 'hart0') return end(name, tail);
  }
  return undefined;
}

/** `37`, or `nvic.37`. */
function numberIn(text: string, controller?: string): number | undefined {
  const rest = controller !== undefined && text.startsWith(`${controller}.`) ? text.slice(controller.length + 1) : text;
  return /^\d+$/.test(rest) ? Number(rest) : undefined;
}
