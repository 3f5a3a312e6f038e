import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { note, rig, SCB } from './rig.js';
import { bx, type Code, poke, svc, wfi } from './thumb.js';

/** SysTick, SVC and PendSV in a loop with WFI: entries, tail-chains, late arrivals. */
function busy() {
  const main: Code = [
    ...poke(0xe000_e014, 97),
    ...poke(0xe000_e010, 7),
    ...poke(SCB.SHPR3, 0x40f0_0000),
    ...svc(1),
    ...wfi,
    0xe7fc,
  ];
  return rig(main, {
    [EXCEPTION.svCall]: [...poke(SCB.ICSR, 1 << 28), ...bx(14)],
    [EXCEPTION.pendSV]: [...note(14), ...bx(14)],
    [EXCEPTION.sysTick]: [...note(15), ...poke(SCB.ICSR, 1 << 28), ...bx(14)],
  });
}

test('the state after N cycles does not depend on how the run was sliced', () => {
  const whole = busy();
  whole.machine.run({ cycles: 5000 });
  const expected = whole.machine.hash();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 }), (slices) => {
      const sliced = busy();
      for (const slice of slices) {
        if (sliced.machine.cycles + slice < 5000) sliced.machine.run({ cycles: sliced.machine.cycles + slice });
      }
      sliced.machine.run({ cycles: 5000 });
      return sliced.machine.hash() === expected;
    }),
    { numRuns: 30 },
  );
});

test('single steps end in the same state', () => {
  const whole = busy();
  const stepped = busy();
  while (stepped.machine.cycles < 5000) stepped.machine.step();
  whole.machine.run({ cycles: stepped.machine.cycles });
  expect(whole.machine.cycles).toBe(stepped.machine.cycles);
  expect(stepped.machine.hash()).toBe(whole.machine.hash());
});

test('a restore in the middle of anything goes on as before', () => {
  const run = busy();
  for (let i = 0; i < 50; i++) {
    run.machine.runCycles(37);
    const snapshot = run.machine.snapshot();
    run.machine.runCycles(211);
    const expected = run.machine.hash();
    run.machine.restore(snapshot);
    run.machine.runCycles(211);
    expect(run.machine.hash()).toBe(expected);
    run.machine.restore(snapshot);
  }
});
