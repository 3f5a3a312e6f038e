import { ENGINE } from './isa/layout.js';
import type { Clock, Timebase } from './time.js';

/** Two address ranges behind a bridge, and the clocks of the buses there: `BRIDGED` says where. */
export interface BridgeRow {
  readonly clocks: readonly [low: string, high: string];
}

/** The ranges: 64 KiB each, one behind the other. */
export const BRIDGED = { base: 0x4000_0000, bits: 16 } as const;

/**
 * Cycles that a read through a bridge to a slower bus takes beside its own: the transfer's setup and access phase, each a cycle of
 * that bus (AMBA APB), and half a cycle of it on average until it begins, in whole cycles of the core's.
 */
export function bridgeWaits(coreHertz: number, busHertz: number): number {
  if (busHertz === 0) return 0;
  const ratio = Math.max(1, Math.round(coreHertz / busHertz));
  return 2 * ratio + (ratio >> 1);
}

/** Keeps what reads through bridges take where the engine finds it. Stores are buffered: nobody waits for them. */
export class Bridges {
  readonly #words: Int32Array;
  readonly #core: Clock;
  readonly #buses: readonly (Clock | undefined)[];

  constructor(memory: ArrayBuffer, timebase: Timebase, { clocks }: BridgeRow) {
    this.#words = new Int32Array(memory, 0, (ENGINE.bridgeWaits >> 2) + clocks.length);
    this.#core = timebase.cpuClock;
    this.#buses = clocks.map((name) => timebase.clocks.find((clock) => clock.name === name));
    for (const clock of [this.#core, ...this.#buses]) clock?.onChange(() => this.update());
    this.update();
  }

  update(): void {
    for (const [i, bus] of this.#buses.entries()) {
      this.#words[(ENGINE.bridgeWaits >> 2) + i] = bus ? bridgeWaits(this.#core.hertz, bus.hertz) : 0;
    }
  }
}
