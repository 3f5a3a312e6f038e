import { describe, expect, it } from 'vitest';
import { bmp280, pressureOf, temperatureOf } from './bmp280.js';
import { lm75 } from './lm75.js';
import { PartBench } from './part-bench.js';

const MILLISECOND = 1_000_000;

describe('an LM75 (LM75B data sheet, 7.4)', () => {
  const made = () => new PartBench(lm75('bus', { alert: 'PA8', temperature: 25 }));
  const read = (bench: ReturnType<typeof made>, register: number) => {
    bench.i2cWrite(0x48, [register], false);
    return bench.i2cRead(0x48, 2);
  };

  it('measures every 100 ms, in eighths of a degree, two bytes', () => {
    const bench = made();
    expect(read(bench, 0)).toEqual([0, 0]);
    bench.run(100 * MILLISECOND);
    expect(read(bench, 0)).toEqual([25, 0]);
    bench.part.temperature = -10.125;
    bench.run(100 * MILLISECOND);
    // table 10 of the data sheet: two's complement of eleven bits, left-justified
    expect(read(bench, 0)).toEqual([0xf5, 0xe0]);
  });

  it('pulls OS low above Tos, until the temperature is below Thyst', () => {
    const bench = made();
    bench.i2cWrite(0x48, [3, 30, 0]);
    bench.i2cWrite(0x48, [2, 28, 0]);
    const states = [];
    for (const degrees of [29, 30, 29, 28, 27.9]) {
      bench.part.temperature = degrees;
      bench.run(100 * MILLISECOND);
      states.push(bench.pin('PA8').level);
    }
    expect(states).toEqual(['high', 'low', 'low', 'low', 'high']);
    expect(read(bench, 3)).toEqual([30, 0]);
  });

  it('keeps its last value in shutdown', () => {
    const bench = made();
    bench.run(100 * MILLISECOND);
    bench.i2cWrite(0x48, [1, 1]);
    bench.part.temperature = 50;
    bench.run(300 * MILLISECOND);
    expect(read(bench, 0)).toEqual([25, 0]);
  });
});

describe('a BMP280 (BST-BMP280-DS001)', () => {
  it('compensates as the example of 3.12 does', () => {
    const { degrees, fine } = temperatureOf(519888);
    expect(degrees).toBeCloseTo(25.08, 2);
    expect(fine).toBeCloseTo(128422, 0);
    expect(pressureOf(415148, fine)).toBeCloseTo(100653.27, 0);
  });

  it('measures once in forced mode and goes back to sleep', () => {
    const bench = new PartBench(bmp280('bus', { temperature: 21.5, pressure: 98_765 }));
    bench.i2cWrite(0x76, [0xd0], false);
    expect(bench.i2cRead(0x76, 1)).toEqual([0x58]);
    bench.i2cWrite(0x76, [0xf4, 0x25]); // one sample each, forced
    bench.i2cWrite(0x76, [0xf3], false);
    expect(bench.i2cRead(0x76, 2)).toEqual([8, 0x25]);
    bench.run(6 * MILLISECOND);
    bench.i2cWrite(0x76, [0xf3], false);
    expect(bench.i2cRead(0x76, 2)).toEqual([0, 0x24]);
    bench.i2cWrite(0x76, [0xf7], false);
    const [p0, p1, p2, t0, t1, t2] = bench.i2cRead(0x76, 6)!;
    const { degrees, fine } = temperatureOf((t0! << 12) | (t1! << 4) | (t2! >> 4));
    expect(degrees).toBeCloseTo(21.5, 2);
    expect(pressureOf((p0! << 12) | (p1! << 4) | (p2! >> 4), fine)).toBeCloseTo(98_765, -1);
  });

  it('measures again and again in normal mode', () => {
    const bench = new PartBench(bmp280('bus'));
    bench.i2cWrite(0x76, [0xf5, 0x00]);
    bench.i2cWrite(0x76, [0xf4, 0x27]);
    const temperature = () => {
      bench.i2cWrite(0x76, [0xfa], false);
      const [a, b, c] = bench.i2cRead(0x76, 3)!;
      return temperatureOf((a! << 12) | (b! << 4) | (c! >> 4)).degrees;
    };
    bench.run(10 * MILLISECOND);
    expect(temperature()).toBeCloseTo(25, 2);
    bench.part.temperature = 30;
    bench.run(10 * MILLISECOND);
    expect(temperature()).toBeCloseTo(30, 2);
  });
});
