import type { Draft } from './draft.js';
import type { Names } from './names.js';
import type { Resources, Span } from './resources.js';
import type { DtNode } from './tree.js';

/** Memories: `/memory`, on-chip RAM and ROM, memory-mapped flash that is read like ROM. */

/** On-chip memories by `compatible`. Flash that has a programming model of its own is a device. */
const KINDS: Readonly<Record<string, 'ram' | 'rom' | 'flash'>> = {
  'mmio-sram': 'ram',
  'zephyr,memory-region': 'ram',
  'st,stm32-ccm': 'ram',
  'sifive,dtim0': 'ram',
  'sifive,itim0': 'ram',
  'sifive,sram0': 'ram',
  'sifive,sramdtim': 'ram',
  'mtd-ram': 'ram',
  'sifive,maskrom0': 'rom',
  'sifive,modeselect0': 'rom',
  'mtd-rom': 'rom',
  'soc-nv-flash': 'flash',
  'st,stm32-nv-flash': 'flash',
};

/** The bus has 32 address bits. */
const LIMIT = 2 ** 32;
/** What one machine can have. */
const MAX_MEMORY = 2 ** 31;
/** SPI flash whose size the tree does not say; no more than this is made of what it says. */
const DEFAULT_FLASH = 16 * 2 ** 20;
const MAX_FLASH = 2 ** 28;

export function memoryKind(node: DtNode, resources: Resources): 'ram' | 'rom' | 'flash' | undefined {
  for (const name of resources.compatible(node)) {
    const kind = KINDS[name];
    if (kind) return kind;
  }
  return resources.text(node, 'device_type') === 'memory' ? 'ram' : undefined;
}

/** The part of a range that the 32-bit bus reaches; undefined when there is none. */
function reached({ address, size }: Span): Span | undefined {
  const end = Math.min(address + size, LIMIT);
  const length = Math.min(end - address, MAX_MEMORY);
  return length > 0 ? { address, size: length } : undefined;
}

/** A flash behind a SPI that shows it as memory: the region that `reg-names` calls `mem`, as large as the flash. */
function importMapped(draft: Draft, node: DtNode, names: Names): void {
  const { resources } = draft;
  const flash = node.children.find((child) => resources.isCompatible(child, 'jedec,spi-nor'));
  const span = resources.spans(node)[resources.strings(node, 'reg-names').indexOf('mem')];
  if (!flash || !span) return;
  const own = resources.cells(flash, 'reg').at(-1) ?? 0;
  const size = Math.min(own > 0 ? own : DEFAULT_FLASH, span.size, MAX_FLASH) & ~3;
  const seen = { address: span.address, size };
  if (span.address + size > LIMIT || !draft.claim(seen)) return;
  draft.put('memory', names.of(flash), { kind: 'flash', at: seen.address, size }, flash);
  draft.mapped.add(flash);
}

export function importMemory(draft: Draft, nodes: readonly DtNode[], names: Names): void {
  const { resources } = draft;
  for (const node of nodes) {
    if (resources.strings(node, 'reg-names').includes('mem') && node.children.length > 0)
      importMapped(draft, node, names);
    const kind = memoryKind(node, resources);
    if (!kind) continue;
    for (const [index, span] of resources.spans(node).entries()) {
      const name = index === 0 ? names.of(node) : `${names.of(node)}_${index}`;
      const seen = reached(span);
      if (seen?.size !== span.size) {
        const what = seen ? `only ${seen.size >>> 20} MiB of it are there` : 'it is left out';
        draft.notes.push(`${resources.path(node)} reaches beyond what a machine has (4 GiB of addresses): ${what}`);
      }
      if (!seen) continue;
      if (draft.claim(seen, kind === 'ram'))
        draft.put('memory', name, { kind, at: seen.address, size: seen.size }, node);
      else if (!draft.isChip) draft.notes.push(`${resources.path(node)} overlaps with another one, which is kept`);
    }
  }
}
