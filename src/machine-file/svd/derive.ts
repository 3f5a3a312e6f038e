import type { XmlElement } from './xml.js';

/** `derivedFrom`: an element with those it takes what it lacks from (CMSIS-SVD, "derivedFrom"). */

const MAX_CHAIN = 16;

/** Its own element first, then the one it is derived from, and so on. */
export type Layers = readonly XmlElement[];

/** The text of a child in the first layer that has it. */
export function textOf(layers: Layers, tag: string): string | undefined {
  for (const layer of layers) {
    const text = layer.text(tag);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The first layer that has the child. */
export function layerWith(layers: Layers, tag: string): XmlElement | undefined {
  return layers.find((layer) => layer.child(tag) !== undefined);
}

/** Children in a container of all layers: one of a name that an outer layer has replaces it. */
export function childrenOf(layers: Layers, container: string, tags: readonly string[]): XmlElement[] {
  const byName = new Map<string, XmlElement>();
  for (const layer of [...layers].reverse()) {
    const inside = container === '' ? layer : layer.child(container);
    for (const tag of tags) {
      for (const [index, child] of (inside?.children(tag) ?? []).entries()) {
        byName.set(`${tag} ${child.text('name') ?? `#${index}`}`, child);
      }
    }
  }
  return [...byName.values()];
}

/** Finds what a name means: in the same scope, else a path from the peripherals down. */
export class Derivation {
  readonly #peripherals: ReadonlyMap<string, XmlElement>;
  constructor(peripherals: readonly XmlElement[]) {
    this.#peripherals = new Map(peripherals.map((one) => [one.text('name') ?? '', one]));
  }

  /** @param siblings the elements of the same scope, by name */
  layers(element: XmlElement, siblings: ReadonlyMap<string, XmlElement>): Layers {
    const layers = [element];
    for (let at = element, name = at.attribute('derivedFrom'); name !== undefined; name = at.attribute('derivedFrom')) {
      const found = named(siblings, name) ?? this.#byPath(name, element.tag);
      if (!found) element.refuse(`'${name.slice(0, 60)}', which it is derived from, is not there`);
      if (
        layers.length >= MAX_CHAIN ||
        layers.some((layer) => layer.where === found.where && layer.text('name') === found.text('name'))
      ) {
        element.refuse('it is derived from itself, or from a chain that is too long');
      }
      layers.push(found);
      at = found;
    }
    return layers;
  }

  #byPath(path: string, tag: string): XmlElement | undefined {
    const [peripheral = '', ...rest] = path.split('.', MAX_CHAIN);
    let at = named(this.#peripherals, peripheral);
    if (tag === 'peripheral') return rest.length === 0 ? at : undefined;
    for (const name of rest) at = at && named(byName(inside(at)), name);
    return rest.length > 0 ? at : undefined;
  }
}

function inside(element: XmlElement): readonly XmlElement[] {
  const registers = element.child('registers') ?? element;
  return [
    ...registers.children('register'),
    ...registers.children('cluster'),
    ...(element.child('fields')?.children('field') ?? []),
  ];
}

/** The element of a name, or the array (`CH%s`) that has one of that name. */
function named(elements: ReadonlyMap<string, XmlElement>, wanted: string): XmlElement | undefined {
  const exact = elements.get(wanted);
  if (exact) return exact;
  for (const [name, element] of elements) {
    const [before, after, ...more] = name.replace('[%s]', '%s').split('%s');
    if (before === undefined || after === undefined || more.length > 0) continue;
    const label = wanted.slice(before.length, wanted.length - after.length);
    if (/^\w{1,40}$/.test(label) && wanted === `${before}${label}${after}`) return element;
  }
  return undefined;
}

/** Elements by their names, for scopes. */
export function byName(elements: readonly XmlElement[]): ReadonlyMap<string, XmlElement> {
  return new Map(elements.map((one) => [one.text('name') ?? '', one]));
}
