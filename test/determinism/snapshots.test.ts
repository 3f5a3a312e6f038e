import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectSameState } from './same-state.js';
import { inSingleSteps, play, SCENARIOS } from './scenarios.js';

// Taking a snapshot changes nothing, and what follows a restore is what followed the snapshot.

const RUNS = process.env['FWTEST_LONG'] ? 100 : 6;
/** Parts of the run, in thousandths. */
const part = fc.integer({ min: 0, max: 1000 });

describe.each(SCENARIOS)('$name', ({ create, cycles }) => {
  test('a snapshot anywhere, restored from anywhere, has the same future', () => {
    const untouched = create();
    play(untouched, cycles);
    const played = create();
    const { machine } = played;
    const start = machine.snapshot();
    fc.assert(
      fc.property(part, part, (a, b) => {
        const [at, later] = [a, b].map((thousandths) => Math.floor((cycles * thousandths) / 1000)) as [number, number];
        machine.restore(start);
        play(played, at);
        const snapshot = machine.snapshot();
        const hash = machine.hash();
        play(played, Math.max(at, later), undefined, at);
        machine.restore(snapshot);
        expect(machine.hash()).toBe(hash);
        play(played, cycles, undefined, at);
        expectSameState(machine, untouched.machine);
      }),
      { numRuns: RUNS },
    );
  });

  test('a snapshot at every step of a stretch changes nothing', () => {
    const until = Math.min(cycles, 30_000);
    const [saved, untouched] = [create(), create()];
    play(untouched, until);
    play(saved, until, (machine, cycle) => {
      while (machine.cycles < cycle) {
        machine.restore(machine.snapshot());
        inSingleSteps(machine, Math.min(cycle, machine.cycles + 100));
      }
    });
    expectSameState(saved.machine, untouched.machine);
  });

  test('snapshots taken one after the other can be restored in any order', () => {
    const played = create();
    const { machine } = played;
    const points = [0, 1, 2, 3].map((quarter) => {
      play(played, Math.floor((cycles * quarter) / 4), undefined, Math.floor((cycles * (quarter - 1)) / 4));
      return { snapshot: machine.snapshot(), hash: machine.hash() };
    });
    for (const index of [2, 0, 3, 1, 1, 3, 0]) {
      machine.restore(points[index]!.snapshot);
      expect(machine.hash(), `snapshot ${index}`).toBe(points[index]!.hash);
    }
  });
});
