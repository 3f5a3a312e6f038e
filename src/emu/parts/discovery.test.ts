import { describe, expect, it } from 'vitest';
import { cs43l22 } from './cs43l22.js';
import { lis3dsh } from './lis3dsh.js';
import { lis302dl } from './lis302dl.js';
import { mp45dt02 } from './mp45dt02.js';
import { PartBench } from './part-bench.js';

const MILLISECOND = 1_000_000;
const PINS = { bus: 'bus', select: 'PE3', int1: 'PE0', int2: 'PE1' } as const;

function accelerometer<T extends object>(bench: PartBench<T>, readBit = 0x80, increment = 0) {
  bench.drive('PE3', 'high');
  const message = (...bytes: number[]) => {
    bench.drive('PE3', 'low');
    const answers = bench.spiTransfer(bytes);
    bench.drive('PE3', 'high');
    return answers;
  };
  return {
    write: (register: number, ...bytes: number[]) =>
      void message(register | (bytes.length > 1 ? increment : 0), ...bytes),
    read: (register: number, count = 1) =>
      message(register | readBit | (count > 1 ? increment : 0), ...new Array<number>(count).fill(0)).slice(1),
  };
}

describe('a LIS302DL (data sheet, chapters 5 and 7)', () => {
  const made = () => {
    const bench = new PartBench(lis302dl(PINS));
    return { bench, ...accelerometer(bench, 0x80, 0x40) };
  };

  it('says who it is, and measures nothing before it is switched on', () => {
    const { bench, read } = made();
    expect(read(0x0f)).toEqual([0x3b]);
    bench.run(50 * MILLISECOND);
    expect(read(0x29, 5)).toEqual([0, 0, 0, 0, 0]);
  });

  it('measures at 100 Hz, 18 mg a digit, or 72', () => {
    const { bench, read, write } = made();
    bench.part.acceleration = { x: 0.5, y: -0.5, z: 1 };
    write(0x20, 0x47);
    bench.run(9 * MILLISECOND);
    expect(read(0x27)).toEqual([0]);
    bench.run(2 * MILLISECOND);
    expect(read(0x27)).toEqual([0x0f]);
    expect(read(0x29, 5)).toEqual([28, 0, 0x100 - 28, 0, 56]);
    expect(read(0x27)).toEqual([0]);
    write(0x20, 0x67);
    bench.part.acceleration = { x: 5, y: 0, z: -20 };
    bench.run(25 * MILLISECOND);
    expect(read(0x27)).toEqual([0xff]); // two samples, none of them read
    expect([read(0x29), read(0x2d)]).toEqual([[69], [0x80]]);
  });

  it('shows new data on INT1 until it is read', () => {
    const { bench, read, write } = made();
    write(0x22, 0x04);
    write(0x20, 0xc7);
    bench.run(3 * MILLISECOND);
    expect(bench.pin('PE0').level).toBe('high');
    read(0x29, 5);
    expect(bench.pin('PE0').level).toBe('low');
  });

  it('wakes up on INT2 above the threshold, latched until the source is read', () => {
    const { bench, read, write } = made();
    write(0x22, 1 << 3);
    write(0x30, 0x4a); // LIR, X high or Y high
    write(0x32, 28); // 0.5 g
    write(0x20, 0x47);
    bench.run(30 * MILLISECOND);
    expect(bench.pin('PE1').level).toBe('low');
    bench.part.acceleration = { x: 1, y: 0, z: 0 };
    bench.run(20 * MILLISECOND);
    bench.part.acceleration = { x: 0, y: 0, z: 0 };
    bench.run(20 * MILLISECOND);
    expect(bench.pin('PE1').level).toBe('high');
    expect(read(0x31)[0]! & 0x42).toBe(0x42);
    expect(bench.pin('PE1').level).toBe('low');
  });

  it('goes back with a snapshot', () => {
    const { bench, write } = made();
    write(0x20, 0x47);
    const snapshot = bench.machine.snapshot();
    const outcome = () => {
      bench.run(25 * MILLISECOND);
      return bench.machine.hash();
    };
    const first = outcome();
    bench.part.acceleration = { x: 1, y: 1, z: 1 };
    bench.machine.restore(snapshot);
    expect(outcome()).toBe(first);
  });
});

