import type { Random } from '../differential/thumb-program.js';
import type { Action } from './pair.js';

/** What the random actions may touch on a board. */
export interface Ground {
  /** Words of data to watch and to change. */
  readonly data: readonly number[];
  /** Words of code to change. */
  readonly code: readonly number[];
  readonly pins: readonly string[];
}

/** As many random actions as hold `stops` comparisons (a run or a step each). */
export function randomActions(random: Random, stops: number, ground: Ground): Action[] {
  const actions: Action[] = [];
  for (let left = stops; left > 0; left--) {
    if (random.chance(0.25)) actions.push(besides(random, ground));
    actions.push(
      random.chance(0.12) ? { kind: 'step', count: 1 + random.below(12) } : { kind: 'run', cycles: cycles(random) },
    );
  }
  return actions;
}

/** From one cycle to some thousands, all sizes alike. */
const cycles = (random: Random): number => Math.ceil(Math.exp((random.below(1000) / 1000) * Math.log(4000)));

function besides(random: Random, { data, code, pins }: Ground): Action {
  const kind = random.below(100);
  if (kind < 22) return { kind: 'save' };
  if (kind < 45) return { kind: 'restore', index: random.below(4), other: random.chance(0.4) };
  if (kind < 60) return { kind: 'break', back: random.below(6) };
  if (kind < 70) return { kind: 'clear' };
  if (kind < 80) {
    const access = random.pick(['read', 'write'] as const);
    return { kind: 'watch', address: random.pick(data), access, stop: random.chance(0.5) };
  }
  if (kind < 88) return { kind: 'unwatch' };
  if (kind < 92) return { kind: 'poke', address: random.pick(data), value: random.word() };
  // two halfwords that are MOVS r0, #n on a Cortex-M, `c.lui` or `c.li` on RISC-V
  if (kind < 94) return { kind: 'poke', address: random.pick(code), value: 0x2001_2002 };
  if (kind < 99 && pins.length > 0) {
    return { kind: 'pin', name: random.pick(pins), drive: random.pick(['high', 'low', 'none'] as const) };
  }
  return { kind: 'reset' };
}
