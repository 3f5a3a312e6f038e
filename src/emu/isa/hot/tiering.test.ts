import { beforeEach, describe, expect, test } from 'vitest';
import { Tiering, type Tiers } from './tiering.js';

/** A program of 2,000 instructions in one region. */
class Program implements Tiers {
  compiled = 0;
  known = 0;
  readonly entries: number[] = [];
  isEntry = (pc: number) => this.entries.includes(pc);
  covers = (pc: number) => this.isEntry(pc);
  compile(entries: readonly number[]): void {
    this.entries.push(...entries);
    this.compiled += 2000;
    this.known = 2000;
  }
  learn(): void {
    this.compile([]);
  }
}

const HERE = 0x0800_1000;
const MILLION = 1_000_000;

describe('what is compiled', () => {
  let program: Program;
  let tiering: Tiering;
  beforeEach(() => {
    program = new Program();
    tiering = new Tiering(program, 'auto');
    // as after many slices in the cold engine: whatever the process has spent before, it has something to spend
    for (let i = 0; i < 50_000; i++) tiering.sample(0x0810_0000 + 0x1000 * i, 16_384);
  });

  test('is found by the ticks that slices took, not by those they might have taken', () => {
    for (let i = 0; i < 64 * 16; i++) tiering.quiet(1000);
    expect(tiering.slice).toBe(MILLION);
    // events end every slice after 1,000 ticks: 3 of 200 samples are there after 50 slices
    for (let i = 0; i < 50; i++) tiering.sample(HERE, 1000);
    expect(program.compiled).toBe(0);
    for (let i = 0; i < 4; i++) tiering.sample(HERE, MILLION);
    expect(program.compiled).toBe(2000);
  });

  test('is not compiled again for ever where there is no end to what is learnt', () => {
    program.compile([HERE]);
    const learntIn = (milliseconds: number) => {
      const before = program.compiled;
      for (let i = 0; i < milliseconds; i++) {
        // a computed branch of another place goes to another address
        const site = 0x0800_2000 + 2 * (program.compiled + i);
        if (tiering.canLearn) tiering.noted([{ site, target: HERE + 4 * i, count: 8192 }]);
        tiering.quiet(168_000);
      }
      return program.compiled - before;
    };
    const first = learntIn(1000);
    expect(first).toBeGreaterThanOrEqual(4000);
    expect(first).toBeLessThan(16_000);
    // as many samples as that time has are not spent; what ten times the time teaches is less than ten times as much
    expect(learntIn(10_000)).toBeLessThan(3 * first + 10_000);
  });
});
