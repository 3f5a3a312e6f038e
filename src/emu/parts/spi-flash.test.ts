import { describe, expect, it } from 'vitest';
import { PartBench } from './part-bench.js';
import { spiFlash } from './spi-flash.js';

/** Expectations: data sheet of the W25Q16JV, chapter 8 (instructions) and 9.6 (times). */

function made() {
  const bench = new PartBench(spiFlash('bus', { select: 'PB0' }));
  bench.drive('PB0', 'high');
  const command = (...words: number[]): number[] => {
    bench.drive('PB0', 'low');
    const answers = bench.spiTransfer(words);
    bench.drive('PB0', 'high');
    return answers;
  };
  return { bench, command };
}
const pad = (count: number) => new Array<number>(count).fill(0);

describe('a W25Q16', () => {
  it('identifies itself', () => {
    const { command } = made();
    expect(command(0x9f, 0, 0, 0).slice(1)).toEqual([0xef, 0x40, 21]);
    expect(command(0x90, 0, 0, 0, 0, 0).slice(4)).toEqual([0xef, 0x14]);
    expect(command(0xab, 0, 0, 0, 0).slice(4)).toEqual([0x14]);
  });

  it('programs only with write enable, only from 1 to 0, and is busy meanwhile', () => {
    const { bench, command } = made();
    command(0x02, 0, 1, 0, 0xf0);
    expect([...bench.part.bytes(0x100, 1)]).toEqual([0xff]);
    expect(bench.problems.map(({ rule }) => rule)).toEqual(['sequence']);
    command(0x06);
    expect(command(0x05, 0)[1]).toBe(2);
    command(0x02, 0, 1, 0, 0xf0);
    expect(command(0x05, 0)[1]).toBe(3);
    expect(command(0x03, 0, 1, 0, 0)[4]).toBe(0xff); // deaf: nobody drives MISO
    bench.run(400_000);
    expect(command(0x05, 0)[1]).toBe(0);
    command(0x06);
    command(0x02, 0, 1, 0, 0x3c);
    bench.run(400_000);
    expect(command(0x03, 0, 1, 0, ...pad(2)).slice(4)).toEqual([0x30, 0xff]);
    expect(command(0x0b, 0, 1, 0, 0, ...pad(2)).slice(5)).toEqual([0x30, 0xff]);
  });

  it('wraps within the page of 256 bytes', () => {
    const { bench, command } = made();
    command(0x06);
    command(0x02, 0, 1, 0xfe, 1, 2, 3);
    bench.run(400_000);
    expect([...bench.part.bytes(0x1fe, 2)]).toEqual([1, 2]);
    expect([...bench.part.bytes(0x100, 1)]).toEqual([3]);
  });

  it('erases sectors, blocks and all of it, with their times', () => {
    const { bench, command } = made();
    const zeros = new Uint8Array(0x2_0000);
    for (const [erase, size, ms] of [
      [0x20, 0x1000, 45],
      [0x52, 0x8000, 120],
      [0xd8, 0x1_0000, 150],
    ] as const) {
      bench.part.write(0, zeros);
      command(0x06);
      command(erase, 0x01, 0x00, 0x10);
      bench.run(ms * 1e6 - 2000);
      expect(bench.part.busy).toBe(true);
      bench.run(2000);
      expect(bench.part.busy).toBe(false);
      const bytes = bench.part.bytes(0, 0x2_0000);
      expect(bytes.indexOf(0xff)).toBe(0x1_0000);
      expect(bytes.lastIndexOf(0xff)).toBe(0x1_0000 + size - 1);
    }
    command(0x06);
    command(0xc7);
    expect(bench.part.bytes().every((byte) => byte === 0xff)).toBe(true);
  });

  it('is deaf in power-down until it is released', () => {
    const { command } = made();
    command(0xb9);
    expect(command(0x9f, 0)[1]).toBe(0xff);
    command(0xab);
    expect(command(0x9f, 0)[1]).toBe(0xef);
  });

  it('with block protection refuses to change', () => {
    const { bench, command } = made();
    command(0x06);
    command(0x01, 0x1c);
    bench.run(10_000_000);
    command(0x06);
    command(0x02, 0, 0, 0, 0);
    expect(command(0x05, 0)[1]).toBe(0x1e);
    expect(bench.part.bytes(0, 1)[0]).toBe(0xff);
  });

  it('goes back with a snapshot', () => {
    const { bench, command } = made();
    const before = bench.machine.snapshot();
    command(0x06);
    command(0x02, 0, 0, 0, 0);
    bench.machine.restore(before);
    expect([bench.part.busy, bench.part.bytes(0, 1)[0]]).toEqual([false, 0xff]);
  });
});
