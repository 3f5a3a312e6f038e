import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rational } from '../../src/emu/rational.js';
import { expectSameState } from './same-state.js';
import { type Advance, inSingleSteps, play, SCENARIOS } from './scenarios.js';

// How a run is cut into calls never shows in the state: the scheduler's slices are no events of the virtual world.

/** Calls of the given lengths in cycles, over and over. */
const inSlices =
  (lengths: readonly number[]): Advance =>
  (machine, cycle) => {
    for (let i = 0; machine.cycles < cycle; i++) {
      machine.run({ cycles: Math.min(cycle, machine.cycles + lengths[i % lengths.length]!) });
    }
  };

/** Calls that end at instants which are no whole cycles. */
const inNanoseconds =
  (lengths: readonly number[]): Advance =>
  (machine, cycle) => {
    const start = machine.timebase.time();
    let passed = 0;
    for (let i = 0; machine.cycles < cycle - 200_000; i++) {
      passed += lengths[i % lengths.length]!;
      machine.run({ time: start.add(Rational.of(passed, 1_000_000_000)) });
    }
    machine.run({ cycles: cycle });
  };

/** From single cycles to the whole run, all sizes alike. */
const sliceLengths = (most: number) =>
  fc.array(
    fc.double({ min: 0, max: Math.log(most), noNaN: true }).map((exponent) => Math.ceil(Math.exp(exponent))),
    { minLength: 1, maxLength: 30 },
  );

const RUNS = process.env['FWTEST_LONG'] ? 100 : 6;

describe.each(SCENARIOS)('$name', ({ create, cycles, outcome }) => {
  test('random slices end where one call ends', () => {
    const whole = create();
    play(whole, cycles);
    fc.assert(
      fc.property(sliceLengths(cycles), (lengths) => {
        // At least 20 cycles a call on average, or the test is about the cost of a call.
        const sliced = create();
        play(sliced, cycles, inSlices([...lengths, 2000]));
        expectSameState(sliced.machine, whole.machine);
      }),
      { numRuns: RUNS },
    );
  });

  test('slices of machine time end where one call ends', () => {
    const whole = create();
    play(whole, cycles);
    const sliced = create();
    play(sliced, cycles, inNanoseconds([1, 62_499, 100_003, 12]));
    expectSameState(sliced.machine, whole.machine);
  });

  test('single steps end where one call ends', () => {
    const most = Math.min(cycles, process.env['FWTEST_LONG'] ? cycles : 400_000);
    const [whole, stepped] = [create(), create()];
    play(whole, most);
    play(stepped, most, inSingleSteps);
    expectSameState(stepped.machine, whole.machine);
  });

  // The tests above would also hold for a machine that stands still.
  test('the firmware does its work meanwhile', () => {
    const played = create();
    play(played, cycles);
    expect(played.outcome()).toMatch(typeof outcome === 'string' ? new RegExp(`^${outcome}$`) : outcome);
  });
});
