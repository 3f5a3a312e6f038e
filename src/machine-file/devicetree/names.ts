import type { Resources } from './resources.js';
import { type DtNode, nodeAt } from './tree.js';

/** Names for the devices of a machine: the node's label, its alias, or its own name with a number where there are several. */

/** As it can follow `board.` in a test. */
function plain(name: string): string {
  const text = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=[0-9])/, '_');
  return text === '' ? '_' : text;
}

function aliasesOf(resources: Resources): Map<DtNode, string> {
  const found = new Map<DtNode, string>();
  const aliases = nodeAt(resources.root, '/aliases');
  for (const name of aliases?.properties.keys() ?? []) {
    const node = resources.named(name);
    if (node && !found.has(node)) found.set(node, name);
  }
  return found;
}

export class Names {
  readonly #resources: Resources;
  readonly #aliases: Map<DtNode, string>;
  readonly #reserved: ReadonlySet<string>;
  readonly #taken = new Map<string, DtNode>();
  readonly #names = new Map<DtNode, string>();
  readonly #numbers = new Map<DtNode, string>();
  readonly #tried = new Map<string, number>();

  /** @param nodes devices: those of one name are numbered in the order of their addresses */
  constructor(resources: Resources, nodes: readonly DtNode[], reserved: Iterable<string>) {
    this.#resources = resources;
    this.#aliases = aliasesOf(resources);
    this.#reserved = new Set(reserved);
    const bases = new Map<string, DtNode[]>();
    for (const node of nodes) {
      const base = this.#base(node);
      bases.set(base, [...(bases.get(base) ?? []), node]);
    }
    for (const [base, all] of bases) {
      if (all.length < 2) continue;
      const address = (node: DtNode) => resources.spans(node)[0]?.address ?? 0;
      all.sort((a, b) => address(a) - address(b));
      for (const [index, node] of all.entries()) this.#numbers.set(node, `${base}${index}`);
    }
  }

  /** @param told what the node calls itself, where it has no label */
  of(node: DtNode, told?: string): string {
    let name = this.#names.get(node);
    if (name === undefined) {
      name = this.#free(this.#wanted(node, told));
      this.#names.set(node, name);
      this.#taken.set(name, node);
    }
    return name;
  }

  #wanted(node: DtNode, told: string | undefined): string {
    // `L28` is what generators call nodes.
    const label = this.#resources.read.labels(node).find((one) => !/^L\d+$/.test(one));
    if (label !== undefined) return plain(label);
    const alias = this.#aliases.get(node) ?? told;
    if (alias !== undefined) return plain(alias);
    return this.#numbers.get(node) ?? this.#base(node);
  }

  /** `memory` is what a board's memory is called as a whole. */
  #base(node: DtNode): string {
    const base = plain(this.#resources.baseName(node));
    return base === 'memory' ? 'ram' : base;
  }

  #free(wanted: string): string {
    const isFree = (name: string) => !this.#taken.has(name) && !this.#reserved.has(name);
    if (isFree(wanted)) return wanted;
    for (let number = this.#tried.get(wanted) ?? 0; ; number++) {
      const name = `${wanted}_${number}`;
      this.#tried.set(wanted, number + 1);
      if (isFree(name)) return name;
    }
  }
}
