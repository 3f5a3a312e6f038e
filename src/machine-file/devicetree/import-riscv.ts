import { UsageError } from '../../emu/errors.js';
import type { RawCpu } from '../schema.js';
import type { Draft } from './draft.js';
import { importStart } from './import-boot.js';
import type { CpuNodes, HartNode } from './import-cpus.js';
import type { DtNode } from './tree.js';

/** RISC-V harts with the interrupt controllers beside them. */

const CLINT = ['sifive,clint0', 'riscv,clint0', 'sifive,clint'];
const PLIC = ['sifive,plic-1.0.0', 'riscv,plic0'];
const DEFAULT_HERTZ = 100e6;
const DEFAULT_TIMEBASE = 10e6;
const DEFAULT_SOURCES = 95;
const MAX_SOURCES = 1023;

export interface Controllers {
  readonly clint: DtNode | undefined;
  readonly plic: DtNode | undefined;
}

export function controllersOf(draft: Draft, nodes: readonly DtNode[]): Controllers {
  const { resources } = draft;
  return {
    clint: nodes.find((node) => resources.isCompatible(node, ...CLINT)),
    plic: nodes.find((node) => resources.isCompatible(node, ...PLIC)),
  };
}

/** Where a controller is; it takes its place among the addresses. */
function addressOf(draft: Draft, node: DtNode | undefined): number | undefined {
  const [span] = node ? draft.resources.spans(node) : [];
  if (span) draft.claim(span);
  return span?.address;
}

function refuse(draft: Draft, node: DtNode, what: string, remedy?: string): never {
  throw new UsageError({ what, where: draft.resources.where(node), remedy });
}

/** Harts by their numbers, which count up from 0 in the machines that fwtest makes. */
function inOrder(draft: Draft, harts: readonly HartNode[]): readonly [HartNode, ...HartNode[]] {
  const sorted = [...harts].sort((a, b) => a.hartId - b.hartId);
  for (const [index, { node, hartId }] of sorted.entries()) {
    if (hartId !== index) refuse(draft, node, `the harts are not numbered from 0 up: this one is ${hartId}`);
  }
  return sorted as [HartNode, ...HartNode[]];
}

const isLike = (a: HartNode, b: HartNode) => a.isa === b.isa && a.paging === b.paging;
const modesOf = ({ paging }: HartNode) => (paging ? 'msu' : 'mu');

/** What a hart has that is not as the tree says. */
function noteHart(draft: Draft, { node, lacking, hertz }: HartNode): void {
  const path = draft.resources.path(node);
  if (lacking.length > 0) draft.notes.push(`${path} lacks the extensions ${lacking.join(', ')} here`);
  if (draft.resources.text(node, 'mmu-type') === 'riscv,sv48') draft.notes.push(`${path} has Sv39 here, not Sv48`);
  if (hertz === undefined) draft.notes.push(`${path} does not say how fast it is: ${DEFAULT_HERTZ / 1e6} MHz`);
}

/** Puts the harts as one cluster, with the controllers they share. */
export function importHarts(draft: Draft, cpus: CpuNodes, controllers: Controllers): void {
  const { resources } = draft;
  const harts = inOrder(draft, cpus.harts);
  const [first, second = first] = harts;
  const clint = addressOf(draft, controllers.clint);
  if (clint === undefined) refuse(draft, resources.root, 'the devicetree has no CLINT (sifive,clint0)');
  const odd = harts.slice(1).find((hart) => !isLike(hart, second));
  if (odd) refuse(draft, odd.node, 'the hart is not like hart 1: only hart 0 may be another kind than the rest');
  if (harts.some(({ xlen }) => xlen !== first.xlen)) refuse(draft, first.node, 'RV32 and RV64 harts in one machine');
  noteHart(draft, second);
  const plic = addressOf(draft, controllers.plic);
  const sources = (controllers.plic && resources.u32(controllers.plic, 'riscv,ndev')) ?? DEFAULT_SOURCES;
  const cpu: RawCpu = {
    type: 'riscv',
    clock: second.hertz ?? DEFAULT_HERTZ,
    xlen: second.xlen,
    isa: second.isa,
    modes: modesOf(second),
    harts: harts.length,
    ...(!isLike(first, second) && { monitor: { isa: first.isa, modes: modesOf(first) } }),
    ...(second.paging && { mmu: [second.paging] }),
    resetVector: importStart(draft, second),
    timebase: cpus.timebase ?? DEFAULT_TIMEBASE,
    clint,
    ...(plic === undefined ? { plic: 'none' } : { plic, sources: Math.min(Math.max(sources, 1), MAX_SOURCES) }),
  };
  draft.put('cpus', 'cpu', cpu, first.node);
}
