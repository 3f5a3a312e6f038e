import { UsageError } from '../../emu/errors.js';
import type { Resources } from './resources.js';
import { type DtNode, nodeAt } from './tree.js';

/** Processors: what `/cpus` says, before it is a description of a machine (Devicetree Specification 0.4, 3.8; Linux's riscv/cpus.yaml). */

export interface HartNode {
  readonly node: DtNode;
  readonly hartId: number;
  readonly xlen: 32 | 64;
  /** Extensions that fwtest's core has: `imafdc_zba`. */
  readonly isa: string;
  /** Extensions that it lacks. */
  readonly lacking: readonly string[];
  /** From `mmu-type`: without it there is no supervisor mode. */
  readonly paging: 'sv32' | 'sv39' | undefined;
  readonly hertz: number | undefined;
}

export interface ArmNode {
  readonly node: DtNode;
  /** `cortex-m4` */
  readonly model: string;
  readonly hertz: number | undefined;
}

export interface CpuNodes {
  readonly harts: readonly HartNode[];
  readonly arms: readonly ArmNode[];
  readonly timebase: number | undefined;
}

const LETTERS = 'imafdc';
const NAMED = new Set(['zba', 'zbb', 'zbc', 'zbs', 'sstc', 'zicsr', 'zifencei', 'zicntr', 'zihpm']);
/** Those that need no mention: hints, or part of what others mean. */
const SILENT = new Set(['zihintpause', 'zmmul', 'svadu', 'sdtrig', 'zca', 'zcf', 'zcd', 'zaamo', 'zalrsc']);

function extensions(text: string): { isa: string; lacking: string[] } {
  const [letters = '', ...names] = text
    .toLowerCase()
    .replace(/^rv(32|64|128)/, '')
    .split('_');
  const all = [...letters.replace('g', 'imafd'), ...names.filter((name) => name !== '')];
  const isLetter = (name: string) => name.length === 1 && LETTERS.includes(name);
  const kept = [...new Set(all.filter((name) => isLetter(name) || NAMED.has(name)))];
  const isa = [kept.filter(isLetter).join(''), ...kept.filter((name) => !isLetter(name))].join('_');
  return { isa, lacking: all.filter((name) => !kept.includes(name) && !SILENT.has(name)) };
}

/** `riscv,isa`, or the newer pair of base and list. */
function isaText(resources: Resources, node: DtNode): string | undefined {
  const base = resources.text(node, 'riscv,isa-base');
  if (base === undefined) return resources.text(node, 'riscv,isa');
  const all = resources.strings(node, 'riscv,isa-extensions').filter((name) => !/^rv\d+i$/.test(name));
  const letters = all.filter((name) => name.length === 1 && name !== 'i').join('');
  return [`${base.slice(0, 4)}i${letters}`, ...all.filter((name) => name.length > 1)].join('_');
}

function clockOf(resources: Resources, node: DtNode): number | undefined {
  const own = resources.u32(node, 'clock-frequency');
  const [source] = resources.specifiers(node, 'clocks', '#clock-cells');
  return own || (source && resources.hertz(source));
}

/** With what fwtest's harts can have. */
function refuseIsa(resources: Resources, node: DtNode, what: string): never {
  const property = resources.has(node, 'riscv,isa-base') ? 'riscv,isa-extensions' : 'riscv,isa';
  const remedy = `give riscv,isa = "rv32imac": rv32i or rv64i with ${[...LETTERS.slice(1)].join(', ')}, ${[...NAMED].join(', ')}`;
  throw new UsageError({ what, where: resources.where(node, property), remedy });
}

function hart(resources: Resources, node: DtNode): HartNode {
  const text = isaText(resources, node) ?? '';
  const width = /^rv(\d+)/i.exec(text)?.[1];
  if (width !== '32' && width !== '64') {
    refuseIsa(
      resources,
      node,
      text === '' ? 'the hart does not say which extensions it has' : `'${text}' is no RV32 or RV64`,
    );
  }
  const { isa } = extensions(text);
  if (!isa.startsWith('i')) refuseIsa(resources, node, `'${text}' lacks the base, i`);
  const hartId = resources.cells(node, 'reg').at(-1) ?? 0;
  const mmu = resources.text(node, 'mmu-type');
  const hasMmu = mmu !== undefined && mmu !== 'riscv,none';
  const paging = hasMmu ? (width === '32' ? 'sv32' : 'sv39') : undefined;
  return { node, hartId, xlen: width === '32' ? 32 : 64, ...extensions(text), paging, hertz: clockOf(resources, node) };
}

/** `arm,cortex-m4f` → `cortex-m4`. */
function armModel(resources: Resources, node: DtNode): string | undefined {
  const name = resources.compatible(node).find((one) => /^arm,cortex-/.test(one));
  return name?.replace('arm,', '').replace(/(m4|m7|m33)f$/, '$1');
}

/** @throws UsageError where there is no processor, or none that fwtest has */
export function cpuNodes(resources: Resources): CpuNodes {
  const cpus = nodeAt(resources.root, '/cpus');
  const isCpu = (node: DtNode) =>
    resources.text(node, 'device_type') === 'cpu' || (/^cpu(@|$)/.test(node.name) && resources.has(node, 'compatible'));
  const nodes = (cpus?.children ?? []).filter(isCpu);
  const harts: HartNode[] = [];
  const arms: ArmNode[] = [];
  for (const node of nodes) {
    const model = armModel(resources, node);
    if (model !== undefined) arms.push({ node, model, hertz: clockOf(resources, node) });
    else if (resources.isCompatible(node, 'riscv') || isaText(resources, node) !== undefined) {
      harts.push(hart(resources, node));
    } else {
      const what = `there is no model of the processor '${resources.compatible(node)[0] ?? node.name}'`;
      throw new UsageError({ what, where: resources.where(node), remedy: 'fwtest has RISC-V and Cortex-M4' });
    }
  }
  if (nodes.length === 0) {
    const what = 'the devicetree has no processor: no node /cpus/cpu@…';
    throw new UsageError({ what, where: resources.where(cpus ?? resources.root) });
  }
  const perCpu = harts
    .map(({ node }) => resources.u32(node, 'timebase-frequency'))
    .find((hertz) => hertz !== undefined);
  return { harts, arms, timebase: (cpus && resources.u32(cpus, 'timebase-frequency')) ?? perCpu };
}
