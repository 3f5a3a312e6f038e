import { describe, expect, test } from 'vitest';
import { defaultEngine, type EngineMode, setDefaultEngine } from '../../src/emu/isa/engine-mode.js';
import { type Played, play, SCENARIOS } from '../determinism/scenarios.js';
import { Random } from '../differential/thumb-program.js';
import { listing } from './lockstep.js';
import { differenceOf } from './pair.js';

// The example firmware, with what is typed and pressed meanwhile, ends every run in the same state on both engines.

const STOPS = process.env['FWTEST_LONG'] ? 3000 : 120;
const WHOLE = 20;

function playedOn(engine: EngineMode, create: () => Played): Played {
  const before = defaultEngine();
  setDefaultEngine(engine);
  try {
    return create();
  } finally {
    setDefaultEngine(before);
  }
}

describe.each(['hot', 'auto'] as const)('%s engine and cold engine agree at every stop', (mode) => {
  test.each(SCENARIOS)('$name', ({ cycles, create }) => {
    const [cold, other] = [playedOn('cold', create), playedOn(mode, create)];
    const random = new Random(cycles);
    const largest = Math.log((4 * cycles) / STOPS);
    for (let stop = 1, from = -1; stop <= STOPS && from < cycles; stop++) {
      const length = Math.ceil(Math.exp((random.below(1000) / 1000) * largest));
      const until = stop === STOPS ? cycles : Math.min(cycles, Math.max(from, 0) + length);
      for (const played of [cold, other]) play(played, until, undefined, from);
      const difference = differenceOf(other.machine, cold.machine, stop % WHOLE === 0 || until === cycles);
      if (difference !== undefined) {
        const where = listing(cold.machine, cold.machine.cpu.pc).join('\n');
        expect.unreachable(`${difference}\nat stop ${stop}, run from cycle ${from} to ${until}\n${where}`);
      }
      from = until;
    }
  });
});
