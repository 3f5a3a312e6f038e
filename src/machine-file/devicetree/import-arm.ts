import { UsageError } from '../../emu/errors.js';
import type { Draft } from './draft.js';
import type { ArmNode, CpuNodes } from './import-cpus.js';
import type { DtNode } from './tree.js';

/** Cortex-M processors that no chip of the project stands for. */

/** What runs on a Cortex-M4 too: the architecture of each is part of the M4's. */
const ON_M4 = new Set(['cortex-m0', 'cortex-m0+', 'cortex-m0plus', 'cortex-m1', 'cortex-m3', 'cortex-m4']);
const BIT_BANDED = new Set(['cortex-m3', 'cortex-m4']);
const DEFAULT_HERTZ = 16e6;
const MAX_IRQS = 240;

export const isNvic = (draft: Draft, node: DtNode): boolean =>
  draft.resources.isCompatible(node, 'arm,v7m-nvic', 'arm,v6m-nvic', 'arm,armv7m-nvic');

/** One more than the highest interrupt that a node asks for. */
function interruptCount(draft: Draft, nodes: readonly DtNode[], nvic: DtNode | undefined): number {
  let count = (nvic && draft.resources.u32(nvic, 'arm,num-irqs')) ?? 0;
  for (const node of nodes) {
    for (const { controller, cells } of draft.resources.interrupts(node)) {
      if (controller === nvic) count = Math.max(count, (cells[0] ?? 0) + 1);
    }
  }
  return Math.min(Math.max(count, 1), MAX_IRQS);
}

function model(draft: Draft, { node, model }: ArmNode): void {
  if (!ON_M4.has(model)) {
    const what = `there is no model of the ${model}`;
    throw new UsageError({ what, where: draft.resources.where(node, 'compatible'), remedy: 'fwtest has a Cortex-M4' });
  }
  if (model !== 'cortex-m4') draft.notes.push(`the ${model} is a Cortex-M4 here, which has its instructions and more`);
}

export function importCortexM(draft: Draft, cpus: CpuNodes, nodes: readonly DtNode[]): void {
  const { resources } = draft;
  const [first, ...others] = cpus.arms;
  if (!first) return;
  model(draft, first);
  for (const { node } of others) draft.notes.push(`${resources.path(node)} is left out: a machine has one Cortex-M`);
  const nvic = nodes.find((node) => isNvic(draft, node));
  const priorityBits = (nvic && resources.u32(nvic, 'arm,num-irq-priority-bits')) ?? 4;
  const memories = Object.values(draft.raw.memory ?? {});
  const vtor = (memories.find(({ kind }) => kind === 'flash') ?? memories.find(({ kind }) => kind === 'rom'))?.at ?? 0;
  const hertz = first.hertz;
  if (hertz === undefined) draft.notes.push(`the CPU clock is not in the tree: ${DEFAULT_HERTZ / 1e6} MHz`);
  const irqs = interruptCount(draft, nodes, nvic);
  const cpu = { type: 'cortex-m4', clock: hertz ?? DEFAULT_HERTZ, irqs, priorityBits, vtor };
  draft.put('cpus', 'cpu', cpu, first.node);
  if (BIT_BANDED.has(first.model)) {
    draft.raw.bitBands = [
      { alias: 0x2200_0000, target: 0x2000_0000, size: 0x10_0000 },
      { alias: 0x4200_0000, target: 0x4000_0000, size: 0x10_0000 },
    ];
  }
}
