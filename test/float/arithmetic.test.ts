import { describe, expect, it } from 'vitest';
import { Random } from '../differential/thumb-program.js';
import { BATCH, Bulk } from './bulk.js';
import { CONTROLS, EDGES, type Operands, randomOperands } from './operands.js';
import { OPERATIONS, type Operation } from './operations.js';

/**
 * Every floating-point operation against the manual's pseudocode over exact rational numbers (oracle.ts): results and
 * cumulative flags, all rounding modes, with and without flush-to-zero, default NaN and the alternative half precision.
 */

const RANDOM = process.env['FWTEST_LONG'] ? 10_000_000 : 100_000;

const hex = (word: number) => `0x${(word >>> 0).toString(16).padStart(8, '0')}`;

/** Where a batch is not as expected: the first few. */
function wrong(operation: Operation, bulk: Bulk, batch: readonly Operands[]): string[] {
  const lines: string[] = [];
  for (const [i, [s0, fpscr]] of bulk.run(batch).entries()) {
    const [a, b, c, before] = batch[i]!;
    const { result, flags } = operation.expected(a, b, c, before);
    const value = operation.compares ? a : result;
    const status = ((operation.compares ? result : 0) | (before & 0x0fff_ffff) | flags) >>> 0;
    if (s0 === value && fpscr === status) continue;
    const got = `${hex(s0)} FPSCR ${hex(fpscr)}, not ${hex(value)} FPSCR ${hex(status)}`;
    lines.push(`${operation.line} of ${[a, b, c].map(hex).join(' ')} under ${hex(before)}: ${got}`);
    if (lines.length >= 5) break;
  }
  return lines;
}

function* batches(operands: Iterable<Operands>): Iterable<Operands[]> {
  let batch: Operands[] = [];
  for (const one of operands) {
    batch.push(one);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** All edge values, in all pairs where there are two operands, under every FPSCR; three operands in a sample of triples. */
function* edges({ operands }: Operation): Iterable<Operands> {
  const random = new Random(5);
  const firsts = operands === 1 ? EDGES : [0x3f80_0000];
  for (const fpscr of CONTROLS) {
    for (const x of EDGES) {
      if (operands === 1) yield [x, 0, 0, fpscr];
      else if (operands === 2) for (const y of EDGES) yield [y, x, 0, fpscr | random.below(32)];
      else
        for (const y of EDGES)
          yield [random.chance(0.5) ? random.pick(EDGES) : firsts[0]!, x, y, fpscr | (random.word() & 0x9f)];
    }
  }
}
function* randomly({ takes }: Operation): Iterable<Operands> {
  const random = new Random(11);
  for (let i = 0; i < RANDOM; i++) yield randomOperands(random, takes);
}

describe.each(OPERATIONS.map((operation) => [operation.line, operation] as const))('%s', (line, operation) => {
  const bulk = new Bulk(line);
  it('edge values', { timeout: 60_000 }, () => {
    for (const batch of batches(edges(operation))) expect(wrong(operation, bulk, batch)).toEqual([]);
  });
  it(`${RANDOM} random operands`, { timeout: 3_600_000 }, () => {
    for (const batch of batches(randomly(operation))) expect(wrong(operation, bulk, batch)).toEqual([]);
  });
});
