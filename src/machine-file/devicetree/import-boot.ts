import { resetRom } from '../../boards/riscv-boot.js';
import { UsageError } from '../../emu/errors.js';
import type { Draft } from './draft.js';
import { encodeDtb } from './encode-dtb.js';
import type { HartNode } from './import-cpus.js';
import { type DtNode, nodeAt } from './tree.js';
import { strings } from './values.js';

/**
 * How RISC-V harts start: no tree says it, so it is as on QEMU's boards. A ROM at 0x1000 sets a0 to the hart's number, a1 to the address of
 * the devicetree, which lies behind the code (blocks without a model are disabled in it), a2 to what a dynamic OpenSBI wants to know, and jumps to the start of RAM.
 */

const ROM = { address: 0x1000, least: 0xf000 };
/** Where the devicetree begins in the ROM. */
const TREE = 0x100;
const MAX_ROM = 0x10_0000;
const MIB = 0x10_0000;
/** What firmware in M mode is to start, as a distance from it: a superpage of Sv32, of Sv39. */
const NEXT = { 32: 4 * MIB, 64: 2 * MIB } as const;

/** `metal,entry` of `/chosen`: a node, which of its `reg`, and an offset there (SiFive's Freedom Metal). */
function metalEntry({ resources }: Draft): number | undefined {
  const chosen = nodeAt(resources.root, '/chosen');
  const [phandle, index = 0, offset = 0] = (chosen && resources.cells(chosen, 'metal,entry')) ?? [];
  const node = resources.byPhandle(phandle);
  const span = node && resources.spans(node)[index];
  return span && offset < span.size ? span.address + offset : undefined;
}

/** Where the harts start; with a ROM where there is RAM to start from and room for it. */
export function importStart(draft: Draft, { node, xlen }: HartNode): number {
  const memories = Object.values(draft.raw.memory ?? {});
  const entry = metalEntry(draft);
  const isRam = memories.some(({ kind, at }) => kind === 'ram' && Number(at) === entry);
  if (entry !== undefined && !isRam) return entry;
  const flash = memories.find(({ kind }) => kind === 'flash' || kind === 'rom');
  const ram = memories.find(({ kind }) => kind === 'ram');
  if (flash) return Number(flash.at);
  if (!ram) {
    const what = 'the devicetree has no memory';
    throw new UsageError({
      what,
      where: draft.resources.where(draft.resources.root),
      remedy: 'it needs a memory@… node',
    });
  }
  const start = Number(ram.at);
  const nodes = [...draft.resources.nodes()].length;
  const length = encodeDtb(draft.resources.read.tree).length + nodes * DISABLED_BYTES;
  const size = Math.max(ROM.least, Math.ceil((TREE + length) / 4096) * 4096);
  if (size > MAX_ROM || !draft.claim({ address: ROM.address, size })) {
    draft.notes.push(`there is no room for a reset ROM at 0x1000: harts start at 0x${start.toString(16)}, a1 is 0`);
    return start;
  }
  draft.reset = { node, size, code: resetRom(xlen, { start, next: start + NEXT[xlen], tree: ROM.address + TREE }) };
  return ROM.address;
}

const DISABLED = strings('disabled');
/** What a status takes at most: token, length, name, text; and its name once. */
const DISABLED_BYTES = 32;

/** The tree as firmware gets it: it would wait for blocks that have no model, or fault at them. */
function withoutThem(node: DtNode, disabled: ReadonlySet<DtNode>): DtNode {
  const properties = new Map(node.properties);
  if (disabled.has(node)) properties.set('status', DISABLED);
  return { name: node.name, properties, children: node.children.map((child) => withoutThem(child, disabled)) };
}

/** Fills the ROM, once it is known what has a model. */
export function importRom(draft: Draft): void {
  if (!draft.reset) return;
  const { node, size, code } = draft.reset;
  const { tree } = draft.resources.read;
  const flattened = encodeDtb({ ...tree, root: withoutThem(tree.root, draft.disabled) });
  const contents = new Uint8Array(TREE + flattened.length);
  contents.set(code);
  contents.set(flattened, TREE);
  const rom = { kind: 'rom', at: ROM.address, size, contents: Buffer.from(contents).toString('base64') } as const;
  draft.put('memory', 'resetRom', rom, node);
}
