import { closest } from '../../emu/spelling.js';
import { MAX_DEPTH, MAX_NAME, MAX_NODES, MAX_PROPERTIES, MAX_RESERVATIONS } from './dtb-format.js';
import type { Place } from './dts-file.js';
import { DtsLabels, DtsNode, DtsProperty, targetOf } from './dts-nodes.js';
import type { DtsScanner } from './dts-scanner.js';
import { DtsValues, LABEL, reference } from './dts-values.js';
import type { DtReservation } from './tree.js';

/** The grammar of devicetree sources (Devicetree Specification 0.4, chapter 6), with `dtc`'s reading where that is silent. */

const NAME = /([\w,.+*#?@-]+)/y;

interface Labelled {
  readonly labels: readonly (readonly [name: string, at: Place])[];
}

export class DtsParser {
  readonly root: DtsNode;
  readonly labels = new DtsLabels();
  readonly reservations: DtReservation[] = [];
  readonly #scanner: DtsScanner;
  readonly #values: DtsValues;
  #nodes = 0;
  #properties = 0;
  #rootSeen = false;

  constructor(scanner: DtsScanner) {
    this.#scanner = scanner;
    this.root = new DtsNode('', scanner.place, undefined);
    this.#values = new DtsValues(scanner, (name, at) => this.labels.set(name, at, at));
  }

  /** Reads all of the source. */
  parse(): void {
    this.#header();
    while (this.#reservation());
    while (this.#scanner.peek() !== '') this.#top();
    if (!this.#rootSeen) this.#scanner.refuse('the source has no root node: / { … };');
  }

  #header(): void {
    const scanner: DtsScanner = this.#scanner;
    if (!scanner.take('/dts-v1/')) {
      const remedy =
        'a devicetree source starts with /dts-v1/; — a file to be included by others (.dtsi) is none itself';
      scanner.refuse(`expected /dts-v1/, found ${scanner.found()}`, scanner.place, remedy);
    }
    scanner.expect(';', 'behind /dts-v1/');
    while (scanner.take('/dts-v1/')) scanner.expect(';', 'behind /dts-v1/');
    if (scanner.take('/plugin/')) {
      scanner.refuse(
        'an overlay (/plugin/) is no tree of its own',
        undefined,
        'apply it first: fdtoverlay -i base.dtb …',
      );
    }
  }

  #labelsHere(): Labelled['labels'] {
    const found: [string, Place][] = [];
    for (;;) {
      const at = this.#scanner.place;
      const name = this.#scanner.match(LABEL);
      if (name === undefined) return found;
      found.push([name, at]);
    }
  }

  #reservation(): boolean {
    const scanner: DtsScanner = this.#scanner;
    const labels = this.#labelsHere();
    if (!scanner.take('/memreserve/')) {
      if (labels.length > 0) this.#labelledTop(labels);
      return false;
    }
    for (const [name, at] of labels) this.labels.set(name, at, at);
    const address = this.#values.integer('for the address');
    const size = this.#values.integer('for the size');
    scanner.expect(';', 'behind /memreserve/');
    if (this.reservations.length === MAX_RESERVATIONS) scanner.refuse(`more than ${MAX_RESERVATIONS} reservations`);
    this.reservations.push({ address, size });
    return true;
  }

  /** `label: &target { … };` */
  #labelledTop(labels: Labelled['labels']): void {
    const target = this.#existingTarget('behind the label');
    for (const [name, at] of labels) this.labels.set(name, target, at);
    this.#body(target, 1, false);
  }

  #top(): void {
    const scanner: DtsScanner = this.#scanner;
    const labels = this.#labelsHere();
    if (labels.length > 0) this.#labelledTop(labels);
    else if (scanner.take('/delete-node/')) this.#deleteTarget();
    else if (scanner.take('/omit-if-no-ref/')) this.#omitTarget();
    else if (scanner.take('/memreserve/')) scanner.refuse('/memreserve/ stands before the first node');
    else if (scanner.take('/')) {
      const isNew = !this.#rootSeen;
      this.#rootSeen = true;
      this.#body(this.root, 0, isNew);
    } else this.#body(this.#existingTarget("or '/'"), 1, false);
  }

  #omitTarget(): void {
    this.#existingTarget('behind /omit-if-no-ref/').omitted = true;
    this.#scanner.expect(';', 'behind the reference');
  }

  #deleteTarget(): void {
    const target = this.#existingTarget('behind /delete-node/');
    if (target === this.root) this.#scanner.refuse('the root node cannot be deleted');
    target.delete();
    this.#scanner.expect(';', 'behind the reference');
  }

  /** The node of the reference that must be next. */
  #existingTarget(behind: string): DtsNode {
    const scanner: DtsScanner = this.#scanner;
    const place = scanner.place;
    const target = reference(scanner);
    if (target === undefined) scanner.refuse(`expected a reference ${behind}, found ${scanner.found()}`, place);
    const found = targetOf(this.root, this.labels, target);
    return found ?? scanner.refuse(`there is no node &${target} so far`, place, didYouMean(target, this.labels));
  }

  /** `{ properties, subnodes };` into a node, which is new or extended. */
  #body(into: DtsNode, depth: number, isNew: boolean): void {
    const scanner: DtsScanner = this.#scanner;
    if (depth >= MAX_DEPTH) scanner.refuse(`nodes are nested deeper than ${MAX_DEPTH}`);
    scanner.expect('{', into === this.root ? "behind '/'" : `behind '${into.name}'`);
    let subnodes = false;
    while (!scanner.take('}')) subnodes = this.#statement(into, depth, isNew, subnodes);
    scanner.expect(';', `behind the node '${into.name || '/'}'`);
  }

  /** One line of a body; gives whether subnodes have begun. */
  #statement(into: DtsNode, depth: number, isNew: boolean, subnodes: boolean): boolean {
    const scanner: DtsScanner = this.#scanner;
    const labels = [...this.#labelsHere()];
    const place = scanner.place;
    if (labels.length === 0 && scanner.take('/delete-node/')) {
      this.#deleteChild(into);
      return true;
    }
    const omitted = scanner.take('/omit-if-no-ref/');
    if (omitted) labels.push(...this.#labelsHere());
    const deletes = !omitted && scanner.take('/delete-property/');
    const name = this.#name(into);
    if (omitted || scanner.peek() === '{') {
      const child = this.#child(into, name, place, isNew);
      child.node.omitted ||= omitted;
      for (const [label, at] of labels) this.labels.set(label, child.node, at);
      this.#body(child.node, depth + 1, child.isNew);
      return true;
    }
    if (subnodes) scanner.refuse(`the property '${name}' stands behind subnodes: properties come first`, place);
    if (deletes) this.#deleteProperty(into, name);
    else this.#property(into, name, place, isNew, labels);
    return false;
  }

  #name(into: DtsNode): string {
    const at = this.#scanner.place;
    const name = this.#scanner.match(NAME);
    if (name === undefined) {
      const where = `in node '${into.name || '/'}'`;
      this.#scanner.refuse(`expected a property, a node or '}' ${where}, found ${this.#scanner.found()}`);
    }
    if (name.length > MAX_NAME) this.#scanner.refuse(`the name has more than ${MAX_NAME} characters`, at);
    return name;
  }

  #deleteChild(into: DtsNode): void {
    const name = this.#name(into);
    into.child(name)?.delete();
    this.#scanner.expect(';', `behind '${name}'`);
  }

  #deleteProperty(into: DtsNode, name: string): void {
    const property = into.property(name);
    if (property) property.deleted = true;
    this.#scanner.expect(';', `behind '${name}'`);
  }

  #child(into: DtsNode, name: string, place: Place, isNew: boolean): { node: DtsNode; isNew: boolean } {
    const there = into.children.get(name);
    if (there && !there.deleted) {
      if (isNew) this.#scanner.refuse(`the node '${name}' is there twice`, place);
      return { node: there, isNew: false };
    }
    if (name.split('@').length > 2) this.#scanner.refuse(`'${name}' has two unit addresses`, place);
    if (++this.#nodes > MAX_NODES) this.#scanner.refuse(`more than ${MAX_NODES} nodes`, place);
    if (there) {
      there.deleted = false;
      return { node: there, isNew: false };
    }
    const node = new DtsNode(name, place, into);
    into.children.set(name, node);
    return { node, isNew: true };
  }

  #property(into: DtsNode, name: string, place: Place, isNew: boolean, labels: Labelled['labels']): void {
    const scanner: DtsScanner = this.#scanner;
    const there = into.properties.get(name);
    if (there && !there.deleted && isNew) scanner.refuse(`the property '${name}' is there twice`, place);
    if (++this.#properties > MAX_PROPERTIES) scanner.refuse(`more than ${MAX_PROPERTIES} properties`, place);
    const value = scanner.take('=') ? this.#values.value() : [];
    scanner.expect(';', `behind the property '${name}'`);
    const property = there ?? new DtsProperty(name, value, place);
    Object.assign(property, { value, place, deleted: false });
    into.properties.set(name, property);
    for (const [label, at] of labels) this.labels.set(label, property, at);
  }
}

export function didYouMean(target: string, labels: DtsLabels): string | undefined {
  const near = closest(target, labels.names)[0];
  return near === undefined ? undefined : `did you mean &${near}?`;
}
