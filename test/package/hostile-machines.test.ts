import { expect, test } from 'vitest';
import { randomOf } from '../machines/mutants.js';
import { complaint, damaged, type Ended, FORMATS, startedWith } from './hostile-starts.js';
import { folder } from './workspace.js';

/** Damaged files through the command line: exit code 2 with a message, or a run within its limits; never 3, never a stack. */

/** Starts with each format: 200 before a release, FWTEST_HOSTILE=1. Many more are read in one process: test/machines/hostile. */
const STARTS = process.env['FWTEST_HOSTILE'] ? 200 : process.env['FWTEST_LONG'] ? 20 : 1;
/** Host ms for one format. */
const PATIENCE = 3_600_000;

test.each(FORMATS.map((one, i) => [one.file, one, i + 1] as const))(
  `%s: each of ${STARTS} starts ends with a message or a run`,
  async (_, format, seed) => {
    const whole = await startedWith(folder(), format, format.sample);
    expect(complaint(whole, whole.seconds)).toBeUndefined();
    expect(whole.code, whole.output).not.toBe(2);
    const random = randomOf(seed);
    const inputs = Array.from({ length: STARTS }, (_, run) => damaged(format, run + seed, random));
    const ends: Ended[] = [];
    // Two at a time: more would only wait for each other.
    const worker = async () => {
      const cwd = folder();
      for (let run = ends.length; run < STARTS; run = ends.length) {
        ends.length++;
        const end = await startedWith(cwd, format, inputs[run]!);
        ends[run] = end;
        expect(complaint(end, whole.seconds), `start ${run}`).toBeUndefined();
      }
    };
    await Promise.all([worker(), worker()]);
    const codes = new Map(ends.map(({ code }) => [code, ends.filter((one) => one.code === code).length]));
    if (process.env['FWTEST_HOSTILE'])
      console.log(`${format.file}, seed ${seed}: exit codes`, Object.fromEntries(codes));
  },
  PATIENCE,
);
