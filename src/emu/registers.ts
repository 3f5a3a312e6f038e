import { hex, mask } from './bits.js';
import { InternalError } from './errors.js';

/**
 * The register DSL: a register table is written in the manual's words and everything else (access masks, names in
 * messages, reset tests, reference pages) follows from it.
 */

/** ST's access words (RM0090 1.1). `w` reads as 0; `rc_r` clears when read; `rs` can only be set; `t` toggles where 1 is written. */
export type Access = 'rw' | 'r' | 'w' | 'rc_w1' | 'rc_w0' | 'rc_r' | 'rs' | 't';

export interface FieldSpec {
  readonly access: Access;
  readonly low: number;
  readonly width: number;
  /** The manual has it, the model does not: why, in a word (`'LIN'`). Kept, and reported when it is written. */
  readonly notModelled?: string;
}
export type FieldSpecs = Readonly<Record<string, FieldSpec>>;

const field =
  (access: Access) =>
  (low: number, width = 1): FieldSpec => ({ access, low, width });

export const rw = field('rw');
export const r = field('r');
export const w = field('w');
export const rc_w1 = field('rc_w1');
export const rc_w0 = field('rc_w0');
export const rc_r = field('rc_r');
export const rs = field('rs');
export const t = field('t');

export function notModelled(spec: FieldSpec, what: string): FieldSpec {
  return { ...spec, notModelled: what };
}

export interface RegisterOptions {
  /** Set to its reset value by power-on only: it survives system and peripheral reset (RCC_CSR, the backup domain). */
  readonly powerOnOnly?: boolean;
  /** In a supply domain of its own: no reset sets it, the device does. */
  readonly backup?: boolean;
  /** How wide its access is: 4 if not given. */
  readonly bytes?: 1 | 2 | 4;
}

export interface RegisterSpec<F extends FieldSpecs = FieldSpecs> {
  readonly offset: number;
  readonly fields: F;
  readonly reset: number;
  readonly section?: string;
  readonly options: RegisterOptions;
}

/** Several registers (or groups of them) a fixed stride apart. */
export interface RepeatSpec<E extends RegisterSpec | RegisterGroup = RegisterSpec | RegisterGroup> {
  readonly repeat: number;
  readonly stride: number;
  readonly element: E;
}
export type RegisterGroup = Readonly<Record<string, RegisterSpec>>;
export type RegisterSpecs = Readonly<Record<string, RegisterSpec | RepeatSpec>>;

const RESERVED_NAMES = new Set(['value', 'reset', 'reads', 'name', 'index', 'fields', 'section', 'constructor']);

/** One 32-bit register. Bits in no field are reserved. Overlapping fields fail here. */
export function reg<const F extends FieldSpecs>(
  offset: number,
  fields: F,
  reset = 0,
  section?: string,
  options: RegisterOptions = {},
): RegisterSpec<F> {
  let taken = 0;
  for (const name in fields) {
    const { low, width } = fields[name]!;
    if (low < 0 || width < 1 || low + width > 32) {
      throw new InternalError({
        what: `field ${name} does not fit 32 bits`,
        where: `register at offset ${hex(offset, 3)}`,
      });
    }
    if (RESERVED_NAMES.has(name)) throw new InternalError({ what: `a field cannot be called '${name}'` });
    const bits = mask(low, width);
    if ((taken & bits) !== 0) {
      const [other] = Object.entries(fields).find(([, one]) => (mask(one.low, one.width) & bits) !== 0)!;
      throw new InternalError({
        what: `fields ${other} and ${name} overlap`,
        where: `register at offset ${hex(offset, 3)}`,
      });
    }
    taken |= bits;
  }
  return { offset, fields, reset: reset >>> 0, section, options };
}

/** `IPR: repeat(21, 4, reg(0x400, …))` or, for groups, `S: repeat(8, 0x18, { CR: reg(…), NDTR: reg(…) })`: `regs.S[3]!.CR.EN`. */
export function repeat<const E extends RegisterSpec | RegisterGroup>(
  count: number,
  stride: number,
  element: E,
): RepeatSpec<E> {
  return { repeat: count, stride, element };
}

/** A register table; overlapping offsets fail here. */
export function registers<const R extends RegisterSpecs>(specs: R): R {
  const taken = new Map<number, string>();
  for (const { name, spec, offset } of flatten(specs)) {
    const word = offset >> 2;
    if (offset % 4 !== 0)
      throw new InternalError({ what: `register ${name} is not at a multiple of 4`, where: hex(offset, 3) });
    const other = taken.get(word);
    if (other !== undefined)
      throw new InternalError({ what: `registers ${other} and ${name} overlap`, where: `offset ${hex(offset, 3)}` });
    taken.set(word, name);
    void spec;
  }
  return specs;
}

export interface FlatRegister {
  /** As messages say it: `CR1`, `IPR3`, `S3CR`. */
  readonly name: string;
  readonly spec: RegisterSpec;
  readonly offset: number;
  /** Keys that lead to it in the table: `['S', 3, 'CR']`. */
  readonly path: readonly (string | number)[];
}

export function isRegister(spec: RegisterSpec | RepeatSpec | RegisterGroup): spec is RegisterSpec {
  return typeof (spec as RegisterSpec).offset === 'number';
}

/** Every register of a table, repeated ones spelled out. */
export function flatten(specs: RegisterSpecs): FlatRegister[] {
  const flat: FlatRegister[] = [];
  for (const [key, entry] of Object.entries(specs)) {
    if (isRegister(entry)) {
      flat.push({ name: key, spec: entry, offset: entry.offset, path: [key] });
      continue;
    }
    for (let i = 0; i < entry.repeat; i++) {
      const shift = i * entry.stride;
      if (isRegister(entry.element)) {
        flat.push({ name: `${key}${i}`, spec: entry.element, offset: entry.element.offset + shift, path: [key, i] });
        continue;
      }
      for (const [member, spec] of Object.entries(entry.element)) {
        flat.push({ name: `${key}${i}${member}`, spec, offset: spec.offset + shift, path: [key, i, member] });
      }
    }
  }
  return flat;
}

/** Names of the fields that have a bit in `bits`, or the bit numbers where there is none. */
export function namesOf(spec: RegisterSpec, bits: number): string[] {
  const names: string[] = [];
  let rest = bits >>> 0;
  for (const [name, { low, width }] of Object.entries(spec.fields)) {
    if ((bits & mask(low, width)) === 0) continue;
    names.push(name);
    rest = (rest & ~mask(low, width)) >>> 0;
  }
  for (let bit = 0; bit < 32; bit++) if ((rest >>> bit) & 1) names.push(`bit ${bit}`);
  return names;
}
