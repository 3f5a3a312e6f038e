import { UsageError } from '../../emu/errors.js';
import { CPUS } from '../kinds/index.js';
import { optionSchemas } from '../kinds/option-schemas.js';
import { zod } from '../libraries.js';
import { CPU_KEYS, type RawCpu } from '../schema.js';
import type { Draft } from './draft.js';
import type { CpuNodes, HartNode } from './import-cpus.js';
import type { DtNode } from './tree.js';

/** RISC-V harts with the interrupt controllers beside them. */

const CLINT = ['sifive,clint0', 'riscv,clint0', 'sifive,clint'];
const PLIC = ['sifive,plic-1.0.0', 'riscv,plic0'];
const DEFAULT_HERTZ = 100e6;
const DEFAULT_TIMEBASE = 10e6;

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
function addressOf(draft: Draft, node: DtNode | undefined, what: string): number {
  const { resources } = draft;
  const [span] = node ? resources.spans(node) : [];
  if (!node || !span) {
    const remedy = `a machine with RISC-V harts has a ${what} here`;
    throw new UsageError({ what: `the devicetree has no ${what}`, where: resources.where(resources.root), remedy });
  }
  draft.claim(span);
  return span.address;
}

function hartCpu(draft: Draft, hart: HartNode, timebase: number | undefined): RawCpu {
  const path = draft.resources.path(hart.node);
  if (hart.lacking.length > 0) draft.notes.push(`${path} lacks the extensions ${hart.lacking.join(', ')} here`);
  if (hart.hertz === undefined) draft.notes.push(`${path} does not say how fast it is: ${DEFAULT_HERTZ / 1e6} MHz`);
  return {
    type: `rv${hart.xlen}`,
    clock: hart.hertz ?? DEFAULT_HERTZ,
    hartId: hart.hartId,
    isa: hart.isa,
    modes: hart.paging ? 'msu' : 'mu',
    ...(hart.paging && { mmu: [hart.paging] }),
    timebase: timebase ?? DEFAULT_TIMEBASE,
  };
}

/** Without the options that the kind of core has no choice in. */
function taken(type: string, cpu: RawCpu): RawCpu {
  const { z } = zod();
  const known = new Set([...CPU_KEYS, ...Object.keys(CPUS.get(type)?.shape?.(optionSchemas(z, '.')) ?? {})]);
  return Object.fromEntries(Object.entries(cpu).filter(([key]) => known.has(key))) as RawCpu;
}

/** Puts the harts, and the controllers they share. */
export function importHarts(draft: Draft, cpus: CpuNodes, controllers: Controllers, resetVector: number): void {
  const clint = addressOf(draft, controllers.clint, 'CLINT');
  const plic = addressOf(draft, controllers.plic, 'PLIC');
  for (const [index, hart] of cpus.harts.entries()) {
    const type = `rv${hart.xlen}`;
    if (!CPUS.has(type)) {
      const what = `there is no model of an RV${hart.xlen} hart`;
      throw new UsageError({ what, where: draft.resources.where(hart.node, 'riscv,isa') });
    }
    const cpu = { ...hartCpu(draft, hart, cpus.timebase), resetVector, clint, plic };
    draft.put('cpus', `cpu${index}`, taken(type, cpu), hart.node);
  }
}
