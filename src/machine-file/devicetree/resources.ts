import type { ReadTree } from './dts.js';
import { type DtNode, nodeAt, walk } from './tree.js';
import { numberOf, readStrings, readU32s } from './values.js';

/** What nodes say about themselves: addresses on the root bus, interrupts, clocks, pins (Devicetree Specification 0.4, chapters 2.3, 2.4). */

export interface Span {
  readonly address: number;
  readonly size: number;
}

/** One interrupt of a device: the controller's node and its specifier. */
export interface Interrupt {
  readonly controller: DtNode;
  readonly cells: readonly number[];
}

/** A phandle and the cells behind it. */
export interface Specifier {
  readonly node: DtNode;
  readonly cells: readonly number[];
}

const MOST_STEPS = 64;

export class Resources {
  readonly read: ReadTree;
  readonly root: DtNode;
  readonly #parents = new Map<DtNode, DtNode>();
  readonly #paths = new Map<DtNode, string>();
  readonly #byPhandle = new Map<number, DtNode>();

  constructor(read: ReadTree) {
    this.read = read;
    this.root = read.tree.root;
    for (const { node, path, parents } of walk(this.root)) {
      const parent = parents.at(-1);
      if (parent) this.#parents.set(node, parent);
      this.#paths.set(node, path);
      const phandle = this.u32(node, 'phandle') ?? this.u32(node, 'linux,phandle');
      if (phandle !== undefined && !this.#byPhandle.has(phandle)) this.#byPhandle.set(phandle, node);
    }
  }

  parent(node: DtNode): DtNode | undefined {
    return this.#parents.get(node);
  }

  path(node: DtNode): string {
    return this.#paths.get(node) ?? '/';
  }

  /** All nodes, parents first. */
  nodes(): IterableIterator<DtNode> {
    return this.#paths.keys();
  }

  where(node: DtNode, property?: string): string {
    return this.read.where(node, property);
  }

  strings(node: DtNode, property: string): readonly string[] {
    const value = node.properties.get(property);
    return (value && readStrings(value)) ?? [];
  }

  text(node: DtNode, property: string): string | undefined {
    return this.strings(node, property)[0];
  }

  cells(node: DtNode, property: string): readonly number[] {
    const value = node.properties.get(property);
    return (value && readU32s(value)) ?? [];
  }

  /** The only cell of a property. */
  u32(node: DtNode, property: string): number | undefined {
    const all = this.cells(node, property);
    return all.length === 1 ? all[0] : undefined;
  }

  has(node: DtNode, property: string): boolean {
    return node.properties.has(property);
  }

  compatible(node: DtNode): readonly string[] {
    return this.strings(node, 'compatible');
  }

  isCompatible(node: DtNode, ...names: readonly string[]): boolean {
    return this.compatible(node).some((one) => names.includes(one));
  }

  /** `status` says so, of the node or of one it lies in (2.3.4). */
  isDisabled(node: DtNode): boolean {
    for (let at: DtNode | undefined = node; at; at = this.parent(at)) {
      const status = this.text(at, 'status');
      if (status !== undefined && status !== 'okay' && status !== 'ok') return true;
    }
    return false;
  }

  byPhandle(phandle: number | undefined): DtNode | undefined {
    return phandle === undefined ? undefined : this.#byPhandle.get(phandle);
  }

  /** The node that a path (perhaps with options behind a colon) or an alias means. */
  named(text: string | undefined): DtNode | undefined {
    const path = text?.split(':', 1)[0];
    if (path === undefined || path === '') return undefined;
    if (path.startsWith('/')) return nodeAt(this.root, path);
    const aliases = nodeAt(this.root, '/aliases');
    const target = aliases && this.text(aliases, path);
    return target?.startsWith('/') ? nodeAt(this.root, target) : undefined;
  }

  /** Cells of addresses and sizes in a node's children (2.3.5). */
  counts(node: DtNode | undefined): { address: number; size: number } {
    const count = (property: string, otherwise: number) => (node && this.u32(node, property)) ?? otherwise;
    return { address: count('#address-cells', 2), size: count('#size-cells', 1) };
  }

  /** Whether the address in its name is not the first one of `reg`. */
  isMisnamed(node: DtNode): boolean {
    const [, unit] = /@([0-9a-fA-F]{1,16})(?:,|$)/.exec(node.name) ?? [];
    const first = numberOf(this.cells(node, 'reg'), 0, this.counts(this.parent(node)).address);
    return unit !== undefined && first !== Number.parseInt(unit, 16);
  }

  /** What `reg` gives, as the CPU sees it; empty where it is not on a bus of memory. */
  spans(node: DtNode): readonly Span[] {
    const parent = this.parent(node);
    const { address, size } = this.counts(parent);
    if (!parent || size === 0 || address > 2 || size > 2) return [];
    const cells = this.cells(node, 'reg');
    const found: Span[] = [];
    // The name has the first address (2.2.1). In trees of SiFive's, `reg` of what lies in another block is that block's phandle and an offset.
    if (this.isMisnamed(node) && this.byPhandle(cells[0])) return [];
    for (let at = 0; at + address + size <= cells.length; at += address + size) {
      const own = numberOf(cells, at, address);
      const length = numberOf(cells, at + address, size);
      const seen = own === undefined ? undefined : this.#translated(parent, own);
      if (seen !== undefined && length !== undefined) found.push({ address: seen, size: length });
    }
    return found;
  }

  /**
   * An address of a bus as the CPU sees it, by the `ranges` of the bus and of those above (2.3.8). A bus with sizes but without `ranges`
   * is seen as it is, as Zephyr's trees want it.
   */
  #translated(bus: DtNode, address: number): number | undefined {
    let value = address;
    for (let at = bus, parent = this.parent(at); parent; at = parent, parent = this.parent(at)) {
      const { address: own, size } = this.counts(at);
      if (size === 0 || own > 2) return undefined;
      const through = this.#through(at, parent, value);
      if (through === undefined) return undefined;
      value = through;
    }
    return value;
  }

