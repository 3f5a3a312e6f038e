import { UsageError } from '../../emu/errors.js';
import { type Place, placeText } from './dts-file.js';
import type { DtsValue } from './dts-values.js';

/** Nodes as the source builds them up: written several times, extended by reference, deleted. */

export class DtsProperty {
  readonly name: string;
  value: DtsValue;
  place: Place;
  /** Deleted, but one of that name that comes later takes its place in the order, as with `dtc`. */
  deleted = false;
  constructor(name: string, value: DtsValue, place: Place) {
    this.name = name;
    this.value = value;
    this.place = place;
  }
}

export class DtsNode {
  readonly name: string;
  readonly place: Place;
  readonly parent: DtsNode | undefined;
  readonly properties = new Map<string, DtsProperty>();
  readonly children = new Map<string, DtsNode>();
  deleted = false;
  /** `/omit-if-no-ref/` */
  omitted = false;
  constructor(name: string, place: Place, parent: DtsNode | undefined) {
    this.name = name;
    this.place = place;
    this.parent = parent;
  }

  get path(): string {
    if (!this.parent) return '/';
    const above = this.parent.path;
    return `${above === '/' ? '' : above}/${this.name}`;
  }

  /** The child of exactly this name. */
  child(name: string): DtsNode | undefined {
    const found = this.children.get(name);
    return found?.deleted ? undefined : found;
  }

  property(name: string): DtsProperty | undefined {
    const found = this.properties.get(name);
    return found?.deleted ? undefined : found;
  }

  /** Deletes it with everything in it. */
  delete(): void {
    this.deleted = true;
    for (const property of this.properties.values()) property.deleted = true;
    for (const child of this.children.values()) child.delete();
  }
}

/** What has a label: a node, a property, or a value (which only has to have one of its own). */
type Labelled = DtsNode | DtsProperty | Place;

/** The labels of a source, each of one thing only. */
export class DtsLabels {
  readonly #labels = new Map<string, { owner: Labelled; at: Place }>();

  set(name: string, owner: Labelled, at: Place): void {
    const known = this.#labels.get(name);
    const isGone = known && 'deleted' in known.owner && known.owner.deleted;
    if (known && !isGone && known.owner !== owner) {
      const remedy = `it is also at ${placeText(known.at)}: give one of them another name`;
      throw new UsageError({ what: `the label '${name}' is used twice`, where: placeText(at), remedy });
    }
    this.#labels.set(name, { owner, at });
  }

  node(name: string): DtsNode | undefined {
    const owner = this.#labels.get(name)?.owner;
    return owner instanceof DtsNode && !owner.deleted ? owner : undefined;
  }

  /** Names of nodes that are there. */
  get names(): string[] {
    return [...this.#labels.keys()].filter((name) => this.node(name));
  }
}

/** The node that `label`, `/path` or `label/path` means; names in the path are complete. */
export function targetOf(root: DtsNode, labels: DtsLabels, target: string): DtsNode | undefined {
  const [first = '', ...path] = target.split('/');
  let at = first === '' ? root : labels.node(first);
  for (const name of path) if (name !== '') at = at?.child(name);
  return at;
}