describe('a LIS3DSH (data sheet, chapter 8)', () => {
  const made = () => {
    const bench = new PartBench(lis3dsh(PINS));
    return { bench, ...accelerometer(bench) };
  };
  const word = ([low, high]: readonly number[]) => (((high! << 8) | low!) << 16) >> 16; // prettier-ignore

  it('says who it is, and measures at the rate and scale asked for', () => {
    const { bench, read, write } = made();
    expect([read(0x0f), read(0x20), read(0x25)]).toEqual([[0x3f], [0x07], [0x10]]);
    bench.part.acceleration = { x: 0.6, y: -1.2, z: 1 };
    write(0x20, 0x67); // 100 Hz
    bench.run(11 * MILLISECOND);
    const bytes = read(0x28, 6);
    expect([word(bytes.slice(0)), word(bytes.slice(2)), word(bytes.slice(4))]).toEqual([10_000, -20_000, 16_667]);
    write(0x24, 4 << 3); // ±16 g
    bench.run(11 * MILLISECOND);
    expect(word(read(0x28, 2))).toBe(Math.round(0.6 / 0.00073));
  });

  it('shows new data on INT1 where that is enabled', () => {
    const { bench, read, write } = made();
    write(0x23, 0xc8);
    write(0x20, 0x97); // 1600 Hz
    expect(bench.pin('PE0').level).toBe('low');
    bench.run(626_000);
    expect(bench.pin('PE0').level).toBe('high');
    read(0x28, 6);
    expect(bench.pin('PE0').level).toBe('low');
  });

  it('says that state machines are not modelled', () => {
    const { bench, write } = made();
    write(0x21, 1);
    expect(bench.problems.map(({ kind }) => kind)).toEqual(['unmodelled']);
  });
});

describe('a CS43L22 (data sheet, chapters 5 and 6)', () => {
  const made = () => new PartBench(cs43l22({ control: 'bus', data: 'bus', reset: 'PD4' }));
  const slot = (channel: 'left' | 'right') => ({ channel, bits: 16, slotBits: 16, bitNs: 300 }) as const;

  it('answers out of reset only, with its identification', () => {
    const bench = made();
    expect(bench.i2cWrite(0x4a, [0x01])).toEqual([false]);
    bench.drive('PD4', 'high');
    bench.i2cWrite(0x4a, [0x01], false);
    expect(bench.i2cRead(0x4a, 1)![0]! >> 3).toBe(0b11100);
  });

  it('plays when it is powered up, at the volume it is told', () => {
    const bench = made();
    bench.drive('PD4', 'high');
    bench.i2s[0]!.heard!(0x1234, slot('left'));
    bench.i2cWrite(0x4a, [0x02, 0x9e]);
    bench.i2cWrite(0x4a, [0x80 | 0x20, 0xf0, 0xf0]);
    bench.i2cWrite(0x4a, [0x04, 0xaf]);
    bench.i2s[0]!.heard!(0x7fff, slot('left'));
    bench.i2s[0]!.heard!(0x8000, slot('right'));
    bench.run(20_000);
    bench.i2s[0]!.heard!(0xffff, slot('left'));
    expect([bench.part.left, bench.part.right, bench.part.volume, bench.part.muted]).toEqual([
      [32767, -1],
      [-32768],
      -8,
      false,
    ]);
    expect(bench.part.sampleRate).toBe(50_000);
    bench.i2cWrite(0x4a, [0x04, 0xff]);
    expect(bench.part.muted).toBe(true);
    bench.drive('PD4', 'low');
    expect(bench.part.playing).toBe(false);
  });
});

describe('an MP45DT02', () => {
  const density = (bench: PartBench<object>, slots: number) => {
    let ones = 0;
    for (let i = 0; i < slots; i++) {
      const word = bench.i2s[0]!.sample!({ channel: 'left', bits: 16, slotBits: 16, bitNs: 1000 })!;
      for (let bit = 0; bit < 16; bit++) ones += (word >> bit) & 1;
    }
    return ones / (16 * slots);
  };

  it('gives a stream whose density is the sound', () => {
    const bench = new PartBench(mp45dt02('bus'));
    expect(density(bench, 500)).toBeCloseTo(0.5, 2);
    bench.part.level = 0.5;
    expect(density(bench, 500)).toBeCloseTo(0.5 + 0.45 / 2, 2);
    bench.part.level = -0.5;
    expect(density(bench, 500)).toBeCloseTo(0.5 - 0.45 / 2, 2);
  });

  it('gives a tone', () => {
    const bench = new PartBench(mp45dt02('bus'));
    bench.part.tone(1000, 0.8);
    const shares: number[] = [];
    for (let i = 0; i < 8; i++) {
      const start = bench.machine.nanoseconds;
      // an eighth of a period: 125 µs are 125 bits
      const word = density(bench, 8);
      bench.run(125_000 - (bench.machine.nanoseconds - start));
      shares.push(word);
    }
    expect(Math.max(...shares)).toBeGreaterThan(0.75);
    expect(Math.min(...shares)).toBeLessThan(0.25);
  });
});
