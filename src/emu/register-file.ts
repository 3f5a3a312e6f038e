import { mask } from './bits.js';
import { UsageError } from './errors.js';
import {
  type Access,
  type FieldSpecs,
  type FlatRegister,
  flatten,
  type RegisterGroup,
  type RegisterSpec,
  type RegisterSpecs,
  type RepeatSpec,
} from './registers.js';

/** A register at run time: plain numbers, no side effects. Fields are properties by name: `regs.CR1.UE`. */
export class RegisterCell {
  // Declared only: the constructor gives all of them, and V8 would define each one by one before. Not `#`: it adds such fields to
  // objects of many classes out of line.
  declare readonly name: string;
  /** Position in its device's register file. */
  declare readonly index: number;
  /** In its device, in bytes. */
  declare readonly offset: number;
  declare readonly spec: RegisterSpec;
  declare private readonly values: Int32Array;
  declare private readonly readCounts: Int32Array;
  /** Gives the value of a register that is computed, from the stored one. */
  declare private live: ((stored: number) => number) | undefined;

  constructor(flat: FlatRegister, index: number, values: Int32Array, reads: Int32Array) {
    this.name = flat.name;
    this.index = index;
    this.offset = flat.offset;
    this.spec = flat.spec;
    this.values = values;
    this.readCounts = reads;
    this.live = undefined;
  }
  get value(): number {
    const stored = this.values[this.index]! >>> 0;
    return this.live === undefined ? stored : this.live(stored) >>> 0;
  }
  set value(value: number) {
    this.values[this.index] = value;
  }
  get reset(): number {
    return this.spec.reset;
  }
  get section(): string | undefined {
    return this.spec.section;
  }
  /** Bus reads so far, for diagnosis ("read 113,000 times"). */
  get reads(): number {
    return this.readCounts[this.index]! >>> 0;
  }
  getBits(low: number, bits: number): number {
    return (this.value >>> low) & bits;
  }
  /** For devices: the register's value follows from other state. */
  compute(value: (stored: number) => number): void {
    this.live = value;
  }
  setBits(low: number, bits: number, value: number): void {
    this.values[this.index] = (this.values[this.index]! & ~(bits << low)) | ((value & bits) << low);
  }
}

export type Register<F extends FieldSpecs = FieldSpecs> = RegisterCell & { -readonly [K in keyof F]: number };
type GroupOf<G extends RegisterGroup> = { readonly [K in keyof G]: RegisterOf<G[K]> };
type RegisterOf<S> = S extends RegisterSpec<infer F> ? Register<F> : never;
/** What a table becomes at run time. */
export type Registers<R extends RegisterSpecs> = {
  readonly [K in keyof R]: R[K] extends RepeatSpec<infer E>
    ? E extends RegisterSpec<infer F>
      ? readonly Register<F>[]
      : E extends RegisterGroup
        ? readonly GroupOf<E>[]
        : never
    : RegisterOf<R[K]>;
};

const OWN: ReadonlySet<string> = new Set(['name', 'index', 'offset', 'spec', 'values', 'readCounts', 'live']);
const classes = new Map<string, typeof RegisterCell>();
const classBySpec = new WeakMap<RegisterSpec, typeof RegisterCell>();

/**
 * A class with one accessor a field. Registers with the same fields share it: a chip has more than a thousand registers,
 * and with a class each V8 would make every one of them on its slowest path.
 */
function registerClass(spec: RegisterSpec): typeof RegisterCell {
  const known = classBySpec.get(spec) ?? classOfFields(spec);
  classBySpec.set(spec, known);
  return known;
}

const accessors = new Map<number, PropertyDescriptor>();

/** Of a field, one for all fields that lie there. */
function accessorOf(low: number, width: number): PropertyDescriptor {
  const key = low * 64 + width;
  let accessor = accessors.get(key);
  if (accessor !== undefined) return accessor;
  const bits = mask(0, width);
  accessor = {
    enumerable: true,
    get(this: RegisterCell) {
      return width === 32 ? this.value : this.getBits(low, bits);
    },
    set(this: RegisterCell, value: number) {
      this.setBits(low, bits, value);
    },
  };
  accessors.set(key, accessor);
  return accessor;
}

