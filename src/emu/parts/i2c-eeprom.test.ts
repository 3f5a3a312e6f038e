import { describe, expect, it } from 'vitest';
import { i2cEeprom } from './i2c-eeprom.js';
import { PartBench } from './part-bench.js';

/** Expectations: data sheets of the 24C02 and 24C64 (byte write, page write, acknowledge polling, current and random read). */

const MILLISECOND = 1_000_000;

describe('a 24C02', () => {
  const made = () => new PartBench(i2cEeprom('bus', { size: 256, page: 8 }));

  it('answers at its address only, and is erased when new', () => {
    const bench = made();
    expect(bench.i2cWrite(0x51, [])).toEqual([false]);
    expect(bench.i2cWrite(0x50, [0x10], false)).toEqual([true, true]);
    expect(bench.i2cRead(0x50, 2)).toEqual([0xff, 0xff]);
  });

  it('writes a byte, and is deaf for the write time', () => {
    const bench = made();
    bench.i2cWrite(0x50, [0x10, 0xab]);
    expect(bench.part.busy).toBe(true);
    bench.run(5 * MILLISECOND - 2000);
    expect(bench.i2cWrite(0x50, [])).toEqual([false]);
    bench.run(2000);
    expect(bench.i2cWrite(0x50, [0x10], false)).toEqual([true, true]);
    expect(bench.i2cRead(0x50, 1)).toEqual([0xab]);
    expect(bench.part.bytes(0x10, 1)).toEqual(Uint8Array.of(0xab));
  });

  it('wraps round within a page: what is too much overwrites the first bytes', () => {
    const bench = made();
    bench.i2cWrite(0x50, [0x16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    bench.run(5 * MILLISECOND);
    expect([...bench.part.bytes(0x10, 9)]).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 0xff]);
  });

  it('reads on through all of its memory and wraps at the end', () => {
    const bench = made();
    bench.part.write(254, Uint8Array.of(1, 2));
    bench.part.write(0, Uint8Array.of(3));
    bench.i2cWrite(0x50, [254], false);
    expect(bench.i2cRead(0x50, 3)).toEqual([1, 2, 3]);
    expect(bench.i2cRead(0x50, 1)).toEqual([0xff]); // goes on where the last read ended
  });

  it('forgets a write that ends with a repeated START', () => {
    const bench = made();
    bench.i2cWrite(0x50, [0, 0x55], false);
    bench.i2cRead(0x50, 1);
    expect(bench.part.busy).toBe(false);
    expect([...bench.part.bytes(0, 1)]).toEqual([0xff]);
  });

  it('keeps its contents over a power cycle, and goes back with a snapshot', () => {
    const bench = made();
    const before = bench.machine.snapshot();
    bench.i2cWrite(0x50, [0, 0x55]);
    bench.run(5 * MILLISECOND);
    bench.machine.reset('power-on');
    expect([...bench.part.bytes(0, 1)]).toEqual([0x55]);
    const [hash, after] = [bench.machine.hash(), bench.machine.snapshot()];
    bench.machine.restore(before);
    expect([...bench.part.bytes(0, 1)]).toEqual([0xff]);
    bench.machine.restore(after);
    expect(bench.machine.hash()).toBe(hash);
  });
});

it('a 24C64 has addresses of two bytes, a 24C16 eight device addresses', () => {
  const big = new PartBench(i2cEeprom('bus', { size: 8192 }));
  big.i2cWrite(0x50, [0x12, 0x34, 0x77]);
  big.run(5 * MILLISECOND);
  expect([...big.part.bytes(0x1234, 1)]).toEqual([0x77]);
  const c16 = new PartBench(i2cEeprom('bus', { size: 2048 }));
  c16.i2cWrite(0x57, [0x21, 0x66]);
  c16.run(5 * MILLISECOND);
  expect([...c16.part.bytes(0x721, 1)]).toEqual([0x66]);
});

it('a size that is none is refused', () => {
  expect(() => i2cEeprom('i2c1', { size: 1000 })).toThrow('powers of two');
});
