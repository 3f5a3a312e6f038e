import { dirname } from 'node:path';
import type { Board } from '../../boards/define.js';
import { UsageError } from '../../emu/errors.js';
import { TAKEN_NAMES } from '../core-names.js';
import type { RawMachine } from '../schema.js';
import { Draft, type Unmodelled } from './draft.js';
import type { ReadTree } from './dts.js';
import { importCortexM, isNvic } from './import-arm.js';
import { importRom } from './import-boot.js';
import { chipOf, importChip, pinOfChip } from './import-chip.js';
import { cpuNodes } from './import-cpus.js';
import { DeviceImport, isDevice } from './import-devices.js';
import { importMemory, memoryKind } from './import-memory.js';
import { importBusParts, importConsole, importPins, pinOfDraft } from './import-parts.js';
import { type Controllers, controllersOf, importHarts } from './import-riscv.js';
import { Names } from './names.js';
import { Resources } from './resources.js';
import type { DtNode } from './tree.js';

/** Machines from devicetrees. */

/** What a tree became, in the form in which machine files are read. */
export interface ImportedTree {
  readonly raw: RawMachine;
  /** Where in the tree something of `raw` comes from: `where('devices', 'uart0', 'irq')`. */
  where(...path: readonly (string | number)[]): string;
  readonly folder: string;
  /** Blocks in use for which there is no model: stubs, or (large ones) addresses that fault with their name. */
  readonly unmodelled: readonly Unmodelled[];
  /** What else is not as the tree says. */
  readonly notes: readonly string[];
}

export interface ImportOptions {
  /** The tree's file, which is handed over to firmware that expects one. */
  readonly path: string;
  /** A board of the project by its name. */
  readonly boardNamed: (name: string) => Board | undefined;
  /** Names in `compatible` that are types of devices of the user's own. */
  readonly compatibles?: ReadonlySet<string> | undefined;
}

/** Trees of whole systems have a few hundred nodes; properties that tables are made of, a few hundred cells. */
const MAX_IMPORTED = 4096;
const MAX_CELLS = 16 * 1024;
const TABLES = ['reg', 'ranges', 'interrupts', 'interrupts-extended', 'interrupt-map', 'clocks', 'gpios'];

function checkSize(resources: Resources, nodes: readonly DtNode[]): void {
  if (nodes.length > MAX_IMPORTED) {
    const what = `the devicetree has ${nodes.length} nodes, more than ${MAX_IMPORTED}`;
    throw new UsageError({ what, where: resources.where(resources.root) });
  }
  for (const node of nodes) {
    for (const property of TABLES) {
      if ((node.properties.get(property)?.length ?? 0) <= MAX_CELLS) continue;
      const what = `the property '${property}' has more than ${MAX_CELLS} bytes`;
      throw new UsageError({ what, where: resources.where(node, property) });
    }
  }
}

/** A device that lies in another one of its own parent's has its room; the parent has none of its own then. */
function isContainer(draft: Draft, node: DtNode): boolean {
  const { resources } = draft;
  const [own] = resources.spans(node);
  return node.children.some((child) => {
    const [inner] = resources.spans(child);
    const lies = own && inner && inner.address >= own.address && inner.address < own.address + own.size;
    return lies && resources.compatible(child).length > 0;
  });
}

/** What no device is made of: it is a memory, a part of one, a processor or a controller beside it. */
function isElsewhere(draft: Draft, node: DtNode, controllers: Controllers): boolean {
  const { resources } = draft;
  if (node === controllers.clint || node === controllers.plic || isNvic(draft, node)) return true;
  for (let at: DtNode | undefined = node; at; at = resources.parent(at)) {
    if (memoryKind(at, resources) !== undefined || at.name === 'cpus' || at.name === 'reserved-memory') return true;
    if (at !== node && resources.isCompatible(at, 'cfi-flash', 'fixed-partitions', 'fixed-layout')) return true;
  }
  return false;
}

function importDevices(
  draft: Draft,
  nodes: readonly DtNode[],
  names: Names,
  controllers: Controllers,
  own: ReadonlySet<string> | undefined,
): void {
  const { resources } = draft;
  const lineOf = (node: DtNode, index: number) => {
    const one = resources.interrupts(node)[index];
    if (!one) return undefined;
    if (one.controller === controllers.plic) return `plic.${one.cells[0]}`;
    if (isNvic(draft, one.controller)) return `nvic.${one.cells[0]}`;
    draft.notes.push(`the interrupt of ${resources.path(node)} goes to ${resources.path(one.controller)}: not wired`);
    return undefined;
  };
  const devices = new DeviceImport(draft, names, lineOf, own);
  const candidates = nodes.filter(
    (node) =>
      isDevice(node, resources.compatible(node)) && !draft.made.has(node) && !isElsewhere(draft, node, controllers),
  );
  const [used, disabled] = [false, true].map((off) => candidates.filter((node) => resources.isDisabled(node) === off));
  for (const node of [...used!, ...disabled!]) if (!isContainer(draft, node)) devices.add(node);
}

/** The processors and everything around them, where no chip of the project stands for them. */
function importWhole(draft: Draft, nodes: readonly DtNode[], names: Names, controllers: Controllers): void {
  const cpus = cpuNodes(draft.resources);
  draft.raw.machine = 'none';
  importMemory(draft, nodes, names);
  if (cpus.harts.length > 0 && cpus.arms.length > 0) {
    const where = draft.resources.where(cpus.arms[0]!.node);
    throw new UsageError({ what: 'the tree has Arm and RISC-V processors: a machine has one of the two', where });
  }
  if (cpus.harts.length === 0) importCortexM(draft, cpus, nodes);
  else importHarts(draft, cpus, controllers);
}

/** Every device, region and wire of the tree that there is a model for; the rest as stubs, each named. */
export function importDevicetree(read: ReadTree, options: ImportOptions): ImportedTree {
  const resources = new Resources(read);
  const draft = new Draft(resources);
  const nodes = [...resources.nodes()];
  checkSize(resources, nodes);
  const name = resources.text(resources.root, 'model') ?? resources.compatible(resources.root)[0];
  if (name !== undefined) draft.raw.name = name;
  const names = new Names(
    resources,
    nodes.filter((node) => isDevice(node, resources.compatible(node))),
    TAKEN_NAMES,
  );
  const known = chipOf(draft);
  const board = known && options.boardNamed(known.chip.board);
  const controllers = controllersOf(draft, nodes);
  if (known && board) {
    importChip(draft, known, board, nodes);
    importMemory(draft, nodes, names);
  } else importWhole(draft, nodes, names, controllers);
  importDevices(draft, nodes, names, controllers, options.compatibles);
  importPins(draft, nodes, names, known && board ? pinOfChip(draft) : pinOfDraft(draft));
  importBusParts(draft, nodes, names);
  importConsole(draft);
  importRom(draft);
  return {
    raw: draft.raw,
    where: (...path) => draft.where(path),
    folder: dirname(options.path),
    unmodelled: draft.unmodelled,
    notes: draft.notes,
  };
}

/** One line for each thing that is not as the tree says. */
export function importReport({ unmodelled, notes }: Pick<ImportedTree, 'unmodelled' | 'notes'>): string[] {
  const lines = [...notes];
  if (unmodelled.length > 0) {
    const listed = unmodelled.map(({ path, compatible, why }) => `${path} (${why ?? compatible[0]})`).join(', ');
    lines.push(`${unmodelled.length} ${unmodelled.length === 1 ? 'node' : 'nodes'} without a model: ${listed}`);
  }
  return lines;
}