  #through(bus: DtNode, parent: DtNode, address: number): number | undefined {
    const ranges = this.cells(bus, 'ranges');
    if (ranges.length === 0) return address;
    const { address: own, size } = this.counts(bus);
    const above = this.counts(parent).address;
    for (let at = 0; at + own + above + size <= ranges.length; at += own + above + size) {
      const from = numberOf(ranges, at, own);
      const to = numberOf(ranges, at + own, above);
      const length = numberOf(ranges, at + own + above, size);
      if (from === undefined || to === undefined || length === undefined) continue;
      if (address >= from && address - from < length) return to + (address - from);
    }
    return undefined;
  }

  /** Phandles with as many cells behind each as the property `#…-cells` of its node says. */
  specifiers(node: DtNode, property: string, countName: string, otherwise = 0): readonly Specifier[] {
    const cells = this.cells(node, property);
    const found: Specifier[] = [];
    for (let at = 0; at < cells.length; ) {
      const target = this.byPhandle(cells[at]);
      if (!target) return found;
      const count = this.u32(target, countName) ?? otherwise;
      if (at + 1 + count > cells.length) return found;
      found.push({ node: target, cells: cells.slice(at + 1, at + 1 + count) });
      at += 1 + count;
    }
    return found;
  }

  /** The controller that a node's `interrupts` are for (2.4.1). */
  interruptParent(node: DtNode): DtNode | undefined {
    for (let at: DtNode | undefined = node; at; at = this.parent(at)) {
      const phandle = this.u32(at, 'interrupt-parent');
      if (phandle !== undefined) return this.byPhandle(phandle);
      if (at !== node && (this.has(at, 'interrupt-controller') || this.has(at, 'interrupt-map'))) return at;
    }
    return undefined;
  }

  /** What the node's interrupts are wired to, in its order. */
  interrupts(node: DtNode): readonly Interrupt[] {
    if (this.has(node, 'interrupts-extended')) {
      const all = this.specifiers(node, 'interrupts-extended', '#interrupt-cells');
      return all.map(({ node: controller, cells }) => ({ controller, cells }));
    }
    const controller = this.interruptParent(node);
    const count = controller && (this.u32(controller, '#interrupt-cells') ?? 1);
    const cells = this.cells(node, 'interrupts');
    if (!controller || !count) return [];
    const found: Interrupt[] = [];
    for (let at = 0; at + count <= cells.length; at += count) {
      const one = this.#mapped(node, { controller, cells: cells.slice(at, at + count) });
      if (one) found.push(one);
    }
    return found;
  }

  /** Follows `interrupt-map` (2.4.3) up to a controller. */
  #mapped(node: DtNode, interrupt: Interrupt): Interrupt | undefined {
    let [at, child]: [Interrupt | undefined, DtNode] = [interrupt, node];
    for (let step = 0; at && step < MOST_STEPS; step++) {
      const { controller }: Interrupt = at;
      if (this.has(controller, 'interrupt-controller') || !this.has(controller, 'interrupt-map')) return at;
      [at, child] = [this.#oneMapped(child, at), controller];
    }
    return undefined;
  }

  #oneMapped(child: DtNode, { controller, cells }: Interrupt): Interrupt | undefined {
    const addressCells = this.u32(controller, '#address-cells') ?? 0;
    const address = this.cells(child, 'reg').slice(0, addressCells);
    const masks = this.cells(controller, 'interrupt-map-mask');
    const key = [...address, ...cells].map((cell, index) => (cell & (masks[index] ?? 0xffff_ffff)) >>> 0);
    const map = this.cells(controller, 'interrupt-map');
    const count = key.length;
    for (let at = 0; at + count < map.length; ) {
      const target = this.byPhandle(map[at + count]);
      if (!target || count === 0) return undefined;
      const skipped = this.u32(target, '#address-cells') ?? 0;
      const start = at + count + 1 + skipped;
      const end = start + (this.u32(target, '#interrupt-cells') ?? 1);
      const found = key.every((cell, index) => cell === map[at + index]);
      if (found) return { controller: target, cells: map.slice(start, end) };
      at = end;
    }
    return undefined;
  }

  /** Hz of a clock, where the tree says it: fixed, or a factor of another one. */
  hertz({ node }: Specifier, steps = 0): number | undefined {
    if (steps > MOST_STEPS) return undefined;
    const own = this.u32(node, 'clock-frequency');
    if (own !== undefined) return own;
    const [source] = this.specifiers(node, 'clocks', '#clock-cells');
    if (!source || !this.isCompatible(node, 'fixed-factor-clock')) return undefined;
    const hertz = this.hertz(source, steps + 1);
    const [times, by] = [this.u32(node, 'clock-mult') ?? 1, this.u32(node, 'clock-div') ?? 1];
    return hertz === undefined || by === 0 ? undefined : (hertz * times) / by;
  }

  /** A base name without unit address. */
  baseName(node: DtNode): string {
    return node.name.split('@', 1)[0]!;
  }
}
