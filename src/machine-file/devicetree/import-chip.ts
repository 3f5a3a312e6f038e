import type { Board } from '../../boards/define.js';
import { isNamedOnly } from '../../emu/not-modelled.js';
import { DEVICES } from '../kinds/index.js';
import { originOf } from '../kinds/kind.js';
import type { Draft } from './draft.js';
import type { PinOf } from './import-parts.js';
import { type DtNode, nodeAt } from './tree.js';

/**
 * Chips that the project has as a whole. Their inner wires (DMA requests, EXTI, the flash controller's grip on the flash) are in no
 * devicetree, so the chip is taken, and the tree says what is around it.
 */

export interface KnownChip {
  /** Of the tree's root or its `/soc`. */
  readonly compatible: RegExp;
  /** The board that has the chip. */
  readonly board: string;
  /** What the chip is called, where the tree's may be a relative of it. */
  readonly chip: string;
  readonly exact: RegExp;
  /** Parts of the board without which the chip does not start. */
  readonly keep?: readonly string[];
  /** Nodes that set options of devices. */
  readonly set?: (draft: Draft) => Readonly<Record<string, unknown>>;
}

function oscillators(draft: Draft): Readonly<Record<string, unknown>> {
  const { resources } = draft;
  const found: Record<string, unknown> = {};
  for (const [option, name] of [
    ['rcc.hse', 'clk-hse'],
    ['rcc.lse', 'clk-lse'],
  ] as const) {
    const node = nodeAt(resources.root, `/clocks/${name}`);
    const hertz = node && !resources.isDisabled(node) ? resources.u32(node, 'clock-frequency') : undefined;
    if (node && hertz !== undefined)
      found[option] = resources.has(node, 'hse-bypass') ? { hertz, external: true } : hertz;
  }
  return found;
}

export const CHIPS: readonly KnownChip[] = [
  {
    compatible: /^st,stm32f4\d\d/,
    board: 'stm32f4-discovery',
    chip: 'STM32F407',
    exact: /^st,stm32f407/,
    set: oscillators,
  },
  {
    compatible: /^sifive,(hifive1|fe310)(?!.*arty)/,
    board: 'sifive-e',
    chip: 'FE310-G002',
    exact: /^sifive,(hifive1-revb|fe310-g002)/,
    // The firmware is in it.
    keep: ['flash'],
  },
];

export function chipOf(draft: Draft): { chip: KnownChip; name: string } | undefined {
  const { resources } = draft;
  const soc = nodeAt(resources.root, '/soc');
  const names = [...resources.compatible(resources.root), ...(soc ? resources.compatible(soc) : [])];
  for (const chip of CHIPS) {
    const name = names.find((one) => chip.compatible.test(one));
    if (name !== undefined) return { chip, name };
  }
  return undefined;
}

/** Takes the board's chip without its parts; what nodes are there is known by their addresses. */
export function importChip(
  draft: Draft,
  { chip, name }: { chip: KnownChip; name: string },
  board: Board,
  nodes: readonly DtNode[],
): void {
  const { resources, raw } = draft;
  raw.board = chip.board;
  draft.isChip = true;
  const parts = Object.keys(board.parts).filter((part) => !chip.keep?.includes(part));
  if (parts.length > 0) raw.remove = parts;
  const set = chip.set?.(draft) ?? {};
  if (Object.keys(set).length > 0) raw.set = { ...set };
  if (!chip.exact.test(name)) draft.notes.push(`'${name}' is an ${chip.chip} here, the relative that fwtest has`);
  for (const span of [...Object.values(board.chip.memories), ...Object.values(board.chip.absent ?? {})])
    draft.claim(span);
  const byAddress = new Map(Object.entries(board.chip.devices).map(([own, row]) => [row.address, { own, row }]));
  for (const { row } of byAddress.values()) draft.claim({ address: row.address, size: row.device.size });
  for (const node of nodes) {
    if (chip.keep && resources.isCompatible(node, 'jedec,spi-nor')) draft.mapped.add(node);
    const [span] = resources.spans(node);
    const known = span && byAddress.get(span.address);
    if (!known) continue;
    draft.made.set(node, known.own);
    draft.chipDevices.set(node, known.row.device);
    if (!isNamedOnly(known.row.device)) continue;
    draft.stubs.add(known.own);
    if (resources.isDisabled(node)) continue;
    const compatible = resources.compatible(node);
    draft.unmodelled.push({ name: known.own, path: resources.path(node), compatible, address: span.address });
  }
}

/** By the kind of the chip's device. */
export function pinOfChip(draft: Draft): PinOf {
  return ({ node, cells: [number = 0] }) => {
    const origin = originOf(draft.chipDevices.get(node) ?? {});
    return origin && DEVICES.get(origin.type)?.pin?.(origin.options, number);
  };
}
