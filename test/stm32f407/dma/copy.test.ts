import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boot, results } from '../boot.js';

const [M2M, PINC, MINC, PINCOS] = [2 << 6, 1 << 9, 1 << 10, 1 << 15];
const [FEIF, TEIF, HTIF, TCIF] = [1, 8, 16, 32];
const DMDIS = 4;

interface Job {
  readonly psize: 0 | 1 | 2;
  readonly msize: 0 | 1 | 2;
  readonly pinc: boolean;
  readonly minc: boolean;
  readonly pincos: boolean;
  readonly pburst: number;
  readonly mburst: number;
  readonly threshold: number;
  readonly items: number;
}

const board = boot('dma/firmware/copy.elf');
board.run('1ms');
const ready = board.snapshot();
const [SOURCE, DESTINATION, JOB] = results(board).slice(8, 11) as [number, number, number];
const beats = (code: number) => [1, 4, 8, 16][code]!;

/** What the stream did: its flags, NDTR, cycles, and the destination. */
function copied(job: Job, source: Uint8Array, to = DESTINATION) {
  board.restore(ready);
  board.memory.write('source', source);
  const cr =
    M2M |
    (job.pinc ? PINC : 0) |
    (job.minc ? MINC : 0) |
    (job.pincos ? PINCOS : 0) |
    (job.psize << 11) |
    (job.msize << 13) |
    (job.pburst << 21) |
    (job.mburst << 23);
  const words = [cr, DMDIS | job.threshold, job.items, SOURCE, to];
  for (const [i, value] of words.entries()) board.memory.write32(JOB + 4 * i, value);
  board.memory.write32('go', 1);
  board.runUntil(() => board.memory.read32('finished') === 1, { within: '10ms' });
  const [flags, left, cycles] = results(board);
  return { flags, left, cycles, destination: [...board.memory.bytes('destination', 512)] };
}

/** RM0090 10.3.11, table 45: bytes in order of their addresses, taken up by items of PSIZE, put down by items of MSIZE. */
function reference(job: Job, source: Uint8Array): number[] {
  const [from, into] = [1 << job.psize, 1 << job.msize];
  const step = !job.pinc ? 0 : job.pincos && job.pburst === 0 ? 4 : from;
  const stream = Array.from({ length: job.items }, (_, i) => [...source.subarray(i * step, i * step + from)]).flat();
  const destination = new Array<number>(512).fill(0);
  for (let i = 0; i < stream.length; i++) {
    const item = Math.floor(i / into);
    destination[(job.minc ? item * into : 0) + (i % into)] = stream[i]!;
  }
  return destination;
}

/** Jobs that the manual allows (tables 46, 48; 10.3.14). */
const jobs = fc
  .record({
    psize: fc.constantFrom(0 as const, 1 as const, 2 as const),
    msize: fc.constantFrom(0 as const, 1 as const, 2 as const),
    pinc: fc.boolean(),
    minc: fc.boolean(),
    pincos: fc.boolean(),
    pburst: fc.nat(3),
    mburst: fc.nat(3),
    threshold: fc.nat(3),
    items: fc.integer({ min: 1, max: 128 }),
  })
  .map((job) => ({ ...job, items: Math.ceil(job.items / 4) * 4 }))
  .filter(({ psize, msize, pburst, mburst, threshold }) => {
    const [pbytes, mbytes] = [beats(pburst) << psize, beats(mburst) << msize];
    const level = (threshold + 1) * 4;
    if (pbytes > 16 || (pbytes === 16 && pburst > 0 && threshold === 2)) return false;
    return mburst === 0 || (mbytes <= 16 && level % mbytes === 0);
  });

const source = Uint8Array.from({ length: 512 }, (_, i) => (i * 37 + (i >> 3) + 1) & 0xff);

describe('memory to memory by DMA2', () => {
  test('gives what packing and unpacking give, for all sizes, increments, bursts and thresholds', () => {
    fc.assert(
      fc.property(jobs, (job) => {
        const { flags, left, destination } = copied(job, source);
        expect([flags, left]).toEqual([HTIF | TCIF, 0]);
        expect(destination).toEqual(reference(job, source));
        expect(board.guestErrors).toEqual([]);
      }),
      { numRuns: 150, seed: 42 },
    );
  });

  test('bursts are faster than singles, and words than bytes', () => {
    const job: Job = {
      psize: 2,
      msize: 2,
      pinc: true,
      minc: true,
      pincos: false,
      pburst: 0,
      mburst: 0,
      threshold: 3,
      items: 128,
    };
    const singles = copied(job, source).cycles!;
    const bursts = copied({ ...job, pburst: 1, mburst: 1 }, source).cycles!;
    const bytes = copied({ ...job, psize: 0, msize: 0 }, source).cycles!;
    // AN4031: four cycles a single word and port, seven a burst of four; both ports work at the same time
    expect(singles).toBeGreaterThan(128 * 4);
    expect(singles).toBeLessThan(128 * 4 + 150);
    expect(bursts).toBeLessThan(singles);
    expect(Math.abs(bytes - singles)).toBeLessThan(60);
  });

  test('ends with TEIF where it cannot get: CCM', () => {
    const job: Job = {
      psize: 2,
      msize: 2,
      pinc: true,
      minc: true,
      pincos: false,
      pburst: 0,
      mburst: 0,
      threshold: 3,
      items: 8,
    };
    const { flags } = copied(job, source, 0x1000_0000);
    expect(flags).toBe(TEIF);
    expect(board.guestErrors).toMatchObject([{ rule: 'dma-memory' }]);
  });

  test('does not begin with a burst that does not fit the threshold (table 48)', () => {
    const job: Job = {
      psize: 2,
      msize: 2,
      pinc: true,
      minc: true,
      pincos: false,
      pburst: 0,
      mburst: 1,
      threshold: 1,
      items: 8,
    };
    const { flags, left } = copied(job, source);
    expect([flags, left]).toEqual([FEIF, 8]);
    expect(board.guestErrors).toMatchObject([{ rule: 'dma-configuration' }]);
  });
});
