import type { Assembly } from './assembly.js';
import type { Bus } from './bus.js';
import type { Region } from './bus-region.js';
import { UsageError } from './errors.js';
import type { MachineDescription, WindowRow } from './machine-description.js';
import type { MemoryBlock, MemoryPool } from './memory.js';
import type { Signal } from './signal.js';
import { outputNamed } from './wiring.js';

interface Window {
  readonly row: WindowRow;
  readonly select: Signal | undefined;
  readonly memories: readonly (MemoryBlock | undefined)[];
  mapped: Region | undefined;
  shown: number;
}

/** Address ranges whose memory a wire chooses. What is shown follows from the wire's level, so it is no state of its own. */
export class MemoryWindows {
  readonly #bus: Bus;
  readonly #windows: readonly Window[];

  constructor(description: MachineDescription, bus: Bus, pool: MemoryPool, assembly: Assembly) {
    this.#bus = bus;
    this.#windows = Object.entries(description.windows ?? {}).map(([name, row]) => {
      const where = `'select' of window '${name}'`;
      const select = row.select === undefined ? undefined : outputNamed(assembly, row.select, where).signal;
      const memories = row.shows.map((memory) => (memory === undefined ? undefined : blockNamed(pool, memory, name)));
      return { row, select, memories, mapped: undefined, shown: -1 };
    });
    for (const window of this.#windows) window.select?.listen(() => this.#show(window));
    this.refresh();
  }

  /** Maps what the wires say now. */
  refresh(): void {
    for (const window of this.#windows) this.#show(window);
  }

  #show(window: Window): void {
    const index = window.select?.level ?? 0;
    if (index === window.shown) return;
    window.shown = index;
    if (window.mapped !== undefined) this.#bus.unmap(window.mapped);
    const memory = window.memories[index];
    const { address, size } = window.row;
    window.mapped = memory && this.#bus.mapMemory(memory, address, 0, Math.min(size, memory.size));
  }
}

function blockNamed(pool: MemoryPool, memory: string, window: string): MemoryBlock {
  const block = pool.blocks.find(({ name }) => name === memory);
  if (block !== undefined) return block;
  const remedy = `memories are ${pool.blocks.map(({ name }) => name).join(', ')}`;
  throw new UsageError({ what: `there is no memory '${memory}'`, where: `window '${window}'`, remedy });
}
