import { byName, childrenOf, type Derivation, type Layers, layerWith, textOf } from './derive.js';
import type { Behaviour, ReadEffect, SvdAccess, SvdField, SvdRegister, WriteEffect } from './model.js';
import { bigIn, dimIndices, MAX_DIM, numberIn, svdInteger } from './numbers.js';
import type { XmlElement } from './xml.js';

/** Registers of a peripheral: clusters and arrays spelled out, properties inherited from outside in. */

/** What `registerPropertiesGroup` hands down. */
export interface Inherited {
  readonly size: number;
  readonly access: SvdAccess;
  readonly resetValue: bigint;
  readonly resetMask: bigint;
}

const ACCESSES: readonly string[] = ['read-only', 'write-only', 'read-write', 'writeOnce', 'read-writeOnce'];
const EFFECTS: readonly string[] = [
  'modify',
  'oneToClear',
  'oneToSet',
  'oneToToggle',
  'zeroToClear',
  'zeroToSet',
  'zeroToToggle',
  'clear',
  'set',
];
const MAX_NESTING = 8;
/** Letters of a name, which each element of an array has once more. */
const MAX_NAME = 255;
/** Bits and offsets beyond which nothing is described. */
const MAX_SIZE = 64;
const MAX_OFFSET = 2 ** 32;

