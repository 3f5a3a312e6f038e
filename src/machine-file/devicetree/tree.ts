/** A devicetree in memory: what DTB, DTS and the generators of boards have in common (Devicetree Specification 0.4, 2.2). */

/** Bytes by property name, in the order in which they were given. */
export type DtProperties = Map<string, Uint8Array>;

export interface DtNode {
  /** With its unit address: `uart@10000000`; empty for the root. */
  name: string;
  readonly properties: DtProperties;
  /** In the order in which they were given. */
  readonly children: DtNode[];
}

/** Memory that the operating system must not use (5.3). Addresses and sizes have 64 bits. */
export interface DtReservation {
  readonly address: bigint;
  readonly size: bigint;
}

export interface DtTree {
  readonly root: DtNode;
  readonly reservations: readonly DtReservation[];
  /** Physical ID of the hart that boots (`boot_cpuid_phys`). */
  readonly bootCpu: number;
}

/**
 * A node written as an object: `node('uart@10000000', { compatible: strings('ns16550a'), reg: u32(0, 0x1000_0000, 0, 0x100) })`.
 * Properties without value are `empty`.
 */
export function node(
  name: string,
  properties: Readonly<Record<string, Uint8Array>> = {},
  children: readonly DtNode[] = [],
): DtNode {
  return { name, properties: new Map(Object.entries(properties)), children: [...children] };
}

export function tree(root: DtNode, rest: Partial<Omit<DtTree, 'root'>> = {}): DtTree {
  return { root, reservations: [], bootCpu: 0, ...rest };
}

/** Whether a path's component means this node: `uart` is enough for `uart@10000000` (2.2.3). */
function isCalled(one: DtNode, component: string): boolean {
  return one.name === component || (!component.includes('@') && one.name.split('@', 1)[0] === component);
}

/** The child that a path's component means: the one of that name, else the first of that base name. */
export function childOf(parent: DtNode, component: string): DtNode | undefined {
  return (
    parent.children.find((one) => one.name === component) ?? parent.children.find((one) => isCalled(one, component))
  );
}

/** The node at an absolute path, `/soc/uart@10000000`; unit addresses may be left out where the name is unique. */
export function nodeAt(root: DtNode, path: string): DtNode | undefined {
  let at: DtNode | undefined = root;
  for (const component of path.split('/')) {
    if (component === '') continue;
    at = at && childOf(at, component);
  }
  return path.startsWith('/') ? at : undefined;
}

/** Every node with its path and parents' chain, parents first. */
export function* walk(root: DtNode): Generator<{ node: DtNode; path: string; parents: readonly DtNode[] }> {
  const open: { node: DtNode; path: string; parents: readonly DtNode[] }[] = [{ node: root, path: '/', parents: [] }];
  for (let one = open.pop(); one; one = open.pop()) {
    yield one;
    const { node: parent, path, parents } = one;
    const chain = [...parents, parent];
    for (let index = parent.children.length - 1; index >= 0; index--) {
      const child = parent.children[index]!;
      open.push({ node: child, path: `${path === '/' ? '' : path}/${child.name}`, parents: chain });
    }
  }
}