function classOfFields(spec: RegisterSpec): typeof RegisterCell {
  let key = '';
  for (const name in spec.fields) key += `${name}:${spec.fields[name]!.low}:${spec.fields[name]!.width},`;
  const known = classes.get(key);
  if (known) return known;
  class Fields extends RegisterCell {}
  for (const name in spec.fields) {
    // A register's own properties come before a field that is called like one of them.
    if (OWN.has(name)) continue;
    const { low, width } = spec.fields[name]!;
    Object.defineProperty(Fields.prototype, name, accessorOf(low, width));
  }
  classes.set(key, Fields);
  return Fields;
}

/** The registers of one device: in order, and in the shape of its table. */
export interface Cells {
  readonly all: readonly RegisterCell[];
  readonly shaped: Record<string, unknown>;
}

/** What follows from a register table, once for all devices of a kind: masks by register, and the classes. */
export class RegisterLayout {
  readonly flat: readonly FlatRegister[];
  /** By word offset: 1 + the register's index, 0 where there is none (so that large holes cost the host nothing). */
  readonly slotAt: Int16Array;
  /** 1 for registers of which a read shows every bit and clears none. */
  readonly plain: Uint8Array;
  /** Register indices by ascending offset. */
  readonly byOffset: readonly number[];
  readonly resets: Int32Array;
  /** Registers that keep their values in a system reset. */
  readonly powerOnOnly: readonly number[];
  /** Registers that keep them in every reset. */
  readonly backup: readonly number[];
  /** Bits a read shows (all but `w` fields). */
  readonly readable: Int32Array;
  readonly clearedByRead: Int32Array;
  /** Bits that take the written value. */
  readonly writable: Int32Array;
  readonly clearedByOne: Int32Array;
  readonly clearedByZero: Int32Array;
  readonly setByOne: Int32Array;
  readonly toggledByOne: Int32Array;
  /** 1 for registers with other than plain writable bits. */
  readonly special: Uint8Array;
  readonly reserved: Int32Array;
  readonly notModelled: Int32Array;
  /** Reserved or not modelled: a write that changes one of these is worth a report. */
  readonly odd: Int32Array;

  constructor(specs: RegisterSpecs, size: number, where: string) {
    const flat = flatten(specs);
    this.flat = flat;
    this.slotAt = new Int16Array(Math.ceil(size / 4));
    const [indices, backup, powerOnOnly]: number[][] = [[], [], []];
    for (let i = 0; i < flat.length; i++) {
      const { name, offset, spec } = flat[i]!;
      if (offset + 4 > size)
        throw new UsageError({
          what: `register ${name} lies outside its device`,
          where,
          remedy: `give it a size of ${offset + 4} at least`,
        });
      this.slotAt[offset >> 2] = i + 1;
      indices!.push(i);
      if (spec.options.backup) backup!.push(i);
      if (spec.options.powerOnOnly || spec.options.backup) powerOnOnly!.push(i);
    }
    this.byOffset = indices!.sort((a, b) => flat[a]!.offset - flat[b]!.offset);
    this.backup = backup!;
    this.powerOnOnly = powerOnOnly!;
    const masks = masksOf(flat);
    this.clearedByRead = masks.rc_r;
    this.clearedByOne = masks.rc_w1;
    this.clearedByZero = masks.rc_w0;
    this.setByOne = masks.rs;
    this.toggledByOne = masks.t;
    this.notModelled = masks.notModelled;
    const words = () => new Int32Array(flat.length);
    [this.resets, this.writable, this.reserved, this.odd, this.readable] = [
      words(),
      words(),
      words(),
      words(),
      words(),
    ];
    [this.special, this.plain] = [new Uint8Array(flat.length), new Uint8Array(flat.length)];
    for (let i = 0; i < flat.length; i++) this.#fill(i, masks);
  }

