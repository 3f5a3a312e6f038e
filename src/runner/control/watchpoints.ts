/** Stretches of addresses at whose accesses a run ends. */

import { hex } from '../../emu/bits.js';
import { UsageError } from '../../emu/errors.js';
import type { MachineBench } from '../machine-bench.js';

export type WatchKind = 'read' | 'write' | 'access';

export interface Watchpoint {
  readonly id: number;
  readonly kind: WatchKind;
  readonly address: number;
  readonly length: number;
}

export interface WatchHit extends Watchpoint {
  /** What was done: at which address, of how many bytes, with which value, by the instruction at `pc`. */
  readonly access: {
    readonly address: number;
    readonly size: number;
    readonly value: number;
    readonly write: boolean;
    readonly pc: number;
  };
}

/** Each makes accesses to its pages slow; nobody needs more. */
const MOST = 64;

export class Watchpoints {
  readonly #bench: MachineBench;
  readonly #hit: (hit: WatchHit) => void;
  readonly #set = new Map<number, { readonly point: Watchpoint; readonly end: () => void }>();
  #next = 1;

  constructor(bench: MachineBench, hit: (hit: WatchHit) => void) {
    this.#bench = bench;
    this.#hit = hit;
  }
  get all(): readonly Watchpoint[] {
    return [...this.#set.values()].map(({ point }) => point);
  }

  add(kind: WatchKind, address: number, length: number): Watchpoint {
    if (this.#set.size >= MOST) {
      throw new UsageError({
        what: `${MOST} watchpoints are set already`,
        remedy: 'remove some with watchpoint-remove',
      });
    }
    const { machine } = this.#bench;
    if (machine.bus.regionAt(address) === undefined) {
      throw new UsageError({
        what: `nothing is mapped at ${hex(address)}`,
        remedy: 'give an address of a memory or device',
      });
    }
    const point = { id: this.#next++, kind, address, length };
    const kinds = kind === 'access' ? (['read', 'write'] as const) : ([kind] as const);
    const ends = kinds.map((one) =>
      machine.bus.watch(address, length, one, (access) =>
        this.#hit({ ...point, access: { ...access, pc: machine.cpu.pc >>> 0 } }),
      ),
    );
    this.#set.set(point.id, {
      point,
      end: () => {
        for (const end of ends) end();
      },
    });
    return point;
  }

  remove(id: number): void {
    const found = this.#set.get(id);
    if (!found) {
      const remedy = `there are ${[...this.#set.keys()].join(', ') || 'none'}`;
      throw new UsageError({ what: `there is no watchpoint ${id}`, remedy });
    }
    found.end();
    this.#set.delete(id);
  }
  clear(): void {
    for (const id of [...this.#set.keys()]) this.remove(id);
  }
}
