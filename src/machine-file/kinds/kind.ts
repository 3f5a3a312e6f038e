import type { z as Zod } from 'zod';
import type { CpuType } from '../../emu/cpu.js';
import type { DeviceType } from '../../emu/device.js';
import type { PartType } from '../../emu/part.js';
import type { OptionSchemas } from './option-schemas.js';

/**
 * What a file can name: kinds of devices, parts and CPUs, each with its options as data. Boards in TypeScript call the same functions, and
 * what was made remembers its kind and options, so that any board can be written out as a file.
 */

export type OptionValues = Readonly<Record<string, unknown>>;
export type Shape = Record<string, Zod.ZodType>;

/** Kind and options of something that was made. */
export interface Origin {
  readonly type: string;
  readonly options: OptionValues;
}

const origins = new WeakMap<object, Origin>();

/** What made a device, part or CPU; undefined for those of a user's own code. */
export const originOf = (made: object): Origin | undefined => origins.get(made);

const atImage = new WeakSet<object>();

/** Notes that nobody said where a CPU starts: until an image is known it starts anywhere. */
export const startsByImage = (cpu: object): void => void atImage.add(cpu);
export const doesStartByImage = (cpu: object): boolean => atImage.has(cpu);

interface KindBase {
  /** `stm32-usart` */
  readonly type: string;
  /** One line, for lists and the reference. */
  readonly summary: string;
  /** Names of the function's arguments; `...` is an object of options. */
  readonly takes?: readonly string[];
  /** What the options are, by name. */
  readonly shape?: (o: OptionSchemas) => Shape;
  /** Takes any options: a user's own function, whose options nobody described. */
  readonly free?: boolean;
  /** Options that follow from its name where they are not given: `usart2` is USART2. */
  readonly fromName?: (name: string) => OptionValues;
}

export interface DeviceKindRow extends KindBase {
  /** GPIO ports: the net of a pin by number, undefined where it has none. */
  readonly pin?: (options: OptionValues, number: number) => string | undefined;
}
export interface PartKindRow extends KindBase {
  /** Options that are pins; `gpioa.5 = led1.in` sets one. `in` and `out` mean the only one. */
  readonly pins?: readonly string[];
}
export interface CpuKindRow extends KindBase {
  readonly family: 'arm' | 'riscv';
  /** Names of inputs and outputs beside numbered interrupts. */
  readonly inputs?: (options: OptionValues) => readonly string[];
  readonly outputs?: readonly string[];
  /** Numbers of interrupts, from first to last. */
  readonly interrupts?: (options: OptionValues) => readonly [number, number];
  /** Clocks that it brings along, by name. */
  readonly clocks?: readonly string[];
  /** What lies beside it at fixed addresses. */
  readonly regions?: (
    options: OptionValues,
  ) => readonly { readonly name: string; readonly at: number; readonly size: number }[];
  /** The option that says where the first instruction, or the vector table, is. */
  readonly startOption?: string;
  /** What its interrupt controller is called: `nvic.37`. */
  readonly controller?: string;
}

interface Makes<M> {
  make(options: OptionValues): M;
}
export type DeviceKind = DeviceKindRow & Makes<DeviceType>;
export type PartKind = PartKindRow & Makes<PartType>;
export type CpuKind = CpuKindRow & Makes<CpuType>;
export type AnyKind = DeviceKind | PartKind | CpuKind;

/** A function that makes things of a kind. */
export type Maker<F, K> = F & { readonly kind: K };

type Factory = (...args: never[]) => object;

function maker<F extends Factory, R extends KindBase>(row: R, factory: F): Maker<F, R & Makes<object>> {
  const takes = row.takes ?? [];
  const remember = <M extends object>(made: M, options: OptionValues): M => {
    if (!origins.has(made)) origins.set(made, { type: row.type, options });
    return made;
  };
  const call = factory as unknown as (...args: unknown[]) => object;
  const made = (...args: unknown[]) => remember(call(...args), optionsOf(takes, args));
  const make = (options: OptionValues) => remember(call(...argumentsOf(takes, options)), options);
  return Object.assign(made as unknown as F, { kind: { ...row, make } });
}

/** The options that arguments give; what is undefined is left out. */
function optionsOf(takes: readonly string[], args: readonly unknown[]): OptionValues {
  const options: Record<string, unknown> = {};
  for (const [i, name] of takes.entries()) {
    const value = args[i];
    const entries = name === '...' ? Object.entries(value ?? {}) : [[name, value] as const];
    for (const [key, one] of entries) if (one !== undefined) options[key] = one;
  }
  return options;
}

function argumentsOf(takes: readonly string[], options: OptionValues): unknown[] {
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !takes.includes(name)));
  return takes.map((name) => (name === '...' ? rest : options[name]));
}

/** Declares the kind of devices that a function makes. */
export const deviceKind = <F extends (...args: never[]) => DeviceType>(row: DeviceKindRow, factory: F) =>
  maker(row, factory) as Maker<F, DeviceKind>;
export const partKind = <F extends (...args: never[]) => PartType>(row: PartKindRow, factory: F) =>
  maker(row, factory) as Maker<F, PartKind>;
export const cpuKind = <F extends (...args: never[]) => CpuType>(row: CpuKindRow, factory: F) =>
  maker(row, factory) as Maker<F, CpuKind>;

/** The same for a device without options, of which there is one only. */
export function oneDevice<D extends DeviceType>(row: DeviceKindRow, device: D): D & { readonly kind: DeviceKind } {
  origins.set(device, { type: row.type, options: {} });
  return Object.assign(device, { kind: { ...row, make: () => device } });
}

export const hasKind = (value: unknown): value is { readonly kind: AnyKind } =>
  (typeof value === 'function' || (typeof value === 'object' && value !== null)) &&
  'kind' in value &&
  typeof value.kind === 'object';