/** What may be read in all: arrays in arrays multiply. */
export class Budget {
  #registers = 100_000;
  #fields = 1_000_000;
  register(at: XmlElement): void {
    if (--this.#registers < 0) at.refuse('the file describes more than 100,000 registers and clusters');
  }
  field(at: XmlElement): void {
    if (--this.#fields < 0) at.refuse('the file describes more than 1,000,000 fields');
  }
}

function word<T extends string>(layers: Layers, tag: string, known: readonly string[]): T | undefined {
  const text = textOf(layers, tag);
  if (text === undefined) return undefined;
  // Some vendors write `read-writeonce`.
  const found = known.find((one) => one.toLowerCase() === text.toLowerCase());
  if (found === undefined)
    layerWith(layers, tag)!
      .child(tag)!
      .refuse(`<${tag}> is '${text.slice(0, 40)}', not one of ${known.join(', ')}`);
  return found as T;
}

const number = (layers: Layers, tag: string): number | undefined => {
  const layer = layerWith(layers, tag);
  return layer && numberIn(layer, tag);
};
const big = (layers: Layers, tag: string): bigint | undefined => {
  const layer = layerWith(layers, tag);
  return layer && bigIn(layer, tag);
};

export function inherit(layers: Layers, from: Inherited): Inherited {
  const size = number(layers, 'size') ?? from.size;
  if (size < 1 || size > MAX_SIZE) layers[0]!.refuse(`<size> is ${size} bits, not 1 to ${MAX_SIZE}`);
  return {
    size,
    access: word<SvdAccess>(layers, 'access', ACCESSES) ?? from.access,
    resetValue: big(layers, 'resetValue') ?? from.resetValue,
    resetMask: big(layers, 'resetMask') ?? from.resetMask,
  };
}

function behaviour(layers: Layers, from: Behaviour): Behaviour {
  const action = word<string>(layers, 'readAction', ['clear', 'set', 'modify', 'modifyExternal']);
  const read: ReadEffect = action === 'clear' || action === 'set' ? action : action === undefined ? from.read : 'none';
  return {
    access: word<SvdAccess>(layers, 'access', ACCESSES) ?? from.access,
    write: word<WriteEffect>(layers, 'modifiedWriteValues', EFFECTS) ?? from.write,
    read,
  };
}

/** Elements of an array, or the only one: its name and how far it is moved. */
export function* elements(layers: Layers, unit: string): Generator<{ name: string; shift: number }> {
  const own: XmlElement = layers[0]!;
  const name = own.text('name');
  if (name === undefined) own.refuse(`<${own.tag}> has no <name>`);
  const dim = own.child('dim') || name.includes('%s') ? number(layers, 'dim') : undefined;
  if (dim === undefined) {
    yield { name: cleaned(name), shift: 0 };
    return;
  }
  if (name.length > MAX_NAME) own.refuse(`the name has more than ${MAX_NAME} letters`);
  if (dim < 1 || dim > MAX_DIM) own.refuse(`<dim> is ${dim}, not 1 to ${MAX_DIM}`);
  const increment = number(layers, 'dimIncrement') ?? own.refuse(`<dim> without <dimIncrement> (${unit})`);
  const indices = dimIndices(layerWith(layers, 'dimIndex') ?? own, dim);
  for (let index = 0; index < dim; index++) {
    const label = indices[index]!;
    yield {
      name: cleaned(name.includes('%s') ? name.replace('%s', label) : `${name}${label}`),
      shift: index * increment,
    };
  }
}

/** As it can be a property in a test: `CR[0]` is CR0. */
function cleaned(name: string): string {
  return name
    .slice(0, 120)
    .replace(/\[(\w*)\]/g, '$1')
    .replace(/\W+/g, '_');
}

function fieldBits(layers: Layers): { low: number; width: number } {
  const own: XmlElement = layers[0]!;
  const range = textOf(layers, 'bitRange');
  const [, high, low] = /^\[(\d{1,3}):(\d{1,3})\]$/.exec(range ?? '') ?? [];
  const lsb = low === undefined ? (number(layers, 'bitOffset') ?? number(layers, 'lsb')) : Number(low);
  const msb = high === undefined ? number(layers, 'msb') : Number(high);
  if (lsb === undefined) own.refuse('the field has no position: <bitOffset>, <lsb> or <bitRange>');
  const width = msb === undefined ? (number(layers, 'bitWidth') ?? 1) : msb - lsb + 1;
  if (width < 1 || lsb + width > MAX_SIZE) own.refuse(`the field has bits ${lsb} to ${lsb + width - 1}`);
  return { low: lsb, width };
}

function valueNames(layers: Layers): Map<number, string> {
  const names = new Map<number, string>();
  for (const values of layerWith(layers, 'enumeratedValues')?.children('enumeratedValues') ?? []) {
    for (const one of values.children('enumeratedValue')) {
      const [name, value] = [one.text('name'), svdInteger(one.text('value') ?? '')];
      if (name !== undefined && value !== undefined && value < 2n ** 32n) names.set(Number(value), name.slice(0, 60));
    }
  }
  return names;
}

export class RegisterReader {
  readonly #derivation: Derivation;
  readonly #budget: Budget;
  readonly #found: SvdRegister[] = [];

  constructor(derivation: Derivation, budget: Budget) {
    this.#derivation = derivation;
    this.#budget = budget;
  }

  /** All registers of a peripheral, by offset. */
  read(peripheral: Layers, from: Inherited): readonly SvdRegister[] {
    this.#scope(childrenOf(peripheral, 'registers', ['register', 'cluster']), '', 0, from, 0);
    return this.#found.sort((a, b) => a.offset - b.offset);
  }

  #scope(all: readonly XmlElement[], prefix: string, base: number, from: Inherited, nesting: number): void {
    if (nesting > MAX_NESTING) all[0]?.refuse(`clusters are nested deeper than ${MAX_NESTING}`);
    const [registers, clusters] = ['register', 'cluster'].map((tag) => byName(all.filter((one) => one.tag === tag)));
    for (const element of all) {
      const layers = this.#derivation.layers(element, element.tag === 'register' ? registers! : clusters!);
      const properties = inherit(layers, from);
      const offset = number(layers, 'addressOffset') ?? 0;
      for (const { name, shift } of elements(layers, 'bytes')) {
        const at = base + offset + shift;
        if (at >= MAX_OFFSET) element.refuse('its offset is beyond the 32-bit addresses');
        if (element.tag === 'register') this.#register(layers, `${prefix}${name}`, at, properties);
        else {
          this.#budget.register(element);
          const inner = childrenOf(layers, '', ['register', 'cluster']);
          this.#scope(inner, `${prefix}${name}_`, at, properties, nesting + 1);
        }
      }
    }
  }

  #register(layers: Layers, name: string, offset: number, properties: Inherited): void {
    this.#budget.register(layers[0]!);
    const own = behaviour(layers, { access: properties.access, write: 'modify', read: 'none' });
    const size = properties.size <= 8 ? 8 : properties.size <= 16 ? 16 : properties.size <= 32 ? 32 : 64;
    // The usual mask of a device with words of 32 bits means all bits of longer registers too.
    const isGeneral = properties.resetMask === 0xffff_ffffn && layerWith(layers, 'resetMask') === undefined;
    const reset = BigInt.asUintN(
      size,
      isGeneral ? properties.resetValue : properties.resetValue & properties.resetMask,
    );
    this.#found.push({ name, offset, size, reset, ...own, fields: this.#fields(layers, own, size) });
  }

  #fields(register: Layers, from: Behaviour, size: number): SvdField[] {
    const all = childrenOf(register, 'fields', ['field']);
    const siblings = byName(all);
    const found: SvdField[] = [];
    for (const element of all) {
      const layers = this.#derivation.layers(element, siblings);
      const { low, width } = fieldBits(layers);
      const own = behaviour(layers, from);
      const values = valueNames(layers);
      for (const { name, shift } of elements(layers, 'bits')) {
        this.#budget.field(element);
        // Some files have fields of a wider register that they were copied from.
        if (low + shift + width <= size) found.push({ name, low: low + shift, width, ...own, values });
      }
    }
    return found;
  }
}
