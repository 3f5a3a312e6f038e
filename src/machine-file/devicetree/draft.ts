import type { RawClock, RawCpu, RawDevice, RawMachine, RawMemory, RawPart } from '../schema.js';
import type { Resources, Span } from './resources.js';
import type { DtNode } from './tree.js';

/** A machine as it comes together while a tree is read. */

/** A block that the tree names and no model stands for. */
export interface Unmodelled {
  readonly name: string;
  readonly path: string;
  readonly compatible: readonly string[];
  readonly address?: number;
  /** Why, where it is not just that there is no model. */
  readonly why?: string;
}

type Section = 'cpus' | 'clocks' | 'memory' | 'devices' | 'parts';
interface Sections {
  cpus: RawCpu;
  clocks: RawClock;
  memory: RawMemory;
  devices: RawDevice;
  parts: RawPart;
}

/** Stubs keep what is written to them; of larger ones only the name is kept, and accesses fault. */
const MAX_STUB = 0x1_0000;

const meet = (a: Span, b: Span): boolean => a.address < b.address + b.size && b.address < a.address + a.size;

export class Draft {
  readonly resources: Resources;
  readonly raw: RawMachine = {};
  readonly unmodelled: Unmodelled[] = [];
  readonly notes: string[] = [];
  /** Nodes in use that have no model: disabled in the tree that firmware gets. */
  readonly disabled = new Set<DtNode>();
  /** Names of the models that stand for nodes. */
  readonly made = new Map<DtNode, string>();
  /** A reset ROM that is to hold the tree. */
  reset: { readonly node: DtNode; readonly size: number; readonly code: Uint8Array } | undefined;
  /** A chip of the project is taken as a whole: what overlaps with it is its own. */
  isChip = false;
  /** Flashes that are there as memory. */
  readonly mapped = new Set<DtNode>();
  /** Devices of a known chip by their nodes. */
  readonly chipDevices = new Map<DtNode, object>();
  /** Devices of a known chip that have no model. */
  readonly stubs = new Set<string>();
  readonly #origins = new Map<string, DtNode>();
  readonly #spans: Span[] = [];
  readonly #ram: Span[] = [];

  constructor(resources: Resources) {
    this.resources = resources;
  }

  /** Adds something of the node. */
  put<S extends Section>(section: S, name: string, value: Sections[S], node: DtNode): void {
    const all: Record<string, Sections[S]> = (this.raw[section] as Record<string, Sections[S]> | undefined) ?? {};
    all[name] = value;
    this.raw[section] = all as never;
    this.#origins.set(`${section}.${name}`, node);
  }

  /** Takes a part of the address space; false where something is there already. */
  claim({ address, size }: Span, isRam = false): boolean {
    const isTaken = this.#spans.some((one) => meet(one, { address, size }));
    if (!isTaken) this.#spans.push({ address, size });
    if (!isTaken && isRam) this.#ram.push({ address, size });
    return !isTaken;
  }
  /** Whether RAM is there already. */
  isRam(span: Span): boolean {
    return this.#ram.some((one) => meet(one, span));
  }

  /** A block without model. */
  stub(name: string, span: Span, node: DtNode, why?: string): void {
    const { resources } = this;
    this.disabled.add(node);
    const [compatible, path] = [resources.compatible(node), resources.path(node)];
    this.unmodelled.push({ name, path, compatible, address: span.address, why });
    if (span.size <= MAX_STUB) {
      this.put('devices', name, { type: 'not-modelled', at: span.address, size: span.size, block: name }, node);
    } else {
      this.raw.absent = { ...this.raw.absent, [name]: { at: span.address, size: span.size } };
    }
  }

  /** Where what stands at a path of the machine comes from. */
  where(path: readonly (string | number)[]): string {
    const [section, name, property] = path;
    const node = this.#origins.get(`${section}.${name}`);
    const of = property === 'at' || property === 'size' ? 'reg' : property === 'irq' ? 'interrupts' : undefined;
    return this.resources.where(node ?? this.resources.root, of);
  }
}
