import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { callApart, collectGarbage } from './apart.js';
import type { Target } from './firmware-image.js';
import { BOARDS } from './guest.js';
import { lacksLinker, linkMoved } from './moved-image.js';

/** Real memory of compiled regions: two processes hold the same machines, only one compiles. */

const IMAGES = 24;
const CYCLES = 20_000_000;

interface Held {
  /** Bytes that live machines take, resident. */
  readonly resident: number;
  readonly regions: number;
}

/** For `callApart`. */
export function holdMachines(target: Target, engine: EngineMode): Held {
  const images = Array.from({ length: IMAGES }, (_, index) => ({ program: 'mixed', target, pages: index + 100 }));
  const machines = [];
  let before = 0;
  for (const [index, image] of linkMoved(images).entries()) {
    const machine = BOARDS[target].createMachine({ image, engine, statistics: { clock: () => 0 } });
    machine.runCycles(CYCLES);
    machines.push(machine);
    if (index === IMAGES / 4 - 1) before = collected();
  }
  const after = collected();
  const regions = machines.slice(IMAGES / 4).reduce((sum, { statistics }) => sum + statistics!.regions, 0);
  return { resident: after - before, regions };
}

function collected(): number {
  collectGarbage();
  return process.memoryUsage().rss;
}

/** A line for each target. */
export function regionMemory(): string {
  const line = (target: Target) => {
    const lacking = lacksLinker(target);
    if (lacking !== undefined) return `Memory of a region on ${target}: ${lacking}`;
    const [hot, cold] = (['auto', 'cold'] as const).map((engine) =>
      callApart<Held>('holdMachines', target, engine),
    ) as [Held, Held];
    const bytes = (hot.resident - cold.resident) / hot.regions;
    const machine = cold.resident / (IMAGES - IMAGES / 4) / 2 ** 20;
    return `Memory of a region on ${target}: ${(bytes / 1024).toFixed(1)} KiB resident (${hot.regions} regions; a machine without any: ${machine.toFixed(1)} MiB)`;
  };
  return `${line('m4')}\n${line('rv32')}`;
}