  /** What follows from the masks of a register. Plain code: every start of a machine does this for a thousand registers. */
  #fill(i: number, masks: Masks): void {
    this.resets[i] = this.flat[i]!.spec.reset;
    this.writable[i] = masks.rw[i]! | masks.w[i]!;
    const special = masks.rc_w1[i]! | masks.rc_w0[i]! | masks.rs[i]! | masks.t[i]!;
    this.special[i] = special === 0 ? 0 : 1;
    const reserved = ~masks.any[i]!;
    this.reserved[i] = reserved;
    // Flags that 0 clears are cleared by `SR = ~FLAG`, in ST's own code too: ones in the reserved bits beside them say nothing.
    this.odd[i] = (masks.rc_w0[i] === 0 ? reserved : 0) | masks.notModelled[i]!;
    // Reserved bits read as the reset value says: no field hides its bits but those that can only be written.
    this.readable[i] = ~masks.w[i]!;
    this.plain[i] = masks.w[i] === 0 && masks.rc_r[i] === 0 ? 1 : 0;
  }

  /** The registers of one device over its words, in the shape of the table. */
  cells(values: Int32Array, reads: Int32Array): Cells {
    const all = this.flat.map((flat, i) => new (registerClass(flat.spec))(flat, i, values, reads));
    const shaped: Record<string, unknown> = {};
    for (const [i, { path }] of this.flat.entries()) place(shaped, path, all[i]!);
    return { all, shaped };
  }
}

/** Registers to look at, for devices that answer by `read` and `write`: their values follow from the device's state. */
export type RegisterViews<R extends RegisterSpecs> = { readonly [K in keyof R]: Readonly<RegisterOf<R[K]>> };

/**
 * A view for each register of a table (without repeats), valued by the function of its name; nothing is stored.
 * @param stride bytes from one offset of the table to the next, where the chip's bus spreads its registers
 */
export function registerViews<const R extends Readonly<Record<string, RegisterSpec>>>(
  specs: R,
  values: { readonly [K in keyof R]: () => number },
  stride = 1,
): RegisterViews<R> {
  const flat = flatten(specs).map((entry) => ({ ...entry, offset: entry.offset * stride }));
  const unused = new Int32Array(flat.length);
  const views = flat.map((entry, i) => {
    const view = new (registerClass(entry.spec))(entry, i, unused, unused);
    view.compute(values[entry.name]!);
    return [entry.name, view] as const;
  });
  return Object.fromEntries(views) as unknown as RegisterViews<R>;
}

type Masks = Readonly<Record<Access | 'any' | 'notModelled', Int32Array>>;

/** The bits of registers by what their fields say, in any field, and in fields that are not modelled. */
function masksOf(flat: readonly FlatRegister[]): Masks {
  const words = () => new Int32Array(flat.length);
  const masks = {
    rw: words(),
    r: words(),
    w: words(),
    rc_w1: words(),
    rc_w0: words(),
    rc_r: words(),
    rs: words(),
    t: words(),
    any: words(),
    notModelled: words(),
  };
  for (let i = 0; i < flat.length; i++) {
    const { fields } = flat[i]!.spec;
    for (const name in fields) {
      const { low, width, access, notModelled } = fields[name]!;
      const bits = mask(low, width);
      masks[access][i]! |= bits;
      masks.any[i]! |= bits;
      if (notModelled) masks.notModelled[i]! |= bits;
    }
  }
  return masks;
}

const layouts = new WeakMap<RegisterSpecs, Map<number, RegisterLayout>>();

/** The layout of a table, made at its first use. */
export function layoutOf(specs: RegisterSpecs, size: number, where: string): RegisterLayout {
  const bySize = layouts.get(specs) ?? new Map<number, RegisterLayout>();
  layouts.set(specs, bySize);
  const layout = bySize.get(size) ?? new RegisterLayout(specs, size, where);
  bySize.set(size, layout);
  return layout;
}

/** Puts a register where its table has it: under its key, in an array, or in a group of an array. */
function place(shaped: Record<string, unknown>, path: FlatRegister['path'], cell: RegisterCell): void {
  const [key, index, member] = path as [string, number?, string?];
  if (index === undefined) {
    shaped[key] = cell;
    return;
  }
  const list = (shaped[key] ?? []) as unknown[];
  shaped[key] = list;
  if (member === undefined) list[index] = cell;
  else list[index] = { ...(list[index] as object | undefined), [member]: cell };
}
