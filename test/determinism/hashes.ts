import { play, SCENARIOS } from './scenarios.js';

/** The state hash of every scenario, half-way and at its end: printed by a process of its own, compared by the test. */
export function hashes(): Record<string, string[]> {
  return Object.fromEntries(
    SCENARIOS.map(({ name, cycles, create }) => {
      const played = create();
      const half = cycles >> 1;
      play(played, half);
      const first = played.machine.hash();
      play(played, cycles, undefined, half);
      return [name, [first, played.machine.hash()]];
    }),
  );
}
