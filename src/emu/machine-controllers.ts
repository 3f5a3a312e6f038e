import type { Assembly } from './assembly.js';
import type { Bus } from './bus.js';
import { MEMORY_ACCESS } from './device.js';
import { UsageError } from './errors.js';
import type { Access, MemoryBlock, MemoryPool } from './memory.js';
import type { Signal } from './signal.js';

interface Controlled {
  readonly block: MemoryBlock;
  /** The controller's wire `access`. */
  readonly wire: Signal;
  hidden: boolean;
}

const LEVELS = Object.entries(MEMORY_ACCESS) as readonly [Access, number][];

/**
 * Memories that a device erases and programs: while the device is busy with them, accesses stall. What is let through
 * follows from the device's wire, so it is no state of its own.
 */
export class ControlledMemories {
  /** Whether any of them is busy. */
  busy = false;
  readonly #pool: MemoryPool;
  readonly #bus: Bus;
  readonly #controlled: readonly Controlled[];
  readonly #endSlice: () => void;

  constructor(pool: MemoryPool, bus: Bus, assembly: Assembly, endSlice: () => void) {
    this.#endSlice = endSlice;
    this.#pool = pool;
    this.#bus = bus;
    this.#controlled = pool.blocks
      .filter(({ options }) => options.controller !== undefined)
      .map((block) => ({ block, wire: accessWire(block, assembly), hidden: false }));
    for (const { wire } of this.#controlled) wire.listen(() => this.refresh());
  }

  /** Takes over what the wires say now. */
  refresh(): void {
    const before = this.busy;
    this.busy = false;
    for (const one of this.#controlled) {
      const [access] = LEVELS.find(([, level]) => level === one.wire.level)!;
      one.block.access = access;
      if (access === 'busy') this.busy = true;
      else this.#hide(one, access !== 'open');
    }
    // The next instruction may have to wait, or its engine to be kept from what is busy.
    if (this.busy && !before) this.#endSlice();
  }

  /** Whether the instruction at an address has to wait. If not, code elsewhere runs: then what is busy is hidden. */
  stallsFetch(pc: number): boolean {
    if (this.#bus.regionAt(pc)?.memory?.access === 'busy') return true;
    for (const one of this.#controlled) if (one.block.access === 'busy') this.#hide(one, true);
    return false;
  }

  #hide(one: Controlled, hidden: boolean): void {
    if (one.hidden === hidden) return;
    one.hidden = hidden;
    this.#pool.hide(one.block, hidden);
  }
}

function accessWire(block: MemoryBlock, assembly: Assembly): Signal {
  const { controller } = block.options;
  const wire = assembly.wires.get(`${controller!.split('.')[0]}.access`);
  if (wire !== undefined && block.onStore !== undefined) return wire.signal;
  throw new UsageError({
    what: `memory '${block.name}' is controlled by '${controller}', but no device takes its stores`,
    remedy: 'name a device and one of its ports, or no controller',
  });
}
