import { UsageError } from '../../emu/errors.js';
import { MAX_DTB } from './dtb-format.js';
import { placeText } from './dts-file.js';
import { type DtsLabels, type DtsNode, DtsProperty, targetOf } from './dts-nodes.js';
import { didYouMean } from './dts-parser.js';
import type { DtsReference } from './dts-values.js';
import { empty, joined, readU32s, strings, u32 } from './values.js';

/** Makes values of references: phandles (given out where nodes have none, in `dtc`'s order) and paths. */

/** Nodes that are there, parents first. */
export function* present(root: DtsNode): Generator<DtsNode> {
  yield root;
  for (const child of root.children.values()) if (!child.deleted) yield* present(child);
}

function refuse(property: DtsProperty, what: string): never {
  throw new UsageError({ what, where: placeText(property.place) });
}

export class DtsReferences {
  readonly #root: DtsNode;
  readonly #labels: DtsLabels;
  readonly #byPhandle = new Map<number, DtsNode>();
  readonly #phandles = new Map<DtsNode, number>();
  readonly #referenced = new Set<DtsNode>();
  #next = 1;
  #size = 0;

  constructor(root: DtsNode, labels: DtsLabels) {
    this.#root = root;
    this.#labels = labels;
  }

  /** Replaces every reference of the tree by bytes, then drops nodes that were to be omitted without reference. */
  resolve(): void {
    for (const node of present(this.#root)) this.#explicit(node);
    for (const kind of ['phandle', 'path'] as const) {
      for (const node of present(this.#root)) {
        for (const property of [...node.properties.values()]) if (!property.deleted) this.#fill(property, kind);
      }
    }
    for (const node of present(this.#root)) {
      for (const child of node.children.values()) if (child.omitted && !this.#referenced.has(child)) child.delete();
    }
  }

  /** A phandle that the source gives. One that refers to its own node asks for any. */
  #explicit(node: DtsNode): void {
    const property = node.property('phandle') ?? node.property('linux,phandle');
    if (!property) return;
    const phandle = this.#given(node, property);
    if (phandle === undefined) return;
    const known = this.#byPhandle.get(phandle);
    if (known && known !== node) refuse(property, `the phandle ${phandle} is ${known.path}'s already`);
    this.#byPhandle.set(phandle, node);
    this.#phandles.set(node, phandle);
  }

  #given(node: DtsNode, property: DtsProperty): number | undefined {
    const [only, ...others] = property.value;
    if (only && 'kind' in only && others.length === 0) {
      if (this.#target(only) !== node) refuse(property, `${property.name} refers to another node`);
      return undefined;
    }
    const bytes = property.value.every((one) => !('kind' in one)) ? joined(...(property.value as Uint8Array[])) : empty;
    const [phandle, ...more] = readU32s(bytes) ?? [];
    if (phandle === undefined || more.length > 0) return refuse(property, `${property.name} is not one cell`);
    if (phandle === 0 || phandle === 0xffff_ffff) refuse(property, `0x${phandle.toString(16)} is no phandle`);
    return phandle;
  }

  #target(reference: DtsReference): DtsNode {
    const { target, place } = reference;
    const found = targetOf(this.#root, this.#labels, target);
    if (found) return found;
    const remedy = didYouMean(target, this.#labels);
    throw new UsageError({ what: `there is no node &${target}`, where: placeText(place), remedy });
  }

  #phandle(node: DtsNode): number {
    let phandle = this.#phandles.get(node);
    if (phandle === undefined) {
      while (this.#byPhandle.has(this.#next)) this.#next++;
      phandle = this.#next;
      this.#byPhandle.set(phandle, node);
      this.#phandles.set(node, phandle);
      if (!node.property('phandle')) {
        node.properties.delete('phandle');
        node.properties.set('phandle', new DtsProperty('phandle', [u32(phandle)], node.place));
      }
    }
    return phandle;
  }

  #fill(property: DtsProperty, kind: DtsReference['kind']): void {
    if (!property.value.some((one) => 'kind' in one && one.kind === kind)) return;
    property.value = property.value.map((one) => (!('kind' in one) || one.kind !== kind ? one : this.#bytes(one)));
    for (const one of property.value) if (!('kind' in one)) this.#size += one.length;
    // Paths can be much longer than the references that stand for them.
    if (this.#size <= MAX_DTB) return;
    const what = `the values of references have more than ${MAX_DTB} bytes`;
    throw new UsageError({ what, where: placeText(property.place) });
  }

  #bytes(reference: DtsReference): Uint8Array {
    const target = this.#target(reference);
    this.#referenced.add(target);
    return reference.kind === 'phandle' ? u32(this.#phandle(target)) : strings(target.path);
  }
}
